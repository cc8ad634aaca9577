"""The settings of a run, each default with its reason."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

import platformdirs

from rag.errors import SettingsError
from rag.models.registry import DEFAULT_EMBEDDER, DEFAULT_READER
from rag.types import ReadLimits, Stance

# What makes a folder an archive: its database, or a note of where on a server it lies.
DATABASE = "archive.sqlite"
MILVUS_PLACE = "milvus.json"
# What users, conversations, feedback and saved questions are in, where no server is named.
SHARED_FILE = "shared.sqlite"


@dataclass(frozen=True, slots=True)
class FusionWeights:
    """Shares of a hit's parts in its score; they add up to one.

    Chosen on `newsqa-dev` (380 questions of nine words or more); docs/evaluation/search.md has the
    table of what was tried.
    """

    dense: float = 0.5
    lexical: float = 0.3
    headline: float = 0.2


@dataclass(frozen=True, slots=True)
class RetrievalSettings:
    """How passages are found."""

    # Taken from each index before fusion. 50 or 200 changed hit@4 by less than 0.003.
    candidates: int = 100
    weights: FusionWeights = field(default_factory=FusionWeights)
    # Share of an article's date in the score, for a question that names a time. On 24
    # questions about the sample archive, such as "What did the Fed do in March 2022?", the
    # right article comes first for 7 without it, 15 with .1, 21 with .2, 24 with .3 and .4.
    time: float = 0.3
    # Share of a part in the score, for a question that asks several publishers something; with
    # 0 only the whole is searched. On the 1,145 questions of MultiHop-RAG that have evidence .4
    # finds .779 of it among the first four passages, 0 finds .748: `python -m eval.multihop`.
    parts: float = 0.4


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """How the vectors are indexed as an archive grows; docs/evaluation/speed.md has figures."""

    # Vectors from which on the index has partitions, of which a search reads a few.
    partition_from: int = 50_000
    # Share of the ten nearest vectors that must be among a search's candidates. Each fit
    # takes the fewest partitions that reach it on questions made of the archive's vectors.
    least_recall: float = 0.985
    # Vectors added or removed since the file was written before it is written anew: this
    # many, or this share of it. Until then they are kept in memory and looked at one by one.
    pending: int = 2_000
    pending_share: float = 0.05


# Names the store that is no server, where a blank would be overlooked.
IN_FOLDER = "folder"


def _named_store() -> str:
    return os.environ.get("DATELINE_STORE", "")


def _named_database() -> str:
    return os.environ.get("DATELINE_DATABASE", "")


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where a new archive is kept; one that is there stays where it is."""

    # Address of a Milvus server, such as "http://milvus:19530", or a file of Milvus Lite that
    # ends in ".db". Blank or "folder", an archive is kept in its folder, which needs no server
    # and is enough for millions of passages.
    uri: str = field(default_factory=_named_store)
    # The database on the server, for one that several programs share.
    database: str = "default"
    # Parts of a collection that the server writes and searches side by side, chosen when an
    # archive is made. One holds some ten million passages.
    shards: int = 1

    @property
    def on_a_server(self) -> bool:
        """Whether new archives are kept on a Milvus server."""
        return self.uri not in {"", IN_FOLDER}


