"""Split plain-text page dumps into clean articles.

A dump is what is left when web pages are saved as text: headlines printed twice,
captions two or four times, stray button labels, several articles in one file.
Everything here is a pure function of the text and works by general rules:

- a headline is a short line without a full stop, set off from the text around it;
- it opens an article when it is repeated within a few lines, or when it follows a
  large gap, a separator or a ``Title:`` label and leads to running text;
- what stands around it and is not running text is furniture, and goes;
- in doubt a line stays, because a stray line costs less than a lost paragraph.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import compress, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NEAR = 12  # a repeated headline follows within this many paragraphs
_TITLE_LENGTH = 100

_CREDIT = r"(?:AP|AFP|Reuters|REUTERS|Getty|EPA|UPI|DPA|dpa|Xinhua|TASS|Anadolu|Shutterstock|Alamy)"
_PHOTO = r"(?i:file(?: photo)?|photo(?:s|graph)?|image|picture|handout|courtesy|via)"
_WEAK_CAPTION = re.compile(rf"[(\[][^()\[\]]{{0,60}}\b{_CREDIT}\b[^()\[\]]{{0,30}}[)\]]\.?$")
_STRONG_CAPTION = re.compile(
    rf"[(\[](?=[^()\[\]]*(?:\b{_PHOTO}\b|/))[^()\[\]]*\b{_CREDIT}\b[^()\[\]]*[)\]]\.?$"
    rf"|[(\[]{_PHOTO}[^()\[\]]{{0,60}}[)\]]\.?$"
    r"|(?i:\bgetty images|\bfile photo)\W*$"
    r"|\b(?:AP Photo|AFP|REUTERS|EPA|Getty Images)\s?/\s?[A-Z][\w .'’-]{2,40}$"
)
_PHOTO_LABEL = re.compile(r"(?i)(?:photo|image|picture|photograph)(?: by| credit)?\s?:")
_CREDIT_LENGTH = 130  # characters at the end of a caption that its credit stands in
_BUTTONS = re.compile(
    r"(?i:tt|[at][+-]|a a|share|print|save|e-?mail|tweet|comments?|menu|search|close|next|previous"
    r"|facebook|twitter|x|whatsapp|telegram|linkedin|instagram|youtube|pinterest|reddit|rss"
    r"|advertisements?|ads?|sponsored(?: content)?|promoted|loading|listen|log ?in|sign (?:in|up)"
    r"|subscribe(?: now)?|register|copy link|link copied|continue reading|read (?:more|also)"
    r"|see also|also read|related(?: articles| stories| news| topics)?|most (?:read|popular)"
    r"|more on this(?: story| topic)?|follow us(?: on [\w ,]+)?|back to top|trending(?: now)?"
    r"|share (?:this|on|via)[\w ]{0,30}|skip to (?:main )?content|recommended|newsletter"
    r"|accept(?: all)?|(?:sign up|subscribe) (?:for|to) [\w' ]{0,40}newsletters?"
    r"|(?:article|story) continues (?:below|after).{0,30}|scroll to continue.{0,30})"
    r"[\s:…»>|]*(?:\.\.\.)?"
)
_POINTER = re.compile(
    r"(?i)(?:also read|read also|read more|see also|related|watch|listen|more)\s?[:|»>]"
)
_LEGAL = re.compile(
    r"(?i)(?:©|\(c\)\s|copyright\b).{0,150}|.{0,100}\ball rights reserved\W*"
    r"|(?:we|(?:this|our) (?:web)?site|by (?:continuing|using))\b.{0,80}\bcookies?\b.{0,150}"
)
_SECTIONS = frozenset(
    {"home", "news", "world", "politics", "business", "sport", "sports", "opinion", "culture"}
    | {"video", "videos", "health", "science", "technology", "tech", "travel", "contact", "about"}
)

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_DATE = (
    rf"(?:{_MONTH}\s{_DAY},?\s\d{{4}}|{_DAY}\s{_MONTH},?\s\d{{4}}"
    r"|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})"
)
_NAME = r"[A-Z][\w.'’-]*"
_PERSON = rf"{_NAME}(?:(?:,? (?:and|&) |, ?| (?:de|del|van|von|der|al|bin|el|la) | ){_NAME}){{0,9}}"
_FACTS = (
    ("title", re.compile(r"(?i)(?:title|headline)\s?:\s*(?P<value>\S.*)")),
    ("url", re.compile(r"(?i)(?:(?:url|link|source|address)\s?:\s*)?(?P<value>https?://\S+)")),
    ("author", re.compile(r"(?i)(?:author|byline)s?\s?:\s*(?P<value>\S.{0,79})")),
    (
        "author",
        re.compile(
            rf"(?:[Bb]y|BY|Written by) (?:the )?(?P<value>{_PERSON})(?:\s?[|,•·–-]\s?.{{0,40}})?"
        ),
    ),
    (
        "date",
        re.compile(
            rf"(?i)(?:(?:first )?(?:published|posted|date|issued)(?: on| at)?\s?:?\s*)?"
            rf"(?:\w{{3,9}},? )?(?P<value>{_DATE})(?:[ ,T|@–-].{{0,40}})?"
        ),
    ),
    (
        "ignored",
        re.compile(
            r"(?i)(?:last )?(?:updated?|modified)(?: on| at)?\s?:?\s"
            rf"(?P<value>.{{0,20}}{_DATE}.{{0,40}})"
        ),
    ),
)
_TEXT_LABEL = re.compile(r"(?i)^(?:body|text|content|article|story)\s?:\s*")
_SITE_NAME = re.compile(r"^((?:\S+ +){3,}\S+) [|–—-] [^|]{2,40}$")
_SEPARATOR = re.compile(r"[-*=_~#•·+][-*=_~#•·+ ]*[-*=_~#•·+]|\f")
_UNDERLINE = re.compile(r"={3,}|-{3,}|~{3,}")
_BULLET = re.compile(r"(?:[-*•·–]|\d{1,2}[.)])\s")
_HALF_WORD = r"(?!(?:and|or|to)\b)[^\W\d_A-Z]"  # but "two- and three-day"
_TERMINAL = re.compile(r"[.!?…。！？।؟]['\"”’»)\]]*$")
_SENTENCE = re.compile(
    r"(?s).*?(?:\w{3}|[\d)%’”\"'])(?:[.!?…]+['\"”’»)\]]*(?=\s+[^\sa-z]|$)|[。！？।])"
)


@dataclass(frozen=True, slots=True)
class DumpArticle:
    """One article of a dump; `date`, `author` and `url` are as the dump writes them."""

    title: str
    text: str
    date: str | None = None
    author: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """A paragraph or lone line, with the blank lines before it.

    `fenced` follows a separator; `named` is underlined or labelled as a headline.
    """

    text: str
    gap: int
    fenced: bool = False
    named: bool = False
    key: str = field(init=False)

    def __post_init__(self) -> None:
        stem = self.text if is_sentence(self.text) else _SITE_NAME.sub(r"\1", self.text)
        key = re.sub(r"[\W_]+", " ", stem.casefold()).strip()
        object.__setattr__(self, "key", key or self.text)


@dataclass(slots=True)
class _Block:
    """A run of lines without a blank one, `gap` blank lines below the last run."""

    lines: list[str]
    gap: int
    fenced: bool
    named: bool = False

    def could_be_title(self) -> bool:
        line = self.lines[0].strip()
        return len(self.lines) == 1 and _is_short(line) and line[-1] not in ".;:,"


@dataclass(frozen=True, slots=True)
class _Start:
    """Where an article opens: its headline, and the boundary before any kicker."""

    boundary: int
    headline: int
    repeated: bool


def split_dump(text: str) -> list[DumpArticle]:
    """Return the articles of a page dump, in order; none for a text without words.

    Paragraphs of the result are separated by one blank line. A dump without a
    headline is one article titled by its first sentence.
    """
    parts = _parts(text)
    if not any(map(_is_running_text, parts)):  # a note of a few words is still an article
        return _article(parts, title=None)
    starts = _starts(parts)
    cuts = [*(start.boundary for start in starts), len(parts)]
    articles = _untitled(parts[: cuts[0]])
    for start, end in zip(starts, cuts[1:], strict=True):
        articles += _titled(parts[start.boundary : end], headline=parts[start.headline])
    return articles


def lead_title(text: str) -> str:
    """Return the first sentence of `text`, cut at a word near 100 characters."""
    first = text.strip().split("\n", 1)[0]
    match = _SENTENCE.match(first)
    sentence = match.group().strip() if match else first
    if len(sentence) <= _TITLE_LENGTH:
        return sentence
    return sentence[:_TITLE_LENGTH].rsplit(" ", 1)[0].rstrip(" ,;:-–—") + "…"


def is_sentence(text: str) -> bool:
    """Return whether `text` ends like a sentence."""
    return _TERMINAL.search(text) is not None


def is_furniture(text: str) -> bool:
    """Return whether a line is a button, a pointer to other pages, or small print."""
    if _BUTTONS.fullmatch(text) or _LEGAL.fullmatch(text):
        return True
    return bool(_POINTER.match(text)) and len(text) <= 160 and not text.endswith(".")


def same_line(left: str, right: str) -> bool:
    """Return whether two lines agree but for case, punctuation and spacing."""
    return _Part(left, 0).key == _Part(right, 0).key


def wrap_width(blocks: Sequence[Sequence[str]]) -> int | None:
    """Return the line length at which `blocks` are hard-wrapped, or None if they are not.

    A block is a run of lines without a blank line. Most lines of a wrapped text stop
    in mid-sentence; where most end one, each line is a paragraph of its own.
    """
    lines = [
        line.strip()
        for block in blocks
        for line, following in pairwise(block)
        if line.strip() != following.strip() and not _is_lone(line.strip())
    ]
    if not lines or sum(map(is_sentence, lines)) > len(lines) / 2:
        return None
    width = sorted(map(len, lines))[int(0.95 * len(lines))]
    return width if 30 <= width <= 200 else None


def unwrap(lines: Sequence[str], *, width: int | None) -> list[str]:
    """Return the paragraphs of one block of lines wrapped at `width` characters."""
    paragraphs: list[str] = []
    for number, line in enumerate(lines):
        stripped = line.strip()
        before = lines[number - 1 : number]
        if before and _continues(paragraphs[-1], before[0], line, width=width):
            broken = re.search(r"\w-$", paragraphs[-1]) and re.match(_HALF_WORD, stripped)
            glue = "" if broken else " "
            paragraphs[-1] += glue + stripped
        else:
            paragraphs.append(stripped)
    return paragraphs


def _continues(paragraph: str, line: str, following: str, *, width: int | None) -> bool:
    """Return whether `following` goes on with the `paragraph` that ends in `line`."""
    last, first = line.strip(), following.strip()
    if width is None or last == first or _is_lone(paragraph):
        return False
    if first[0].islower() and not is_sentence(last):
        return True  # even if all that is left of the sentence is a word such as "comments"
    if _is_lone(first):
        return False
    if _BULLET.match(first) or len(_indent(following)) > len(_indent(line)):
        return False
    room = width - len(last) - len(first.split()[0]) - 1
    if is_sentence(last):
        return room < 0.12 * width  # the next word would have fitted: a deliberate break
    spare = 0.2 if paragraph == last else 0.4  # a headline may stand right above its text
    return room < spare * width


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _parts(text: str) -> list[_Part]:
    """Cut a dump into paragraphs, noting blank lines, separators and labels."""
    lines = re.sub(r"\r\n?|[\x85\u2028\u2029]", "\n", text.lstrip("\ufeff"))
    blocks: list[_Block] = []
    blank, fenced, inside = 1, False, False
    for line in lines.replace("\f", "\n\f\n").split("\n"):
        bare = line.strip(" \t\xa0\u200b\v")
        if inside and _UNDERLINE.fullmatch(bare) and blocks[-1].could_be_title():
            blocks[-1].named, inside = True, False
        elif _SEPARATOR.fullmatch(bare):
            fenced, inside = True, False
        elif not bare:
            blank, inside = blank + 1, False
        elif inside:
            blocks[-1].lines.append(line)
        else:
            blocks.append(_Block([line], max(blank, 1), fenced))
            blank, fenced, inside = 0, False, True
    if len(blocks) == 1:  # no blank lines at all: every line is set off
        blocks = [_Block([line], 1, blocks[0].fenced) for line in _joined(blocks[0].lines)]
    width = wrap_width([block.lines for block in blocks])
    return [part for block in blocks for part in _block_parts(block, width=width)]


def _joined(lines: list[str]) -> list[str]:
    return unwrap(lines, width=wrap_width([lines]))


def _block_parts(block: _Block, *, width: int | None) -> list[_Part]:
    """Turn one block into parts; only the first follows the gap before it."""
    parts = []
    for number, text in enumerate(unwrap(block.lines, width=width)):
        kind, value = _fact(text)
        bare = value if kind == "title" else text
        gap, fenced = (0, False) if number else (block.gap, block.fenced)
        named = block.named or kind == "title"
        parts.append(_Part(bare, gap=gap, fenced=fenced, named=named))
    return parts


def _fact(text: str) -> tuple[str, str]:
    """Return which field of an article a line states, and its value; else blanks."""
    if len(text) <= 160:
        for kind, pattern in _FACTS:
            match = pattern.fullmatch(text)
            if match:
                return kind, match["value"].strip()
    return "", ""


def _is_lone(text: str) -> bool:
    """Return whether a line never runs on into the next one."""
    return is_furniture(text) or _is_weak_caption(text) or _fact(text)[0] != ""


def _is_plain(text: str) -> bool:
    return not _is_lone(text) and not _is_caption(text)


def _is_weak_caption(text: str) -> bool:
    """Return whether a line ends in an agency's name, as captions do but paragraphs may, too."""
    return _WEAK_CAPTION.search(text[-_CREDIT_LENGTH:]) is not None


