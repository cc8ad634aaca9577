"""Every default, with its reason."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields

from rag.models.registry import DEFAULT_EMBEDDER, DEFAULT_READER
from rag.types import ReadLimits, Stance


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
    # Vectors added or removed since the file was written before it is written again: this
    # many, or this share of it. Until then they are kept in memory and looked at one by one.
    pending: int = 2_000
    pending_share: float = 0.05


# Stands for the folder as the store, where a blank would be overlooked.
IN_FOLDER = "folder"


def named_store() -> str:
    """Return the store that the environment names; blank for none."""
    return os.environ.get("DATELINE_STORE", "")


def named_database() -> str:
    """Return the database that the environment names; blank for none."""
    return os.environ.get("DATELINE_DATABASE", "")


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where new archives are kept; existing ones stay where they are."""

    # Address of a Milvus server, such as "http://milvus:19530", or a file of Milvus Lite that
    # ends in ".db". Blank or "folder", an archive is kept in its folder, which needs no server
    # and is enough for millions of passages.
    uri: str = field(default_factory=named_store)
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
    # Passages that a generator gets to write an answer from.
    passages: int = 4
    # Long enough for three sentences; a 135M model that goes on longer is rambling.
    max_new_tokens: int = 160
    # Sentences of one answer. News questions are answered in one or two.
    max_sentences: int = 3
    # Sentences that fail the check before the generator is stopped and the best
    # sentence of the articles is quoted in their place.
    max_rejected: int = 1
    # Score of the grounding check below which a sentence is dropped.
    least_support: float = 0.5
    # A supported sentence must be at least this relevant, as a share of the best one.
    least_relevance: float = 0.5
    # Passages read for a broad question, and sentences quoted from them. Sentences are
    # weighed at 60 to 100 per second on two cores.
    overview_hits: int = 24
    overview_sentences: int = 5
    # Probability that a span answers (`rag.answering.found`) below which a question is
    # refused, by stance. docs/evaluation/refusals.md has the curve.
    strict: float = 0.4
    balanced: float = 0.2
    lenient: float = 0.1

    def least_confidence(self, stance: Stance) -> float:
        """Return the confidence below which a question is refused."""
        return {"strict": self.strict, "balanced": self.balanced, "lenient": self.lenient}[stance]


# Each question that is answered or waits takes one of the 40 threads that serve the pages, and
# some must be left for everything else.
_MOST_QUESTIONS = 36
# With 0 of these nobody waits and nothing is exported; with 0 of others a server is of no use.
_MAY_BE_ZERO = ("waiting", "export_articles")


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """What the visitors of a server may ask of it.

    Raises `ValueError` for limits with which it would answer nothing, or hang.
    """

    # Questions answered at once: two at the least, so that a short answer need not wait for a
    # long one, and no more than there are cores.
    at_once: int = max(2, min(4, os.cpu_count() or 1))
    # Questions that wait for their turn; further ones are told when to come back.
    waiting: int = 24
    # Questions of one visitor, in work or waiting.
    of_one: int = 3
    # What may be sent at a time, in MB: uploads are the largest.
    request_mb: int = 256
    # Wrong passwords of a name or an address that nobody waits for. After the next ones it is
    # 1 s, 2 s, 4 s, up to so many seconds.
    wrong_passwords: int = 5
    password_wait: float = 900.0
    # Log-ins of one user at a time, of which a further one ends the eldest; hours without a
    # request, and hours after the log-in, at which each ends.
    sessions: int = 20
    idle_hours: float = 12.0
    session_hours: float = 168.0
    # Conversations of one user on the server; a further one takes the place of the one that was
    # changed the longest ago.
    conversations: int = 500
    # Articles that the archive page finds by words, which may be in any text, and that it
    # exports at a time: the browser holds them all.
    found_articles: int = 1_000
    export_articles: int = 10_000
    # Requests to `rag serve-models` in work or waiting; further ones go to another server.
    model_requests: int = 64

    def __post_init__(self) -> None:
        """Check what each number does, and what they do together."""
        for each in fields(self):
            if each.name not in _MAY_BE_ZERO and not getattr(self, each.name):
                raise ValueError(f"{each.name} must be more than 0")
        if self.at_once + self.waiting > _MOST_QUESTIONS:
            raise ValueError(
                f"at_once ({self.at_once}) and waiting ({self.waiting}) may be "
                f"{_MOST_QUESTIONS} together at most, so that the pages have threads left"
            )


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds for which other programs are waited for.

    Raises `ValueError` for one that leaves no time.
    """

    # To connect to the server of a generator. One that takes longer will not answer either.
    generator_connect: float = 5.0
    # Without a word from it. A slow server is silent while it reads a long prompt.
    generator: float = 120.0
    # For one attempt to tell a webhook of a changed answer, and for all attempts.
    webhook_attempt: float = 10.0
    webhook: float = 45.0

    def __post_init__(self) -> None:
        """Check that each leaves some time."""
        for each in fields(self):
            if not getattr(self, each.name):
                raise ValueError(f"{each.name} must be more than 0")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an entry point may choose; the stages receive plain values."""

    embedder: str = DEFAULT_EMBEDDER
    # Addresses of servers that embed, with commas between them; without any, this process does.
    embedder_at: str = ""
    # A name, or addresses of servers that read.
    reader: str = DEFAULT_READER
    # If one is named, it writes the answers in its own words; by default none does.
    generator: str = ""
    # Address of a PostgreSQL, "postgresql://user:password@host/name", for what several servers
    # share: users, log-ins, conversations, feedback, saved questions. Blank, they are in files
    # of SQLite, which the servers of one machine share as well.
    database: str = field(default_factory=named_database)
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
    limits: ServerLimits = field(default_factory=ServerLimits)
    timeouts: Timeouts = field(default_factory=Timeouts)
