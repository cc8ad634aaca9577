# ruff: noqa: E501 - files as they are
"""A small right file of each kind, from which a fuzzer starts."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import docx

from eval.reading_speed import items, write_all

_TEXT = "The storm closed the harbour on Monday, the minister said. Nobody was hurt."
_PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 75>>stream
BT /F 12 Tf 9 200 Td (The storm closed the harbour on Monday) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
"""
_PLAIN: dict[str, tuple[str | bytes, ...]] = {
    "text": (f"Storm\nRivermouth Courier, 4 March 2025\nBy Ann Bell\n\n{_TEXT}\n",),
    "markdown": (f"---\ntitle: Storm\ndate: 2024-05-06\n---\n# Storm\n\n{_TEXT} [a](b) *c*\n",),
    "json": ('{"response": {"docs": [{"title": "Storm", "content": {"rendered": "' + _TEXT + '"}}]}}',
             '{"title": {"0": "Storm"}, "text": {"0": "' + _TEXT + '"}}'),
    "feed": ("<rss><channel><title>Courier</title><item><title>Storm</title><pubDate>Mon, 06 May "
             f"2024 08:00:00 GMT</pubDate><description>{_TEXT}</description></item></channel></rss>",),
    "news xml": ('<nitf><head><title>Storm</title><docdata><date.issue norm="20240506"/></docdata>'
                 f"</head><body><body.content><p>{_TEXT}</p></body.content></body></nitf>",),
    "wiki": ('<mediawiki><page><title>Storm</title><ns>0</ns><revision><timestamp>2024-05-06T08:00:00Z'
             f"</timestamp><text>'''Storm''' {{{{date|6 May 2024}}}} [[harbour]] {_TEXT}</text>"
             "</revision></page></mediawiki>",),
    "tagged": (f"<DOC><DOCNO>1</DOCNO><HEADLINE>Storm</HEADLINE><TEXT>{_TEXT}</TEXT></DOC>",),
    "opml": ('<opml><body><outline text="a" xmlUrl="https://a.example/feed"/></body></opml>',),
    "mail": ("From: Port Post <a@b.example>\nSubject: =?utf-8?q?Storm?=\nDate: Mon, 6 May 2024 08:00:00 "
             "+0000\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: "
             f"text/html\n\n<p>{_TEXT}</p>\n--b\nContent-Disposition: attachment; filename=a.txt\n\n"
             f"{_TEXT}\n--b--\n",),
    "mhtml": ("From: <Saved by Blink>\nSnapshot-Content-Location: https://a.example/\nMIME-Version: 1.0\n"
              "Content-Type: multipart/related; type=\"text/html\"; boundary=b\n\n--b\nContent-Type: text/"
              "html\nContent-Transfer-Encoding: quoted-printable\nContent-Location: https://a.example/\n\n"
              f"<html><head><title>Storm</title></head><body><p>{_TEXT}</p></body></html>\n--b--\n",),
    "pdf": (_PDF,),
}  # fmt: skip
_WRITTEN = {
    "jsonl": "JSON Lines",
    "csv": "CSV",
    "parquet": "Parquet",
    "xlsx": "Excel",
    "xml": "XML records",
    "mbox": "mailbox",
    "warc": "WARC",
    "epub": "EPUB",
    "html": "HTML, one file each",
    "rtf": "RTF, one file each",
    "export": "database export, text",
}
KINDS = tuple(sorted({*_PLAIN, *_WRITTEN, "docx", "odt", "zip"}))


def seeds(kind: str) -> list[bytes]:
    """Return right files of a kind."""
    if kind in _PLAIN:
        return [text if isinstance(text, bytes) else text.encode() for text in _PLAIN[kind]]
    if kind in _WRITTEN:
        with tempfile.TemporaryDirectory() as folder:
            path = write_all(items(2), folder=Path(folder))[_WRITTEN[kind]]
            file = next(path.iterdir()) if path.is_dir() else path
            return [file.read_bytes()]
    return [{"docx": _docx, "odt": _odt, "zip": _zip}[kind]()]


def _docx() -> bytes:
    document, out = docx.Document(), io.BytesIO()
    document.add_heading("Storm")
    document.add_paragraph(_TEXT)
    document.add_table(1, 2).cell(0, 0).text = "a cell"
    document.save(out)
    return out.getvalue()


def _odt() -> bytes:
    from odf.opendocument import OpenDocumentText
    from odf.text import H, P

    document, out = OpenDocumentText(), io.BytesIO()
    document.text.addElement(H(outlinelevel=1, text="Storm"))
    document.text.addElement(P(text=_TEXT))
    document.write(out)
    return out.getvalue()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.txt", f"Storm\n\n{_TEXT}")
        packed.writestr("b/c.html", f"<p>{_TEXT}</p>")
    return out.getvalue()
