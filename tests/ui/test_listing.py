"""The list of articles on the archive page: narrowed, sorted, paged, exported and edited."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest

from rag.settings import ServerLimits
from rag.types import Article
from ui.web.archive import browsing, listing
from ui.web.archive.listing import Wanted

ARTICLES = [
    Article("Storm", "A storm and a flood.", id="a", date="2024-01-02", publisher="Post"),
    Article("apples", "A storm of apples.", id="b", date="2023-01-02", publisher="mail"),
    Article("Minutes", "The court met.", id="c"),
]


@pytest.fixture
def filled(archive):
    archive.ingest(ARTICLES)
    return archive


def ids(archive, **sent):
    return "".join(a.id for a in listing.look(archive, Wanted.read(sent)).articles)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({}, "abc"),
        ({"order": "best"}, "abc"),
        ({"order": "oldest"}, "bac"),
        ({"order": "title"}, "bca"),
        ({"order": "publisher"}, "bac"),
        ({"undated": True}, "c"),
        ({"publisher": "POST"}, "a"),
        ({"until": "2023-12-31"}, "b"),
        ({"words": "apples storm"}, "ba"),
        ({"words": "storm", "order": "oldest"}, "ba"),
        ({"words": "storm", "order": "title"}, "ba"),
        ({"words": "storm", "order": "publisher"}, "ba"),
        ({"words": "court", "undated": True}, "c"),
        ({"page": 7}, "abc"),
    ],
)
def test_the_list(filled, sent, expected):
    assert ids(filled, **sent) == expected


def test_pages_and_counts(archive, monkeypatch):
    monkeypatch.setattr(listing, "PER_PAGE", 2)
    archive.ingest(ARTICLES)
    second = listing.look(archive, Wanted(page=1))
    assert [article.id for article in second.articles] == ["c"]
    assert (second.first, second.pages, second.total, second.undated) == (3, 2, 3, 1)
    found = listing.look(archive, Wanted(words="storm", page=9))
    assert (found.total, found.page, found.undated) == (2, 0, 0)
    html = browsing.list_html(second, wanted=Wanted(page=1), archive=archive)
    assert "3 to 3 of 3 articles" in html
    assert "1 without a date" in html


def test_an_order_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="'colour' is not an order"):
        Wanted.read({"order": "colour"})


def test_an_export_is_all_that_the_list_shows(filled, monkeypatch):
    monkeypatch.setattr(listing, "PER_PAGE", 1)
    rows = list(csv.DictReader(io.StringIO(listing.export(filled, Wanted(), kind="csv"))))
    assert [(row["id"], row["date"], row["text"]) for row in rows] == [
        (a.id, a.date or "", a.text) for a in ARTICLES
    ]
    (found,) = json.loads(listing.export(filled, Wanted(words="apples"), kind="json"))
    assert Article(**found) == filled.article("b")
    limits = ServerLimits(export_articles=2, found_articles=1)
    monkeypatch.setattr(filled, "_settings", replace(filled.settings, limits=limits))
    assert listing.look(filled, Wanted(words="storm")).total == 1
    with pytest.raises(ValueError, match="3 articles are more than the 2"):
        listing.export(filled, Wanted(), kind="csv")


def test_an_edit_keeps_the_rest(filled):
    after = browsing.edit(filled, "c", title=" New  minutes ", date="2022-05-05", publisher=" ")
    before = ARTICLES[2]
    assert (after.title, after.date, after.publisher) == ("New minutes", "2022-05-05", None)
    assert (after.id, after.text) == (before.id, before.text)
    assert filled.stats().articles == len(ARTICLES)
    assert ids(filled, words="new minutes") == "c"
    for wrong in ({"title": " ", "date": ""}, {"title": "x", "date": "May"}):
        with pytest.raises(ValueError, match=r"title is blank|not a date"):
            browsing.edit(filled, "c", publisher="", **wrong)
    assert filled.article("c") == after
