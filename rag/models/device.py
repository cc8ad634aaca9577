"""Find out which number type the processor computes in best."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@cache
def compute_dtype() -> torch.dtype:
    """Return bfloat16 if the machine computes in it natively, otherwise float32.

    With AVX512-BF16 or AMX it halves the time of embedding and generating; without
    them it is emulated and several times slower than float32.
    """
    import torch

    if torch.cuda.is_available():
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float32
    capability = torch.cpu.get_capabilities()
    fast = capability.get("avx512_bf16") or capability.get("amx_bf16") or capability.get("amx_tile")
    return torch.bfloat16 if fast else torch.float32