def _is_caption(text: str) -> bool:
    credited = _STRONG_CAPTION.search(text[-_CREDIT_LENGTH:]) is not None
    return credited or _PHOTO_LABEL.match(text) is not None


def _is_short(text: str) -> bool:
    return len(text) <= 160 and len(text.split()) <= 25


def _is_running_text(part: _Part) -> bool:
    """Return whether a part is a sentence or more of an article's body."""
    text = part.text
    if not _is_plain(text) or part.named:
        return False
    return len(text) >= 200 or (is_sentence(text) and (len(text.split()) >= 6 or len(text) >= 60))


def _is_headline(part: _Part) -> bool:
    """Return whether a part could be a headline by its looks alone."""
    text = part.text
    if not part.gap and not part.named:
        return False
    if not _is_short(text) or not _is_plain(text) or text[0].islower() or _BULLET.match(text):
        return False
    if re.search(r"(?<!\.\.)[.。]['\"”’»]*$|[;:,]$", text):  # an ellipsis cuts a long headline
        return False
    return re.search(r"[^\W\d_]{2}", text) is not None


def _starts(parts: Sequence[_Part]) -> list[_Start]:
    """Find where articles open.

    After a boundary (the beginning, a separator, a gap larger than usual) any headline
    may open one; elsewhere only a repeated one, or one with a byline under it.
    """
    usual = _usual_gap(parts)
    starts: list[_Start] = []
    boundary: int | None = 0
    body = True  # whether the article so far has running text, so that another may follow
    for number, part in enumerate(parts):
        if part.fenced or part.named or part.gap > usual:
            boundary = number if boundary is None else boundary
        start = _start_at(parts, number, boundary=boundary)
        known = bool(starts) and _repeats(parts, starts[-1].headline, number)
        if start and not known and (body or (start.repeated and not starts[-1].repeated)):
            if not body:
                start = _Start(starts.pop().boundary, number, repeated=True)
            starts.append(start)
            boundary, body = None, False
        elif _is_running_text(part) and not _repeat(parts, number):
            boundary, body = None, True
    return starts if body else starts[:-1]


