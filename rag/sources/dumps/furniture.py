"""Tell the surroundings of a page's text from the text itself, line by line.

Captions, buttons, pointers to other pages, small print and sections of a menu are
furniture; bylines, dates and addresses are facts. Every function is pure.
"""

from __future__ import annotations

import re

from rag.sources.dumps.lines import fact, is_sentence

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
    r"|view (?:this (?:e-?mail|message) )?(?:in|with) (?:your )?(?:web )?browser|unsubscribe"
    r"|forwarded this e-?mail\?.{0,40}|manage (?:my |your )?(?:options|preferences|subscriptions?)"
    r"|live|live blog|exclusive|breaking(?: news)?|key events|(?:show )?key events only"
    r"|this live blog (?:is|has)(?: now)? (?:been )?(?:closed|ended)\.?"
    r"|please turn on javascript.{0,40}"
    r"|forward (?:to a friend|this e-?mail)|edit this alert|view all (?:your )?alerts"
    r"|update (?:your )?(?:profile|preferences)|see (?:more|all) results|(?:view|read) online"
    r"|privacy policy|terms (?:of (?:use|service)|and conditions)|markdown content"
    r"|(?:责任|責任)?(?:编辑|編輯)\s?[:：].{1,12}|责编\s?[:：].{1,12}"
    r"|most viewed|recommended for you|you (?:may|might) also like"
    r"|read next|up next|editor['’]s picks"
    r"|anzeige|werbung|publicidad|publicité|pubblicità|реклама|广告|広告|إعلان"
    r"|accept(?: all)?|reject all|(?:sign up|subscribe) (?:for|to) [\w' ]{0,40}newsletters?"
    r"|(?:article|story) continues (?:below|after).{0,30}|scroll to continue.{0,30})"
    r"[\s:…»>|]*(?:\.\.\.)?"
)
_POINTER = re.compile(
    r"(?i)(?:also read|read also|read more|see also|related(?: (?:article|story))?"
    r"|watch|listen|more"
    r"|lesen sie auch|mehr zum thema|lire aussi|à lire aussi|lea también|leer más|leggi anche"
    r"|leia (?:também|mais)|lees ook|читайте также|اقرأ أيضا|相关阅读|関連記事)\s?[:：|»>]"
)
_OFFER = re.compile(
    r"(?i)(?:(?:view|read) this (?:post|e-?mail|newsletter|issue) (?:on the web|online)"
    r"|unsubscribe|manage preferences).{0,10}\shttps?://\S+"
    r"|subscribe (?:now|today|here|and|for|from)\b.{0,140}"
    r"|already a (?:subscriber|member)\?.{0,60}"
    r"|you(?:['’]ve| have) (?:read|reached|used) (?:\d+|your|all|\w+) "
    r"(?:of|free|article|limit).{0,80}"
    r"|(?:this|to continue reading|to read (?:more|on|the full)).{0,60}"
    r"\bsubscri(?:be|bers?)\b.{0,60}"
    r"|you(?:['’]re| are| have) receiv(?:ing|ed) this (?:e-?mail|newsletter).{0,120}"
    r"|.{0,40}\bunlimited (?:digital )?access\b.{0,100}|cancel any ?time\.?"
)
# Headings over links to other stories, which run on to the end of the page.
_TAIL = re.compile(
    r"(?i)(?:recommended(?: for you| stories| reading)?|most (?:read|viewed|popular|shared)"
    r"|related (?:articles|stories|news|topics|content)|you (?:may|might) also like"
    r"|read next|up next"
    r"|more (?:from|in|on|stories)\b.{0,40}|trending(?: now)?|latest (?:news|stories)"
    r"|editor['’]s picks"
    r"|más leídas|meistgelesen|les plus lus|lo más leído|самое читаемое|注目記事|相关新闻)\W*"
)
_LEGAL = re.compile(
    r"(?i)(?:©|\(c\)\s|copyright\s*(?:©|\(c\)|\d{4}|by\b|:)).{0,150}"
    r"|.{0,100}\ball rights reserved\W*"
    r"|(?:printed and distributed by )?pressreader(?:\.com)?\b.{0,30}\+1 604 278 4604.{0,200}"
    r"|printed and distributed by pressreader\b.{0,30}"
    r"|(?:original copy\W*){2,}.{0,60}|copyright and protected by applicable law\W*"
    r"|(?:we|(?:this|our) (?:web)?site|by (?:continuing|using))\b.{0,80}\bcookies?\b.{0,150}"
)
_BETWEEN = re.compile(r"\s*[|•·]\s*")  # what stands between the buttons of one line
_LONGEST = 1_000  # characters
_SECTIONS = frozenset(
    {"home", "news", "world", "politics", "business", "sport", "sports", "opinion", "culture"}
    | {"video", "videos", "health", "science", "technology", "tech", "travel", "contact", "about"}
)


def is_furniture(text: str) -> bool:
    """Return whether a line is a button, a pointer to other pages, or small print."""
    if len(text) > _LONGEST:
        return False
    if _LEGAL.fullmatch(text) or _OFFER.fullmatch(text):
        return True
    if all(map(_BUTTONS.fullmatch, _BETWEEN.split(text))):
        return True
    return bool(_POINTER.match(text)) and len(text) <= 160 and not text.endswith(".")


def is_tail(text: str) -> bool:
    """Return whether a line heads a list of links to other stories."""
    return _TAIL.fullmatch(text) is not None


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


def is_dropped(text: str, *, times: int, head: bool) -> bool:
    """Return whether a line seen `times` times is furniture, there or in the head."""
    if is_furniture(text) or _is_caption(text) or (head and is_section(text.casefold())):
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
