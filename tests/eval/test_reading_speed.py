"""Every format of the speed table is read whole."""

from __future__ import annotations

from pathlib import Path

from eval.reading_speed import Pace, items, table, timed, write_all


def test_every_format_gives_back_every_article(tmp_path: Path) -> None:
    paces = [timed(*written) for written in write_all(items(3), folder=tmp_path).items()]
    assert {pace.name: pace.articles for pace in paces} == {pace.name: 3 for pace in paces}
    assert len(paces) == 13
    # A thousand characters and more each, whatever the format does with them.
    assert all(pace.bytes > 1_000 for pace in paces)


def test_articles_differ_and_the_fastest_format_stands_first() -> None:
    assert len({item.text for item in items(20)}) == 20
    slow = Pace("slow", 10, 5.0, bytes=20_000_000, memory=7_000_000)
    fast = Pace("fast", 3000, 2.0, bytes=3_000_000, memory=12_000_000)
    lines = table([slow, fast]).split("\n")
    assert lines[2:] == ["| fast | 3000 | 1,500 | 1.5 | 12 |", "| slow | 10 | 2 | 4.0 | 7 |"]
