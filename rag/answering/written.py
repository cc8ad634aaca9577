"""An answer in a generator's own words, each sentence checked before it is said."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial

from rag.answering import marks
from rag.answering.draft import Draft
from rag.answering.found import heading
from rag.answering.sentence_stream import claims
from rag.generation import Generator, prompts
from rag.text.facts import numbers
from rag.text.sentences import content_words, words
from rag.types import Hit, Passage

# Words of an answer that only names something, "about 300 people", at most.
_BARE = 4


def write(
    question: str,
    hits: Sequence[Hit],
    draft: Draft,
    *,
    spans: Sequence[str],
    generator: Generator,
    max_new_tokens: int,
    stop: threading.Event,
) -> Iterator[str]:
    """Yield the sentences of `generator` that pass the draft's check, as they are written.

    It reads `hits` in their order, as many as its window holds. Whether the question can be
    answered is decided before, but a generator may refuse all the same. `spans` are the words that
    the reader found: where the generator only names something, it must be one of these.
    """
    room = generator.context_tokens - max_new_tokens - prompts.OVERHEAD_TOKENS
    passages = [Passage(heading(hit.article), hit.text) for hit in hits]
    long = partial(prompts.build_long, found="; ".join(spans))
    build = prompts.build if generator.terse else long
    fitting = prompts.within_window(
        question, passages, tokens=room, count=generator.count_tokens, build=build
    )
    messages = build(question, fitting)
    spoken: list[str] = []
    before = len(draft.text)
    written = generator.stream(messages, max_new_tokens=max_new_tokens, stop=stop)

    def was_cut() -> bool:
        used = generator.count_tokens("".join(spoken))
        return stop.is_set() or used >= max_new_tokens - 1

    # Closing the stream ends the generator's work within a token.
    with closing(written):  # type: ignore[type-var]
        for sentence in claims(_recorded(written, spoken), was_cut=was_cut):
            if marks.split_marks(sentence)[0] == prompts.REFUSAL:
                draft.refuse()
                break
            if not names_another(sentence, spans) and (piece := draft.add(sentence)):
                yield piece
            if draft.full:
                break
    draft.take_short(spans, said=draft.text[before:])


def names_another(sentence: str, spans: Sequence[str]) -> bool:
    """Tell whether a sentence is a bare name or figure, and shares no word with what was found.

    "England" stands in "South Africa won, beating England", which would bear it out.
    """
    claim = marks.split_marks(sentence)[0]
    told = {*content_words(claim)} - {"yes", "no"}
    if not told or len(words(claim)) > _BARE:
        return False
    return not any(told & {*words(span)} or numbers(claim) & numbers(span) for span in spans)


def _recorded(pieces: Iterable[str], record: list[str]) -> Iterator[str]:
    for piece in pieces:
        record.append(piece)
        yield piece
