"""Measure the generator's speed beside the same model in plain transformers.

    python -m eval.generation --archive news --questions questions.jsonl.gz --limit 50

Both get the prompts that answers are written from, each with the passage that was found first, and
write until they end the reply. "Plain" is `model.generate` in float32, as in the documentation of
transformers.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import torch
import typer
from rich.console import Console
from rich.table import Table
from transformers import AutoModelForCausalLM, AutoTokenizer

from eval.questions import load_questions
from rag import Archive
from rag.generation import Generator, Message, load_generator, prompts
from rag.models.registry import DEFAULT_GENERATOR, resolve
from rag.settings import archive_path

_MOST = 96
# Prompts that both read as a warm-up, before those that are measured.
_WARM = 16

# Returns the reply to a conversation. The number is the most tokens, the end included.
Reply = Callable[[Sequence[Message], int], str]


class Pace(NamedTuple):
    """The seconds to the first token, those after it, and the text that was written."""

    first: float
    rest: float
    text: str


def plain(name: str) -> Reply:
    """Return `model.generate` of transformers, greedy and in float32."""
    folder = resolve(name).path
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)

    def reply(messages: Sequence[Message], most: int) -> str:
        chat = [{"role": message.role, "content": message.content} for message in messages]
        prompt: Any = tokenizer.apply_chat_template(
            chat, add_generation_prompt=True, return_tensors="pt", return_dict=True
        )
        made = model.generate(**prompt, max_new_tokens=most, do_sample=False)
        new = made[0, prompt["input_ids"].shape[1] :]
        return str(tokenizer.decode(new, skip_special_tokens=True))

    return reply


def default(generator: Generator) -> Reply:
    """Return the generator of `rag` as a function."""
    return lambda messages, most: "".join(generator.stream(messages, max_new_tokens=most))


def pace(reply: Reply, messages: Sequence[Message], *, again: bool) -> Pace:
    """Return the pace of one reply; `again` if writing reads the prompt once more."""
    started = time.perf_counter()
    reply(messages, 1)
    first = time.perf_counter() - started
    started = time.perf_counter()
    text = reply(messages, _MOST)
    rest = time.perf_counter() - started
    return Pace(first, rest - first if again else rest, text)


def main(
    questions: Annotated[Path, typer.Option(exists=True, dir_okay=False)],
    archive: str = "default",
    min_words: int = 1,
    limit: Annotated[int, typer.Option(min=1, help="How many questions.")] = 20,
) -> None:
    """Time both on the same prompts and print the table."""
    asked = [q.question for q in load_questions(questions) if len(q.question.split()) >= min_words]
    with Archive.open(archive_path(archive), create=False) as opened:
        found = [(question, opened.search(question, k=1)) for question in asked[: limit + _WARM]]
    conversations = [
        prompts.build(question, [prompts.Passage(prompts.heading(hit.article), hit.text)])
        for question, hits in found
        for hit in hits
    ]
    generator = load_generator(DEFAULT_GENERATOR)
    paces = {}
    for name, reply in (
        ("plain", plain(DEFAULT_GENERATOR)),
        ("default", default(generator)),
    ):
        all_of = [pace(reply, each, again=name == "plain") for each in conversations]
        paces[name] = all_of[_WARM:]
    Console().print(to_table(paces, generator=generator))


def to_table(paces: dict[str, list[Pace]], *, generator: Generator) -> Table:
    """Return a table with one column per system and one row per figure."""
    table = Table("", *paces)
    rates = {
        name: sum(generator.count_tokens(item.text) for item in of) / sum(item.rest for item in of)
        for name, of in paces.items()
    }
    firsts = [statistics.median(item.first for item in of) for of in paces.values()]
    texts = [[item.text for item in of] for of in paces.values()]
    same = sum(one == other for one, other in zip(*texts, strict=True))
    table.add_row("seconds to the first token, median", *(f"{first:.3f}" for first in firsts))
    table.add_row("tokens a second", *(f"{rate:.1f}" for rate in rates.values()))
    table.add_row(
        "the same text", f"{len(texts[0])} of {len(texts[0])}", f"{same} of {len(texts[0])}"
    )
    return table


if __name__ == "__main__":
    typer.run(main)
