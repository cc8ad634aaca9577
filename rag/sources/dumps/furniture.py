"""Tell what stands around the text of a page from the text itself, one line at a time.

Captions, buttons, pointers to other pages, small print and sections of a menu are
furniture; bylines, dates and addresses are facts. Every function is pure.
"""

from __future__ import annotations

import re

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

_TERMINAL = re.compile(r"[.!?…。！？।؟]['\"”’»)\]]*$")


def is_sentence(text: str) -> bool:
    """Return whether `text` ends like a sentence."""
    return _TERMINAL.search(text) is not None


def is_furniture(text: str) -> bool:
    """Return whether a line is a button, a pointer to other pages, or small print."""
    if _BUTTONS.fullmatch(text) or _LEGAL.fullmatch(text):
        return True
    return bool(_POINTER.match(text)) and len(text) <= 160 and not text.endswith(".")


def is_section(text: str) -> bool:
    """Return whether `text`, in lower case, names a section of a site."""
    return text in _SECTIONS


def is_lone(text: str) -> bool:
    """Return whether a line never runs on into the next one."""
    return is_furniture(text) or _is_weak_caption(text) or fact(text)[0] != ""


def is_plain(text: str) -> bool:
    """Return whether a line is neither lone nor a caption."""
    return not is_lone(text) and not _is_caption(text)


def is_short(text: str) -> bool:
    """Return whether a line is no longer than a headline may be."""
    return len(text) <= 160 and len(text.split()) <= 25


def fact(text: str) -> tuple[str, str]:
    """Return which field of an article a line states, and its value; else blanks."""
    if len(text) <= 160:
        for kind, pattern in _FACTS:
            match = pattern.fullmatch(text)
            if match:
                return kind, match["value"].strip()
    return "", ""


def is_dropped(text: str, *, times: int, head: bool) -> bool:
    """Return whether a line seen `times` times is furniture, there or in the head."""
    if is_furniture(text) or _is_caption(text):
        return True
    if _is_weak_caption(text):
        return head or times > 1
    return times > 1 and not is_sentence(text) and (head or len(text) >= 40)


def _is_caption(text: str) -> bool:
    """Return whether a line credits a photograph, as only captions do."""
    credited = _STRONG_CAPTION.search(text[-_CREDIT_LENGTH:]) is not None
    return credited or _PHOTO_LABEL.match(text) is not None


def _is_weak_caption(text: str) -> bool:
    """Return whether a line ends in an agency's name, as captions do but paragraphs may, too."""
    return _WEAK_CAPTION.search(text[-_CREDIT_LENGTH:]) is not None
