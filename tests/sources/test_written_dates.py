"""Written dates of many languages, orders and calendars, and the date a page shows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from rag.sources import read
from rag.sources.dates import find_dates, manner_of, name_date, parse_date
from rag.sources.fields import article
from rag.sources.web.markup import parse
from rag.sources.web.page_dates import shown_date
from rag.sources.web.pages import read_page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rag.types import Note

SPELLED = {
    "en": "12 October 2023",
    "es": "12 de octubre de 2023",
    "pt": "12 de outubro de 2023",
    "fr": "12 octobre 2023",
    "it": "12 ottobre 2023",
    "ca": "12 d’octubre de 2023",
    "ro": "12 octombrie 2023",
    "de": "12. Oktober 2023",
    "nl": "12 oktober 2023",
    "sv": "12 okt. 2023",
    "da": "12. okt. 2023",
    "nb": "12. oktober 2023",
    "fi": "12. lokakuuta 2023",
    "et": "12. oktoober 2023",
    "lv": "2023. gada 12. oktobris",
    "lt": "2023 m. spalio 12 d.",
    "pl": "12 października 2023 r.",
    "cs": "12. října 2023",
    "sk": "12. októbra 2023",
    "hu": "2023. október 12., csütörtök",
    "hr": "12. listopada 2023.",
    "sr": "12. октобар 2023.",
    "bg": "12 октомври 2023 г.",
    "ru": "12 октября 2023 г.",
    "uk": "12 жовтня 2023 р.",
    "el": "12 ΟΚΤΩΒΡΙΟΥ 2023",
    "tr": "12 Ekim 2023 Perşembe",
    "ar": "١٢ تشرين الأول/أكتوبر ٢٠٢٣",
    "he": "12 באוקטובר 2023",
    "fa": "۲۰ مهر ۱۴۰۲",
    "ur": "12 اکتوبر 2023",
    "hi": "12 अक्टूबर 2023",
    "bn": "১২ অক্টোবর ২০২৩",
    "th": "12 ตุลาคม 2566",
    "vi": "ngày 12 tháng 10 năm 2023",
    "id": "12 Oktober 2023",
    "fil": "Oktubre 12, 2023",
    "sw": "12 Oktoba 2023",
    "zh": "2023年10月12日",
    "ja": "令和5年10月12日",
    "ko": "2023년 10월 12일",
}


@pytest.mark.parametrize("language", SPELLED)
def test_spelled_dates_with_and_without_their_language(language: str) -> None:
    told = manner_of(language)
    assert parse_date(SPELLED[language], manner=told) == "2023-10-12"
    # Only a month whose name another language gives to another month needs the language.
    alone = "2023-11-12" if language == "hr" else "2023-10-12"
    assert parse_date(SPELLED[language]) == alone


@pytest.mark.parametrize(
    ("value", "tag", "address", "date"),
    [
        ("05.03.24", None, None, "2024-03-05"),
        ("31.12.24 18:30", None, None, "2024-12-31"),
        ("03/04/21", "en", None, "2021-03-04"),
        ("03/04/21", "en-GB", None, "2021-04-03"),
        ("03/04/2021", "en", "https://paper.example.co.uk/a", "2021-04-03"),
        ("03/04/2021", "en", "https://paper.example.com/a", "2021-03-04"),
        ("03/04/2021", None, "https://journal.example.fr/a", "2021-04-03"),
        ("01-11-2023 10:29", "de", None, "2023-11-01"),
        ("24/03/05", "ko", None, "2024-03-05"),
        ("3/4/2021", "sv", None, "2021-04-03"),
        ("12/31/99", None, None, "1999-12-31"),
        ("۱۴۰۲/۱۲/۱۵", None, None, "2024-03-05"),
        ("09:12 EDT, 4 June 2024", None, None, "2024-06-04"),
        ("Thu Mar  7 06:00:00 2024", None, None, "2024-03-07"),
        ("Do, 31 Okt 2019 23:52:59 +0100", None, None, "2019-10-31"),
        ("15-Mar-24", None, None, "2024-03-15"),
        ("5 March 18:30", None, None, None),
        ("Tue Mar 05 10:30:00 +0000 2024", None, None, "2024-03-05"),
        ("2024-W10-2", None, None, "2024-03-05"),
        ("2024-W54-2", None, None, None),
        ("2024-065", None, None, "2024-03-05"),
        ("2023-366", None, None, None),
        ("R6.3.5", None, None, "2024-03-05"),
        ("令和六年三月五日", None, None, "2024-03-05"),
        ("昭和六十四年一月七日", None, None, "1989-01-07"),
        ("大正12年9月1日", None, None, "1923-09-01"),
        ("明治45年7月30日", None, None, "1912-07-30"),
        ("二〇二四年十二月二十一日", None, None, "2024-12-21"),
        ("中華民國一一三年三月五日", None, None, "2024-03-05"),
        ("٠٥/٠٣/٢٠٢٤", None, None, "2024-03-05"),
        ("نشر في: 05/03/2024", None, None, "2024-03-05"),
        ("الثلاثاء 24 شعبان 1445 هـ - 5 مارس 2024 م", None, None, "2024-03-05"),
        ("24 شعبان 1445 هـ", None, None, None),
        ("١٤٤٥/٠٨/٢٤", None, None, None),
        ("5 మార్చి 2024", None, None, "2024-03-05"),
        ("5 sett 2023", "it", None, "2023-09-05"),
        ("/Date(1709640000000+0100)/", None, None, "2024-03-05"),
        ("D:20240305103000+01'00'", None, None, "2024-03-05"),
        ("1970-01-01T00:00:00Z", None, None, None),
        ("1970-01-01", None, None, "1970-01-01"),
        ("3 hours ago", None, None, None),
    ],
)
def test_orders_and_short_years(
    value: str, tag: str | None, address: str | None, date: str | None
) -> None:
    assert parse_date(value, manner=manner_of(tag, address=address)) == date


@pytest.mark.parametrize(
    ("value", "date"),
    [
        (20240305123000, "2024-03-05"),
        ("20240305123000", "2024-03-05"),
        ("202403051230", "2024-03-05"),
        (1709640000, "2024-03-05"),
        (1709640000.5, "2024-03-05"),
        (1709640000000, "2024-03-05"),
        (1709640000000000, "2024-03-05"),
        ("1709640000000000000", "2024-03-05"),
        (20241350, None),
        (45356, "2024-03-05"),
        ("45356.4375", "2024-03-05"),
        (99999, None),
        (12345, None),
    ],
)
def test_stamps_and_epochs(value: object, date: str | None) -> None:
    assert parse_date(value) == date


def test_nothing_is_published_in_the_future() -> None:
    soon = dt.date.today() + dt.timedelta(days=3)
    for written in (soon, soon.isoformat(), f"{soon:%d %B %Y}", f"{soon:%d.%m.%Y}"):
        assert parse_date(written) is None
    tomorrow = dt.date.today() + dt.timedelta(days=1)
    assert parse_date(tomorrow.isoformat()) == tomorrow.isoformat()  # it is that day in the east


def test_dates_in_a_line() -> None:
    line = "PUBLISHED: 09:12 EDT, 4 June 2024 | UPDATED: 14:40 EDT, 5 June 2024"
    found = find_dates(line)
    assert [item.date for item in found] == ["2024-06-04", "2024-06-05"]
    assert [line[item.span.start : item.span.end] for item in found] == [
        "4 June 2024",
        "5 June 2024",
    ]
    assert find_dates("The fire killed 2 in March 2024, 7 more than in May 2023.") == []


def test_a_row_is_read_in_the_manner_of_its_language() -> None:
    text = "The ferry sailed again on Monday after nine months in dry dock."
    assert article(source="x", text=text, date="3/4/2021", language="nl").date == "2021-04-03"
    assert article(source="x", text=text, date="3/4/2021", language="en-US").date == "2021-03-04"


def _page(body: str) -> str | None:
    tree = parse(f"<html><body>{body}<p>{'The weir will be rebuilt. ' * 9}</p></body></html>")
    assert tree is not None
    return shown_date(tree, manner=manner_of("en"))


@pytest.mark.parametrize(
    ("body", "date"),
    [
        ("<h1>Weir</h1><time datetime='2023-02-01T08:00Z'>1 Feb</time>", "2023-02-01"),
        ("<aside><time datetime='2009-04-11'></time></aside><h1>Weir</h1>", None),
        ("<div class='related-stories'><time>11 April 2009</time></div><h1>Weir</h1>"
         "<p class='post-date'>22 October 2019</p>", "2019-10-22"),
        ("<h1>Weir</h1><time class='updated' datetime='2024-01-09'></time>"
         "<time datetime='2024-01-08'></time>", "2024-01-08"),
        ("<h1>Weir</h1><time datetime='2019-07-03'>Publié le 29 juin 2019</time>", "2019-06-29"),
        ("<a href='/x'><time datetime='2020-01-01'></time></a><h1>Weir</h1>"
         "<span itemprop='datePublished' content='2021-05-06'></span>", "2021-05-06"),
        ("<h1>Weir</h1><footer><span class='date'>© 3 March 2011</span></footer>", None),
    ],
)  # fmt: skip
def test_the_date_a_page_shows_is_its_own(body: str, date: str | None) -> None:
    assert _page(body) == date


@pytest.mark.parametrize(
    ("address", "shown", "date"),
    [
        ("https://x.example/2021/03/04/quay-closed", "", "2021-03-04"),
        ("https://x.example/news/2021/mar/04/quay", "", "2021-03-04"),
        ("https://x.example/2021/03/04/quay", "<time>5 March 2021</time>", "2021-03-05"),
        ("https://x.example/quay?on=2021-03-04", "", None),
    ],
)
def test_a_date_in_the_address_counts_last(address: str, shown: str, date: str | None) -> None:
    text = "The quay was closed on Monday after two bearings cracked, the council said."
    page = f"<html><body><h1>Quay closed</h1>{shown}<p>{text}</p></body></html>"
    assert read_page(page.encode(), source="f.html", url=address).date == date


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("/news/2024-03-05-ferry.txt", "2024-03-05"),
        ("20240305_ferry.docx", "2024-03-05"),
        ("archive/2024/03/05/ferry.md", "2024-03-05"),
        ("Vale Observer 4 March 2025.pdf", "2025-03-04"),
        ("Altfurter_Bote_3._Mai_2024.pdf", "2024-05-03"),
        ("report-2024.txt", None),
        ("call-20241305.txt", None),
        ("12345678901.txt", None),
    ],
)
def test_the_date_in_a_file_name(name: str, date: str | None) -> None:
    assert name_date(name) == date


@pytest.mark.parametrize(
    ("head", "date", "author", "publisher"),
    [
        ("By Ann Bell, 3 May 2024, 10:15 AM", "2024-05-03", "Ann Bell", None),
        ("Rivermouth Courier, 4 March 2025", "2025-03-04", None, "Rivermouth Courier"),
        ("Donnerstag, 7. März 2024, 09:30 Uhr", "2024-03-07", None, None),
        ("Publié le 29 juin 2019 à 10h18", "2019-06-29", None, None),
        ("Berlin, 3 May 2024", "2024-05-03", None, None),
        ("Updated: 5 June 2024 | First published 4 June 2024", "2024-06-04", None, None),
        ("Ferry strike of 3 May 2024", None, None, None),
        ("It began on 3 May 2024.", None, None, None),
    ],
)
def test_lines_above_a_text_say_its_date(
    head: str, date: str | None, author: str | None, publisher: str | None
) -> None:
    body = "The ferry sailed again on Monday after nine months in dry dock, the office said."
    found = article(source="x", title="Ferry", text=f"{head}\n\n{body}")
    assert (found.date, found.author, found.publisher) == (date, author, publisher)
    assert found.text == (body if date else f"{head}\n\n{body}")


def test_what_a_row_says_counts_before_the_text() -> None:
    text = "By Ann Bell\n\n3 May 2024\n\nThe ferry sailed again on Monday, the office said."
    found = article(source="x", title="Ferry", text=text, date="2024-05-04", author="Bo Lee")
    assert (found.date, found.author) == ("2024-05-04", "Bo Lee")
    assert found.text == "The ferry sailed again on Monday, the office said."


def _table(tmp_path: Path, rows: Sequence[tuple[str, str]]) -> tuple[list[str | None], list[str]]:
    """Return the dates of a table of dates and texts, and what is noted of it."""
    lines = [f"{date};Canal;{text}" for date, text in rows]
    (tmp_path / "a.csv").write_text("\n".join(["date;title;text", *lines]), encoding="utf-8")
    notes: list[Note] = []
    found = [article.date for article in read([tmp_path / "a.csv"], on_note=notes.append)]
    return found, [note.text for note in notes]


ENGLISH = "The lock gates of the canal were replaced on Monday, the office said."
SPANISH = "Las compuertas del canal fueron reemplazadas el lunes, dijo la oficina del puerto."


def test_other_rows_show_how_dates_are_read(tmp_path: Path) -> None:
    days, _ = _table(tmp_path, [("3/4/2021", ENGLISH), ("13/4/2021", ENGLISH)])
    assert days == ["2021-04-03", "2021-04-13"]
    months, _ = _table(tmp_path, [("3/4/2021", ENGLISH), ("3/14/2021", ENGLISH)])
    assert months == ["2021-03-04", "2021-03-14"]


def test_the_language_of_the_text_shows_it_too(tmp_path: Path) -> None:
    assert _table(tmp_path, [("3/4/2021", SPANISH)]) == (["2021-04-03"], [])


def test_dates_that_nothing_tells_how_to_read_are_noted(tmp_path: Path) -> None:
    dates, (note,) = _table(tmp_path, [("3/4/2021", ENGLISH), ("4/4/2021", ENGLISH)])
    assert dates == ["2021-03-04", "2021-04-04"]
    assert note.startswith("has dates such as 3/4/2021 that nothing tells how to read (1)")
