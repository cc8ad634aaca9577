"""Exports of Zotero, Aleph and Datashare: each is written here of one invented story, and read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from rag.sources import read
from rag.sources.catalogues.references import csl_date
from rag.sources.text import language_code
from rag.types import Article, Note, Skipped

if TYPE_CHECKING:
    from pathlib import Path

TITLE = "Glass bridge of Tarn reopens"
TEXT = "The glass bridge of Tarn reopened on Monday after new panes were laid, its keeper said."
MORE = "Crossing it costs two crowns, and school classes go free until the end of the summer."
URL = "https://news.example/tarn"
STORY = (TITLE, "2024-05-02", "Tarn Gazette", "Ann Borg", URL, "en")


def take(path: Path, **options: Any) -> tuple[list[Article], list[Skipped], list[Note]]:
    skipped: list[Skipped] = []
    notes: list[Note] = []
    found = read([path], on_skip=skipped.append, on_note=notes.append, **options)
    return list(found), skipped, notes


def facts(article: Article) -> tuple[str | None, ...]:
    return (
        article.title,
        article.date,
        article.publisher,
        article.author,
        article.url,
        article.language,
    )


def as_json(path: Path, data: object) -> Path:
    path.write_text(json.dumps(data))
    return path


def by_line(path: Path, *rows: object) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


# Zotero

CSL = {
    "id": "http://zotero.org/users/1/items/ABCD2345",
    "type": "article-newspaper",
    "title": TITLE,
    "abstract": TEXT,
    "container-title": "Tarn Gazette",
    "issued": {"date-parts": [["2024", 5, 2]]},
    "URL": URL,
    "author": [{"family": "Borg", "given": "Ann"}],
    "language": "en-GB",
}
ZOTERO = {
    "itemType": "newspaperArticle",
    "key": "ABCD2345",
    "title": TITLE,
    "abstractNote": TEXT,
    "publicationTitle": "Tarn Gazette",
    "date": "May 2, 2024",
    "url": URL,
    "creators": [
        {"creatorType": "author", "firstName": "Ann", "lastName": "Borg"},
        {"creatorType": "editor", "name": "Somebody Else"},
    ],
    "language": "en",
}
NOTE = {"itemType": "note", "note": "<p>To check.</p>"}


@pytest.mark.parametrize(
    "data",
    [
        [CSL],
        {"items": [CSL]},
        [{"key": "ABCD2345", "data": ZOTERO}, {"key": "N", "data": NOTE}],
        {"config": {"id": "x"}, "items": [ZOTERO, NOTE]},
    ],
    ids=["csl", "csl object", "web api", "better bibtex"],
)
def test_references_have_their_abstract_as_text_and_are_noted(data: object, tmp_path: Path) -> None:
    [article], skipped, [note] = take(as_json(tmp_path / "library.json", data))
    assert facts(article) == STORY
    assert article.text == TEXT
    assert skipped == []
    assert "rows that hold only an extract of their text (1)" in note.text


def test_a_reference_without_an_abstract_is_told(tmp_path: Path) -> None:
    bare = {**CSL, "abstract": ""}
    articles, [skipped], _ = take(as_json(tmp_path / "library.json", [CSL, bare]))
    assert len(articles) == 1
    assert skipped.reason == "row 2 has no text in column 'abstract'"


@pytest.mark.parametrize(
    ("issued", "said"),
    [
        ({"date-parts": [[2024, 5], [2024, 6]]}, "2024-05"),
        ({"date-parts": [["2024"]]}, "2024"),
        ({"literal": "spring 2024"}, "spring 2024"),
        ({"raw": "2024-05-02"}, "2024-05-02"),
        ({"date-parts": [[]]}, ""),
        (None, ""),
    ],
)
def test_dates_of_csl(issued: object, said: str) -> None:
    assert csl_date(issued) == said


def test_other_json_with_types_is_read_as_before(tmp_path: Path) -> None:
    rows = [{"type": "story", "title": TITLE, "body": TEXT, "author": "Ann Borg"}]
    [article], _, notes = take(as_json(tmp_path / "news.json", rows))
    assert (article.text, article.author, notes) == (TEXT, "Ann Borg", [])


RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:z="http://www.zotero.org/namespaces/export#" xmlns:dcterms="http://purl.org/dc/terms/"
 xmlns:bib="http://purl.org/net/biblio#" xmlns:foaf="http://xmlns.com/foaf/0.1/"
 xmlns:link="http://purl.org/rss/1.0/modules/link/" xmlns:dc="http://purl.org/dc/elements/1.1/">
  <bib:Article rdf:about="{URL}">
    <z:itemType>newspaperArticle</z:itemType>
    <dcterms:isPartOf><bib:Newspaper><dc:title>Tarn Gazette</dc:title></bib:Newspaper></dcterms:isPartOf>
    <bib:authors><rdf:Seq><rdf:li><foaf:Person><foaf:surname>Borg</foaf:surname>
      <foaf:givenName>Ann</foaf:givenName></foaf:Person></rdf:li></rdf:Seq></bib:authors>
    <link:link rdf:resource="#item_2"/>
    <link:link rdf:resource="#item_3"/>
    <dcterms:abstract>What is new in Tarn.</dcterms:abstract>
    <dc:date>2024-05-02</dc:date>
    <z:language>en</z:language>
    <dc:title>{TITLE}</dc:title>
  </bib:Article>
  <z:Attachment rdf:about="#item_2"><rdf:resource rdf:resource="PATH"/></z:Attachment>
  <z:Attachment rdf:about="#item_3"><rdf:resource rdf:resource="files/3/tarn.txt"/></z:Attachment>
  <bib:Memo rdf:about="#item_4"><rdf:value>To check.</rdf:value></bib:Memo>
  <bib:Book rdf:about="#item_5">
    <dcterms:isPartOf rdf:resource="urn:issn:1"/>
    <dcterms:abstract>{MORE}</dcterms:abstract>
    <dc:identifier><dcterms:URI><rdf:value>https://news.example/crowns</rdf:value></dcterms:URI></dc:identifier>
    <dc:title>Two crowns</dc:title>
  </bib:Book>
  <bib:Journal rdf:about="urn:issn:1"><dc:title>Bridges Monthly</dc:title></bib:Journal>
  <z:Collection rdf:about="#collection_1"><dc:title>Bridges</dc:title></z:Collection>
</rdf:RDF>
"""  # noqa: E501


