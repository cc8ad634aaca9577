"""What an archive costs as it grows: a model of measured costs per unit.

Run ``python -m eval.growth``. Where a cost was measured stands beside it; prices are assumptions.
docs/explanation/growth.md says what follows.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Units:
    """Costs of one unit, measured on a core of an AMD EPYC with AVX512-BF16.

    Bytes are those on disk; a mapped file takes as much memory once it has been searched.
    """

    # 150 articles of `realtimeqa-2025h1`, 6,389 bytes of text each.
    chunks_per_article: float = 10.7
    # docs/evaluation/speed.md, one million chunks.
    database_bytes: float = 2_905.0
    vector_bytes: float = 395.0
    full_text_bytes: float = 418.0
    embedded_per_second: float = 38.6
    # Processor's time on the same 150 articles: read, language, cut, MinHash; then stored.
    prepare_ms: float = 3.9 + 0.2 + 4.5 + 2.2
    store_ms: float = 2.5
    # docs/evaluation/speed.md, one million chunks: what grows with the root, with the archive,
    # and not at all. Milliseconds at the median, and the 95th percentile over the median.
    search_vectors_ms: float = 3.3
    search_words_ms: float = 2.3
    search_rest_ms: float = 9.4
    search_tail: float = 25 / 17
    # 16 questions one by one in 28.5 s of a core.
    answer_seconds: float = 28.5 / 16


@dataclass(frozen=True, slots=True)
class Prices:
    """Assumed prices, in euros: a core with its memory for an hour, 1 GB of disk for a month."""

    core_hour: float = 0.04
    gb_of_a_core: float = 4.0
    disk_month: float = 0.08


@dataclass(frozen=True, slots=True)
class Plan:
    """An archive of some articles, spread over shards that are searched at the same time."""

    articles: float
    shards: int
    builders: int

    def chunks(self, units: Units) -> float:
        """Return the number of chunks."""
        return self.articles * units.chunks_per_article

    def disk_tb(self, units: Units) -> float:
        """Return the disk it takes, in TB."""
        each = units.database_bytes + units.vector_bytes + units.full_text_bytes
        return self.chunks(units) * each / 1e12

    def memory_gb(self, units: Units) -> float:
        """Return the memory of what every search touches, in GB: vectors in 8 bits, and words."""
        return self.chunks(units) * (units.vector_bytes + units.full_text_bytes) / 1e9

    def core_hours(self, units: Units) -> float:
        """Return the work of reading and embedding, in hours of one core."""
        embedding = self.chunks(units) / units.embedded_per_second
        return (embedding + self.articles * units.prepare_ms / 1e3) / 3600

    def build_hours(self, units: Units) -> float:
        """Return the hours that the cores of the builders take."""
        return self.core_hours(units) / self.builders

    def writer_hours(self, units: Units) -> float:
        """Return the hours that one writer takes to store everything."""
        return self.articles * units.store_ms / 1e3 / 3600

    def search_ms(self, units: Units) -> float:
        """Return the 95th percentile of a search in one shard that fits the memory, in ms."""
        millions = self.chunks(units) / self.shards / 1e6
        median = (
            units.search_vectors_ms * math.sqrt(millions)
            + units.search_words_ms * millions
            + units.search_rest_ms
        )
        return median * units.search_tail

    def holding_price(self, units: Units, prices: Prices) -> float:
        """Return the price of an hour of the machines in whose memory searches look, in euros."""
        return self.memory_gb(units) / prices.gb_of_a_core * prices.core_hour

    def answer_price(self, units: Units, prices: Prices) -> float:
        """Return the price of the work of one answer, in euros."""
        cores = units.answer_seconds + self.shards * self.search_ms(units) / 1e3
        return cores / 3600 * prices.core_hour


PLANS = (Plan(1e6, 1, 16), Plan(50e6, 64, 512), Plan(1e9, 1_024, 4_096))


def main() -> None:
    """Print the model as a table of Markdown."""
    units, prices = Units(), Prices()
    rows = {
        "chunks, millions": lambda plan: f"{plan.chunks(units) / 1e6:,.0f}",
        "disk, TB": lambda plan: f"{plan.disk_tb(units):,.2f}",
        "disk, euros per month": lambda plan: (
            f"{plan.disk_tb(units) * 1e3 * prices.disk_month:,.0f}"
        ),
        "memory that searches touch, GB": lambda plan: f"{plan.memory_gb(units):,.0f}",
        "that memory, euros per hour": lambda plan: f"{plan.holding_price(units, prices):,.2f}",
        "shards": lambda plan: f"{plan.shards:,}",
        "work of embedding, core hours": lambda plan: f"{plan.core_hours(units):,.0f}",
        "cores that build": lambda plan: f"{plan.builders:,}",
        "build, hours": lambda plan: f"{plan.build_hours(units):,.1f}",
        "of one writer, hours": lambda plan: f"{plan.writer_hours(units):,.1f}",
        "search p95, ms": lambda plan: f"{plan.search_ms(units):,.0f}",
        "work of one answer, thousandths of a euro": lambda plan: (
            f"{1e3 * plan.answer_price(units, prices):.3f}"
        ),
    }
    lines = [["articles", *(f"{plan.articles:,.0f}" for plan in PLANS)], ["---"] * 4]
    lines += [[name, *map(shown, PLANS)] for name, shown in rows.items()]
    sys.stdout.write("".join(f"| {' | '.join(line)} |\n" for line in lines))


if __name__ == "__main__":
    main()
