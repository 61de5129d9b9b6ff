"""What one session asked, and how far it got. Knows nothing of how it looks (app_page) or of Gradio."""

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from byline.errors import BylineError
from byline.records import Answer, Turn

if TYPE_CHECKING:
    from answer import Answerer, Interruption

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


@dataclass
class Conversation:
    """What one session asked. Its events run side by side and all draw the whole of it, so it is changed in place: a
    late step of a stopped or cleared answer finds that it was, and draws what there is now. (Gradio's own `cancels`
    left such a step on the page in 1 of 6 stops.)"""

    exchanges: list[Exchange] = field(default_factory=list)
    _interruption: "Interruption | None" = None

    def turns(self) -> list[Turn]:
        answers = [exchange.answer for exchange in self.exchanges if exchange.answered]
        return [Turn(answer.question, answer.text) for answer in answers if answer][-HISTORY_TURNS:]

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
        return None

    def wait_behind(self, before: int) -> bool:
        """Notes how many come first; whether that is news."""
        news = self.pending and self.exchanges[-1].before != before
        if news:
            self.exchanges[-1] = replace(self.exchanges[-1], before=before)
        return news

    def answer(self, answerer: "Answerer") -> Iterator[None]:
        """Answers the last question, unless that has begun. `stop` cuts it off, also inside a call to the model."""
        from answer import interruptible

        exchanges, at = self.exchanges, len(self.exchanges) - 1
        if not self.pending or exchanges[at].answer:
            return
        exchanges[at] = replace(exchanges[at], answer=Answer(exchanges[at].question))
        try:
            with (
                interruptible() as self._interruption,
                closing(answerer.ask(exchanges[at].question, self.turns())) as steps,
            ):
                for answer in steps:
                    if exchanges[at].stopped:
                        break
                    exchanges[at] = replace(exchanges[at], answer=answer)
                    yield
        except BylineError as error:
            if not exchanges[at].stopped:
                exchanges[at] = replace(exchanges[at], problem=str(error))
        except Exception as error:  # the chat goes on; the log says where
            logging.exception("could not answer %r", exchanges[at].question)
            exchanges[at] = replace(exchanges[at], problem=f"Byline failed: {type(error).__name__}: {error}")
        yield

    def stop(self) -> None:
        """Takes back the last question, also from inside a call to the model."""
        if self.pending:
            self.exchanges[-1] = replace(self.exchanges[-1], stopped=True)
            if self._interruption is not None:
                self._interruption.set()

    def clear(self) -> None:
        self.stop()
        self.exchanges = []
