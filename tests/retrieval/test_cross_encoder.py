"""The reranker's network gives what the library's BERT gives with the same weights."""

from __future__ import annotations

import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoTokenizer, BertModel

from rag.embedding.bert import _LAYER
from rag.errors import ModelError
from rag.models.device import compute_dtype
from rag.models.registry import DEFAULT_EMBEDDER, resolve
from rag.retrieval.cross_encoder import FOLDER, CrossEncoder

pytestmark = pytest.mark.models

QUESTION = "How long did the strike close the harbour of Valletta?"
TITLES = [
    "Ferry strike",
    "",
    "A title that is a good deal longer than the fourteen tokens read of it",
]
PASSAGES = ["It was shut for three days. " * 12, "Oil rose.", "The ferry strike lasted three days."]


@pytest.fixture(scope="module")
def reader() -> CrossEncoder:
    return CrossEncoder.load()


@pytest.fixture(scope="module")
def oracle():
    """The library's BERT with the ranker's weights."""
    mine = {name: value.float() for name, value in load_file(FOLDER / "model.safetensors").items()}
    layers = len({name.split(".")[1] for name in mine if name.startswith("layers.")})
    bert = BertModel.from_pretrained(
        resolve(DEFAULT_EMBEDDER).path, num_hidden_layers=layers, local_files_only=True
    )
    theirs = {
        "embeddings.token_type_embeddings.weight": mine["types.weight"],
        "embeddings.LayerNorm.weight": mine["norm.weight"],
        "embeddings.LayerNorm.bias": mine["norm.bias"],
    }
    for layer in range(layers):
        at = f"encoder.layer.{layer}"
        for kind in ("weight", "bias"):
            parts = mine[f"layers.{layer}.attend.{kind}"].chunk(3)
            for name, part in zip(("query", "key", "value"), parts, strict=True):
                theirs[f"{at}.attention.self.{name}.{kind}"] = part
            for name, place in _LAYER.items():
                theirs[f"{at}.{place}.{kind}"] = mine[f"layers.{layer}.{name}.{kind}"]
    lacking = bert.load_state_dict(theirs, strict=False).missing_keys
    assert {name.split(".")[1] for name in lacking} <= {
        *("word_embeddings", "position_embeddings", "position_ids", "dense"),
    }
    return bert.eval(), mine


def test_scores_are_those_of_the_library(reader, oracle):
    bert, mine = oracle
    tokenizer = AutoTokenizer.from_pretrained(resolve(DEFAULT_EMBEDDER).path)
    expected = []
    for title, passage in zip(TITLES, PASSAGES, strict=True):
        asked, *told = (
            tokenizer(text, add_special_tokens=False, truncation=False)["input_ids"]
            for text in (QUESTION, title, passage)
        )
        first, second = [101, *asked[:28], 102], [*told[0][:14], *told[1][:56], 102]
        kinds = torch.tensor([[0] * len(first) + [1] * len(second)])
        with torch.inference_mode():
            states = bert(torch.tensor([first + second]), token_type_ids=kinds).last_hidden_state[0]
        pooled = torch.cat([states[0], states.mean(0)])
        expected.append(float(mine["head.weight"][0] @ pooled + mine["head.bias"][0]))
    found = reader.scores(QUESTION, TITLES, PASSAGES)
    np.testing.assert_allclose(
        found, expected, atol=1e-3 if compute_dtype() == torch.float32 else 0.1
    )
    assert reader.scores(QUESTION, [], []).shape == (0,)


def test_the_answer_fits_best(reader):
    told = ["Oil rose to 90 dollars.", "The strike closed the harbour of Valletta for three days."]
    scores = reader.scores(QUESTION, ["Markets", "Ferry strike"], told)
    assert scores[1] > 0 > scores[0]


def test_a_damaged_ranker_says_what_to_do(tmp_path):
    copy = tmp_path / "ranker"
    shutil.copytree(FOLDER, copy)
    (copy / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="SHA-256"):
        CrossEncoder.load(copy)
    with pytest.raises(ModelError, match="cannot load the ranker"):
        CrossEncoder.load(copy, sha256=None)


def test_reading_imports_no_library():
    code = (
        "import sys; from rag.retrieval.cross_encoder import CrossEncoder as C;"
        "C.load().scores('Rain?', ['Weather'], ['It rained.']);"
        "assert not {'sentence_transformers', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
