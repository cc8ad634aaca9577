"""The tables, alike in SQLite and in PostgreSQL.

Records are JSON in ASCII: PostgreSQL takes no NUL and no half of a surrogate pair in a text, and
what people type may have both. Names that people may type freely are kept as hashes.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import Column, Float, Index, Integer, MetaData, String, Table, Text

# Changed with the tables.
VERSION = 1

META = MetaData()

# One row, so that an older program does not write into the tables of a newer one.
INSTALLATION = Table("installation", META, Column("version", Integer, primary_key=True))

USERS = Table(
    "users",
    META,
    Column("name", String(64), primary_key=True),
    Column("password", Text, nullable=False),
    Column("role", String(16), nullable=False),
)

KEYS = Table(
    "keys",
    META,
    Column("hash", String(64), primary_key=True),
    Column("user_name", String(64), nullable=False),
)

# A log-in: whose, with which password's hash, since when and when last used, in seconds since 1970.
SESSIONS = Table(
    "sessions",
    META,
    Column("hash", String(64), primary_key=True),
    Column("user_name", String(64), nullable=False, index=True),
    Column("password", Text, nullable=False),
    Column("begun", Float, nullable=False),
    Column("used", Float, nullable=False),
)

# Wrong passwords of a name or of an address.
ATTEMPTS = Table(
    "attempts",
    META,
    Column("hash", String(64), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("last", Float, nullable=False, index=True),
)

# `page` is the open page that shows a conversation, blank when none does; `version` is another
# one after each change, and `answers` counts.
CONVERSATIONS = Table(
    "conversations",
    META,
    Column("user_name", String(64), primary_key=True),
    Column("id", String(64), primary_key=True),
    Column("archive", Text, nullable=False),
    Column("page", String(64), nullable=False),
    Column("version", String(32), nullable=False),
    Column("answers", Integer, nullable=False),
    Column("saved", Float, nullable=False),
    Column("record", Text, nullable=False),
    Index("conversations_by_page", "user_name", "page"),
)

FEEDBACK = Table(
    "feedback",
    META,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("archive", Text, nullable=False, index=True),
    # Of the user and the answer: one judgement of each.
    Column("about", String(64), nullable=False),
    Column("record", Text, nullable=False),
)

ALERTS = Table(
    "alerts",
    META,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("archive", Text, nullable=False, index=True),
    Column("record", Text, nullable=False),
)

CHANGES = Table(
    "changes",
    META,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("archive", Text, nullable=False, index=True),
    Column("record", Text, nullable=False),
)

# What belongs to an archive, and goes with it.
OF_ARCHIVES = (CONVERSATIONS, FEEDBACK, ALERTS, CHANGES)


def hashed(*parts: str) -> str:
    """Return a hash of texts, which stands for them in a table."""
    lines = "\n".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(lines.encode("utf-8", "replace")).hexdigest()
