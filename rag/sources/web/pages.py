"""Read saved and fetched web pages: body, and what the page declares about itself."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from rag.errors import SourceError
from rag.sources import fields, values
from rag.sources.dates import Manner, manner_of, name_date, parse_date
from rag.sources.dumps import is_sentence
from rag.sources.exports import articles_in, several_note
from rag.sources.files.encoding import decode
from rag.sources.text import one_line, unescape
from rag.sources.web import markup
from rag.sources.web.page_dates import shown_date

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

    from rag.types import Article, Note, Skipped

_CHARSET = re.compile(rb"(?i)<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,30})")
# What browsers and SingleFile write above a page that they save.
_SAVED_FROM = re.compile(
    r"<!--\s*(?:saved from url=\(\d+\)|Page saved with SingleFile\s+url:\s*)(\S+)"
)
# A page in the Internet Archive, whose own bar tells of other days.
_KEPT_BAR = re.compile(
    r"(?s)<!-- BEGIN WAYBACK TOOLBAR INSERT -->.*?<!-- END WAYBACK TOOLBAR INSERT -->"
)
_KEPT = re.compile(r"https?://web\.archive\.org/web/\d+(?:[a-z]{2}_)?/(https?://.+)")
_STORY_TYPES = re.compile(r"Article$|Posting$|^Report$")
_PARAGRAPH = re.compile(r"\S.{38,}\S")  # a page without one line this long has no story

_LINKS = 0.5  # of the letters of a page: front pages have more in links
_LONG = 160  # characters; no headline has more

_TITLE_TAGS = ("og:title", "twitter:title", "citation_title", "dc.title", "headline")
_DATE_TAGS = (
    *("article:published_time", "og:published_time", "citation_publication_date", "pubdate"),
    *("datepublished", "date", "dc.date", "dc.date.issued", "parsely-pub-date"),
)
_AUTHOR_TAGS = ("author", "article:author", "citation_author", "dc.creator", "parsely-author")
_AUTHOR_PATHS = (
    *(".//*[@itemprop='author']//*[@itemprop='name']", ".//*[@itemprop='author']"),
    *(".//a[@rel='author']", ".//*[@class='p-author h-card']"),
)
_SITE_TAGS = ("og:site_name", "application-name", "citation_journal_title", "dc.publisher")


def read_pages(
    data: bytes, *, source: str, url: str | None = None, charset: str | None = None
) -> Iterator[Article | Skipped | Note]:
    """Yield the article of an HTML page, or those that a news database exported into it.

    Raises `SourceError` if the page holds no article.
    """
    page = _shown(data, charset=charset)
    if exported := articles_in(markup.all_text(page), source=source):
        yield from exported
        return
    article = read_page(data, source=source, url=url, charset=charset)
    yield article
    yield from several_note(article.text, source=source)


def read_page(
    data: bytes, *, source: str, url: str | None = None, charset: str | None = None
) -> Article:
    """Return the article of an HTML page; `url` is where it was fetched from.

    What JSON-LD says counts before meta tags, and those before the visible page. A date in its
    address counts last.
    Raises `SourceError` if the page holds no article.
    """
    page = _shown(data, charset=charset)
    tree = markup.parse(page)
    if tree is None:
        raise SourceError(fields.NO_TEXT)
    story, meta = _json_ld(tree), _meta(tree)
    address = _address(tree, page, story=story, meta=meta, url=url)
    publisher = _named(story.get("publisher")) or _first(meta, _SITE_TAGS)
    language = _language(tree, meta)
    title = _title(tree, story=story, meta=meta, publisher=publisher)
    date = _date(tree, story=story, meta=meta, manner=manner_of(language, address=address))
    return fields.article(
        source=source,
        text=_body(page, story=story, linked=_linked_share(tree)),
        title=title,
        date=date or name_date(urlsplit(address or "").path),
        url=address,
        publisher=publisher,
        author=_named(story.get("author")) or _author(meta) or _shown_author(tree),
        language=language,
    )


def _shown(data: bytes, *, charset: str | None) -> str:
    """Return a page as text, without the bar that the Internet Archive puts above it."""
    return _KEPT_BAR.sub("", decode(data, declared=charset or _meta_charset(data)))


def _language(tree: HtmlElement, meta: dict[str, str]) -> str | None:
    """Return the tag of the page's language, with its region if the page tells one."""
    spoken = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang")
    regional = meta.get("og:locale", "").replace("_", "-")
    if not spoken or ("-" not in spoken and regional.startswith(f"{spoken}-")):
        return regional or spoken
    return str(spoken)


def _meta_charset(data: bytes) -> str | None:
    match = _CHARSET.search(data[:4096])
    return match[1].decode("ascii") if match else None


def _linked_share(tree: HtmlElement) -> float:
    """Return the share of a page's letters that stand in links."""
    body = tree.find("body")
    whole = len(one_line((tree if body is None else body).text_content()))
    linked = sum(len(one_line(node.text_content())) for node in tree.iter("a"))
    return linked / max(whole, 1)


