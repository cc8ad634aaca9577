"""A conversation in, the next message out, piece by piece.

`base` is the seam, `local` a model in this process, `remote` one on a server. `prompts` has what
the generator reads. Start with `load_generator` below.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rag.errors import GenerationError, extra
from rag.generation.base import Generator, Message
from rag.settings import Timeouts

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Generator", "Message", "load_generator"]


def load_generator(
    name: str,
    *,
    timeouts: Timeouts | None = None,
    on_progress: Callable[[str], None] | None = None,
) -> Generator:
    """Return the generator called `name`.

    An address with the server's name of the model, ``https://host/v1#model``, is an
    OpenAI-compatible server, whose key is taken from ``DATELINE_API_KEY`` or
    ``OPENAI_API_KEY``, and which is waited for as `timeouts` say; anything else is a name for
    `rag.models.resolving.resolve`. Raises `GenerationError` or `ModelError` when it cannot be
    used; a server is not yet asked.
    """
    # These imports take seconds (torch, transformers, the client's types); one is needed.
    if name.startswith(("http://", "https://")):
        with extra("generate", error=GenerationError):
            from rag.generation.remote import OpenAIGenerator

        address, _, model = name.partition("#")
        if not model:
            raise GenerationError(
                f"{name!r} does not name a model; write it after the address, as in "
                f"{address}#model-name"
            )
        key = os.environ.get("DATELINE_API_KEY") or os.environ.get("OPENAI_API_KEY")
        return OpenAIGenerator(address, model=model, api_key=key, timeouts=timeouts)
    from rag.generation.local import TransformersGenerator

    return TransformersGenerator.load(name, on_progress=on_progress)