@dataclass(frozen=True, slots=True)
class AnswerSettings:
    """How an answer is written and checked."""

    # Passages retrieved and read. One of 220 tokens takes 0.05 to 0.1 s of a core with
    # bfloat16, 0.4 s without.
    hits: int = 8
    # Passages that a generator which writes the answer is given.
    passages: int = 4
    # Long enough for three sentences; a 135M model that goes on longer is rambling.
    max_new_tokens: int = 96
    # Sentences of one answer. News questions are answered in one or two.
    max_sentences: int = 3
    # Sentences that fail the check before the generator is stopped and the best
    # sentence of the articles is quoted in their place.
    max_rejected: int = 1
    # Score of the grounding check below which a sentence is dropped.
    least_support: float = 0.5
    # A supported sentence must speak to the question this much as well as the best one.
    least_relevance: float = 0.5
    # Passages read for a broad question, and sentences quoted from them. Sentences are
    # weighed at 60 to 100 a second on two cores.
    digest_hits: int = 24
    digest_sentences: int = 5
    # Probability that a span answers (`rag.answering.choice`) below which a question is
    # refused, by stance. docs/evaluation/refusals.md has the curve.
    strict: float = 0.4
    balanced: float = 0.2
    lenient: float = 0.1

    def least_confidence(self, stance: Stance) -> float:
        """Return the confidence below which a question is refused."""
        return {"strict": self.strict, "balanced": self.balanced, "lenient": self.lenient}[stance]


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an entry point may choose; the stages receive plain values."""

    embedder: str = DEFAULT_EMBEDDER
    # Addresses of servers that embed, with commas between them; without any, this process does.
    embedder_at: str = ""
    # A name, or addresses of servers that read.
    reader: str = DEFAULT_READER
    # One that is named writes the answers, in words of its own; by default none does.
    generator: str = ""
    # Address of a PostgreSQL, "postgresql://user:password@host/name", for what several servers
    # share: users, log-ins, conversations, feedback, saved questions. Blank, they are in files
    # of SQLite, which the servers of one machine share as well.
    database: str = field(default_factory=_named_database)
    # Tokens of a chunk, title included. On `newsqa-dev` 128 to 192 find the article about
    # equally well (hit@1 .87 to .88); 254 loses two points there and costs the generator
    # half as much reading again.
    chunk_tokens: int = 160
    # Articles embedded and written in one transaction. Ctrl-C waits for those in work.
    batch_articles: int = 16
    retrieval: RetrievalSettings = field(default_factory=RetrievalSettings)
    index: IndexSettings = field(default_factory=IndexSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    answer: AnswerSettings = field(default_factory=AnswerSettings)
    reading: ReadLimits = field(default_factory=ReadLimits)


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What a ``dateline.toml`` says.

    `home` is the folder of the archives and `archive` the one to use, None where the file does
    not say. `commands` has the options of commands by their names, unchecked.
    """

    path: Path | None = None
    settings: Settings = field(default_factory=Settings)
    home: str | None = None
    archive: str | None = None
    commands: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def find(cls) -> SettingsFile:
        """Read the file in force; without one, everything is as by default.

        It is ``$DATELINE_CONFIG`` when set, else ``dateline.toml`` in the current folder, else
        in the user's folder of settings. Raises as `read`.
        """
        if named := os.environ.get("DATELINE_CONFIG"):
            return cls.read(Path(named).expanduser())
        places = (Path(), Path(platformdirs.user_config_dir("dateline")))
        there = (place / _FILE for place in places)
        found = next((path for path in there if path.is_file()), None)
        return cls.read(found) if found else cls()

    def _with_environment(self) -> SettingsFile:
        """Return the file with what the environment says, which counts more."""
        settings = self.settings
        if uri := _named_store():
            settings = replace(settings, store=replace(settings.store, uri=uri))
        if database := _named_database():
            settings = replace(settings, database=database)
        return replace(self, settings=settings)

    @classmethod
    def read(cls, path: Path) -> SettingsFile:
        """Read a file of settings.

        Raises `SettingsError` for one that cannot be read, for an unknown key, and for a value
        of the wrong kind.
        """
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"cannot read settings from {path}: {error}") from error
        known = [item.name for item in fields(Settings)]
        check_keys(table, (*_OWN_KEYS, *known), where=str(path))
        given = {key: table[key] for key in known if key in table}
        own = {
            key: _value(table[key], kind, where=f"{path}: {key}")
            for key, kind in _OWN_KEYS.items()
            if key in table
        }
        read = cls(path, _record(Settings, given, where=str(path)), **own)
        return read._with_environment()


def check_keys(table: Iterable[str], known: Iterable[str], *, where: str) -> None:
    """Raise `SettingsError` for a key that is not known, with those that are."""
    names = sorted(known)
    for key in table:
        if key not in names:
            near = get_close_matches(key, names, n=1)
            meant = f", did you mean {near[0]!r}" if near else ""
            raise SettingsError(
                f"{where}: there is no setting {key!r}{meant}; there are {', '.join(names)}"
            )


_FILE = "dateline.toml"
_OWN_KEYS: dict[str, type] = {"home": str, "archive": str, "commands": dict}
_KINDS = {int: "a whole number", float: "a number", str: "a text", dict: "a table"}

Record = TypeVar("Record")


def _record(cls: type[Record], table: Mapping[str, Any], *, where: str) -> Record:
    """Return a record of settings with the values of a table, in tables of tables too."""
    kinds = get_type_hints(cls)
    check_keys(table, kinds, where=where)
    return cls(**{key: _value(table[key], kinds[key], where=f"{where}: {key}") for key in table})


def _value(value: object, kind: type, *, where: str) -> Any:
    if is_dataclass(kind):
        return _record(kind, _value(value, dict, where=where), where=where)
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind:
        raise SettingsError(f"{where} must be {_KINDS[kind]}, not {value!r}")
    if isinstance(value, int | float) and value < 0:
        raise SettingsError(f"{where} must not be below zero, as {value!r} is")
    return value


def archives_folder() -> Path:
    """Return the folder that holds archives by name.

    It is ``$DATELINE_HOME`` when set, else `home` of ``dateline.toml``, else ``./indexes`` where
    there is one, else the user's data folder.
    """
    if home := os.environ.get("DATELINE_HOME") or SettingsFile.find().home:
        return Path(home).expanduser()
    local = Path("indexes")
    return local if local.is_dir() else Path(platformdirs.user_data_dir("dateline")) / "indexes"


def archives_in(folder: Path) -> list[str]:
    """Return the names of the archives that lie in `folder`, in order."""
    signs = (DATABASE, MILVUS_PLACE)
    return sorted({found.parent.name for sign in signs for found in folder.glob(f"*/{sign}")})


def archive_path(name: str | Path) -> Path:
    """Return the folder of archive `name`; a path, or a name with a slash, stands for itself."""
    if isinstance(name, Path):
        return name
    if os.sep in name or (os.altsep and os.altsep in name) or name.startswith((".", "~")):
        return Path(name).expanduser()
    return archives_folder() / name
