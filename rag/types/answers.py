"""Answers, with all that a reader needs to check them."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from rag.types.forms import html_heading, html_quotation, markdown
from rag.types.found import Citation, Hit
from rag.types.questions import Period


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time of one answer went, in seconds.

    `first_text` runs from the question to the first checked text; None when the
    answer is a refusal.
    """

    search: float = 0.0
    first_text: float | None = None
    generate: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Confidence:
    """How likely the passages answer a question, and what that was computed from.

    `probability` is in [0, 1]. `odds` are the reader's log-odds, in nats, of the chosen span; None
    for an overview, which has no span. `score` is the search's score of its passage, in [0, 1].
    """

    probability: float
    odds: float | None
    score: float


class AnswerKind(StrEnum):
    """What a reply is: a fact, sentences of several articles, a remark, or a refusal."""

    ANSWER = "answer"
    OVERVIEW = "overview"
    TALK = "talk"
    REFUSAL = "refusal"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer in which every sentence carries marks such as ``[1]``.

    `question` is the question as it was searched: the one that was `asked`, made to stand
    alone when it refers back to the conversation. `citations` are in order of their
    numbers; `hits` are the passages found. With `abstained` the text begins with the refusal
    phrase and there are no citations. `disagreement` are those of the citations that contradict
    each other, the newest first; mostly there are none. `period` is the time that the
    question names. `confidence` decides about refusing; None when no passage was read.
    `short` is the answer in the fewest words, empty where it has none. Talk has neither
    citations nor hits, since nothing was searched for it. `suggestions` are questions to go on
    with, empty until `rag.answering.suggest` has looked for them.
    """

    question: str
    text: str
    abstained: bool
    citations: tuple[Citation, ...] = ()
    disagreement: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    timings: Timings = field(default_factory=Timings)
    asked: str = ""
    period: Period | None = None
    confidence: Confidence | None = None
    short: str = ""
    kind: AnswerKind = AnswerKind.ANSWER
    suggestions: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as JSON has it; articles come without their texts.

        `disagreement` has the numbers of the citations.
        """
        record = asdict(self)
        for item in (*record["citations"], *record["hits"]):
            del item["article"]["text"]
        return {**record, "disagreement": [citation.number for citation in self.disagreement]}

    def to_markdown(self) -> str:
        """Return the text and its sources with their quotations as Markdown."""
        sources = [
            f"{citation.number}. {citation.article.heading_as_markdown()}\n"
            f"   > {markdown(citation.quote)}"
            for citation in self.citations
        ]
        # Every line of an overview is a paragraph.
        paragraphs = [markdown(line) for line in self.text.splitlines() if line.strip()]
        return "\n\n".join([*paragraphs, *filter(None, ["\n".join(sources)])]) + "\n"

    def _repr_html_(self) -> str:
        """Return the answer for a notebook, its quotations marked where they stand."""
        sources = "".join(
            f'<li value="{citation.number}">{html_heading(citation.article)}'
            f"<blockquote>{html_quotation(citation)}</blockquote></li>"
            for citation in self.citations
        )
        lines = "<br>".join(map(html.escape, self.text.splitlines()))
        return f"<p>{lines}</p>{f'<ol>{sources}</ol>' if sources else ''}"