def zotero(tmp_path: Path, attached: str = "files/2/none.pdf") -> Path:
    (tmp_path / "export" / "files" / "3").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("A secret that lies beside the export. It is long enough.")
    (tmp_path / "export" / "files" / "3" / "tarn.txt").write_text(f"{TEXT}\n\n{MORE}\n")
    rdf = tmp_path / "export" / "export.rdf"
    rdf.write_text(RDF.replace("PATH", attached))
    return rdf


def test_the_files_of_a_zotero_export_are_read_with_what_their_references_say(
    tmp_path: Path,
) -> None:
    [bridge, crowns], skipped, [note] = take(zotero(tmp_path))
    assert facts(bridge) == (*STORY[:5], None)
    assert bridge.text == f"{TEXT}\n\n{MORE}"
    assert bridge.id == URL
    assert (bridge.source or "").endswith("files/3/tarn.txt")
    assert (crowns.title, crowns.text) == ("Two crowns", MORE)
    assert (crowns.publisher, crowns.url) == ("Bridges Monthly", "https://news.example/crowns")
    assert skipped == []
    assert "rows that hold only an extract of their text (1)" in note.text


@pytest.mark.parametrize("path", ["../secret.txt", "ABSOLUTE", "files/../../secret.txt", "."])
def test_no_file_outside_of_the_export_is_read(path: str, tmp_path: Path) -> None:
    rdf = zotero(tmp_path, path.replace("ABSOLUTE", str(tmp_path / "secret.txt")))
    articles, _, _ = take(rdf)
    assert len(articles) == 2
    assert all("secret" not in article.text for article in articles)


# Aleph


def entity(schema: str, name: str, /, **properties: object) -> dict[str, object]:
    values = {
        key: value if isinstance(value, list) else [value] for key, value in properties.items()
    }
    return {"id": name, "schema": schema, "properties": values, "datasets": ["tarn"]}


