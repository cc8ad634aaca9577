"""Tables and JSON as they are found: cells out of order, text elsewhere, objects in objects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from rag.sources import read
from rag.sources.files.encoding import bad_bytes, decode_noting
from rag.sources.tables.cells import split_cells
from rag.sources.tables.nested import record_lists, string_paths, words_of

if TYPE_CHECKING:
    from pathlib import Path

    from rag.types import Article, Note, Skipped

TEXT = "The ropewalk at Lund opens to the public on Sunday, its owner said."


def take(path: Path, content: str | bytes, **options: dict[str, str]) -> Taken:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    taken = Taken([], [], [])
    found = read([path], on_skip=taken.skipped.append, on_note=taken.notes.append, **options)
    taken.articles.extend(found)
    return taken


class Taken:
    def __init__(self, articles: list[Article], skipped: list[Skipped], notes: list[Note]) -> None:
        self.articles, self.skipped, self.notes = articles, skipped, notes

    def titles(self) -> list[str]:
        return [article.title for article in self.articles]

    def texts(self) -> list[str]:
        return [article.text for article in self.articles]

    def said(self) -> str:
        return " ".join(note.text for note in self.notes)


# Quotes and cells out of order


TSV = """title\tdate\ttext
Rain\t2024-02-01\tIt rained in Lund on Thursday.
"Enough of this", says mayor\t2024-02-02\tThe mayor of Lund spoke on Friday.
"We will wait\t2024-02-03\tThe wardens of Lund met on Saturday.
Snow\t2024-02-04\tIt snowed in Lund on Sunday.
An end"\t2024-02-05\tThe fair closed on Monday.
"Quoted, but rightly"\t2024-02-06\t"It said ""no"" on Tuesday."
"""


@pytest.mark.parametrize("delimiter", ["\t", ";", ","])
def test_a_stray_quote_swallows_no_rows(tmp_path: Path, delimiter: str) -> None:
    lines = TSV if delimiter == "\t" else TSV.replace(",", " -").replace("\t", delimiter)
    taken = take(tmp_path / "a.csv", lines)
    assert len(taken.articles) == 6
    assert taken.titles()[1].startswith('"Enough of this"')
    assert taken.titles()[2:5] == ['"We will wait', "Snow", 'An end"']
    assert taken.texts()[5] == 'It said "no" on Tuesday.'
    assert "quotation marks that are never closed (2)" in taken.said()


def test_a_cell_may_run_over_lines_that_are_no_rows(tmp_path: Path) -> None:
    table = f'title,date,text\nA,2024-02-01,"{TEXT}\n\nIt is free, dry, warm."\nB,2024-02-02,Two.\n'
    taken = take(tmp_path / "a.csv", table)
    assert taken.texts() == [f"{TEXT}\n\nIt is free, dry, warm.", "Two."]
    assert taken.notes == []


@pytest.mark.parametrize(
    ("row", "title", "text", "note"),
    [
        (f"A,2024-02-01,{TEXT}", "A", TEXT, "extra cells were joined"),
        (f"A,2024-02-01,{TEXT.replace(',', '')},,", "A", TEXT.replace(",", ""), ""),
        ("A,2024-02-01,It rained\nand snowed.", "A", "It rained\nand snowed.", "broken over lines"),
        ("7,A,2024-02-01,It rained.", "A", "It rained.", ""),
    ],
)
def test_cells_out_of_order(tmp_path: Path, row: str, title: str, text: str, note: str) -> None:
    taken = take(tmp_path / "a.csv", f"title,date,text\n{row}\nB,2024-02-02,Two.\n")
    if row[0] == "7":
        taken = take(tmp_path / "a.csv", f"title,date,text\n{row}\n8,B,2024-02-02,Two.\n")
    assert (taken.titles(), taken.texts()) == ([title, "B"], [text, "Two."])
    assert taken.articles[0].date == "2024-02-01"
    assert note in taken.said()
    assert bool(note) == bool(taken.notes)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_table_of_no_rows_is_told(tmp_path: Path, delimiter: str) -> None:
    taken = take(tmp_path / "a.csv", f"title{delimiter}text{delimiter}date\n")
    assert taken.articles == []
    assert [skipped.reason for skipped in taken.skipped] == ["holds no articles"]


def test_a_title_that_is_a_text_is_read_as_one(tmp_path: Path) -> None:
    long = "The council met. " + "It spoke of the harbour at length. " * 20
    taken = take(tmp_path / "a.csv", f"title,text\n{long},It rained.\n{'x ' * 30_000},It snowed.\n")
    assert taken.titles()[0] == "The council met."
    assert taken.texts()[0] == f"{long.strip()}\n\nIt rained."
    assert len(taken.titles()[1]) < 120
    assert taken.texts()[1] == "It snowed."


def test_missing_cells_are_told(tmp_path: Path) -> None:
    taken = take(tmp_path / "a.csv", "text,title,url\nOne.,A,x\nTwo.\nThree.,C,y\n")
    assert taken.texts() == ["One.", "Two.", "Three."]
    assert "has rows with fewer cells than columns (1)" in taken.said()


def test_lines_above_the_header_are_told(tmp_path: Path) -> None:
    taken = take(tmp_path / "a.csv", f"sep=;\nExport of 4 May\n\ntitle;text\nA;{TEXT}\n")
    assert taken.titles() == ["A"]
    assert "lines above the row that names the columns" in taken.said()


@pytest.mark.parametrize(
    ("row", "cells"),
    [
        ('a,"b,c",d', ["a", "b,c", "d"]),
        ('"",x', ["", "x"]),
        ('"a ""b"" c","""d"""', ['a "b" c', '"d"']),
        ('"he said "no" to it",x', ['he said "no" to it', "x"]),
        ('x "y" z,1', ['x "y" z', "1"]),
        ('"open,1', None),
    ],
)
def test_split_cells(row: str, cells: list[str] | None) -> None:
    assert split_cells(row, ",") == cells


# Which column, in which row


@pytest.mark.parametrize(
    ("row", "title", "text"),
    [
        ({"title": "A", "text": None, "maintext": TEXT}, "A", TEXT),
        ({"title": "", "headline": "A", "content": "", "body": TEXT}, "A", TEXT),
        ({"Titel": "A", "Text": "", "Volltext": TEXT}, "A", TEXT),
        ({"Título": "A", "Cuerpo": TEXT, "resumen": "no"}, "A", TEXT),
        ({"titre": "A", "texte": "  ", "contenu": TEXT}, "A", TEXT),
        ({"title": "A", "text": "<p> </p>", "article_body": TEXT}, "A", TEXT),
    ],
)
def test_the_first_column_with_words_in_this_row_counts(
    tmp_path: Path, row: dict[str, object], title: str, text: str
) -> None:
    other = {"title": "B", "text": "Two.", "Título": "B", "titre": "B", "Titel": "B"}
    taken = take(tmp_path / "a.jsonl", f"{json.dumps(other)}\n{json.dumps(row)}\n")
    assert (taken.titles()[1], taken.texts()[1]) == (title, text)


def test_a_row_with_only_an_extract_is_read_and_told(tmp_path: Path) -> None:
    rows = [{"title": "A", "text": TEXT}, {"title": "B", "text": "", "description": "Short."}]
    taken = take(tmp_path / "a.json", json.dumps(rows))
    assert taken.texts() == [TEXT, "Short."]
    assert taken.said() == "has rows that hold only an extract of their text (1)"


@pytest.mark.parametrize("bad", ["1", "0042", "row-7", "n12", "uk/1"])
def test_an_id_that_counts_rows_is_none(tmp_path: Path, bad: str) -> None:
    row = {"id": bad, "title": "A", "text": TEXT}
    taken = take(tmp_path / "a.json", json.dumps([row]))
    assert taken.articles[0].id is None
    assert taken.said().startswith("numbers its rows")
    trusted = take(tmp_path / "a.json", json.dumps([row]), columns={"id": "id"})
    assert (trusted.articles[0].id, trusted.notes) == (bad, [])


def test_a_long_id_stays(tmp_path: Path) -> None:
    row = {"id": "urn:lund:2024-02-01:ropewalk", "title": "A", "text": TEXT}
    assert take(tmp_path / "a.json", json.dumps([row])).articles[0].id == row["id"]


# Objects in objects


WORDPRESS = [{"id": 7, "title": {"rendered": "A"}, "content": {"rendered": f"<p>{TEXT}</p>"}}]
BY_FIELDS = {
    "response": {
        "status": "ok",
        "results": [{"webTitle": "A", "fields": {"bodyText": TEXT, "byline": "Ola Quist"}}],
    }
}
SEARCH_HITS = {
    "took": 3,
    "hits": {"total": 1, "hits": [{"_id": "x", "_source": {"title": "A", "body": TEXT}}]},
}
LISTS_IN_LISTS = {"pages": [[{"title": "A", "text": TEXT}], []]}
BY_ID = {"k1": {"title": "A", "text": TEXT}, "k2": {"title": "A", "text": TEXT}}
WITH_HEADER = [["title", "text"], ["A", TEXT]]
FRAME = {"title": {"0": "A"}, "text": {"0": TEXT}}
SPLIT_FRAME = {"columns": ["title", "text"], "index": [0], "data": [["A", TEXT]]}
BLOCKS = {"title": "A", "content": [{"type": "paragraph", "data": {"text": TEXT}}]}
GRAPH = {"data": {"viewer": {"edges": [{"node": {"headline": {"main": "A"}, "body": TEXT}}]}}}
ALONE = {"status": "ok", "article": {"title": "A", "text": TEXT, "tags": [{"name": "x"}]}}
COMMENTED = {"title": "A", "text": TEXT, "comments": [{"title": "no", "text": "No."}]}


@pytest.mark.parametrize(
    "data",
    [
        *(WORDPRESS, BY_FIELDS, SEARCH_HITS, LISTS_IN_LISTS, BY_ID, WITH_HEADER, FRAME),
        *(SPLIT_FRAME, BLOCKS, GRAPH, ALONE, COMMENTED),
    ],
)
def test_articles_are_found_at_any_depth(tmp_path: Path, data: object) -> None:
    taken = take(tmp_path / "a.json", json.dumps(data))
    assert taken.skipped == []
    assert set(zip(taken.titles(), taken.texts(), strict=True)) == {("A", TEXT)}


def test_an_object_is_never_spelled_out_as_text(tmp_path: Path) -> None:
    row = {"title": "A", "text": {"width": 3, "tags": ["x"]}, "url": "https://a.example/x"}
    taken = take(tmp_path / "a.json", json.dumps([row, {"title": "B", "text": TEXT}]))
    assert taken.texts() == [TEXT]
    assert words_of({"width": 3}) == ""


def test_a_document_without_articles_names_its_longest_strings(tmp_path: Path) -> None:
    data = {"reply": {"lines": [{"q": TEXT}, {"q": "Short."}], "state": "ok"}}
    taken = take(tmp_path / "a.json", json.dumps(data))
    assert taken.skipped[0].reason.endswith("its strings are: reply.lines[].q, reply.state")
    assert string_paths(data)["reply.lines[].q"] == len(TEXT)


def test_a_mapping_may_name_an_inner_field(tmp_path: Path) -> None:
    data = [{"title": "A", "fields": {"copy": TEXT}}]
    taken = take(tmp_path / "a.json", json.dumps(data), columns={"text": "fields.copy"})
    assert taken.texts() == [TEXT]


def test_several_lists_are_all_read() -> None:
    found = {"top": [{"title": "A", "text": "One."}], "more": [{"title": "B", "text": "Two."}]}
    assert [path for path, _rows in record_lists(found)] == ["top", "more"]


# Encodings


GERMAN = "Die Brücke über die Furt wird für neun Wochen gesperrt, sagt Jörg Weiß."


@pytest.mark.parametrize(
    ("data", "text", "repaired"),
    [
        (GERMAN.encode() + b" J\xf6rg", f"{GERMAN} Jörg", 1),
        (GERMAN.encode()[:-1] + b" \xc3", f"{GERMAN[:-1]} \ufffd", 1),
        ("Прогноз: снег. ".encode() * 3 + b"\xff.", "Прогноз: снег. " * 3 + "\ufffd.", 1),
        (GERMAN.encode("cp1252"), GERMAN, 0),
        (GERMAN.encode("utf-16-le"), GERMAN, 0),
    ],
)  # fmt: skip
def test_a_few_bad_bytes_do_not_change_the_rest(data: bytes, text: str, repaired: int) -> None:
    found = decode_noting(data)
    assert (found.text, found.repaired) == (text, repaired)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1252", "Le café a été fermé après les élections. Où sont les députés? À bientôt."),
        ("cp1252", "El año pasado murió el señor Núñez en España. ¿Qué pasó?"),
        ("cp1250", "Rząd przyjął w środę nową ustawę o ochronie zdrowia. Łódź żyje."),
        ("cp1250", "Vláda schválila nový zákon, řekl ministr. Příští týden bude jednat."),
        ("cp1251", "Уряд ухвалив новий закон про охорону здоров'я. Її не було."),
        ("koi8_r", "Поезд опоздал на два часа, сообщили на вокзале."),
        ("cp1253", "Η κυβέρνηση ανακοίνωσε νέα μέτρα την Τρίτη."),
        ("cp1254", "Hükümet yeni yasayı açıkladı. Şehirde yağmur yağışı sürüyor."),
        ("cp1255", "הממשלה הודיעה על צעדים חדשים ביום שלישי"),
        ("cp1256", "أعلنت الحكومة عن إجراءات جديدة يوم الثلاثاء"),
        ("cp1257", "Vyriausybė priėmė naują įstatymą, sakė ministras. Žmonės šiandien"),
        ("gb18030", "政府周二宣布新的措施，部长说。大桥将关闭九个星期。"),
        ("big5", "政府週二宣布新的措施，部長說。大橋將關閉九個星期。"),
        ("shift_jis", "政府は火曜日に新しい措置を発表した。橋は閉鎖される。"),
        ("euc_kr", "정부는 화요일 새로운 조치를 발표했다고 장관이 말했다."),
    ],
)
def test_old_encodings_are_told_by_their_letters(encoding: str, text: str) -> None:
    assert bad_bytes(text.encode(encoding)) == 0
    assert decode_noting(text.encode(encoding)).text == text


def test_a_wrong_declaration_gives_way_to_valid_utf8() -> None:
    assert decode_noting(GERMAN.encode(), declared="iso-8859-1").text == GERMAN
    assert decode_noting("“Ja”".encode("cp1252"), declared="iso-8859-1").text == "“Ja”"


def test_bad_bytes_in_a_table_are_told(tmp_path: Path) -> None:
    table = f'title,text\nA,"{GERMAN}"\n'.encode() + b"B,J\xf6rg sprach.\n"
    taken = take(tmp_path / "a.csv", table)
    assert taken.texts() == [GERMAN, "Jörg sprach."]
    assert taken.said() == "is UTF-8, but 1 byte is not; read as the letter meant, or as �"


@pytest.mark.parametrize("name", ["a.txt", "a.text", "a"])
@pytest.mark.parametrize(
    "content",
    [
        "title,text,date\nStorm,The harbour was shut on Monday.,2024-05-01\n",
        "sep=;\nTitel;Text;Datum\nStorm;Der Hafen war zu.;2024-05-01\n",
        "id\theadline\tbody\n7\tStorm\tThe harbour was shut, and the ferry waited.\n",
        '\n"title"|"content"\n"Storm"|"The harbour was shut."\n',
        '\ufefftitle,content\nStorm,"The harbour was shut.\n\nThe ferry waited."\n',
    ],
)
def test_a_table_by_the_name_of_a_text_is_read_as_a_table(tmp_path, name, content) -> None:
    (tmp_path / name).write_text(content)
    [article] = read([tmp_path / name], on_skip=pytest.fail)
    assert article.title == "Storm"
    assert article.text.startswith(("The harbour was shut", "Der Hafen war zu"))


@pytest.mark.parametrize(
    "content",
    [
        "Headline, story and text\n\nThe harbour was shut on Monday, and the ferry waited.\n",
        "Title | Text\n\nThe harbour was shut on Monday. The ferry waited.\n",
        "Storm, flood and text\nThe harbour was shut, they said, on Monday, all of it.\n",
        "title,text",
    ],
)
def test_a_text_that_speaks_of_titles_and_texts_stays_one(tmp_path, content) -> None:
    (tmp_path / "a.txt").write_text(content)
    skipped: list[Skipped] = []
    found = [*read([tmp_path / "a.txt"], on_skip=skipped.append)]
    assert "".join(article.text for article in found).endswith(("waited.", "all of it.", "text"))


SINGLE = {
    "all cells": f"'title','text','date'\n'Ropes','{TEXT}','2024-03-04'\n",
    "no header": f"title;text;date\n'Ropes';'{TEXT}';'2024-03-04'\n",
    "words only": f"id,title,text,date\n17,'Ropes','{TEXT}',2024-03-04\n",
}


@pytest.mark.parametrize("table", SINGLE.values(), ids=SINGLE)
def test_cells_in_single_quotes(tmp_path: Path, table: str) -> None:
    [article] = take(tmp_path / "a.csv", table).articles
    assert (article.title, article.text, article.date) == ("Ropes", TEXT, "2024-03-04")


def test_quotes_and_lines_within_single_quotes(tmp_path: Path) -> None:
    rows = r"""title,text,date
'Ropes','It''s "open", she said.','2024-03-04'
'More, still','It\'s shut,
and quiet.','2024-03-05'
"""
    taken = take(tmp_path / "a.csv", rows)
    assert taken.titles() == ["Ropes", "More, still"]
    assert taken.texts() == ['It\'s "open", she said.', "It's shut,\nand quiet."]


def test_a_quotation_in_single_quotes_is_not_a_cell(tmp_path: Path) -> None:
    rows = "title,text\nRopes,'It is open' she said\n'Tight' knots,They hold well.\n"
    taken = take(tmp_path / "a.csv", rows)
    assert taken.titles() == ["Ropes", "'Tight' knots"]
    assert taken.texts() == ["'It is open' she said", "They hold well."]


def test_a_table_without_names_says_so(tmp_path: Path) -> None:
    taken = take(tmp_path / "a.csv", f'"3","Ropes","{TEXT}"\n"1","Herons","They nest."\n')
    assert taken.titles() == []
    assert "no row that names its columns" in taken.skipped[0].reason
