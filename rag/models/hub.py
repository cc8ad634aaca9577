"""Fetch models from the Hugging Face hub: data files only, from its local cache if it has them."""

from __future__ import annotations

import re
from pathlib import Path

from rag.errors import ModelError
from rag.models.files import SAFE_SUFFIXES, missing

_ID = re.compile(r"\w[\w.-]*/[\w.-]+(@[\w./-]+)?")


def is_id(name: str) -> bool:
    """Tell whether `name` has the form ``owner/name`` or ``owner/name@revision``."""
    return _ID.fullmatch(name) is not None and not name.endswith(".gguf")


def cached(name: str) -> Path | None:
    """Return the folder of a repository fetched earlier; None if it is incomplete."""
    try:
        folder = _snapshot(name, local_files_only=True)
    except (OSError, ValueError):
        return None
    # An interrupted download leaves a snapshot with holes, which only the hub can fill.
    return None if missing(folder) else folder


def fetch(name: str) -> Path:
    """Fetch a repository and return its folder; raises `ModelError` if that fails.

    With ``HF_HUB_OFFLINE`` set, or no network, it fails within a second or so.
    """
    try:
        return _snapshot(name, local_files_only=False)
    # The hub's own errors, and those of the network below it, are OSErrors; a name
    # that it does not accept is a ValueError.
    except (OSError, ValueError) as error:
        reason = next(iter(str(error).splitlines()), "") or type(error).__name__
        raise ModelError(
            f"{name} was not fetched from the Hugging Face hub: {reason}. Check the name and the "
            "network (and HF_HUB_OFFLINE), or copy the model to this machine and give its folder"
        ) from error


def _snapshot(name: str, *, local_files_only: bool) -> Path:
    # Imported here because it takes a third of a second, and most names are not hub ids.
    from huggingface_hub import snapshot_download

    repository, _, revision = name.partition("@")
    folder = snapshot_download(
        repository,
        revision=revision or None,
        allow_patterns=[f"*{suffix}" for suffix in SAFE_SUFFIXES],
        ignore_patterns=["onnx/*", "openvino/*", "original/*", "consolidated*"],
        local_files_only=local_files_only,
    )
    return Path(folder)
