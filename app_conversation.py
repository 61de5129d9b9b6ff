"""What one session asked, and how far it got. Knows nothing of how it looks (app_page) or of Gradio."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from byline.errors import BylineError
from byline.records import Answer, Turn

if TYPE_CHECKING:
    from answer import Answerer, Interruption, Sentence

HISTORY_TURNS = 4


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question of the chat and how far it got. `before` counts the people whose turn comes first, None where that
    is not known; `problem` is the message of the error that ended it.
    """

    question: str
    answer: Answer | None = None
    problem: str | None = None
    stopped: bool = False
    before: int | None = None

    @property
    def answered(self) -> bool:
        return self.problem is None and self.answer is not None and self.answer.stage == "done"

    @property
    def pending(self) -> bool:
        return not (self.answered or self.stopped or self.problem)


class Asked:
    """One question of a conversation, for those who answer it: this one, whatever is asked or cleared meanwhile.

    Any thread may call it. Once it is answered, stopped or failed, it stays so.
    """

    def __init__(self, exchanges: list[Exchange], turns: Sequence[Turn], read: "Sequence[Sentence]" = ()) -> None:
        self.woken: Callable[[], None] = lambda: None
        self._exchanges, self._at, self._turns, self._read = exchanges, len(exchanges) - 1, turns, read
        self._lock = Lock()
        self._interruption: Interruption | None = None

    @property
    def pending(self) -> bool:
        return self._exchanges[self._at].pending

    def wait_behind(self, before: int) -> bool:
        """Notes how many come first; whether that is news."""
        return self._exchanges[self._at].before != before and self._note(before=before)

    def answer(self, answerer: "Answerer") -> Iterator[None]:
        """A step for each change. `stop` cuts it off, also inside a call to the model."""
        from answer import interruptible

        question = self._exchanges[self._at].question
        if not self._note(answer=Answer(question)):
            return
        try:
            asking = answerer.ask(question, self._turns, read=self._read)
            with interruptible() as self._interruption, closing(asking) as steps:
                for answer in steps:
                    if not self._note(answer=answer):
                        break
                    yield
        except BylineError as error:
            self._note(problem=str(error))
        except Exception as error:  # the chat goes on; the log says where
            logging.exception("could not answer %r", question)
            self._note(problem=f"Byline failed: {type(error).__name__}: {error}")
        yield

    def stop(self) -> None:
        """Takes it back, also from inside a call to the model, and wakes who waits for its next step (`woken`)."""
        if self._note(stopped=True):
            if self._interruption is not None:
                self._interruption.set()
            self.woken()

    def _note(self, **changes: Any) -> bool:
        """Whether the question was still pending, and so is changed."""
        with self._lock:
            if pending := self.pending:
                self._exchanges[self._at] = replace(self._exchanges[self._at], **changes)
        return pending


@dataclass
class Conversation:
    """What one session asked. Its events run side by side and all draw the whole of it, so it is changed in place: a
    late step of a stopped or cleared answer finds that it was, and draws what there is now. (Gradio's own `cancels`
    left such a step on the page in 1 of 6 stops.) `read` is what the model was given to read while the next question is
    typed."""

    exchanges: list[Exchange] = field(default_factory=list)
    read: "list[Sentence]" = field(default_factory=list)
    _last: Asked | None = None
    _untaken: Asked | None = None

    def turns(self) -> list[Turn]:
        """What a refusal says is no answer: nothing leans on it."""
        answers = [exchange.answer for exchange in self.exchanges if exchange.answered]
        turns = [Turn(answer.question, "" if answer.abstained else answer.text) for answer in answers if answer]
        return turns[-HISTORY_TURNS:]

    @property
    def pending(self) -> bool:
        return bool(self.exchanges) and self.exchanges[-1].pending

    def accept(self, question: str) -> str | None:
        """Takes the question in; or says why not."""
        if not question.strip():
            return "Type a question first."
        if self.pending:
            return "One question at a time: wait for the answer, or press Stop."
        self.exchanges.append(Exchange(question.strip()))
        self._last = self._untaken = Asked(self.exchanges, self.turns(), tuple(self.read))
        self.read.clear()
        return None

    def take(self) -> Asked | None:
        """The last question, for the first who comes to answer it; None for any other."""
        asked, self._untaken = self._untaken, None
        return asked

    def stop(self) -> None:
        """Takes back the last question."""
        if self._last is not None:
            self._last.stop()

    def clear(self) -> None:
        self.stop()
        self.exchanges = []
