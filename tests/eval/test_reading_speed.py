"""Every format of the speed table is read whole."""

from __future__ import annotations

from pathlib import Path

from eval.reading_speed import Pace, items, measure, table


def test_every_format_gives_back_every_article(tmp_path: Path) -> None:
    paces = measure(3, folder=tmp_path)
    assert {pace.name: pace.articles for pace in paces} == {pace.name: 3 for pace in paces}
    assert len(paces) == 13


def test_articles_differ_and_the_fastest_format_stands_first() -> None:
    assert len({item.text for item in items(20)}) == 20
    lines = table([Pace("slow", 10, 5.0), Pace("fast", 3000, 2.0)]).split("\n")
    assert lines[2:] == ["| fast | 3000 | 1,500 |", "| slow | 10 | 2 |"]