def _body(page: str, *, story: dict[str, Any], linked: float) -> str:
    """Return the story's text, from JSON-LD if the page shows less."""
    shown = markup.main_text(page)
    declared = markup.from_markup(str(story.get("articleBody") or ""))
    text = declared if len(declared) > 2 * len(shown) else shown
    lines = list(filter(_PARAGRAPH.search, text.split("\n")))
    # Headlines end in no full stop, nor do the paragraphs of some languages.
    if not lines or (linked > _LINKS and not any(map(_is_prose, lines))):
        raise SourceError(f"{fields.NO_TEXT}: the page holds no paragraph of running text")
    return text


def _is_prose(line: str) -> bool:
    """Return whether a line is no headline in a list of links."""
    return is_sentence(line) or len(line) >= _LONG


def _title(
    tree: HtmlElement, *, story: dict[str, Any], meta: dict[str, str], publisher: str
) -> str:
    """Return the headline; the page's own title counts last, without the site's name."""
    declared = values.words(story.get("headline")) or _first(meta, _TITLE_TAGS)
    heading = [one_line(node.text_content()) for node in tree.iterfind(".//h1")]
    if declared or any(heading):
        return declared or next(filter(None, heading))
    title = one_line(tree.findtext(".//title") or "")
    return re.sub(rf"\s+[|–—·-]\s+{re.escape(publisher)}$", "", title) if publisher else title


def _date(
    tree: HtmlElement, *, story: dict[str, Any], meta: dict[str, str], manner: Manner
) -> str | None:
    """Return the declared date of publication, else the one the page shows."""
    for value in (story.get("datePublished"), *(meta.get(tag) for tag in _DATE_TAGS)):
        if value and (date := parse_date(value, manner=manner)):
            return date
    for node in tree.iterfind(".//time[@class='dt-published']"):  # microformats
        if date := parse_date(node.get("datetime"), manner=manner):
            return date
    return shown_date(tree, manner=manner)


def _address(
    tree: HtmlElement, page: str, *, story: dict[str, Any], meta: dict[str, str], url: str | None
) -> str | None:
    """Return where the page lives, by its own word, by its saver's, or as it was fetched."""
    links = [link.get("href") for link in tree.iterfind(".//link[@rel='canonical']")]
    saved = _SAVED_FROM.search(page[:4096])
    main = story.get("mainEntityOfPage")
    named = (main.get("@id") if isinstance(main, dict) else main, story.get("url"))
    for value in (*links, meta.get("og:url"), *named, saved and saved[1], url):
        address = fields.web_address(_joined(url, value) if isinstance(value, str) else None)
        if address:
            return _KEPT.sub(r"\1", address)
    return None


def _joined(url: str | None, address: str) -> str:
    try:
        return urljoin(url or "", address.strip())
    except ValueError:  # not an address at all, such as "http://[menu]"
        return ""


def _author(meta: dict[str, str]) -> str:
    author = _first(meta, _AUTHOR_TAGS)
    return "" if author.startswith(("http:", "https:")) else author  # a profile, not a name


def _shown_author(tree: HtmlElement) -> str:
    """Return the author that a page marks as such; blank without one."""
    for path in _AUTHOR_PATHS:
        for node in tree.iterfind(path):
            name = re.sub(r"(?i)^by\s+", "", one_line(node.text_content()))
            if re.fullmatch(r"[^\W\d_][^\n|:@/\d]{2,60}", name):
                return name
    return ""


def _meta(tree: HtmlElement) -> dict[str, str]:
    """Return what the meta tags say, by lower-case name; the first of a name counts."""
    said: dict[str, str] = {}
    for node in tree.iter("meta"):
        name = node.get("property") or node.get("name") or node.get("itemprop") or ""
        said.setdefault(name.lower(), unescape(node.get("content") or "").strip())
    return said


def _first(meta: dict[str, str], tags: tuple[str, ...]) -> str:
    return next((meta[tag] for tag in tags if meta.get(tag)), "")


def _json_ld(tree: HtmlElement) -> dict[str, Any]:
    """Return the page's first JSON-LD object about a story, or an empty one."""
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        try:
            data = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue  # broken by the site; the meta tags say the same
        for item in _objects(data):
            kinds = item.get("@type")
            for kind in kinds if isinstance(kinds, list) else [kinds]:
                if isinstance(kind, str) and _STORY_TYPES.search(kind):
                    return item
    return {}


def _objects(data: object) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON-LD block: alone, in a list, or in a ``@graph``."""
    for item in data if isinstance(data, list) else [data]:
        if isinstance(item, dict):
            yield item
            yield from _objects(item.get("@graph"))


def _named(value: object) -> str:
    """Return the name or names in a JSON-LD person or organisation."""
    name = unescape(values.words(value))
    return "" if name.startswith(("http:", "https:")) else name