def _repeats(parts: Sequence[_Part], headline: int, number: int) -> bool:
    """Return whether a line is the same headline over again."""
    return number - headline <= _NEAR and parts[number].key == parts[headline].key


def _usual_gap(parts: Sequence[_Part]) -> int:
    """Return the most common number of blank lines between paragraphs."""
    gaps = Counter(part.gap for part in parts[1:] if part.gap)
    return min(gaps, key=lambda gap: (-gaps[gap], gap), default=1)


def _start_at(parts: Sequence[_Part], number: int, *, boundary: int | None) -> _Start | None:
    part = parts[number]
    here = number if boundary is None else boundary
    if part.named:
        return _Start(here, number, repeated=True)
    if not _is_headline(part):
        # A repeated line with a full stop still counts where an article must begin.
        opens = number == boundary and _is_short(part.text) and _is_plain(part.text)
        return _Start(here, number, repeated=True) if opens and _repeat(parts, number) else None
    if _repeat(parts, number, strict=boundary is None):
        return _Start(here, number, repeated=True)
    if _leads_to_text(parts, number, byline=boundary is None):
        return _Start(here, number, repeated=False)
    return None


def _repeat(parts: Sequence[_Part], number: int, *, strict: bool = False) -> bool:
    """Return whether a line comes again before the running text begins.

    One sentence may stand between, or none if `strict`; captions do not count.
    """
    window = parts[number + 1 : number + 1 + _NEAR]
    counts = Counter(part.key for part in window)
    sentences = 0
    for distance, part in enumerate(window):
        if part.key == parts[number].key:
            return bool(distance or part.gap or not strict)  # a doubled line is a caption
        sentences += _is_running_text(part) and counts[part.key] == 1
        if sentences > (not strict):
            return False
    return False