ARTICLE = entity(
    "Article",
    "a1f0",
    title=TITLE,
    bodyText=[TEXT, MORE],
    publishedAt="2024-05-02T08:00:00",
    publisher="Tarn Gazette",
    author="Ann Borg",
    sourceUrl=URL,
    language="eng",
)


@pytest.mark.parametrize("name", ["entities.ftm.json", "entities.jsonl", "entities.ijson.txt"])
def test_entities_with_a_text_become_articles(name: str, tmp_path: Path) -> None:
    rows = (ARTICLE, entity("Person", "p1", name="Ann Borg"), entity("Person", "p2", name="Bo"))
    [article], skipped, [note] = take(by_line(tmp_path / name, *rows))
    assert facts(article) == STORY
    assert (article.id, article.text) == ("a1f0", f"{TEXT}\n\n{MORE}")
    assert skipped == []
    assert note.text == "has 2 entities that are not texts: 2 Person"


def test_pages_are_joined_in_their_order_and_wherever_they_stand(tmp_path: Path) -> None:
    rows = (
        entity("Page", "x2", document="d1f0c", index="10", bodyText=MORE),
        entity("Pages", "d1f0c", fileName="tarn.pdf", title=TITLE),
        entity("Page", "x1", document="d1f0c", index="2", bodyText=TEXT),
        entity("Pages", "d2", fileName="empty.pdf"),
    )
    [article], [skipped], _ = take(by_line(tmp_path / "entities.jsonl", *rows))
    assert (article.id, article.title, article.text) == ("d1f0c", TITLE, f"{TEXT}\n\n{MORE}")
    assert "has no text" in skipped.reason


def test_markup_of_an_entity_is_taken_out_and_bad_lines_are_told(tmp_path: Path) -> None:
    file = by_line(
        tmp_path / "entities.jsonl", entity("HyperText", "h1", bodyHtml=f"<p>{TEXT}</p>")
    )
    file.write_text(f'{file.read_text()}{{"id": \n{{"id": "x"}}\n')
    [article], skipped, _ = take(file)
    assert article.text == TEXT
    assert len(skipped) == 2
    assert any("is not an entity of FollowTheMoney" in item.reason for item in skipped)


# Datashare

DOCUMENT = {
    "content": f"{TEXT}\n\n{MORE}",
    "contentType": "text/html",
    "extractionDate": "2026-01-09T10:00:00Z",
    "language": "ENGLISH",
    "metadata": {
        "tika_metadata_dc_title": TITLE,
        "tika_metadata_dcterms_created": "2024-05-02T08:00:00Z",
        "tika_metadata_dc_creator": "Ann Borg",
    },
    "path": "/home/ann/tarn.html",
    "type": "Document",
}
HIT = {"_index": "local-datashare", "_id": "d5f0", "_source": DOCUMENT}


@pytest.mark.parametrize("form", ["reply", "hits", "lines", "bare lines"])
def test_documents_of_datashare_are_dated_by_themselves_and_not_by_their_indexing(
    form: str, tmp_path: Path
) -> None:
    file = tmp_path / "datashare.json"
    match form:
        case "reply":
            as_json(file, {"took": 3, "hits": {"total": {"value": 1}, "hits": [HIT]}})
        case "hits":
            as_json(file, [HIT])
        case "lines":
            by_line(file, HIT, HIT)
        case _:
            by_line(file, {"id": "d5f0", **DOCUMENT}, {"id": "d5f0", **DOCUMENT})
    article = take(file)[0][0]
    assert facts(article) == (TITLE, "2024-05-02", None, "Ann Borg", None, "en")
    assert (article.id, article.text) == ("d5f0", f"{TEXT}\n\n{MORE}")


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        *(("eng", "en"), ("English", "en"), ("GERMAN", "de"), ("ger", "de"), ("en-GB", "en")),
        *(("fra", "fr"), ("gsw", "gsw"), ("Klingonese", None), ("", None), (None, None)),
    ],
)
def test_languages_have_their_shortest_code(declared: str | None, code: str | None) -> None:
    assert language_code(declared) == code
