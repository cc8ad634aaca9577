"""Turn bytes into text: by their mark, as UTF-8, as declared, or by what the letters show.

A text in an old encoding is decoded in each that could be meant; the one whose letters
are all letters of one language, in words with capitals only in front, is the right one.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.sources.garbled import mended

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 65_536  # bytes that the encoding is guessed from
# Letters beyond ASCII of the languages written in each encoding, commonest encoding first.
_CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
_SHOUTED = 0.8  # text that is nearly all capitals is likelier that of another encoding
_LANGUAGES: dict[str, tuple[str, ...]] = {
    "cp1252": (
        "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "ãáàâçéêíóôõú", "åäöæøéà", "àèéìíîòóùú",
        "áðéíóúýþæö", "àçèéíïòóúü·",
    ),
    "mac_roman": ("äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "ãáàâçéêíóôõú", "åäöæøéà", "àèéìíîòóùú"),
    "cp1250": (
        "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţ",
        "ëç",
    ),
    "cp1251": (_CYRILLIC + "ё", _CYRILLIC + "ґєії", _CYRILLIC + "ўіё", _CYRILLIC + "ђјљњћџ"),
    "koi8_r": (_CYRILLIC + "ё",),
    "cp1253": ("αβγδεζηθικλμνξοπρςστυφχψωάέήίόύώϊϋΐΰ",),
    "cp1254": ("çğıöşüâîû", "İ"),
    "cp1255": ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",),
    "cp1256": ("ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأإؤئپچژگ،؟؛ًٌٍَُِّْ",),
    "cp1257": ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"),
    "cp874": ("".join(map(chr, range(0x0E01, 0x0E5C))),),
    "cp866": (_CYRILLIC + "ё",),
}  # fmt: skip
# Letters that no text of an alphabet does without, and the share they have at least;
# Hebrew read in one of these encodings has fewer.
_VOWELS = (frozenset("аеёиоуыэюяіїє"), 0.33)
_NEEDED = {
    **dict.fromkeys(("cp1251", "koi8_r", "cp866"), _VOWELS),
    "cp1253": (frozenset("άέήίόύώ"), 0.04),
}
# First bytes of the everyday characters of each, and of its kana where it is Japanese; the
# narrower ranges stand first.
_MULTIBYTE: dict[str, tuple[range, range]] = {
    "euc_jp": (range(0xB0, 0xD0), range(0xA4, 0xA6)),
    "shift_jis": (range(0x88, 0x98), range(0x82, 0x84)),
    "euc_kr": (range(0xB0, 0xC9), range(0)),
    "gb18030": (range(0xB0, 0xD8), range(0)),
    "big5": (range(0xA4, 0xC7), range(0)),
}
_KANA = 0.2  # of the characters of Japanese at least
_LATIN = frozenset(("cp1252", "cp1250", "cp1254", "cp1257"))
# The marks that stand in the news of every language.
_MARKS = frozenset("“”„‘’‚–—…«»‹›€£§°·©®™²³½¼¾× \xa0№")
_ENOUGH = 0.9  # of the letters beyond ASCII must belong to one language
_INVALID_SHARE = 0.5  # invalid bytes to valid letters beyond ASCII; another encoding has far more


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, the encoding it was read in, and how many bytes of it were not of that encoding."""

    text: str
    encoding: str
    repaired: int = 0


def decode(data: bytes, *, declared: str | None = None) -> str:
    """Return `data` as text; see `decode_noting`."""
    return decode_noting(data, declared=declared).text


def decode_noting(data: bytes, *, declared: str | None = None) -> Decoded:
    """Return `data` as text: by its byte order mark, as UTF-8, as `declared`, else by guess.

    Bytes that are UTF-8 but in a few places are read as UTF-8, however they are declared.
    A bad byte next to a Latin letter becomes the letter it is in cp1252, any other U+FFFD.
    What was decoded wrongly before is mended, see `rag.sources.garbled`.
    """
    found = _decoded(data, declared=declared)
    return replace(found, text=mended(found.text))


def _decoded(data: bytes, *, declared: str | None) -> Decoded:
    if mark := marked_encoding(data):
        text = data.decode(mark, errors="replace").lstrip("\ufeff")
        return Decoded(text, mark, text.count("\ufffd"))
    if wide := _unmarked_utf16(data):
        return Decoded(data.decode(wide, errors="replace"), wide)
    try:
        return Decoded(data.decode(), "utf-8")
    except UnicodeDecodeError:
        pass
    if bad := bad_bytes(data):
        return Decoded(data.decode(errors="cp1252-letters"), "utf-8", bad)
    name = declared_encoding(data, declared) or guess_encoding(data)
    text = data.decode(name, errors="replace")
    return Decoded(text, name, text.count("\ufffd"))


def marked_encoding(head: bytes) -> str | None:
    """Return the encoding that a byte order mark at the start of `head` names."""
    return next((name for mark, name in _BOMS if head.startswith(mark)), None)


