"""The terms of texts and questions, for an engine that takes them as they are.

They are those that `full_text` has tantivy make: English stems, and for a text in another
language its own stems as well, marked with the language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.text.sentences import STOPWORDS, content_stems, is_english, stem, words

# What engines take for a word.
_PIECE = re.compile(r"[^\W_]+")
_OTHER = re.compile(r"[\W_]")
# tantivy leaves out longer ones.
_LONGEST = 40


def terms_of_text(text: str, *, language: str | None = None) -> list[str]:
    """Return the terms that a text is found by, in order."""
    found = list(_english(text))
    if language and not is_english(language):
        found += (marked(stem(word, language=language), language) for word in words(text))
    return found


def terms_of_question(question: str, *, languages: Sequence[str] = ()) -> list[str]:
    """Return the terms to look for, in English and the languages given.

    Function words are left out, unless there is nothing else.
    """
    found = words(question)
    content = [word for word in found if word not in STOPWORDS] or found
    english = [term for word in content for term in _english(word)]
    others = [
        marked(term, language)
        for language in languages
        for term in stems_of_question(question, language)
    ]
    return [*english, *others]


def stems_of_question(question: str, language: str) -> list[str]:
    """Return the stems of a question in a language, each once, without function words."""
    found = content_stems(question, language=language)
    stems = found or [stem(word, language=language) for word in words(question)]
    return list(dict.fromkeys(stems))


def phrase(name: str) -> str:
    """Return the words of a name with one space between them, as engines take a text apart."""
    return " ".join(_PIECE.findall(name))


def marked(term: str, language: str) -> str:
    """Return a term of a language as one run of letters and digits, which no engine takes apart."""
    return _OTHER.sub(lambda found: f"0x{ord(found[0]):x}0", f"{language}0{term}")


def _english(text: str) -> Iterator[str]:
    for piece in _PIECE.findall(text.lower()):
        if len(piece) <= _LONGEST:
            yield stem(piece)
