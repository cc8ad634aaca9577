"""One visitor's conversation: what was said, what it rests on, how to stop it."""

from __future__ import annotations

import dataclasses
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from rag.archive import Archive
from rag.errors import RagError
from rag.types import Answer, Turn
from ui.web.chat import render
from ui.web.chat.asking import STOPPED, Request, Status, Visitor, answered, present
from ui.web.chat.filters import Filters
from ui.web.common import cited, markup
from ui.web.common.models import Models
from ui.web.common.shown import Shown

FAILED = "Something went wrong in this program; its terminal says what. Please ask again."


@dataclass(frozen=True, slots=True)
class View:
    """What the page is to show. None leaves the sources, or the question box, as they are.

    The messages are HTML made by `ui.web.chat.render`: questions and answers in turn.
    """

    messages: tuple[str, ...]
    sources: str | None = None
    question: str | None = None
    running: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the user thinks of an answer, and the turns before it."""

    shown: Shown
    history: tuple[Turn, ...]
    liked: bool


class Conversation:
    """The questions and answers of one session; nothing in it is shared with another."""

    def __init__(self) -> None:
        self.id = uuid.uuid4().hex
        self.title = ""
        # When it was given that name, in milliseconds since 1970; 0 for never.
        self.titled = 0
        # Of what is kept of it, where users log in; blank for what was not kept yet.
        self.version = ""
        self.shown: list[Shown] = []
        # What this page has shown, also what was taken back; see `conversations.both`.
        self.seen: set[str] = set()
        # Of the answer that was judged last.
        self.judgement: Judgement | None = None
        self._messages: list[str] = []
        # What was asked with each pair of messages, and the number of its message.
        self._questions: list[tuple[int, str]] = []
        self._asked = 0
        # What was asked last, until its answer or an error is on the page.
        self._unfinished = ""
        self._stop: threading.Event | None = None

    @property
    def running(self) -> bool:
        """Whether an answer is being written."""
        return self._stop is not None

    @property
    def newest(self) -> Shown | None:
        """The answer at the end of the page; None while one is written, and after an error."""
        last = self.shown[-1] if self.shown else None
        return last if last and not self.running and last.message == self._asked else None

    def __deepcopy__(self, memo: dict[int, object]) -> Conversation:
        """Return a new one: Gradio copies the first one for each page that is opened.

        With its identifier as well, two pages of a user would be kept as one conversation.
        """
        return Conversation()

    @property
    def turns(self) -> list[Turn]:
        """What was asked and answered, oldest first: the history of a follow-up."""
        return [_turn(shown) for shown in self.shown]

    def ask(
        self,
        question: str,
        *,
        archive: Archive,
        models: Models,
        filters: Filters | None = None,
        visitor: Visitor | None = None,
        key: str = "",
    ) -> Iterator[View]:
        """Ask and yield the page after every step; the last view is no longer `running`.

        The question waits for its turn in the line of `models`. A blank question changes
        nothing, nor does one asked while another is answered, nor one whose `key` was answered
        before: a page that lost its connection asks again. An error, such as a line
        without room, is told in the chat, and the question goes back into its box.
        """
        question = question.strip()
        if not question or self._stop is not None or self._has(key):
            yield View(tuple(self._messages), running=self._stop is not None)
            return
        request = Request(
            question,
            archive=archive,
            models=models,
            filters=filters or Filters(),
            visitor=visitor or Visitor(self.id),
            history=tuple(self.turns),
            stop=threading.Event(),
        )
        self._begin(request)
        pieces: list[str] = []
        try:
            with closing(answered(request)) as steps:
                for number, step in enumerate(steps):
                    # The box is emptied once: what is typed into it meanwhile stays.
                    box = None if number else ""
                    if view := self._after(step, request, pieces, key=key, box=box):
                        yield view
        except (RagError, ValueError) as error:
            yield self._view(markup.problem_html(str(error)), question=question, running=False)
        finally:
            # Reached too when the visitor has left in the middle of an answer.
            request.stop.set()
            self._stop = None

    def stop(self) -> None:
        """Stop the answer that is being written, if any; it keeps its sentences so far."""
        if self._stop is not None:
            self._stop.set()

    def clear(self) -> View:
        """Forget everything; the numbers of messages go on, so that ids stay unique.

        An answer that is being written is stopped instead.
        """
        if self._stop is not None:
            self.stop()
            return View(tuple(self._messages), running=True)
        return self.restore(())

    def restore(
        self,
        shown: Sequence[Shown],
        *,
        id: str = "",  # noqa: A002
        title: str = "",
        titled: int = 0,
    ) -> View:
        """Go on from the answers of a saved conversation; none begin a new one."""
        self.id, self.title, self.titled = id or uuid.uuid4().hex, title, titled
        self.shown = list(shown)
        self.seen |= {item.identity for item in shown}
        self._questions = [(item.message, item.asked) for item in shown]
        self._asked = max([self._asked, *(item.message for item in shown)])
        self._messages = [message for item in shown for message in _messages(item)]
        return View(tuple(self._messages), sources=cited.sources_html(self.shown), question="")

    def take_back(self) -> View:
        """Undo the last question and its answer, and put the question into its box again."""
        if self._stop is not None or not self._questions:
            return View(tuple(self._messages), running=self._stop is not None)
        number, question = self._questions.pop()
        del self._messages[-2:]
        self.shown = [item for item in self.shown if item.message != number]
        return View(
            tuple(self._messages), sources=cited.sources_html(self.shown), question=question
        )

    def judge(self, number: int, *, liked: bool) -> View:
        """Take down what the user thinks of the answer of that number, if there is one."""
        self.judgement = None
        before = tuple(_turn(each) for each in self.shown if each.message < number)
        for shown in self.shown:
            if shown.message == number:
                judged = dataclasses.replace(shown, liked=liked)
                self.judgement = Judgement(judged, before, liked)
                self._replace(judged)
        return View(tuple(self._messages), running=self.running)

    def suggest(self, number: int, questions: Sequence[str]) -> View | None:
        """Offer questions to go on with below the newest answer.

        None when there are none, or when the answer of that number is no longer the newest.
        """
        newest = self.newest
        if not questions or newest is None or newest.message != number:
            return None
        answer = dataclasses.replace(newest.answer, suggestions=tuple(questions))
        self._replace(dataclasses.replace(newest, answer=answer))
        return View(tuple(self._messages), running=self.running)

    def failed(self) -> View:
        """Return the page after an error that is no `RagError`: a mistake in this program.

        The question goes back into its box. Nothing changes when it was not begun.
        """
        question = self._unfinished
        if not question:
            return View(tuple(self._messages))
        return self._view(markup.problem_html(FAILED), question=question, running=False)

    def _begin(self, request: Request) -> None:
        self._stop = request.stop
        self._asked += 1
        self._unfinished = request.question
        self._questions.append((self._asked, request.question))
        self._messages += [render.question_html(request.question), ""]

    def _after(
        self,
        step: Status | str | Answer | None,
        request: Request,
        pieces: list[str],
        *,
        key: str,
        box: str | None,
    ) -> View | None:
        """Return the page after a step, None where it has not changed; `pieces` grows."""
        if isinstance(step, Status):
            return self._view(markup.status_html(step.text), question=box, running=not step.last)
        if isinstance(step, Answer):
            return self._finish(self._shown(step, request, pieces, key=key))
        if step is None:
            # The same again, which tells whether somebody takes it.
            known = request.visitor.gone is not present
            return self._view(self._messages[-1]) if known else None
        pieces.append(step)
        # The refusal that follows a stop is not an answer to show.
        if request.stop.is_set():
            return None
        return self._view(render.answer_html(pieces, message=self._asked))

    def _shown(self, answer: Answer, request: Request, pieces: list[str], *, key: str) -> Shown:
        return Shown(
            message=self._asked,
            asked=request.question,
            answer=answer,
            pieces=tuple(pieces),
            stopped=request.stop.is_set(),
            narrowed=request.filters.words(),
            where=request.filters.where(),
            key=key,
        )

    def _has(self, key: str) -> bool:
        return bool(key) and any(shown.key == key for shown in self.shown)

    def _replace(self, shown: Shown) -> None:
        """Put an answer that was changed in the place of what it was."""
        place = [item.message for item in self.shown].index(shown.message)
        self.shown[place] = shown
        turn = [asked for asked, _ in self._questions].index(shown.message)
        self._messages[2 * turn + 1] = render.message_html(shown)

    def _finish(self, shown: Shown) -> View:
        if shown.stopped and shown.answer.abstained:
            return self._view(markup.status_html(STOPPED), running=False)
        self.shown.append(shown)
        self.seen.add(shown.identity)
        return self._view(
            render.message_html(shown), sources=cited.sources_html(self.shown), running=False
        )

    def _view(
        self,
        content: str,
        *,
        sources: str | None = None,
        question: str | None = None,
        running: bool = True,
    ) -> View:
        """Return the page with `content` as the last message."""
        self._messages[-1] = content
        if not running:
            self._unfinished = ""
        return View(tuple(self._messages), sources, question, running)


def _messages(shown: Shown) -> tuple[str, str]:
    return render.question_html(shown.asked), render.message_html(shown)


def _turn(shown: Shown) -> Turn:
    return Turn(shown.asked, shown.answer.text, shown.answer.short)
