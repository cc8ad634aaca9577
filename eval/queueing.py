"""How long users wait for an answer when many ask at once: a simulation with measured times.

Questions come at random moments (a Poisson process) and pass through stations one after the
other: each has some servers and one line, first come, first served. Service times are drawn
from log-normal distributions with a median and a 95th percentile that were measured. Run
``python -m eval.queueing``; docs/explanation/growth.md says what its figures mean.
"""

from __future__ import annotations

import argparse
import dataclasses
import heapq
import json
import sys
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Seconds = npt.NDArray[np.float64]

# The standard normal distribution's 95th percentile.
_Z95 = 1.6449
# Questions of one simulation, and how many of the first are left out while the lines form.
_QUESTIONS, _WARM_UP = 60_000, 5_000


@dataclass(frozen=True, slots=True)
class Station:
    """A kind of work with `servers` alike; `median` and `p95` are seconds of one question."""

    name: str
    servers: int
    median: float
    p95: float

    @property
    def mean(self) -> float:
        """The mean of its service times, in seconds."""
        return float(self.median * np.exp(self._spread**2 / 2))

    @property
    def _spread(self) -> float:
        return float(np.log(self.p95 / self.median) / _Z95)

    def times(self, count: int, rng: np.random.Generator) -> Seconds:
        """Return service times of `count` questions."""
        return self.median * np.exp(self._spread * rng.normal(size=count))


@dataclass(frozen=True, slots=True)
class Waited:
    """What users of a simulation saw, in seconds; `busy` is the share of the busiest station."""

    p50: float
    p95: float
    p99: float
    busy: float


def departures(arrivals: Seconds, times: Seconds, servers: int) -> Seconds:
    """Return when each question leaves a station; both arrays are in the order of arrival."""
    free = [0.0] * servers
    left = np.empty_like(arrivals)
    for at, (arrival, time) in enumerate(zip(arrivals.tolist(), times.tolist(), strict=True)):
        left[at] = max(arrival, heapq.heappop(free)) + time
        heapq.heappush(free, float(left[at]))
    return left


def simulate(
    stations: list[Station], *, per_second: float, questions: int = _QUESTIONS, seed: int = 0
) -> Waited:
    """Send questions through stations; the same seed gives the same result."""
    rng = np.random.default_rng(seed)
    asked = np.cumsum(rng.exponential(1 / per_second, size=questions))
    now, who = asked, np.arange(questions)
    for station in stations:
        left = departures(now, station.times(questions, rng), station.servers)
        order = np.argsort(left, kind="stable")
        now, who = left[order], who[order]
    waited = np.empty(questions)
    waited[who] = now - asked[who]
    settled = waited[min(_WARM_UP, questions // 10) :]
    p50, p95, p99 = np.percentile(settled, [50, 95, 99])
    busy = max(per_second * station.mean / station.servers for station in stations)
    return Waited(float(p50), float(p95), float(p99), float(busy))


def fewest(
    search: Station,
    read: Station,
    *,
    per_second: float,
    within: float,
    questions: int = _QUESTIONS,
) -> tuple[int, Waited]:
    """Return the fewest readers whose 95th percentile is within some seconds, and what it is."""
    readers = int(per_second * read.mean) + 1
    while True:
        stations = [search, dataclasses.replace(read, servers=readers)]
        found = simulate(stations, per_second=per_second, questions=questions)
        if found.p95 <= within:
            return readers, found
        readers += 1


def main() -> None:
    """Print what users wait at each load, as lines of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=2_000)
    parser.add_argument("--search", default=".025,.06", help="median and p95, seconds")
    parser.add_argument("--searchers", type=int, default=8, help="cores that search")
    parser.add_argument("--read", default="1.7,2.8", help="median and p95, seconds of one core")
    parser.add_argument("--within", type=float, default=4.0, help="seconds that p95 may take")
    asked = parser.parse_args()
    search = Station("search", asked.searchers, *map(float, asked.search.split(",")))
    read = Station("read", 1, *map(float, asked.read.split(",")))
    for minutes in (60, 20, 10, 5, 2, 1):
        rate = asked.users / (60 * minutes)
        readers, waited = fewest(search, read, per_second=rate, within=asked.within)
        more = simulate([search, dataclasses.replace(read, servers=readers + 1)], per_second=rate)
        line = {
            "minutes between questions": minutes,
            "per second": round(rate, 2),
            "readers": readers,
            **{name: round(value, 2) for name, value in dataclasses.asdict(waited).items()},
            "p95 with one reader more": round(more.p95, 2),
        }
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
