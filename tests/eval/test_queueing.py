"""Lines in front of servers: by hand, and against Erlang's formula."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest

from eval.queueing import Station, departures, fewest, simulate


def test_a_line_in_front_of_one_server_by_hand():
    left = departures(np.array([0.0, 1.0, 9.0]), np.array([5.0, 2.0, 1.0]), 1)
    assert left.tolist() == [5.0, 7.0, 10.0]


def test_two_servers_share_a_line_by_hand():
    left = departures(np.array([0.0, 1.0, 2.0]), np.array([5.0, 2.0, 1.0]), 2)
    assert left.tolist() == [5.0, 3.0, 4.0]


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (1, 0.8), (4, 0.8), (16, 0.9)])
def test_the_mean_wait_is_that_of_erlang_c(servers, load):
    """With exponential service times of mean 1: C(c, a) / (c - a) (Erlang 1917)."""
    offered = servers * load
    head = sum(offered**k / factorial(k) for k in range(servers))
    tail = offered**servers / factorial(servers) / (1 - load)
    expected = tail / (head + tail) / (servers - offered)
    rng = np.random.default_rng(1)
    arrivals = np.cumsum(rng.exponential(1 / offered, size=60_000))
    times = rng.exponential(1.0, size=60_000)
    waited = departures(arrivals, times, servers) - arrivals - times
    assert waited[5_000:].mean() == pytest.approx(expected, rel=0.2)


def test_service_times_have_the_median_and_the_percentile_that_were_measured():
    times = Station("read", 1, 1.7, 2.8).times(200_000, np.random.default_rng(0))
    assert np.percentile(times, [50, 95]) == pytest.approx([1.7, 2.8], rel=0.01)
    assert times.mean() == pytest.approx(Station("read", 1, 1.7, 2.8).mean, rel=0.01)


def test_without_a_line_an_answer_takes_what_its_stations_take():
    stations = [Station("search", 50, 0.1, 0.1), Station("read", 50, 1.0, 1.0)]
    waited = simulate(stations, per_second=0.5, questions=5_000)
    assert (waited.p50, waited.p99) == pytest.approx((1.1, 1.1))
    assert waited.busy == pytest.approx(0.5 / 50)


def test_the_fewest_readers_keep_the_bound_and_one_less_does_not():
    search, read = Station("search", 4, 0.02, 0.05), Station("read", 1, 1.0, 2.0)
    readers, waited = fewest(search, read, per_second=4.0, within=3.0, questions=5_000)
    assert waited.p95 <= 3.0
    short = Station("read", readers - 1, 1.0, 2.0)
    assert readers - 1 <= 4.0 * read.mean or (
        simulate([search, short], per_second=4.0, questions=5_000).p95 > 3.0
    )
