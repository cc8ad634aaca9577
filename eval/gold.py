"""The gold articles of a set of questions, looked for in an archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from eval.metrics import gold_name
from rag.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from eval.questions import Question
    from rag.archive import Archive

# Articles that are in memory at a time.
_PAGE = 1_000
# How many names an error lists.
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class MissingGold:
    """The names of gold articles that no article has, of `wanted` names."""

    names: tuple[str, ...]
    wanted: int

    @property
    def all(self) -> bool:
        """Tell whether the archive has none of the gold articles."""
        return 0 < self.wanted == len(self.names)

    def error(self, archive: Archive) -> SourceError:
        """Return the error for an archive that the questions are not about."""
        more = ", ..." if self.wanted > _SHOWN else ""
        return SourceError(
            f"{archive.folder.name} has none of the gold articles of the questions: "
            f"{', '.join(self.names[:_SHOWN])}{more}; name the archive they are about with "
            "--archive, or write the ids, titles or file names of its articles"
        )


def missing_gold(archive: Archive, questions: Iterable[Question]) -> MissingGold:
    """Return the gold articles that are not in `archive`, in the order of the questions."""
    wanted = dict.fromkeys(name for item in questions for name in item.gold_articles)
    left = dict(wanted)
    for offset in range(0, archive.count(), _PAGE):
        if not left:
            break
        for article in archive.articles(limit=_PAGE, offset=offset):
            # An article may have several of the names.
            while name := gold_name(article, left):
                del left[name]
    return MissingGold(tuple(left), len(wanted))
