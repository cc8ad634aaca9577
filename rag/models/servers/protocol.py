"""What a server of models is asked and answers, as JSON.

| path | asked | answered |
|---|---|---|
| ``/health`` | | status 200 when the models are loaded, 503 before |
| ``/info`` | | the embedder's id, checksum, dimension and longest text, and the reader's id |
| ``/count`` | `texts` | `tokens`, one number a text |
| ``/embed`` | `texts`, `question` | `vectors`: float32 in base64, little end first, row by row |
| ``/read`` | `question`, `passages` of `heading`, `text` | `readings` of `candidates`, `answered` |
"""

from __future__ import annotations

import base64

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

HEALTH, INFO, COUNT, EMBED, READ = "/health", "/info", "/count", "/embed", "/read"


def packed(vectors: Vectors) -> str:
    """Return vectors as text: float32 in base64, little end first."""
    return base64.b64encode(np.ascontiguousarray(vectors, dtype="<f4").tobytes()).decode()


def unpacked(text: str, *, dimension: int) -> Vectors:
    """Return the vectors in a text, shape (texts, dimension).

    Raises `ValueError` when they are not of that dimension.
    """
    numbers = np.frombuffer(base64.b64decode(text, validate=True), dtype="<f4")
    vectors: Vectors = numbers.reshape(-1, dimension).astype(np.float32)
    return vectors
