"""Words whose opposite makes another fact: "men's" and "women's", "rose" and "fell"."""

from __future__ import annotations

import re

from rag.text.sentences import stem, words

# One side per string; each form stands for all of its side.
_PAIRS = (
    ("men man men's male boys", "women woman women's female girls"),
    ("rise rose risen rising raise raised increase increased grow grew growth up higher gain climb",
     "fall fell fallen falling cut lower drop dropped decrease decline declined down slash shrink"),
    ("win won winning victory beat defeated winner re-elected", "lose lost losing defeat loser"),
    ("accept accepted approve approved agree agreed", "reject rejected refuse refused deny"),
    ("convict convicted guilty", "acquit acquitted innocent cleared"),
    ("husband", "wife"), ("brother", "sister"), ("son", "daughter"), ("father", "mother"),
    ("north northern", "south southern"), ("east eastern", "west western"),
    ("oldest eldest", "youngest"), ("earliest first", "last latest"),
    ("highest most largest biggest", "lowest fewest smallest least"),
    ("open opened reopened", "close closed shut"), ("buy bought", "sell sold"),
    ("hire hired", "fire fired dismissed sacked"), ("born", "died"),
)  # fmt: skip
_SIDES = tuple(
    (frozenset(map(stem, a.split())), frozenset(map(stem, b.split()))) for a, b in _PAIRS
)
_WINNING = 2
# Who wins and who loses is told by one sentence, and the reader tells them apart.
_ROLE = re.compile(r"\b(?:who|whom|which)\b", re.I)


def contrary(question: str, sentence: str) -> bool:
    """Tell whether a sentence has the opposite of a word of the question, and not the word.

    A question for a person or thing may be answered from the other side: "X lost to Y" tells
    who won.
    """
    asked, told = set(map(stem, words(question))), set(map(stem, words(sentence)))
    for place, (a, b) in enumerate(_SIDES):
        if place == _WINNING and _ROLE.search(question):
            continue
        for side, other in ((a, b), (b, a)):
            if asked & side and not asked & other and told & other and not told & side:
                return True
    return False
