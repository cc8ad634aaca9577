"""Records: dates in one form, and nothing that can be changed."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from rag.types import Article, Hit, ScoreParts, Span, Turn, iso_date

EAST = dt.timezone(dt.timedelta(hours=9))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("2021-02-18", "2021-02-18"),
        (" 2021-02-18 ", "2021-02-18"),
        ("2021-02-18T23:59:59", "2021-02-18"),
        ("2021-02-18 06:30", "2021-02-18"),
        ("2021-02-18T23:30:00Z", "2021-02-18"),
        # The day is the one written, not that of another time zone.
        ("2021-02-18T00:30:00+09:00", "2021-02-18"),
        ("20210218", "2021-02-18"),
        ("2024-02-29", "2024-02-29"),
        (dt.date(2021, 2, 18), "2021-02-18"),
        (dt.datetime(2021, 2, 18, 23, 59), "2021-02-18"),
        (dt.datetime(2021, 2, 18, 1, tzinfo=EAST), "2021-02-18"),
    ],
)
def test_iso_date_takes_dates_and_iso_strings(value, expected):
    assert iso_date(value) == expected


@pytest.mark.parametrize(
    "value", ["yesterday", "18/02/2021", "2021-02-30", "2021-13-01", "2021", " ", 20210218, 1.5]
)
def test_iso_date_names_what_is_no_date(value):
    with pytest.raises(ValueError, match="write it as YYYY-MM-DD") as caught:
        iso_date(value)
    assert repr(value) in str(caught.value)


def test_an_article_holds_its_date_as_text():
    assert Article("T", "Text.", date=dt.date(2020, 1, 2)).date == "2020-01-02"
    assert Article("T", "Text.", date="").date is None


def test_an_article_refuses_a_bad_date():
    with pytest.raises(ValueError, match="'last week'"):
        Article("T", "Text.", date="last week")


@pytest.mark.parametrize(
    ("record", "name"),
    [
        (Article("T", "Text."), "text"),
        (Span(0, 1), "end"),
        (ScoreParts(), "dense"),
        (Hit(Article("T", "Text."), "Text.", 0, 5, 1.0, ScoreParts()), "score"),
    ],
)
def test_records_cannot_be_changed(record, name):
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, name, None)


def test_a_turn_is_made_of_a_pair_and_may_have_a_short_answer():
    assert Turn(*("Who?", "She did.")) == ("Who?", "She did.", "")
    assert Turn("Who?", "She did.", "She").short == "She"
