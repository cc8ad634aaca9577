"""The lean encoder gives the vectors that sentence-transformers gives."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from rag.embedding.bert import BertEncoder, _batches
from rag.embedding.embedder import TransformerEmbedder
from rag.errors import ModelError
from rag.models.registry import DEFAULT_EMBEDDER, resolve

pytestmark = pytest.mark.models

TEXTS = [
    "Rain.",
    "",
    "Zoë paid 12 million euros; 東京 did not.",
    "The council met on Monday. " * 8,
    "The bridge will cost 12 million euros, the mayor said. " * 60,
]


@pytest.fixture(scope="module")
def folder() -> Path:
    return resolve(DEFAULT_EMBEDDER).path


@pytest.fixture(scope="module")
def library(folder):
    return SentenceTransformer(str(folder), local_files_only=True)


def test_vectors_are_those_of_the_library(folder, library):
    encoder = BertEncoder.load(folder, dtype=torch.float32)
    found = encoder.encode_document(TEXTS)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    np.testing.assert_allclose(found, library.encode(TEXTS), atol=2e-6)
    assert encoder.dimension == library.get_embedding_dimension() == 384
    assert encoder.max_tokens == library.max_seq_length
    counts = [len(library.tokenizer.tokenize(text)) for text in TEXTS]
    assert encoder.count_tokens(TEXTS) == counts
    assert counts[-1] > encoder.max_tokens


def test_half_the_bits_turn_vectors_hardly(folder, library):
    found = BertEncoder.load(folder, dtype=torch.bfloat16).encode_document(TEXTS)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    assert (found * library.encode(TEXTS)).sum(1).min() > 0.9995


def test_batches_hold_texts_of_like_length():
    lengths = [3, 700, 5, 700, 700, 4]
    batches = list(_batches(lengths, most=2000))
    assert batches == [[1, 3], [4, 2], [5, 0]]
    assert list(_batches([5000], most=2000)) == [[0]]
    assert list(_batches([], most=2000)) == []


def test_batches_on_several_cores_keep_their_order(folder):
    texts = [f"The bridge will cost {n} million euros. " * (1 + n % 7) for n in range(120)]
    encoder = BertEncoder.load(folder, dtype=torch.float32)
    alone = np.concatenate([encoder.encode_document([text]) for text in texts])
    before = torch.get_num_threads()
    for cores in (1, 2):
        encoder._cores = cores
        np.testing.assert_allclose(encoder.encode_document(texts), alone, atol=1e-5)
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("config.json", {"model_type": "mpnet"}),
        ("config.json", {"hidden_act": "relu"}),
        ("1_Pooling/config.json", {"pooling_mode_cls_token": True}),
        ("config_sentence_transformers.json", {"prompts": {"query": "q: "}}),
    ],
)
def test_other_models_are_left_to_the_library(folder, tmp_path, file, change):
    assert BertEncoder.fits(folder)
    copy = tmp_path / "model"
    shutil.copytree(folder, copy)
    config = json.loads((copy / file).read_text(encoding="utf-8"))
    (copy / file).write_text(json.dumps({**config, **change}), encoding="utf-8")
    assert not BertEncoder.fits(copy)
    assert not BertEncoder.fits(tmp_path)


def test_the_library_runs_what_the_lean_encoder_does_not(folder, tmp_path, monkeypatch):
    lean = TransformerEmbedder.load(DEFAULT_EMBEDDER)
    monkeypatch.setattr(BertEncoder, "fits", lambda folder: False)
    full = TransformerEmbedder.load(DEFAULT_EMBEDDER)
    assert (lean.id, lean.checksum, lean.dimension, lean.max_tokens) == (
        *(full.id, full.checksum, full.dimension, full.max_tokens),
    )
    assert lean.count_tokens(TEXTS) == full.count_tokens(TEXTS)
    assert (lean.embed_passages(TEXTS) * full.embed_passages(TEXTS)).sum(1).min() > 0.999
    assert lean.embed_question("Rain?") @ full.embed_question("Rain?") > 0.999


def test_a_damaged_model_says_what_to_do(folder, tmp_path):
    copy = tmp_path / "model"
    shutil.copytree(folder, copy)
    (copy / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="cannot load"):
        TransformerEmbedder.load(str(copy))


def test_embedding_imports_neither_library():
    code = (
        "import sys; from rag.embedding.embedder import TransformerEmbedder as T;"
        f"T.load({DEFAULT_EMBEDDER!r}).embed_question('Rain?');"
        "assert not {'sentence_transformers', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
