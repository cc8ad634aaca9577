"""The server of the models as a deployment of Ray Serve, which keeps copies of it running.

``serve run ui.api.ray_serve:app`` starts it. How many copies there are, and where, a file of
Ray Serve's own says; the environment names the models: ``DATELINE_EMBEDDER``, ``DATELINE_READER``
and ``DATELINE_MODELS_TOKEN``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ray import serve

from rag.models.registry import DEFAULT_EMBEDDER, DEFAULT_READER
from rag.settings import SettingsFile

if TYPE_CHECKING:
    from fastapi import FastAPI

# Requests that a copy has in work or waiting, before others are sent to another copy.
_ONGOING = 8


def _models() -> FastAPI:
    """Load the models in a copy, and return its app."""
    from rag.embedding.load import load_embedder
    from rag.reading import load_reader
    from ui.api.model_server import build

    return build(
        load_embedder(os.environ.get("DATELINE_EMBEDDER", DEFAULT_EMBEDDER)),
        load_reader(os.environ.get("DATELINE_READER", DEFAULT_READER)),
        token=os.environ.get("DATELINE_MODELS_TOKEN"),
        limits=SettingsFile.find().settings.limits,
    )


app = serve.deployment(
    serve.ingress(_models)(),
    name="models",
    num_replicas=1,
    max_ongoing_requests=_ONGOING,
    ray_actor_options={"num_cpus": 1},
).bind()
