"""Laid-out weights give the products that PyTorch gives."""

from __future__ import annotations

import pytest
import torch

from rag.models.linear import product


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("with_bias", [False, True])
@pytest.mark.parametrize("shape", [(1, 5), (300, 5), (2, 3, 5)])
def test_products_are_those_of_a_matrix(dtype, with_bias, shape):
    generator = torch.Generator().manual_seed(0)
    rows = torch.randn(shape, generator=generator).to(dtype)
    weight = torch.randn(7, 5, generator=generator).to(dtype)
    bias = torch.randn(7, generator=generator).to(dtype) if with_bias else None
    with torch.inference_mode():
        found = product(weight, bias)(rows)
    wanted = rows.double() @ weight.double().T + (0 if bias is None else bias.double())
    assert found.dtype == dtype
    tolerance = 1e-5 if dtype == torch.float32 else 0.05
    torch.testing.assert_close(found.double(), wanted, atol=tolerance, rtol=tolerance)


def test_without_onednn_products_are_plain(monkeypatch):
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    found = product(torch.tensor([[1.0, 2.0], [0.0, -1.0]]), torch.tensor([10.0, 0.0]))
    assert found(torch.tensor([[3.0, 4.0]])).tolist() == [[21.0, -4.0]]
