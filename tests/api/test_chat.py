"""Clients of OpenAI's API ask an archive: the real package, against the real app."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rag.types import Answer, Turn
from ui.api.chat import annotated, sources
from ui.api.completions import Completion

if TYPE_CHECKING:
    import openai
    from fastapi.testclient import TestClient

    from ui.api.desk import Desk

QUESTION = "How many days did the ferry strike close the harbour?"
TEXT = "The ferry strike closed the harbour of Valletta for 3 days. [1]"
SOURCE = (
    "[1] [Ferry strike](<https://news.example/ferry>) · Gazette · 2024-05-02: "
    "“The ferry strike closed the harbour of Valletta for 3 days.”"
)


@pytest.fixture
def ai(client: TestClient) -> openai.OpenAI:
    """The package's client; requests go to the app without a network."""
    # Here, since it takes most of a second, which a process without these tests spares.
    import openai

    base = "http://127.0.0.1:7860/v1"
    return openai.OpenAI(api_key="secret", base_url=base, http_client=client, max_retries=0)


def ask(question: str) -> list[dict]:
    return [{"role": "user", "content": question}]


def test_archives_are_models(ai: openai.OpenAI) -> None:
    assert [model.id for model in ai.models.list()] == ["town"]
    assert ai.models.retrieve("town").owned_by == "dateline"


def test_an_answer_has_marks_sources_and_a_structured_field(ai: openai.OpenAI) -> None:
    reply = ai.chat.completions.create(model="town", messages=ask(QUESTION), temperature=0.2)
    [choice] = reply.choices
    assert choice.message.content == f"{TEXT}\n\nSources:\n{SOURCE}"
    assert (choice.finish_reason, choice.message.role) == ("stop", "assistant")
    # The `llm` tool reads it unasked.
    assert reply.usage.model_dump()["total_tokens"] == 0
    [mark] = choice.message.annotations
    cited = mark.url_citation
    assert choice.message.content[cited.start_index : cited.end_index] == "[1]"
    assert (cited.title, cited.url) == ("Ferry strike", "https://news.example/ferry")
    [citation] = reply.dateline["citations"]
    assert (citation["article"]["id"], citation["start"], citation["end"]) == ("ferry", 0, 59)


def test_a_stream_says_the_same(ai: openai.OpenAI) -> None:
    chunks = list(ai.chat.completions.create(model="town", messages=ask(QUESTION), stream=True))
    said = "".join(chunk.choices[0].delta.content for chunk in chunks)
    assert said == f"{TEXT}\n\nSources:\n{SOURCE}"
    assert {chunk.id for chunk in chunks} == {chunks[0].id}
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None, "stop"]
    assert chunks[-1].dateline["kind"] == "answer"


def test_a_refusal_has_no_sources(ai: openai.OpenAI) -> None:
    wish = {"model": "town", "messages": ask("Who won the football cup in Brazil?")}
    reply = ai.chat.completions.create(**wish)
    assert "Sources" not in reply.choices[0].message.content
    assert reply.dateline["abstained"]
    *_, last = ai.chat.completions.create(**wish, stream=True)
    assert last.choices[0].finish_reason == "stop"
    assert last.dateline["abstained"]


def test_a_question_can_be_narrowed(ai: openai.OpenAI) -> None:
    late = {"since": "2024-06-01"}
    reply = ai.chat.completions.create(model="town", messages=ask(QUESTION), extra_body=late)
    assert reply.dateline["abstained"]


def test_a_follow_up_is_understood_from_the_messages_before(ai: openai.OpenAI) -> None:
    said = ai.chat.completions.create(model="town", messages=ask(QUESTION)).choices[0].message
    chat = [
        {"role": "system", "content": "You are a pirate."},
        *ask(QUESTION),
        said,
        {"role": "user", "content": [{"type": "text", "text": "And who asked to end it?"}]},
    ]
    reply = ai.chat.completions.create(model="town", messages=chat)
    assert reply.dateline["asked"] == "And who asked to end it?"
    assert reply.dateline["question"] != reply.dateline["asked"]


def test_errors_are_those_of_the_package(ai: openai.OpenAI, desk: Desk) -> None:
    import openai

    with pytest.raises(openai.NotFoundError, match="no archive 'gpt-9'"):
        ai.chat.completions.create(model="gpt-9", messages=ask(QUESTION))
    with pytest.raises(openai.UnprocessableEntityError, match="question of the user"):
        ai.chat.completions.create(model="town", messages=[{"role": "system", "content": "x"}])
    with pytest.raises(openai.AuthenticationError):
        ai.with_options(api_key="guess").models.list()
    limits = desk.models.line.limits
    for number in range(limits.at_once + limits.waiting):
        desk.models.line.enter(str(number))
    with pytest.raises(openai.RateLimitError, match="busy"):
        ai.chat.completions.create(model="town", messages=ask(QUESTION), stream=True)


def test_the_list_of_sources_is_no_part_of_the_history() -> None:
    wish = Completion(
        model="town",
        messages=[
            {"role": "user", "content": "One?"},
            {"role": "user", "content": "Two?"},
            {"role": "assistant", "content": f"Yes. [1]\n\nSources:\n{SOURCE}"},
            {"role": "assistant", "content": None},
            {"role": "user", "content": " Three? "},
        ],
    )
    assert wish.history == (Turn("Two?", "Yes. [1]"),)
    assert wish.question == "Three?"


def test_what_cites_nothing_lists_nothing() -> None:
    answer = Answer("x", "See [1].", abstained=False)
    assert (sources(answer), annotated(answer)) == ("", [])