def _leads_to_text(parts: Sequence[_Part], number: int, *, byline: bool) -> bool:
    """Return whether running text follows a headline, past captions and the like.

    With `byline` a byline or a date must come first. A short kicker gives way to a
    longer or repeated headline below it.
    """
    words = len(parts[number].text.split())
    signed = False
    following = number + 1
    while following < len(parts) and following <= number + _NEAR:
        part = parts[following]
        if _is_running_text(part):
            return (signed or not byline) and words >= 2
        if part.fenced or part.named:
            return False
        if _is_headline(part):
            longer = words < 5 <= len(part.text.split())
            if byline or longer or _repeat(parts, following, strict=True):
                return False
        signed = signed or _fact(part.text)[0] in {"author", "date"}
        following += 1
    return False


def _untitled(parts: Sequence[_Part]) -> list[DumpArticle]:
    """Return the article in parts before any headline; none without running text."""
    return _article(parts, title=None) if any(map(_is_running_text, parts)) else []


def _titled(parts: Sequence[_Part], *, headline: _Part) -> list[DumpArticle]:
    """Return the article that a headline opens, without what stands before it but sentences."""
    at = parts.index(headline)
    spelled = [part.text for part in parts if part.key == headline.key]
    proper = [text for text in spelled if not text.isupper()] or spelled
    rest = [part for part in parts[:at] if is_sentence(part.text)] + list(parts[at:])
    body = [part for part in rest if part.key != headline.key or _ends_more(part, headline)]
    if headline.named:
        body = _unlabelled(body)
    return _article(body, title=min(proper, key=len))


