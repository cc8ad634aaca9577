"""The embedder gives the library's vectors, whatever the number type and the batches."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest

from rag.embedding.embedder import TransformerEmbedder
from rag.errors import ModelError
from rag.models.registry import DEFAULT_EMBEDDER
from rag.models.resolving import resolve

if TYPE_CHECKING:
    from pathlib import Path

    from sentence_transformers import SentenceTransformer

# Of every length, so that batches sorted by it must be put back in order.
TEXTS = [
    "Rain.",
    "",
    "Zoë paid 12 million euros; 東京 did not.",
    "The council met on Monday. " * 8,
    "The bridge will cost 12 million euros, the mayor said. " * 60,
    *(f"Ferry number {n} sailed to Valletta{' again' * n}." for n in range(12)),
]


@pytest.fixture(scope="module")
def folder() -> Path:
    return resolve(DEFAULT_EMBEDDER).path


@pytest.fixture(scope="module")
def library(folder: Path) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(
        str(folder), local_files_only=True, model_kwargs={"dtype": "float32"}
    )


@pytest.fixture(scope="module")
def embedder() -> TransformerEmbedder:
    return TransformerEmbedder.load(DEFAULT_EMBEDDER)


@pytest.mark.models
def test_vectors_are_unit_vectors_near_those_of_float32(embedder, library):
    found, expected = embedder.embed_passages(TEXTS), library.encode(TEXTS)
    assert found.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-6)
    assert (found * expected).sum(1).min() > 0.999
    assert embedder.embed_question("Rain?") @ library.encode("Rain?") > 0.999


@pytest.mark.models
def test_what_it_says_of_itself(embedder, library):
    assert (embedder.id, embedder.dimension, embedder.max_tokens) == (DEFAULT_EMBEDDER, 384, 254)
    assert embedder.checksum == resolve(DEFAULT_EMBEDDER).checksum
    counts = [len(library.tokenizer.tokenize(text)) for text in TEXTS]
    assert embedder.count_tokens(TEXTS) == counts
    assert max(counts) > embedder.max_tokens
    assert embedder.count_tokens([]) == []
    assert embedder.embed_passages([]).shape == (0, 384)


@pytest.mark.models
def test_a_damaged_model_says_what_to_do(folder, tmp_path):
    copy = tmp_path / "model"
    shutil.copytree(folder, copy)
    (copy / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="cannot load"):
        TransformerEmbedder.load(str(copy))


@pytest.mark.models
def test_counting_and_embedding_at_once_do_not_disturb_each_other(
    embedder: TransformerEmbedder,
) -> None:
    texts = ["A ferry.", "The strike closed the harbour of Valletta for three days. " * 3]
    counts, vectors = embedder.count_tokens(texts), embedder.embed_passages(texts)
    with ThreadPoolExecutor(2) as pool:
        counted = [pool.submit(embedder.count_tokens, texts) for _ in range(60)]
        embedded = [pool.submit(embedder.embed_passages, texts) for _ in range(20)]
    assert all(found.result() == counts for found in counted)
    assert all(np.allclose(found.result(), vectors, atol=1e-3) for found in embedded)
