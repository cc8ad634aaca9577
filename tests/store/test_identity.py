"""What makes two articles the same, on texts whose likeness is known exactly."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from rag.store.identity import (
    BANDS,
    ROWS,
    article_id,
    band_keys,
    canonical_url,
    content_hash,
    distinct_id,
    is_other_issue,
    jaccard,
    shingles,
    signature,
    similarity,
)
from rag.types import Article

NEWS = Article(
    "Ferry sails",
    "The ferry sailed again on Monday.",
    date="2021-02-18",
    publisher="Ellery Courier",
)


def numbered(first: int, last: int) -> str:
    """Return a text of distinct words, so that runs of five words can be counted."""
    return " ".join(f"w{number}" for number in range(first, last))


def test_a_given_id_is_kept():
    assert article_id(dataclasses.replace(NEWS, id="a1", url="https://x.example/1")) == "a1"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.example/a", "https://x.example/a"),
        ("HTTPS://X.Example/A/", "https://x.example/A"),
        (" https://x.example/a#comments ", "https://x.example/a"),
        ("https://x.example/a?utm_source=mail&id=7&utm_medium=x", "https://x.example/a?id=7"),
        ("https://x.example/a?fbclid=1&gclid=2", "https://x.example/a"),
        ("https://x.example/a?empty=&q=a%20b", "https://x.example/a?empty=&q=a+b"),
        ("https://x.example/", "https://x.example"),
        ("not an address", "not an address"),
        # urlsplit refuses this one; an article with a broken link is still an article.
        ("http://[broken/a", "http://[broken/a"),
    ],
)
def test_canonical_url(url, expected):
    assert canonical_url(url) == expected


def test_articles_at_one_address_are_one_whatever_else_changes():
    first = dataclasses.replace(NEWS, url="https://x.example/a?utm_source=mail#top")
    edited = Article("Other", "Other text.", url="https://X.example/a/", date="2022-01-01")
    assert article_id(first) == article_id(edited)
    assert article_id(first) != article_id(dataclasses.replace(NEWS, url="https://x.example/b"))


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"text": "Edited text."}, True),
        ({"author": "Jane Doe"}, True),
        ({"source": "b.txt"}, True),
        ({"title": " FERRY sails "}, True),
        ({"title": "Ferry sinks"}, False),
        ({"date": "2021-02-19"}, False),
        ({"date": None}, False),
        ({"publisher": "Other"}, False),
    ],
)
def test_without_an_address_publisher_date_and_title_decide(change, same):
    assert (article_id(dataclasses.replace(NEWS, **change)) == article_id(NEWS)) is same


def test_without_a_title_the_opening_decides():
    opening = "x" * 80
    assert article_id(Article("", opening + "one")) == article_id(Article(" ", opening + "two"))
    assert article_id(Article("", "one")) != article_id(Article("", "two"))


def test_fields_do_not_run_into_each_other():
    left = Article("T", "x", publisher="a", date=None)
    assert article_id(left) != article_id(dataclasses.replace(left, publisher="", title="aT"))


def test_a_story_under_a_standing_headline_gets_an_id_of_its_own():
    other = dataclasses.replace(NEWS, text="Another story.")
    assert len({article_id(NEWS), distinct_id(NEWS), distinct_id(other)}) == 3


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"source": "elsewhere.txt"}, True),
        ({"id": "given"}, True),
        ({"title": "Ferry sails!"}, False),
        ({"text": "The ferry sailed again on Monday!"}, False),
        ({"date": "2021-02-19"}, False),
        ({"url": "https://x.example"}, False),
        ({"publisher": "Other"}, False),
        ({"author": "Jane Doe"}, False),
        ({"language": "en"}, False),
        ({"publisher": None, "author": "Ellery Courier"}, False),
    ],
)
def test_content_hash_covers_what_readers_see(change, same):
    assert (content_hash(dataclasses.replace(NEWS, **change)) == content_hash(NEWS)) is same


def test_shingles_are_the_runs_of_five_words():
    assert shingles("A b, c D e f.") == {"a b c d e", "b c d e f"}
    assert shingles("Too short") == {"too short"}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [("ab", "ab", 1.0), ("ab", "bc", 1 / 3), ("ab", "cd", 0.0), ("", "a", 0.0), ("", "", 0.0)],
)
def test_jaccard(first, second, expected):
    assert jaccard(set(first), set(second)) == expected


@pytest.mark.parametrize("shared", [0, 25, 50, 75, 90, 100])
def test_minhash_estimates_the_true_jaccard(shared):
    # 104 words make 100 runs. Texts that overlap in `shared` + 4 words share `shared` runs.
    first, second = numbered(0, 104), numbered(100 - shared, 204 - shared)
    true = shared / (200 - shared)
    assert jaccard(shingles(first), shingles(second)) == pytest.approx(true)
    # Three standard errors of 120 hash functions.
    error = 3 * (true * (1 - true) / (BANDS * ROWS)) ** 0.5
    assert similarity(signature(first), signature(second)) == pytest.approx(true, abs=error + 1e-9)


def test_a_signature_depends_on_the_words_alone():
    assert np.array_equal(
        signature("Libya’s oil, again and AGAIN."), signature("libya oil again and again")
    )
    assert signature("x").dtype == np.uint64
    assert signature("x").shape == (120,)


def test_band_keys_agree_where_all_six_rows_do():
    one = signature(numbered(0, 50))
    other = one.copy()
    other[0] += 1  # in band 0
    other[6 * 7 + 5] += 1  # in band 7
    differing = [
        band
        for band, (left, right) in enumerate(zip(band_keys(one), band_keys(other), strict=True))
        if left != right
    ]
    assert differing == [0, 7]


def test_a_key_names_its_band():
    same_rows = np.tile(np.arange(ROWS, dtype=np.uint64), BANDS)
    assert len(set(band_keys(same_rows))) == BANDS
    assert {len(key) for key in band_keys(same_rows)} == {8}


def yearly(year: int, *figures: str) -> Article:
    """Return a report of the kind that comes every year in the same words."""
    lines, income, share, staff = figures
    text = (
        f"The harbour company published its results for {year} on Tuesday in the customs house. "
        f"Its ferries carried {lines} passengers on the routes to the outer islands, the company "
        f"said, and its income rose to {income} million crowns before tax. Shareholders will be "
        f"paid {share} crowns for each share if the general meeting agrees in spring. The company "
        f"has {staff} employees in the port, on its ships and in the repair yard by the canal."
    )
    return Article(f"Harbour company publishes results for {year}", text)


REPORTS = [
    yearly(2021, "410,000", "31.4", "2.10", "812"),
    yearly(2022, "455,000", "33.9", "2.25", "830"),
    yearly(2023, "471,500", "36.2", "2.40", "847"),
    yearly(2024, "502,300", "38.8", "2.55", "861"),
]


@pytest.mark.parametrize("other", [1, 2, 3])
def test_reports_of_other_years_are_other_issues(other: int) -> None:
    first, second = REPORTS[0], REPORTS[other]
    assert is_other_issue(first, second)
    assert is_other_issue(second, first)


def test_corrected_and_longer_versions_are_the_same_story() -> None:
    first = REPORTS[0]
    corrected = dataclasses.replace(first, text=first.text.replace("31.4", "31.9"))
    more = " A fifth ferry, built for 90 million, is due in June 2023 with 14 more jobs."
    assert not is_other_issue(first, corrected)
    assert not is_other_issue(first, dataclasses.replace(first, text=first.text + more))


def test_texts_with_few_figures_are_told_by_their_words() -> None:
    first = Article("Storm", "The storm killed 12 people on the coast and closed 3 roads.")
    second = Article("Storm", "The storm killed 15 people on the coast and closed 3 roads.")
    assert not is_other_issue(first, second)


def test_the_address_of_a_whole_site_identifies_no_article() -> None:
    one, two = (
        Article(title, f"{title} was told.", url="https://varn.example/") for title in ("A", "B")
    )
    assert article_id(one) != article_id(two)
    paged = Article("A", "A was told.", url="https://varn.example/?p=1")
    assert article_id(paged) == article_id(Article("B", "B.", url="https://varn.example/?p=1"))