def _unlabelled(parts: Sequence[_Part]) -> list[_Part]:
    """Return parts without labels such as ``Text:``, which go with a labelled headline."""
    texts = (_TEXT_LABEL.sub("", part.text) for part in parts)
    return [replace(part, text=text) for part, text in zip(parts, texts, strict=True) if text]


def _ends_more(part: _Part, headline: _Part) -> bool:
    return is_sentence(part.text) and not is_sentence(headline.text)


def _article(parts: Sequence[_Part], *, title: str | None) -> list[DumpArticle]:
    """Return one article of what is left without furniture; none if nothing is."""
    head = _head(parts)
    facts: dict[str, str] = {}
    for part in reversed(parts[: head + 3]):
        kind, value = _fact(part.text)
        facts[kind] = value
    stated = [not (kind and n < head + 3) for n, kind in enumerate(_fact(p.text)[0] for p in parts)]
    text = "\n\n".join(part.text for part in _kept(list(compress(parts, stated))))
    if not text:
        return []
    named = title or lead_title(text)
    return [DumpArticle(named, text, facts.get("date"), facts.get("author"), facts.get("url"))]


def _head(parts: Sequence[_Part]) -> int:
    """Return how many parts stand before the running text; a longer run is a list to keep."""
    captions = _captions(parts)
    body = (
        n for n, part in enumerate(parts) if _is_running_text(part) and part.key not in captions
    )
    return min(next(body, len(parts)), _NEAR)


