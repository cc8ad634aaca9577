"""The reader that ships: an encoder of transformers with an adapter of ours."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import ModelError
from rag.models.adapters import HEADS
from rag.models.registry import DEFAULT_READER
from rag.models.resolving import resolve
from rag.reading.base import Asked, Reading
from rag.types import Passage

if TYPE_CHECKING:
    from rag.reading.pairs import Pair

# Pairs read at once: enough to fill a core, few enough to stop soon.
_BATCH = 4
# Pairs of several questions read at once, which nobody waits to stop.
_SHARED_BATCH = 16
# Candidates per passage.
_CANDIDATES = 6

log = logging.getLogger(__name__)


class EncoderReader:
    """Reads with a network of `rag.reading.network`. Safe for use by several threads."""

    def __init__(self, name: str, network: Any, pairs: Any) -> None:
        self._name = name
        self._network = network
        self._pairs = pairs

    @classmethod
    def load(
        cls, name: str = DEFAULT_READER, *, on_progress: Callable[[str], None] | None = None
    ) -> EncoderReader:
        """Load the reader called `name`: a known one, or the folder of a trained one.

        Raises `ModelError` when it cannot be had or is not whole.
        """
        local = resolve(name, on_progress=on_progress)
        heads = local.path / HEADS
        if not heads.is_file():
            raise ModelError(
                f"{name} is no reader: {local.path} lacks {HEADS}; name one that "
                "`rag train reader` has made"
            )
        return cls(name, *_load(local.path))

    @property
    def id(self) -> str:
        """The name that the reader is loaded by."""
        return self._name

    def read(
        self, question: str, passages: Sequence[Passage], *, stop: threading.Event | None = None
    ) -> list[Reading]:
        """Return a reading for each passage, in their order; see `rag.reading.Reader`."""
        return self._read([Asked(question, tuple(passages))], batch=_BATCH, stop=stop)

    def read_together(self, asked: Sequence[Asked]) -> list[list[Reading]]:
        """Return for each question what `read` returns; see `rag.reading.Reader`."""
        readings = iter(self._read(asked, batch=_SHARED_BATCH))
        return [list(islice(readings, len(item.passages))) for item in asked]

    def _pairs_of(self, question: str, passages: Sequence[Passage]) -> list[Pair]:
        found: list[Pair] = self._pairs.pairs(
            [question] * len(passages), [(item.heading, item.text) for item in passages]
        )
        return found

    def _read(
        self, asked: Sequence[Asked], *, batch: int, stop: threading.Event | None = None
    ) -> list[Reading]:
        from rag.reading.spans import answered, best_spans, longest

        pairs = [pair for item in asked for pair in self._pairs_of(item.question, item.passages)]
        within = [longest(item.question) for item in asked for _ in item.passages]
        readings = [Reading(())] * len(pairs)
        # Passages of like lengths together, so that few tokens are filling.
        order = sorted(range(len(pairs)), key=lambda row: len(pairs[row].ids))
        for first in range(0, len(order), batch):
            if stop and stop.is_set():
                break
            rows = order[first : first + batch]
            start, end = self._logits([pairs[row] for row in rows])
            for at, row in enumerate(rows):
                count = len(pairs[row].ids)
                logits = start[at][:count], end[at][:count]
                spans = best_spans(pairs[row], *logits, most=_CANDIDATES, within=within[row])
                readings[row] = Reading(spans, answered(*logits))
        return readings

    def _logits(self, pairs: Sequence[Pair]) -> tuple[Any, Any]:
        import torch

        batch = self._pairs.batch(pairs)
        with torch.inference_mode():
            found = self._network(batch.input_ids, batch.attention_mask, batch.in_passage)
        return found.start.numpy(), found.end.numpy()


def _load(folder: Path) -> tuple[Any, Any]:
    """Return the network and the tokenizer in a folder, in the type that the machine is fast in."""
    from safetensors.torch import load_file
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging as transformers_logging

    from rag.models.device import compute_dtype
    from rag.reading.network import ReaderNetwork
    from rag.reading.pairs import PairTokenizer

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    # It would report the layer of sentence embeddings, which reading has no use for.
    before = transformers_logging.get_verbosity()
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    safe: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        encoder = AutoModel.from_pretrained(
            folder, dtype=compute_dtype(), use_safetensors=True, add_pooling_layer=False, **safe
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, **safe)
        network = ReaderNetwork(encoder, width=encoder.config.hidden_size)
        network.load_state_dict(load_file(folder / HEADS), strict=False)
    except (OSError, ValueError, RuntimeError, json.JSONDecodeError) as error:
        raise ModelError(
            f"cannot load the reader in {folder}: {error}; delete the folder, and it is made again"
        ) from error
    finally:
        transformers_logging.set_verbosity(before)
    return network.to(compute_dtype()).eval(), PairTokenizer(tokenizer)
