"""PDF pages in columns, and clippings: the order they are read in and what their heads say."""

from __future__ import annotations

import io

import pypdf
import pytest
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from rag.sources.documents.pdf import read_pdf
from rag.types import Article

LEFT = [
    "Council buys an old mill",
    "The council of Marrow has bought the",
    "old mill by the weir for 2.1 million",
    "crowns, its chair Edda Lorn said on",
    "Monday after a vote of nine to two.",
    "Work on the roof begins in autumn.",
]
RIGHT = [
    "Bees stop a goods train",
    "A swarm of bees stopped a goods train",
    "near Ashby for three hours on Sunday.",
    "The driver, Tom Hale, was stung twice",
    "and stayed in his cab until a keeper",
    "came with a box and took the swarm.",
]
HEAD = "The Marrow Post, Tuesday 12 March 2024, page 4"


def pdf(*pages: list[tuple[int, int, str]]) -> bytes:
    """Return a PDF whose pages draw each text at its place, in that order."""
    writer = pypdf.PdfWriter()
    font = DictionaryObject({
        NameObject("/Type"): NameObject("/Font"),
        NameObject("/Subtype"): NameObject("/Type1"),
        NameObject("/BaseFont"): NameObject("/Helvetica"),
    })  # fmt: skip
    for texts in pages:
        page = writer.add_blank_page(612, 792)
        fonts = DictionaryObject({NameObject("/F1"): font})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        drawn = " ".join(f"1 0 0 1 {x} {y} Tm ({text}) Tj" for x, y, text in texts)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 10 Tf {drawn} ET".encode())
        page[NameObject("/Contents")] = writer._add_object(stream)
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()


def read(data: bytes) -> list[Article]:
    return [found for found in read_pdf(data, source="x.pdf") if isinstance(found, Article)]


def across(*columns: list[str], width: int = 270) -> list[tuple[int, int, str]]:
    """Return columns drawn line by line across the page."""
    return [
        (60 + width * number, 700 - 14 * n, text)
        for n, row in enumerate(zip(*columns, strict=True))
        for number, text in enumerate(row)
    ]


def test_columns_drawn_across_are_read_one_after_the_other() -> None:
    first, second = read(pdf([(60, 740, HEAD), *across(LEFT, RIGHT)]))
    assert (first.title, first.date, first.publisher) == (LEFT[0], "2024-03-12", "The Marrow Post")
    assert first.text == " ".join(LEFT[1:])
    assert (second.title, second.text) == (RIGHT[0], " ".join(RIGHT[1:]))


def test_columns_without_a_head_keep_their_order() -> None:
    [article] = read(pdf(across(LEFT, RIGHT)))
    text = " ".join(f"{article.title} {article.text}".split())
    assert text.index("begins in autumn") < text.index("A swarm of bees")


def test_a_table_of_two_columns_is_not_torn_apart() -> None:
    left, right = ["Elm", "Oak", "Ash", "Fir", "Yew"], ["410", "380", "205", "190", "88"]
    [article] = read(pdf([(60, 740, "Votes in the five wards of Marrow"), *across(left, right)]))
    whole = " ".join(f"{article.title} {article.text}".split())
    assert "Elm 410" in whole
    assert "Yew 88" in whole


STORIES = {
    "mill": "The council of Marrow\nhas bought the mill by\n"
    "the weir, its chair said\non Monday, and work on\n"
    "the roof begins soon.",
    "bees": "A swarm of bees held\nup a goods train near\n"
    "Ashby on Sunday until\na keeper came with his\n"
    "box and took them.",
    "rope": "The ropewalk at Lund\nopens to the public on\n"
    "Friday after it stood\nempty for nine years,\n"
    "its new owner said.",
    "fish": "A cod of forty pounds\nwas landed at Brae, but\n"
    "the boy who caught it\nlet it go again, since\n"
    "it looked so old.",
}


@pytest.mark.parametrize("names", [["mill", "bees", "rope"], ["fish", "mill", "bees", "rope"]])
@pytest.mark.parametrize("uneven", [0, 1])
def test_three_and_four_columns_are_read_one_after_the_other(names, uneven) -> None:
    columns = [STORIES[name].split("\n") for name in names]
    columns[-1] = [*columns[-1][: 5 - uneven], *[""] * uneven]
    found = read(pdf([(60, 740, HEAD), *across(*columns, width=135)]))
    whole = " ".join(" ".join(f"{article.title} {article.text}" for article in found).split())
    for lines in columns:
        assert " ".join(lines).strip() in whole


def test_a_table_of_three_columns_is_not_torn_apart() -> None:
    wards = [
        "Elm Street North ward",
        "Oak Avenue lower ward",
        "Ash Lane harbour ward",
        "Fir Road station ward",
    ]
    winners = [
        "Nora Pell of the Greens",
        "Ivo Grant for Labour",
        "Mae Oduya, no party",
        "Carl Finch, Tory party",
    ]
    counts = [
        "1,204 votes of 1,900",
        "987 votes out of 1,500",
        "1,551 votes of 2,300",
        "743 votes out of 1,480",
    ]
    [article] = read(pdf([(60, 740, "Votes"), *across(wards, winners, counts, width=150)]))
    whole = " ".join(f"{article.title} {article.text}".split())
    for row in zip(wards, winners, counts, strict=True):
        assert " ".join(row) in whole


@pytest.mark.parametrize(
    ("other", "count"),
    [
        ("The Ashby Gazette, Wednesday 13 March 2024, page 1", 2),
        (HEAD.replace("page 4", "page 5"), 1),
    ],
)
def test_clippings_are_articles_of_their_own(other: str, count: int) -> None:
    pages = [
        [(60, 740, head), *((60, 700 - 14 * n, line) for n, line in enumerate(lines))]
        for head, lines in ((HEAD, LEFT), (other, RIGHT))
    ]
    found = read(pdf(*pages))
    if count == 2:
        assert [article.date for article in found] == ["2024-03-12", "2024-03-13"]
        assert [article.title for article in found] == [LEFT[0], RIGHT[0]]
        assert [article.publisher for article in found] == ["The Marrow Post", "The Ashby Gazette"]
    else:
        assert len(found) == 1


@pytest.mark.parametrize("apart", [14, 40])
def test_a_page_of_one_column_is_read_however_far_apart_its_lines_stand(apart: int) -> None:
    [article] = read(pdf([(60, 740 - apart * n, text) for n, text in enumerate(LEFT)]))
    assert article.title == LEFT[0]
    assert article.text.split() == " ".join(LEFT[1:]).split()