def _captions(parts: Sequence[_Part]) -> set[str]:
    """Return the keys of lines that come three times or more, doubled without a blank line."""
    counts = Counter(part.key for part in parts)
    doubled = (b.key for a, b in pairwise(parts) if a.key == b.key and not b.gap)
    return {key for key in doubled if counts[key] > 2}


def _kept(parts: Sequence[_Part]) -> list[_Part]:
    """Return the parts that are not furniture, each long line once."""
    counts = Counter(part.key for part in parts)
    head, menus, captions = _head(parts), _menus(parts), _captions(parts)
    kept: list[_Part] = []
    seen: set[str] = set()
    for number, part in enumerate(parts):
        first = number < head
        dropped = number in menus or (first and part.key in captions)
        again = len(part.text) >= 40 and part.key in seen
        if not (dropped or again or _is_dropped(part, times=counts[part.key], head=first)):
            kept.append(part)
            seen.add(part.key)
    return kept


def _is_dropped(part: _Part, *, times: int, head: bool) -> bool:
    """Return whether a line seen `times` times is furniture, there or in the head."""
    if is_furniture(part.text) or _is_caption(part.text):
        return True
    if _is_weak_caption(part.text):
        return head or times > 1
    return times > 1 and not is_sentence(part.text) and (head or len(part.text) >= 40)


def _menus(parts: Sequence[_Part]) -> set[int]:
    """Return where runs of three or more very short lines stand around the body."""
    runs: list[list[int]] = [[]]
    for number, part in enumerate(parts):
        if len(part.text.split()) <= 3 and not is_sentence(part.text):
            runs[-1].append(number)
        elif runs[-1]:
            runs.append([])
    head = _head(parts)
    return {
        number
        for run in runs
        if len(run) >= 3 and (run[0] < head or _is_tail_menu(parts, run))
        for number in run
    }


def _is_tail_menu(parts: Sequence[_Part], run: Sequence[int]) -> bool:
    """Return whether a run ends the article and names sections of a site."""
    ends = not any(map(_is_running_text, parts[run[-1] :]))
    return ends and any(parts[number].key in _SECTIONS for number in run)
