"""The language that a question is put in.

A few words and names are too little for `rag.text.language`: py3langid takes "biden beats trump"
for Frisian. A question is foreign when its function words are, or its letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import stopwordsiso

from rag.text.sentences import STOPWORDS, words

_LATIN = "de fr es it pt nl sv da no pl cs tr ro id fi hu hr ca vi".split()
# Languages by their letters, the commonest first: it is meant when no function word tells.
_SCRIPTS = (
    ("[\u3040-\u30ff]", ("ja",)),
    ("[\u3400-\u9fff]", ("zh",)),
    ("[\uac00-\ud7af]", ("ko",)),
    ("[\u0400-\u04ff]", ("ru", "uk", "bg")),
    ("[\u0600-\u06ff]", ("ar", "fa", "ur")),
    ("[\u0900-\u097f]", ("hi", "mr")),
    ("[\u0370-\u03ff]", ("el",)),
    ("[\u0590-\u05ff]", ("he",)),
    ("[\u0e00-\u0e7f]", ("th",)),
    ("[\u0980-\u09ff]", ("bn",)),
)
# They open a question and are no word or name that opens an English one.
_ASKING = {
    "de": "wer wen wem wann wo wie warum wieso weshalb welche welcher welches wieviel wieviele",
    "fr": "qui quand où pourquoi quel quelle quels quelles combien",
    "es": "quién quiénes qué cuándo dónde cómo cuánto cuánta cuántos cuántas cuál cuáles",
    "it": "chi quando dove perché quanti quante quanto quale quali",
    "pt": "quem quando onde quantos quantas qual quais porquê",
    "nl": "wie wat wanneer waar waarom welke hoeveel",
    "sv": "vem vad när varför vilken vilket hur",
    "da": "hvem hvad hvornår hvor hvorfor hvilken hvilket hvordan",
    "pl": "kto kiedy gdzie dlaczego ile jak który która",
    "cs": "kdo kdy kde proč kolik jak který která",
    "ro": "cine când unde câți câte",
    "id": "siapa apa kapan mengapa berapa bagaimana",
    "fi": "kuka mikä milloin missä miksi kuinka",
    "hu": "mikor miért hány hogyan",
    "vi": "ai bao khi",
}
# Common English words that lists of other languages have.
_ENGLISH_TOO = frozenset(
    "ban bare bin bio can car care certain co com come copy design die different dock dog door due "
    "email end era eu even ex face fan far favor final fine fire folk gene general go gross hat "
    "hit ill kit land later like local male man mate men mere met mind mine miss mode multiple net "
    "nice non one part per plus possible press pro recent sale sea sense sent sex sin sit six sold "
    "solo son sons start state stop store tag take ten tens tied tons total us usa via vice want "
    "war whatever word www zero".split()
)
_FEWEST_WORDS = 3
_LETTER = re.compile(r"[^\W\d_]")
_FOREIGN_SHARE = 0.3
# A name may have one or two: "La La Land", "El Clásico", "Médecins sans Frontières".
_FEWEST = 2


def question_language(question: str) -> str | None:
    """Return the ISO 639 code of the language of `question`; None where it tells too little.

    English is "en" from its first function word on, and the rule when in doubt.
    """
    letters = len(_LETTER.findall(question))
    found = frozenset(words(question))
    for script, languages in _SCRIPTS:
        if len(re.findall(script, question)) > _FOREIGN_SHARE * letters:
            return max(languages, key=lambda code: len(found & _function_words(code)))
    telling = found - STOPWORDS - _ENGLISH_TOO
    foreign = {code: len(telling & _function_words(code)) for code in _LATIN}
    code = max(foreign, key=lambda each: foreign[each])
    english = len(found & STOPWORDS - _function_words(code))
    if words(question)[:1] and words(question)[0] in STOPWORDS - _function_words(code):
        return "en"
    if foreign[code] >= max(_FEWEST, english + 1, _FOREIGN_SHARE * len(found)):
        return code
    return _by_first_word(words(question)) or ("en" if found & STOPWORDS else None)


def _by_first_word(found: Sequence[str]) -> str | None:
    """Return the language whose question word comes first, where no English word stands by."""
    opening = (code for code, asking in _ASKING.items() if found[:1] and found[0] in asking.split())
    code = next(opening, None) if len(found) >= _FEWEST_WORDS else None
    return code if code and not STOPWORDS & {*found} - _function_words(code) else None


@cache
def _function_words(code: str) -> frozenset[str]:
    found = stopwordsiso.stopwords(code)
    return frozenset(word for word in found if len(word) > 1 and not word.isdigit())
