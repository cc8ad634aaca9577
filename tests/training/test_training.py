"""Training: the forms read, the episodes made, the packing, and a tiny run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from transformers import LlamaConfig, LlamaForCausalLM
from typer.testing import CliRunner

from rag.errors import ModelError, TrainingError
from rag.generation import Message
from rag.generation.prompts import REFUSAL, Passage
from rag.models import adapters
from rag.models.resolving import resolve
from rag.training import loop, sequences
from rag.training.episodes import Exchange, episodes
from rag.training.examples import AnswerExample, read
from rag.training.recipe import Recipe
from tests.fakes.tiny_models import tiny_tokenizer
from ui.cli import app

pytestmark = pytest.mark.slow

HARBOUR = "The ferry strike closed the harbour of Valletta for 3 days."
TOWER = "The tower of Saint Anne was built in 1742 by Maltese masons."
READINGS = [
    AnswerExample("How long was it closed?", (Passage("Malta", HARBOUR),), (0,), "3 days"),
    AnswerExample("Which harbour?", (Passage("Malta", HARBOUR),), (0,), "Valletta"),
    AnswerExample("When was the tower built?", (Passage("Malta", TOWER),), (0,), "1742"),
    AnswerExample("Who paid for the tower?", (Passage("Malta", TOWER),), (), ""),
]


def tiny_model() -> LlamaForCausalLM:
    torch.manual_seed(0)
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=259,
            hidden_size=32,
            intermediate_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            max_position_embeddings=2048,
            eos_token_id=2,
            bos_token_id=1,
            pad_token_id=2,
        )
    )


def packed() -> list[sequences.Packed]:
    tokenizer = tiny_tokenizer()
    return [
        sequences.pack([sequences.encode(exchange, tokenizer) for exchange in episode])
        for episode in episodes(READINGS)
    ]


def test_both_forms_of_reading_are_read(tmp_path: Path) -> None:
    records = [
        {
            "question": "How long?",
            "context": HARBOUR,
            "title": "Malta_news",
            "answers": ["3 days."],
        },
        {
            "question": "When?",
            "passages": [{"title": "A", "text": HARBOUR}, {"title": "B", "text": TOWER}],
            "gold_titles": ["B"],
            "answers": ["1742", "in 1742", "1742"],
        },
    ]
    path = tmp_path / "records.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in records))
    assert read([path]) == [
        AnswerExample("How long?", (Passage("Malta news", HARBOUR),), (0,), "3 days"),
        AnswerExample("When?", (Passage("A", HARBOUR), Passage("B", TOWER)), (1,), "1742"),
    ]


@pytest.mark.parametrize("line", ['{"question": "Why?"}', "[1]", "not JSON"])
def test_a_bad_record_is_named_with_file_and_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text(f'{{"question": "Q", "context": "C", "answers": ["C"]}}\n{line}\n')
    with pytest.raises(TrainingError, match=r"records\.jsonl:?2?"):
        read([path])


def test_replies_cite_the_passage_that_holds_the_answer() -> None:
    replies = {}
    for exchange in (item for episode in episodes(READINGS) for item in episode):
        numbered, asked = exchange.messages[1].content.split("\n\nQuestion: ")
        if exchange.reply != REFUSAL:
            answer, mark = exchange.reply.rsplit(" ", 1)
            (passage,) = [p for p in numbered.split("\n\n") if p.startswith(mark)]
            assert answer in passage
            replies[asked] = exchange.reply
    assert set(replies) == {
        "How long was it closed?",
        "Which harbour?",
        "When was the tower built?",
    }


def test_a_paragraph_alone_refuses_what_its_neighbour_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rag.training.episodes.ALONE", 1.0)
    found = [item for seed in range(9) for one in episodes(READINGS, seed=seed) for item in one]
    assert all("[2]" not in item.messages[1].content for item in found)
    of_tower = [item for item in found if "masons" in item.messages[1].content]
    replies = {item.messages[1].content.split("Question: ")[1]: item.reply for item in of_tower}
    assert replies["When was the tower built?"] == "1742 [1]"
    refused = {asked for asked, reply in replies.items() if reply == REFUSAL}
    assert refused & {"How long was it closed?", "Which harbour?"}


def test_packing_computes_what_each_conversation_alone_would() -> None:
    model, tokenizer = tiny_model().eval(), tiny_tokenizer()
    (episode,) = episodes(READINGS)
    branches = [sequences.encode(exchange, tokenizer) for exchange in episode]
    pack = sequences.pack(branches)
    alone = 0.0
    with torch.no_grad():
        for branch in branches:
            scores = model(torch.tensor([branch.prompt + branch.reply])).logits[0].log_softmax(-1)
            at = len(branch.prompt) - 1
            alone -= sum(float(scores[at + i, token]) for i, token in enumerate(branch.reply))

        mask = torch.zeros(1, 1, *pack.visible().shape).masked_fill(
            ~pack.visible(), torch.finfo(torch.float32).min
        )
        states = model.model(
            input_ids=pack.tokens[None], position_ids=pack.positions[None], attention_mask=mask
        ).last_hidden_state[0]
        together = torch.nn.functional.cross_entropy(
            model.lm_head(states[pack.predicting]), pack.targets, reduction="sum"
        )
    assert float(together) == pytest.approx(alone, rel=1e-5)


def test_the_loss_falls(tmp_path: Path) -> None:
    recipe = Recipe(rank=4, passes=30, learning_rate=1e-2, warmup_steps=1)
    losses = [
        now.loss for now in loop.train(tiny_model(), packed(), folder=tmp_path, recipe=recipe)
    ]
    assert len(losses) == 30
    # Little can be learnt on frozen random weights, but it is learnt.
    assert losses[-1] < 0.95 * losses[0]


def test_a_stopped_run_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    recipe = Recipe(rank=4, passes=6)
    list(loop.train(tiny_model(), packed(), folder=tmp_path / "whole", recipe=recipe))
    stopped = loop.train(tiny_model(), packed(), folder=tmp_path / "parts", recipe=recipe)
    assert [next(stopped).step, next(stopped).step] == [1, 2]
    stopped.close()
    rest = loop.train(tiny_model(), packed(), folder=tmp_path / "parts", recipe=recipe)
    assert next(rest).step == 3
    list(rest)
    whole, parts = (load_file(tmp_path / name / loop.WEIGHTS) for name in ("whole", "parts"))
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[name], parts[name]) for name in whole)


def test_a_run_goes_on_from_an_adapter(tmp_path: Path) -> None:
    none = Recipe(rank=4, passes=1, learning_rate=0.0)
    list(loop.train(tiny_model(), packed(), folder=tmp_path / "a", recipe=Recipe(rank=4)))
    again = loop.train(
        tiny_model(), packed(), folder=tmp_path / "b", recipe=none, start=tmp_path / "a"
    )
    list(again)
    first, second = (load_file(tmp_path / name / loop.WEIGHTS) for name in ("a", "b"))
    assert any(float(weight.abs().max()) > 0 for name, weight in first.items() if "lora_B" in name)
    assert all(torch.equal(first[name], second[name]) for name in first)
    wider = Recipe(rank=8)
    with pytest.raises(TrainingError, match="rank"):
        next(
            loop.train(
                tiny_model(), packed(), folder=tmp_path / "c", recipe=wider, start=tmp_path / "a"
            )
        )


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path) -> None:
    begun = loop.train(tiny_model(), packed(), folder=tmp_path, recipe=Recipe(passes=3))
    next(begun)
    begun.close()
    with pytest.raises(TrainingError, match="another run"):
        next(loop.train(tiny_model(), packed(), folder=tmp_path, recipe=Recipe(passes=4)))


def test_the_command_trains_and_its_adapter_merges_as_peft_merges(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, out = tmp_path / "base", tmp_path / "out"
    tiny_model().save_pretrained(base)
    tiny_tokenizer().save_pretrained(base)
    data = tmp_path / "data.jsonl"
    data.write_text(
        "\n".join(
            json.dumps({"question": q, "context": c, "title": "Malta", "answers": [a]})
            for q, c, a in (("How long?", HARBOUR, "3 days"), ("When?", TOWER, "1742"))
        )
    )
    done = CliRunner().invoke(
        app, ["train", "generator", str(data), "--out", str(out), "--base", str(base)]
    )
    assert done.exit_code == 0, done.output
    adapter = adapters.read(out)
    assert (adapter.base, adapter.rank) == (str(base), 16)
    adapters.merge(adapter, base=base, to=tmp_path / "merged")
    monkeypatch.setenv("DATELINE_CACHE", str(tmp_path / "cache"))
    assert [resolve(str(folder)).adapted for folder in (out, base)] == [True, False]

    from peft import PeftModel

    expected = PeftModel.from_pretrained(LlamaForCausalLM.from_pretrained(base), out)
    ids = torch.tensor([[5, 6, 7, 8]])
    with torch.no_grad():
        theirs = expected.merge_and_unload()(ids).logits
        ours = LlamaForCausalLM.from_pretrained(tmp_path / "merged")(ids).logits
    assert torch.allclose(ours, theirs, atol=1e-5)


def test_a_changed_adapter_is_refused(tmp_path: Path) -> None:
    recipe = Recipe(rank=4)
    list(loop.train(tiny_model(), packed(), folder=tmp_path, recipe=recipe, base="x/y"))
    with (tmp_path / adapters.WEIGHTS).open("ab") as file:
        file.write(b"more")
    with pytest.raises(ModelError, match="SHA-256"):
        adapters.read(tmp_path)


def test_exchange_is_what_should_follow() -> None:
    branch = sequences.encode(Exchange((Message("user", "Is it?"),), "yes"), tiny_tokenizer())
    assert branch.reply[-1] == tiny_tokenizer().eos_token_id
    assert len(branch.reply) == len("yes") + 1
