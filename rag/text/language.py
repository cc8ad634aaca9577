"""The language that a text is written in."""

from __future__ import annotations

import re
import tempfile

from rag.errors import RagError
from rag.text.sentences import STOPWORDS, words

_SAMPLE = 600  # characters that are looked at
_FEWEST_LETTERS = 20  # a headline in capitals or a list of names tells too little
_LETTER = re.compile(r"[^\W\d_]")
# Of the words of English news 40 to 50 in a hundred are function words.
_ENGLISH_SHARE = 0.2
# Their letters are those of no other language of news, or of few that read alike.
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
)
_SCRIPT_SHARE = {"ja": 0.1}  # the rest of Japanese is written in Chinese characters


def language_of(text: str) -> str | None:
    """Return the ISO 639 code of the language of `text`, or None where it tells too little.

    The library is py3langid (Barbaresi, after Lui and Baldwin, "langid.py", 2012), the
    smallest one that knows the languages of news. English is told by its function words,
    so that an archive in English never loads it. Raises `RagError` if there is no room for it.
    """
    sample = text[:_SAMPLE]
    letters = len(_LETTER.findall(sample))
    if not sample.isascii() and (language := _of_script(sample, max(letters, 1))):
        return language
    if letters < _FEWEST_LETTERS:
        return None
    found = words(sample)
    if sum(word in STOPWORDS for word in found) >= _ENGLISH_SHARE * len(found):
        return "en"
    # Imported here because its model takes a second to load.
    import py3langid

    try:
        return str(py3langid.classify(sample)[0])
    except OSError as error:
        raise RagError(
            f"the model that tells languages cannot be unpacked in {tempfile.gettempdir()} "
            f"({error.strerror}); make room there, or set TMPDIR to another folder"
        ) from error


def _of_script(sample: str, letters: int) -> str | None:
    """Return the language whose script most of the letters are of, or None."""
    for language, script in _SCRIPTS:
        if len(script.findall(sample)) > _SCRIPT_SHARE.get(language, 0.3) * letters:
            return language
    return None
