"""Keys with which programs log in as a user: shown once, and kept as hashes in one file."""

from __future__ import annotations

import hashlib
import json
import secrets
from pathlib import Path

from rag.errors import RagError
from ui.web.network.files import write_privately

FILE = "keys.json"


class Keys:
    """The keys in the file `FILE` of a folder; every call reads it anew."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def make(self, user: str) -> str:
        """Return a new key of a user."""
        key = f"dl-{secrets.token_urlsafe(32)}"
        write_privately(self.path, self._read() | {_hashed(key): user})
        return key

    def user_of(self, key: str) -> str | None:
        """Return whose key that is; None for one that is unknown."""
        return self._read().get(_hashed(key))

    def remove(self, user: str) -> int:
        """Remove all keys of a user, and return how many there were."""
        known = self._read()
        kept = {hashed: name for hashed, name in known.items() if name != user}
        if kept != known:
            write_privately(self.path, kept)
        return len(known) - len(kept)

    def _read(self) -> dict[str, str]:
        try:
            known = json.loads(self.path.read_text(encoding="utf-8"))
            return {str(hashed): str(user) for hashed, user in known.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError) as error:
            raise RagError(f"{self.path} is not readable as a list of keys: {error}") from error


def _hashed(key: str) -> str:
    # A key is 32 random bytes, which nobody guesses: no slow hash is needed, as for passwords.
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
