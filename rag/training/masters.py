"""The weights that a run learns, in float32, and the optimizer that moves them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch

from rag.errors import TrainingError


class Masters:
    """Copies in float32 of the weights of a model that are trained.

    Updates are smaller than bfloat16 can tell, so they are added up in float32; `use` puts the
    sums into the model.
    """

    def __init__(self, model: torch.nn.Module, *, learning_rate: float) -> None:
        trained = [(name, w) for name, w in model.named_parameters() if w.requires_grad]
        self.names = [name for name, _ in trained]
        self._weights = [weight for _, weight in trained]
        self._masters = [w.detach().float().clone().requires_grad_() for w in self._weights]
        self._peak = learning_rate
        self.optimizer = torch.optim.AdamW(
            self._masters, lr=learning_rate, betas=(0.9, 0.99), weight_decay=0.01
        )

    @property
    def values(self) -> list[torch.Tensor]:
        """The weights as learnt so far, in the order of `names`."""
        return [master.detach() for master in self._masters]

    def use(self) -> None:
        """Put what was learnt so far into the model."""
        with torch.no_grad():
            for weight, master in zip(self._weights, self._masters, strict=True):
                weight.copy_(master)

    def learn(self, loss: torch.Tensor, *, rate: float) -> float:
        """Learn from a loss at `rate` of the learning rate; return the loss as a number."""
        loss.backward()  # type: ignore[no-untyped-call]
        for weight, master in zip(self._weights, self._masters, strict=True):
            master.grad = weight.grad.float() if weight.grad is not None else None
            weight.grad = None
        torch.nn.utils.clip_grad_norm_(self._masters, 1.0)
        self.optimizer.param_groups[0]["lr"] = self._peak * rate
        self.optimizer.step()
        return loss.item()

    def fill(
        self,
        given: Mapping[str, torch.Tensor],
        *,
        source: str,
        named: Callable[[str], str] = str,
    ) -> None:
        """Take over weights that were learnt before.

        `named` turns a name of the model into the one used in `given`. Raises `TrainingError`,
        which mentions their `source`, for a weight that is missing or of another shape.
        """
        with torch.no_grad():
            for name, master in zip(self.names, self._masters, strict=True):
                found = given.get(named(name))
                if found is None or found.shape != master.shape:
                    raise TrainingError(
                        f"{source} does not fit at {name}; give the base and the rank that it was "
                        "made with"
                    )
                master.copy_(found)
