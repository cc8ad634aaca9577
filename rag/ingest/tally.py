"""Count what becomes of each article that an ingest meets."""

from __future__ import annotations

from dataclasses import dataclass, field

from rag.types import Article, IngestReport, Note, Skipped

_REPLACED = "{} of its articles replaced earlier ones of the same id or address in this ingest"
_TOLD_APART = (
    "{} of its articles have the id or address of another one but not its text; each is kept"
)


@dataclass(slots=True)
class Tally:
    """Counts of one ingest: every article met ends in one of them."""

    met: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    linked: int = 0
    undated: int = 0
    chunks: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)  # the latest under each id
    replaced: dict[str, int] = field(default_factory=dict)
    told_apart: dict[str, int] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """How many articles are stored, or were already."""
        return self.added + self.updated + self.unchanged

    def meet(self, article: Article) -> bool:
        """Count an article that was read; return whether it has text to store."""
        self.met += 1
        if not article.text.strip():
            name = article.source or article.id or article.title or "an article"
            self.skipped.append(Skipped(name, "it has no text"))
            return False
        self.undated += article.date is None
        return True

    def skip(self, skipped: Skipped) -> None:
        """Count what could not be read."""
        self.met += skipped.count
        self.skipped.append(skipped)

    def replace(self, article: Article) -> None:
        """Count an article that takes the place of one not written yet."""
        self.updated += 1
        _count(self.replaced, article)

    def tell_apart(self, article: Article) -> None:
        """Count an article that has the id of another one but is another story."""
        _count(self.told_apart, article)

    def report(self, *, seconds: float) -> IngestReport:
        """Return the counts as a report."""
        notes = [
            Note(name, said.format(count))
            for said, counts in ((_REPLACED, self.replaced), (_TOLD_APART, self.told_apart))
            for name, count in counts.items()
        ]
        return IngestReport(
            read=self.met,
            added=self.added,
            updated=self.updated,
            unchanged=self.unchanged,
            left_out=sum(skipped.count for skipped in self.skipped),
            linked=self.linked,
            undated=self.undated,
            chunks=self.chunks,
            seconds=seconds,
            skipped=tuple(self.skipped),
            notes=(*self.notes, *notes),
        )


def _count(counts: dict[str, int], article: Article) -> None:
    name = (article.source or "an article").partition("#")[0]
    counts[name] = counts.get(name, 0) + 1
