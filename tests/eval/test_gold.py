"""Gold articles are known by id, title or file, and those that an archive lacks are named."""

from __future__ import annotations

import pytest

from eval.gold import missing_gold
from eval.metrics import gold_name
from eval.questions import Question
from rag import Archive, Article

FERRY = Article("Ferry strike", "The ferry strike.", id="a1", source="/news/2024/ferry.md")


@pytest.mark.parametrize(
    "name", ["a1", "Ferry strike", "ferry", "ferry.md", "2024/ferry.md", "/news/2024/ferry.md"]
)
def test_an_article_is_known_by_each_of_its_names(name: str) -> None:
    assert gold_name(FERRY, ["other", name]) == name


@pytest.mark.parametrize("name", ["erry.md", "2023/ferry.md", "ferry.txt", "a", ""])
def test_an_article_is_not_known_by_a_part_of_a_name(name: str) -> None:
    assert gold_name(FERRY, [name]) is None


def test_missing_gold_articles_are_named_once_in_order(archive: Archive) -> None:
    archive.ingest(FERRY)
    questions = [
        Question("1", "Who?", gold_articles=("storm", "ferry.md")),
        Question("2", "When?", gold_articles=("a1", "flood", "storm")),
    ]
    found = missing_gold(archive, questions)
    assert found.names == ("storm", "flood")
    assert not found.all


def test_an_archive_without_any_of_them_is_another_one(archive: Archive) -> None:
    archive.ingest(FERRY)
    found = missing_gold(archive, [Question("1", "Who?", gold_articles=("storm",))])
    assert found.all
    assert "none of the gold articles of the questions: storm;" in str(found.error(archive))
    assert not missing_gold(archive, [Question("1", "Who?")]).all
