"""Greedy decoding that reads several tokens at once where it can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from rag.generation.decoder import Decoder, State, shared

# Tokens that are looked up in what was read, and read along with the one that was written.
_GUESSED = 3


def greedy(decoder: Decoder, state: State, *, avoid: int | None = None) -> Iterator[int]:
    """Yield the likeliest next tokens after `state`, without end; `avoid` is not the first.

    Answers repeat what they were read from. So tokens that are looked up there are read along
    with the newest one, which costs as much, and those that turn out to be the likeliest
    are kept (Saxena 2023, prompt lookup decoding): they are those of reading one by one.
    """
    assert state.scores is not None  # noqa: S101
    scores = state.scores.clone()
    if avoid is not None:
        scores[avoid] = -torch.inf
    token = int(scores.argmax())
    yield token
    while True:
        most = min(_GUESSED, state.room - len(state.tokens) - 1)
        guess = looked_up([*state.tokens, token], most=most)
        found = decoder.read([token, *guess], state, last=len(guess) + 1).argmax(-1).tolist()
        right = shared(guess, found)
        state.rewind(len(state.tokens) - len(guess) + right)
        token = found[right]
        yield from found[: right + 1]


def looked_up(tokens: Sequence[int], *, most: int) -> list[int]:
    """Return what followed the last two tokens where they last stood before, or the last one."""
    *_, one, two = tokens
    alone: list[int] = []
    for place in range(len(tokens) - 2, -1, -1):
        if tokens[place] == two:
            after = list(tokens[place + 1 : place + 1 + most])
            if place and tokens[place - 1] == one:
                return after
            alone = alone or after
    return alone
