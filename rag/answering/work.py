"""The work on one question: who reads it, what is said of what was found."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import zip_longest

from rag import reading
from rag.answering import choice, fact, overview, proposal
from rag.answering.broad import subject
from rag.answering.compared import conclude, pair, told_together
from rag.answering.disagreement import disagreeing
from rag.answering.draft import Draft
from rag.answering.evidence import Evidence, collect, weigh
from rag.answering.follow_up import Reference, reference, source, understand
from rag.answering.found import Found
from rag.answering.hearing import Heard, Hearing
from rag.answering.leading import is_on, lead, naming, subject_asked, tells_more
from rag.answering.over_time import value_asked, values
from rag.answering.verdict import plainest
from rag.answering.wanted import FIGURES, short_form, wanted
from rag.answering.written import write
from rag.archive import Archive
from rag.generation import Generator, load_generator
from rag.generation.prompts import REFUSAL
from rag.reading import Reader
from rag.retrieval.comparison import Comparison, Part, comparison
from rag.retrieval.joined import at_times, joined, of_both
from rag.retrieval.short_forms import written_out
from rag.settings import Timeouts
from rag.store.identity import article_id
from rag.types import Hit, Query, Stance, Turn

# How likely words must be to be meant by a deed, or a subject of which nothing is asked.
_SURE = 0.4
# The bar for one of two things that are compared, as a share, where the other is answered.
_OTHER_BAR = 0.5


class Work:
    """The work on one question: what it is done with, and whether to go on."""

    def __init__(
        self,
        archive: Archive,
        stance: Stance,
        *,
        generator: Generator | None,
        stop: threading.Event | None,
        reader: Reader | None = None,
    ) -> None:
        self.settings = archive.settings.answer
        self._archive = archive
        self._least = self.settings.least_confidence(stance)
        self._given = generator
        self._stop = stop or threading.Event()
        self._hearing = Hearing(
            lambda: reader or reading.load_reader(archive.settings.reader), stop=self._stop
        )

    @property
    def _generator(self) -> Generator:
        """The generator, loaded only for a question that needs it."""
        return self._given or _load(
            self._archive.settings.generator, self._archive.settings.timeouts
        )

    @property
    def _writes(self) -> bool:
        """Whether a generator was named to write answers; by default none writes."""
        return self._given is not None or bool(self._archive.settings.generator)

    def standalone(self, query: Query) -> Query:
        """Return the query with a question that can be understood without the conversation.

        Its slips of the finger are mended.
        """
        query = replace(query, question=self._archive.spelled(query.question))
        if not query.history:
            return query
        if reference(query.question) is Reference.NONE:
            return query

        def search(text: str) -> list[Hit]:
            return self._archive.retrieve(replace(query, question=text))

        article = source(query.history[-1], search=search)
        meant = understand(query.question, query.history, search=search, article=article)
        about = article_id(article) if article and meant.searched != query.question else ""
        return replace(
            query, question=meant.searched, read_as=meant.read, beside=meant.beside, about=about
        )

    def found(self, query: Query, *, broad: bool) -> tuple[Query, list[Hit]]:
        """Return the passages for a query, and the query with short forms as they write them."""
        k = self.settings.overview_hits if broad else self.settings.hits
        hits = self.search(replace(query, question=subject(query.question)), k=k)
        full = query.question
        if not short_form(query.read):
            full = written_out(query.question, hits)
        if full == query.question:
            return query, hits
        query = replace(query, question=full, read_as=written_out(query.read, hits))
        return query, self.search(replace(query, question=subject(full)), k=k)

    def search(self, query: Query, *, k: int) -> list[Hit]:
        """Return the best `k` passages; of a question in two forms those of both by turns."""
        query = replace(query, k=k)
        hits = self._archive.retrieve(query)
        if not query.beside:
            return hits
        others = self._archive.retrieve(replace(query, question=query.beside))
        by_turns = (hit for pair in zip_longest(hits, others) for hit in pair if hit)
        return list({(article_id(hit.article), hit.start): hit for hit in by_turns}.values())[:k]

    def overview(self, query: Query, hits: Sequence[Hit], draft: Draft) -> Iterator[str]:
        """Yield the sentences that tell most; none when the archive lacks the subject."""
        embedder, question = self._archive.embedder(), query.question
        passages = overview.with_openings(hits)
        weighed = weigh(subject(question), passages, embedder=embedder, among=hits)
        sure = overview.confidence(hits, weighed)
        draft.rest_on(weighed)
        draft.trust(sure)
        if sure.probability < self._least:
            return
        most = self.settings.overview_sentences
        for found in overview.quoted(question, weighed.evidence, embedder=embedder, most=most):
            if self._stop.is_set():
                return
            yield draft.quote_line(found)

    def answer(self, query: Query, hits: Sequence[Hit], draft: Draft) -> Iterator[str]:
        """Yield the sentences that answer, with a line for each thing that is compared or asked.

        What somebody did is told by the sentence that leads the article on it.
        """
        if value := value_asked(query.question):
            yield from self._over_time(replace(query, question=value), draft)
        if not draft.citations and (asked := comparison(query.question)):
            yield from self._compared(asked, query, draft)
        asked_in_one = ((joined, None), (at_times, 1), (of_both, 1))
        for parts, most in ((split(query.read), most) for split, most in asked_in_one):
            if parts and not draft.citations:
                yield from self._joined(parts, query, draft, most=most)
        named = subject_asked(query.read)
        leading = replace(query, question=named.name) if named else None
        if named and leading and named.deed and not draft.citations:
            yield from self._led(leading, draft)
            leading = None
        if not draft.citations:
            yield from self._fact(query, hits, draft, leading=leading)

    def _over_time(self, query: Query, draft: Draft) -> Iterator[str]:
        """Yield a line for each article that tells a figure; none unless two do."""
        hits = self._archive.retrieve(replace(query, k=self.settings.overview_hits))
        ranked = self._hearing.ranked(query.question, hits)
        found = values(ranked, least=self._least)
        draft.trust(choice.confidence(found or ranked))
        for item in found:
            yield draft.value(item)

    def _compared(self, asked: Comparison, query: Query, draft: Draft) -> Iterator[str]:
        """Yield the sentences that answer each part, then what they say of both."""
        heard = [
            self._hearing.of(part.asked, self._archive.retrieve(each))
            for part in asked.parts
            if (each := replace(query, question=part.asked, k=self.settings.hits))
        ]
        able = self._able(heard, least=self._least)
        # What the articles tell of one thing they are likelier to tell of the other.
        if any(able) and not all(able):
            lower = self._able(heard, least=self._least * _OTHER_BAR)
            able = [spans or others for spans, others in zip(able, lower, strict=True)]
        found = pair(asked, able)
        conclusion = conclude(asked, found)
        whole = asked.polar or (asked.wants and told_together(asked, able))
        if whole and not conclusion:
            return
        missed: list[Part] = []
        for part, side, spans in zip(asked.parts, heard, found, strict=True):
            draft.start_line()
            before = len(draft.citations)
            if side.hits and not fact.is_read(side.hits[0].article):
                yield from self._quoted(side.question, side.hits, draft)
            elif part.bare and wanted(part.asked) not in FIGURES:
                bare = replace(query, question=part.question.rstrip("?"))
                yield from self._led(bare, draft, rival=spans[0].evidence if spans else None)
            if len(draft.citations) == before:
                yield from self._told(side, spans, draft, alone=False)
            # One sentence may tell of both.
            if len(draft.citations) == before and not spans:
                missed.append(part)
        if not draft.citations or self._stop.is_set():
            return
        for part in missed:
            yield draft.miss(part)
        if conclusion:
            yield draft.conclude(conclusion)

    @staticmethod
    def _able(heard: Sequence[Heard], *, least: float) -> list[list[Found]]:
        return [fact.chosen_first(side.question, side.ranked, least=least) for side in heard]

    def _joined(
        self, parts: Sequence[str], query: Query, draft: Draft, *, most: int | None
    ) -> Iterator[str]:
        """Yield a line for each of several questions, each a follow-up of those before it.

        None when the articles answer none of them. At `most` so many things are told of each.
        """
        missed: list[str] = []
        history, sure = query.history, draft.confidence
        for part in parts:
            draft.start_line()
            before, said = (len(draft.citations), draft.short), len(draft.text)
            heard = self._heard(replace(query, question=part, history=history))
            found = fact.chosen(heard.question, heard.ranked, least=self._least)[:most]
            yield from self._told(heard, found, draft, alone=False)
            if before == (len(draft.citations), draft.short):
                missed.append(part)
            else:
                sure = sure or draft.confidence
            history = (*history, Turn(part, draft.text[said:].strip() or REFUSAL))
        draft.trust(sure or draft.confidence)
        if draft.citations and not self._stop.is_set():
            yield from (draft.miss(Part(part, part)) for part in missed)

    def _heard(self, query: Query) -> Heard:
        """Return what the reader makes of a question that is a part of another one."""
        query = self.standalone(replace(query, about="", read_as="", beside=""))
        hits = self.search(query, k=self.settings.hits)
        heard = self._hearing.of(query.read, hits, about=query.about)
        return replace(heard, searched=query.question)

    def _led(self, query: Query, draft: Draft, *, rival: Evidence | None = None) -> Iterator[str]:
        """Yield the sentence that leads the best article on a thing, if one tells of it.

        None where `rival`, the sentence that the reader found, has more of its words.
        """
        about = query.question
        hits = self._archive.retrieve(replace(query, k=self.settings.overview_hits))
        leads = (lead(hit.article) for hit in hits)
        found = next((item for item in leads if is_on(about, item)), None)
        if found is None or (rival and tells_more(about, rival, found)):
            return
        weighed = weigh(about, hits, embedder=self._archive.embedder())
        draft.trust(overview.confidence(hits, weighed))
        yield draft.state(naming(about, found))

    def _fact(
        self, query: Query, hits: Sequence[Hit], draft: Draft, *, leading: Query | None
    ) -> Iterator[str]:
        """Yield the sentences that answer, then what disagrees; none when no passage answers.

        Where no words are surely meant, the sentence that leads the article found for `leading`
        tells more of a subject.
        """
        if hits and not fact.is_read(hits[0].article):
            yield from self._quoted(query.read, hits, draft)
            return
        heard = self._hearing.of(query.read, hits, about=query.about)
        heard = replace(heard, searched=query.question)
        found = fact.chosen(query.read, heard.ranked, least=self._least, about=query.about)
        if leading and not (found and found[0].probability >= _SURE):
            yield from self._led(leading, draft)
        if not draft.citations:
            yield from self._told(heard, found, draft)

    def _told(
        self, heard: Heard, found: Sequence[Found], draft: Draft, *, alone: bool = True
    ) -> Iterator[str]:
        """Yield the sentences of the spans that answer, then what disagrees with one `alone`."""
        question, hits = heard.question, heard.hits
        draft.trust(choice.confidence(heard.ranked))
        if not found or self._stop.is_set():
            return
        if heard.believed:
            able = fact.chosen_first(question, heard.ranked, least=self._least)
            found = [plainest(question, [found[0], *able], proposal.together(heard.believed))]
        before = len(draft.text)
        if self._writes:
            spans = [item.span for item in found]
            ordered = choice.in_order(found, hits)
            yield from self._written(heard.searched, ordered, draft, spans=spans)
        said = len(draft.text) > before or draft.refused
        if not (said or self._stop.is_set()):
            said_so = self._hearing.verdict(heard, found[0].evidence)
            yield from fact.state(question, found, draft, verdict=said_so)
        rivals = fact.answering(heard.ranked, least=self._least)
        if alone and draft.main and not self._stop.is_set():
            others = disagreeing(
                question,
                draft.main,
                rivals,
                embedder=self._archive.embedder(),
                among=collect(hits),
            )
            yield from draft.contrast(others)

    def _quoted(self, question: str, hits: Sequence[Hit], draft: Draft) -> Iterator[str]:
        """Yield the best sentence of an article in a language that the reader does not read."""
        weighed = weigh(question, hits, embedder=self._archive.embedder())
        sure = overview.confidence(hits, weighed)
        draft.trust(sure)
        if weighed.best and sure.probability >= self._least:
            yield draft.state(weighed.best)

    def _written(
        self, question: str, hits: Sequence[Hit], draft: Draft, *, spans: Sequence[str]
    ) -> Iterator[str]:
        shown = hits[: self.settings.passages]
        draft.rest_on(weigh(question, shown, embedder=self._archive.embedder()))
        return write(
            question,
            shown,
            draft,
            spans=spans,
            generator=self._generator,
            max_new_tokens=self.settings.max_new_tokens,
            stop=self._stop,
        )


@cache
def _load(name: str, timeouts: Timeouts) -> Generator:
    """Load a generator, once in a process."""
    return load_generator(name, timeouts=timeouts)