def bad_bytes(data: bytes) -> int:
    """Return how many places of nearly valid UTF-8 are not; 0 if `data` is not nearly valid."""
    text = data.decode(errors="replace")
    bad = text.count("\ufffd") - data.count(b"\xef\xbf\xbd")
    good = sum(char > "\x7f" for char in text) - text.count("\ufffd")
    return bad if bad <= _INVALID_SHARE * good else 0


def declared_encoding(data: bytes, declared: str | None) -> str | None:
    """Return the declared encoding under the name that browsers read it by, if it fits."""
    try:
        name = codecs.lookup(declared or "").name
        name = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030"}.get(name, name)
        data.decode(name)
    except (LookupError, UnicodeDecodeError):
        return None
    return name if name != "utf-8" else None


def guess_encoding(data: bytes) -> str:
    """Return the name of the likeliest encoding of `data`, which is not UTF-8."""
    sample = _sampled(data)
    for name in _MULTIBYTE:
        if _everyday(sample, name) >= _ENOUGH:
            return name
    scores = {name: _score(sample, name) for name in _LANGUAGES}
    name = max(scores, key=lambda found: scores[found])  # the first of equals is the commonest
    if scores[name] >= _ENOUGH:
        return name
    # Imported here because few files need it, and each would wait for it.
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample, cp_isolation=[*_MULTIBYTE, *_LANGUAGES]).best()
    return best.encoding if best else name


def _everyday(sample: bytes, encoding: str) -> float:
    """Return the share of everyday characters in East Asian text, 0 where it is none."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    everyday, kana = _MULTIBYTE[encoding]
    leads = Counter(char.encode(encoding)[0] for char in text if char > "\xff" and char.isalpha())
    total = sum(leads.values())
    written = sum(leads[lead] for lead in kana)
    if not total or (kana and written < _KANA * total):
        return 0.0
    return (written + sum(leads[lead] for lead in everyday)) / total


def _sampled(data: bytes) -> bytes:
    """Return the lines with bytes beyond ASCII, as they alone tell encodings apart."""
    lines = (line for line in data[: 16 * _SAMPLE].split(b"\n") if not line.isascii())
    sample = b"\n".join(lines)
    return sample if len(sample) <= _SAMPLE else sample[:_SAMPLE].rsplit(b"\n", 1)[0]


def _score(sample: bytes, encoding: str) -> float:
    """Return the share of characters beyond ASCII that one language has, in [0, 1]."""
    text = sample.decode(encoding, errors="replace")
    counts = Counter(char for char in text if char > "\x7f")
    marks = sum(counts.pop(mark, 0) for mark in _MARKS)
    letters = sum(counts.values())
    if not letters:
        return 1.0 if marks else 0.0
    known: float = max(_known(counts, alphabet) for alphabet in _LANGUAGES[encoding])
    if encoding in _NEEDED:
        needed, share = _NEEDED[encoding]
        written = sum(counts[char] for char in counts if char.lower() in needed)
        known *= min(1.0, written / (share * letters))
    if sum(counts[char] for char in counts if char.isupper()) > letters / 2:
        known *= _SHOUTED
    return (known - _odd_pairs(text, latin=encoding in _LATIN)) / letters


def _known(counts: Counter[str], alphabet: str) -> int:
    return sum(counts[char] for char in {*alphabet, *alphabet.upper()})


def _odd_pairs(text: str, *, latin: bool) -> int:
    """Return how many capitals follow a small letter, as in ``поЕЗД``, or letters of two scripts.

    A letter beyond ASCII beside one of ASCII is odd where the encoding is not of Latin letters.
    """
    pairs = [(a, b) for a, b in pairwise(text) if a.isalpha() and b.isalpha()]
    capitals = sum(b > "\x7f" and b.isupper() and a.islower() for a, b in pairs)
    mixed = 0 if latin else sum((a > "\x7f") != (b > "\x7f") for a, b in pairs)
    return capitals + mixed


def _unmarked_utf16(data: bytes) -> str | None:
    """Return which UTF-16 it is whose every other byte of Latin text is zero."""
    head = data[:1024]
    half = len(head) // 2
    if half < 8 or len(data) % 2:
        return None
    odd, even = head[1::2].count(0), head[::2].count(0)
    if max(odd, even) < 0.7 * half or min(odd, even) > 0.05 * half:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _letters(error: UnicodeError) -> tuple[str, int]:
    """Return the cp1252 letter of a bad byte beside a Latin letter, else U+FFFD."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    data, start = error.object, error.start
    beside = data[max(start - 1, 0) : start] + data[start + 1 : start + 2]
    cut_short = error.end == len(data) and error.reason == "unexpected end of data"
    if cut_short or not re.search(rb"[A-Za-z]", beside):
        return "\ufffd", error.end
    return data[start : start + 1].decode("cp1252", errors="replace"), start + 1


codecs.register_error("cp1252-letters", _letters)
