"""Pace of writing: what is timed, and the table of it."""

from __future__ import annotations

import time

import pytest

from eval.generation import Pace, default, pace, to_table
from rag.generation import Message

ASKED = [Message("user", "Hello?")]


class Words:
    """Says as many words as it may; a token is a word."""

    def stream(self, messages, *, max_new_tokens):
        yield from ["word "] * max_new_tokens

    def count_tokens(self, text):
        return len(text.split())


def test_the_default_writes_what_its_pieces_make():
    assert default(Words())(ASKED, 3) == "word word word "


@pytest.mark.parametrize(("again", "rest"), [(True, 2.0), (False, 6.0)])
def test_reading_the_prompt_again_is_not_writing(again, rest, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])

    def reply(messages, most):
        """Reads for four seconds and writes for two; when it need not read, it writes for six."""
        now[0] += 4.0 if most == 1 else 6.0
        return "word"

    assert pace(reply, ASKED, again=again) == Pace(first=4.0, rest=rest, text="word")


def test_table_has_medians_and_rates():
    paces = {
        "plain": [Pace(0.5, 1.0, "a b c"), Pace(0.7, 2.0, "d e f"), Pace(0.9, 1.0, "g h")],
        "default": [Pace(0.2, 0.5, "a b c"), Pace(0.3, 0.5, "d e f"), Pace(0.4, 1.0, "g i")],
    }
    table = to_table(paces, generator=Words())
    shown = [[*column.cells] for column in table.columns]
    assert [column.header for column in table.columns] == ["", "plain", "default"]
    assert shown[1] == ["0.700", "2.0", "3 of 3"]
    assert shown[2] == ["0.300", "4.0", "2 of 3"]
