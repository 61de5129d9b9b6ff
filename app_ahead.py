"""While somebody types: the model reads the passages for what stands in the box, so that the answer begins sooner.

Reading ahead is for an idle model only. The first question of anybody cuts it off; what was read by then stays with the
model's server, and helps if that question was the one being typed.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING

from app_line import Line
from byline.errors import BylineError
from byline.records import Turn

if TYPE_CHECKING:
    from answer import Answerer, Interruption, Sentence

FEWEST_WORDS = 3
"""Of what is typed: with less, the search finds other passages than for the whole question."""


class ReadingAhead:
    """Any thread may read and stop; one text is read at a time, the newest."""

    def __init__(self, answerer: "Answerer", line: Line) -> None:
        self._answerer, self._line = answerer, line
        self._lock = Lock()
        self._reading: Interruption | None = None

    def read(self, typed: str, turns: Sequence[Turn], read: "list[Sentence]") -> None:
        """Returns when it has been read or somebody asked. What goes wrong here goes wrong again when it is asked.

        `read` is what was read for fewer words of it, and becomes what is read now.
        """
        from answer import interruptible

        if len(typed.split()) < FEWEST_WORDS:
            return
        with interruptible() as reading:
            with self._lock:
                self._cut_off()
                self._reading = reading
            if not self._line.empty:  # who joins after this stops it
                return
            try:
                with suppress(BylineError):
                    self._answerer.read_ahead(typed, turns, read=read)
            except Exception:  # nobody who types is told of it; the log says where
                logging.exception("could not read ahead for %r", typed)

    def stop(self) -> None:
        with self._lock:
            self._cut_off()

    def _cut_off(self) -> None:
        if self._reading is not None:
            self._reading.set()
            self._reading = None
