"""The names of columns in many languages, and the replies of news services in their shapes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.taking import take

if TYPE_CHECKING:
    from pathlib import Path

    from rag.types import Article

TITLE = "Lock gates of Varn replaced"
TEXT = "The lock gates of Varn were replaced on Monday after ninety years, the canal office said."
OTHER = "The wardens of Dell counted forty herons in spring."


@pytest.mark.parametrize(
    "header",
    [
        "标题;正文;发布时间;来源;作者",
        "標題;內容;日期;報紙;記者",
        "見出し;本文;掲載日;媒体名;記者名",
        "제목;본문;일자;언론사;기고자",
        "Заголовок;Текст;Дата;Источник;Автор",
        "العنوان;النص;التاريخ;المصدر;الكاتب",
        "Tytuł;Treść;Data publikacji;Źródło;Autor",
        "BAŞLIK;İçerik;Tarih;Kaynak;Yazar",
        "Título;Conteúdo;Data;Veículo;Autor",
        "Otsikko;Teksti;Päivämäärä;Lehti;Kirjoittaja",
        "Article_Headline;Cleaned Text;publishing_date;provider;Reporter",
    ],
)
def test_columns_are_known_in_many_languages(tmp_path: Path, header: str) -> None:
    row = f"{TITLE};{TEXT};2024-03-05;The Varn Mail;Ida Holt"
    (article,), skipped, _ = take(tmp_path / "a.csv", f"{header}\n{row}\n")
    assert (article.title, article.text, article.date) == (TITLE, TEXT, "2024-03-05")
    assert (article.publisher, article.author, skipped) == ("The Varn Mail", "Ida Holt", [])


FACTS = {"title": TITLE, "url": "https://varn.example/1"}
REPLIES: dict[str, Any] = {
    "provider": {"value": [{"name": TITLE, "url": FACTS["url"], "description": TEXT,
                            "provider": [{"name": "The Varn Mail"}],
                            "datePublished": "2024-03-05T10:00:00.0Z"}]},
    "in sections": [{**FACTS, "publishing_date": "2024-03-05", "publisher": "The Varn Mail",
                     "body": {"sections": [{"headline": [], "paragraphs": [TEXT]}]}}],
    "under a hit": {"hits": {"hits": [{"_id": "k", "_source": {**FACTS, "content": TEXT,
                    "published": "2024-03-05", "site": "The Varn Mail"}}]}},
    "source is an address": {**FACTS, "url": None, "date": "2024-03-05", "raw_text": TEXT,
                             "source": FACTS["url"], "source-hostname": "The Varn Mail"},
    "markdown": {"data": [{"markdown": f"**{TEXT}**", "metadata": {
        "title": TITLE, "sourceURL": FACTS["url"], "publishedTime": "2024-03-05",
        "sitename": "The Varn Mail"}}]},
    "linked data": {"@type": "NewsArticle", "headline": TITLE, "articleBody": TEXT,
                    "datePublished": "2024-03-05", "publisher": {"name": "The Varn Mail"},
                    "mainEntityOfPage": {"@id": FACTS["url"]}},
    "header and body": {"documents": [{"header": {"text": TITLE}, "body": {"text": TEXT},
                        "first_source": {"name": "The Varn Mail"}, "unix_timestamp": 1709640000,
                        "url": FACTS["url"]}]},
    "lists of one": {"docs": [{"title": [TITLE], "content": [TEXT], "date": ["2024-03-05"],
                     "source_name": ["The Varn Mail"], "url": [FACTS["url"]]}]},
}  # fmt: skip


@pytest.mark.parametrize("shape", REPLIES)
def test_replies_of_services(tmp_path: Path, shape: str) -> None:
    (article,), skipped, _ = take(tmp_path / "a.json", json.dumps(REPLIES[shape]))
    assert (article.title, article.text, article.date) == (TITLE, TEXT, "2024-03-05")
    assert (article.publisher, article.url) == ("The Varn Mail", FACTS["url"])
    assert skipped == []


def test_an_author_by_number_gives_way_to_the_name(tmp_path: Path) -> None:
    post = {"title": {"rendered": TITLE}, "content": {"rendered": f"<p>{TEXT}</p>"}, "author": 5}
    post["_embedded"] = {"author": [{"id": 5, "name": "Ida Holt"}]}
    (article,), _, _ = take(tmp_path / "a.json", json.dumps([post]))
    assert article.author == "Ida Holt"
    del post["_embedded"]
    (article,), _, _ = take(tmp_path / "a.json", json.dumps([post]))
    assert article.author is None


def test_what_is_related_to_a_row_without_text_is_no_article(tmp_path: Path) -> None:
    row = {"title": TITLE, "text": "", "related": [{"title": "Herons", "text": OTHER}]}
    articles, (skipped,), _ = take(tmp_path / "a.jsonl", f"{json.dumps(ONE)}\n{json.dumps(row)}")
    assert [article.text for article in articles] == [TEXT]
    assert "no text" in skipped.reason


def test_a_text_that_the_service_cut_is_told(tmp_path: Path) -> None:
    cut = {"title": TITLE, "content": f"{TEXT}… [+2311 chars]", "publishedAt": "2024-03-05"}
    gone = {"title": "[Removed]", "content": "[Removed]", "description": "[Removed]"}
    (article,), (skipped,), (note,) = take(
        tmp_path / "a.json", json.dumps({"articles": [cut, gone]})
    )
    assert article.text == TEXT
    assert "no text" in skipped.reason
    assert note.text == "has rows that hold only an extract of their text (1)"


@pytest.mark.parametrize("mark", ["N/A", "nan", "NA", "null", "-"])
def test_what_marks_a_blank_is_no_text_and_no_name(tmp_path: Path, mark: str) -> None:
    lines = f"title,text,summary,author\n{TITLE},{mark},{OTHER},{mark}\n"
    (article,), _, _ = take(tmp_path / "a.csv", lines)
    assert (article.text, article.author) == (OTHER, None)


ONE, TWO = ({"title": title, "text": text} for title, text in ((TITLE, TEXT), ("Herons", OTHER)))
A, B = json.dumps(ONE), json.dumps(TWO)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", A + B),
        ("a.json", f"{json.dumps(ONE, indent=1)}\n{json.dumps(TWO, indent=1)}"),
        ("a.json", f"[{A},{B},]"),
        ("a.jsonl", f'{{"articles": [{A}]}}\n{{"articles": [{B}]}}'),
        ("a.jsonl", f"{json.dumps(A)}\n{json.dumps(B)}"),
    ],
    ids=["joined", "joined over lines", "comma at the end", "a reply per line", "as strings"],
)
def test_json_that_is_nearly_json(tmp_path: Path, name: str, content: str) -> None:
    articles, skipped, _ = take(tmp_path / name, content)
    assert [article.text for article in articles] == [TEXT, OTHER]
    assert skipped == []


@pytest.mark.parametrize("start", ["[", '{"status": "ok", "articles": ['])
def test_json_that_is_cut_keeps_what_is_whole_and_tells(tmp_path: Path, start: str) -> None:
    (article,), (skipped,), _ = take(tmp_path / "a.json", f"{start}{A},{B[:-30]}")
    assert article.text == TEXT
    assert skipped.reason.startswith("is damaged after 1 objects")


def test_quotes_escaped_by_a_backslash(tmp_path: Path) -> None:
    (article,), _, notes = take(
        tmp_path / "a.csv", f'title,text\n"A","He said \\"no\\", {OTHER}"\n'
    )
    assert article.text == f'He said "no", {OTHER}'
    assert notes == []


def test_lines_that_end_in_a_carriage_return_alone(tmp_path: Path) -> None:
    articles, _, _ = take(tmp_path / "a.csv", f"title,text\rA,{OTHER}\rB,{OTHER}\r")
    assert [article.title for article in articles] == ["A", "B"]


def test_of_columns_by_one_name_the_first_filled_one_counts(tmp_path: Path) -> None:
    articles, _, _ = take(tmp_path / "a.csv", f"title,text,text\nA,{OTHER},no words\nB,,{OTHER}\n")
    assert [article.text for article in articles] == [OTHER, OTHER]


def test_an_old_macintosh_text(tmp_path: Path) -> None:
    text = "Le café « Le Chêne » a rouvert à Varn après des années, a dit la mairie d’à côté."
    (article,), _, notes = take(tmp_path / "a.txt", text.encode("mac_roman"))
    assert (article.text, notes) == (text, [])


def _csv(tmp_path: Path, lines: str) -> Article:
    (article,), _, _ = take(tmp_path / "a.csv", lines)
    return article


@pytest.mark.parametrize("cell", [
    '"{""id"": null, ""name"": ""The Varn Mail""}"',
    "\"{'id': None, 'name': 'The Varn Mail'}\"",
    "\"['The Varn Mail']\"",
])  # fmt: skip
def test_objects_spelled_out_in_a_cell_are_read_as_such(tmp_path: Path, cell: str) -> None:
    article = _csv(tmp_path, f"title,text,source\n[2024] Herons,{OTHER},{cell}\n")
    assert (article.title, article.publisher) == ("[2024] Herons", "The Varn Mail")


@pytest.mark.parametrize(("month", "names"), [("3", "year,month,day"), ("März", "Jahr,Monat,Tag")])
def test_a_date_in_three_columns(tmp_path: Path, month: str, names: str) -> None:
    article = _csv(tmp_path, f"title,text,{names}\nA,{OTHER},2024,{month},5\n")
    assert article.date == "2024-03-05"


@pytest.mark.parametrize(
    ("lead", "text"), [("They are back.", f"They are back.\n\n{OTHER}"), (OTHER[:30], OTHER)]
)
def test_a_lead_kept_apart_is_text_unless_the_text_repeats_it(
    tmp_path: Path, lead: str, text: str
) -> None:
    assert _csv(tmp_path, f"title,lead,body\nA,{lead},{OTHER}\n").text == text


def test_a_quote_that_is_never_closed_cuts_no_text(tmp_path: Path) -> None:
    rows = f'title,text,date\nA,{OTHER},2024-03-05\nB,"{TEXT}\n'
    articles, _, notes = take(tmp_path / "a.csv", rows)
    assert [article.text for article in articles] == [OTHER, TEXT]
    assert notes[0].text.startswith("has quotation marks that are never closed (1)")


def test_a_body_in_elements(tmp_path: Path) -> None:
    story = {"headlines": {"basic": TITLE}, "credits": {"by": [{"name": "Ida Holt"}]},
             "publish_date": {"$date": {"$numberLong": "1709640000000"}}, "content_elements": [
             {"type": "text", "content": f"<p>{TEXT}</p>"},
             {"type": "text", "content": OTHER}]}  # fmt: skip
    (article,), _, _ = take(tmp_path / "a.json", json.dumps(story))
    assert (article.title, article.author, article.date) == (TITLE, "Ida Holt", "2024-03-05")
    assert article.text == f"{TEXT}\n\n{OTHER}"


@pytest.mark.parametrize(
    "content", [f"TY  - NEWS\nTI  - {TITLE}\nER  - \n", f"%0 Newspaper Article\n%T {TITLE}\n"]
)
def test_lists_of_references_are_named(tmp_path: Path, content: str) -> None:
    articles, (skipped,), _ = take(tmp_path / "a.txt", content)
    assert articles == []
    assert "references (RIS or EndNote)" in skipped.reason
