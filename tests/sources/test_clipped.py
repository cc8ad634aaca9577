"""What programs for notes, browsers and mail keep of a page."""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING

import pytest

from rag.sources import read

if TYPE_CHECKING:
    from pathlib import Path

    from rag.types import Article

ADDRESS = "https://lundpost.example/ropes"
ONE = "The ropewalk at Lund opens to the public on Sunday, its owner said."
TWO = "It had been closed for ninety years, and the roof has been mended since."
PAGE = (
    "<html><head><title>Ropes</title></head><body><article><h1>Ropes</h1>"
    f"<p>{ONE}</p><p>{TWO}</p></article></body></html>"
)
ENEX = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE en-export SYSTEM "http://xml.evernote.com/pub/evernote-export4.dtd">
<en-export application="Evernote"><note><title>Ropes</title><created>20240304T100000Z</created>
<note-attributes><author>Ida Holt</author><source-url>{ADDRESS}</source-url></note-attributes>
<content><![CDATA[<en-note><div>{ONE}</div><div>{TWO}</div></en-note>]]></content></note>
<note><title>Blank</title><content><![CDATA[<en-note></en-note>]]></content></note></en-export>"""
LABELS = {
    "Obsidian": f'---\ntitle: "Ropes"\nsource: "{ADDRESS}"\nauthor:\n  - "[[Ida Holt]]"\n'
    f"published: 2024-03-04\n---\n{ONE}\n\n{TWO}\n",
    "Notion": f"# Ropes\n\nAuthor: Ida Holt\nDate: March 4, 2024\nURL: {ADDRESS}\n\n"
    f"{ONE}\n\n{TWO}\n",
    "list": f"# Ropes\n\n- Author: [[ida|Ida Holt]]\n- Date: 4 March 2024\n- URL: {ADDRESS}\n\n"
    f"{ONE}\n\n{TWO}\n",
}


def only(path: Path, content: str | bytes) -> Article:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    [article] = read([path])
    return article


@pytest.mark.parametrize("program", LABELS)
def test_labels_above_a_note(tmp_path: Path, program: str) -> None:
    article = only(tmp_path / "a.md", LABELS[program])
    assert (article.title, article.date, article.author) == ("Ropes", "2024-03-04", "Ida Holt")
    assert (article.url, article.publisher) == (ADDRESS, "lundpost.example")
    assert article.text == f"{ONE}\n\n{TWO}"


def test_notes_of_evernote(tmp_path: Path) -> None:
    article = only(tmp_path / "a.enex", ENEX)
    assert (article.title, article.date, article.author) == ("Ropes", "2024-03-04", "Ida Holt")
    assert (article.url, article.text) == (ADDRESS, f"{ONE}\n\n{TWO}")


def test_a_table_of_articles_in_markdown(tmp_path: Path) -> None:
    table = f"| Title | Date | Text |\n|:---|---:|---|\n| Ropes | 2024-03-04 | {ONE} |\n"
    article = only(tmp_path / "a.md", table)
    assert (article.title, article.date, article.text) == ("Ropes", "2024-03-04", ONE)


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_pages_kept_by_safari(tmp_path: Path, form: plistlib.PlistFormat) -> None:
    page = {"WebResourceData": PAGE.encode(), "WebResourceURL": ADDRESS}
    archive = plistlib.dumps({"WebMainResource": page}, fmt=form)
    article = only(tmp_path / "a.webarchive", archive)
    assert (article.title, article.url, article.text) == ("Ropes", ADDRESS, f"{ONE}\n\n{TWO}")


@pytest.mark.parametrize("data", [b"bplist00\xff", plistlib.dumps({"a": 1}), plistlib.dumps([])])
def test_a_webarchive_without_a_page(tmp_path: Path, data: bytes) -> None:
    skipped = []
    (tmp_path / "a.webarchive").write_bytes(data)
    assert list(read([tmp_path / "a.webarchive"], on_skip=skipped.append)) == []
    assert len(skipped) == 1


def test_pages_kept_by_single_file(tmp_path: Path) -> None:
    note = f"<!--\n Page saved with SingleFile \n url: {ADDRESS} \n saved date: Sun Jun 01\n-->"
    assert only(tmp_path / "a.html", PAGE.replace("<head>", f"{note}<head>")).url == ADDRESS


def test_pages_kept_by_the_internet_archive(tmp_path: Path) -> None:
    bar = (
        "<!-- BEGIN WAYBACK TOOLBAR INSERT --><div><p>27 captures of this page by many crawls</p>"
        "<p>04 Mar 2020</p></div><!-- END WAYBACK TOOLBAR INSERT -->"
    )
    link = f'<link rel="canonical" href="https://web.archive.org/web/20250601100000/{ADDRESS}">'
    page = PAGE.replace("<body>", f"<body>{bar}").replace("<head>", f"<head>{link}")
    article = only(tmp_path / "a.html", page)
    assert (article.url, article.date) == (ADDRESS, None)
    assert article.text == f"{ONE}\n\n{TWO}"


def test_mails_kept_by_apple_mail(tmp_path: Path) -> None:
    mail = (
        "From: Lund Post <post@lundpost.example>\nTo: a@b.example\nSubject: Ropes\n"
        f"Date: Mon, 4 Mar 2024 10:00:00 +0000\nMessage-ID: <1@b.example>\n\n{ONE}\n"
    )
    below = '<?xml version="1.0"?><plist version="1.0"><dict><key>flags</key></dict></plist>'
    article = only(tmp_path / "a.emlx", f"{len(mail)}\n{mail}{below}")
    assert (article.title, article.date) == ("Ropes", "2024-03-04")
    assert (article.publisher, article.text) == ("Lund Post", ONE)
