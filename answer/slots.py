"""Which slot of the server in this process reads what, so that it finds again what it has read.

llama.cpp keeps what each of its slots has read and goes on from there. By itself it takes the slot that has most of a
prompt already, and then a check of an answer takes that of the question, of which more may have to be read yet.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any


class Slots:
    """As many slots for questions, numbered from 0, and one behind them for asides. For any number of threads."""

    def __init__(self, questions: int) -> None:
        self._aside = questions
        self._free = set(range(questions))
        self._taking = Lock()

    @contextmanager
    def taken(self, aside: bool) -> Iterator[dict[str, Any]]:
        """What to send along with a call: the first slot that is free, or nothing where none is."""
        if aside:
            yield _named(self._aside)
            return
        with self._taking:
            slot = min(self._free, default=None)
            self._free -= {slot}
        try:
            yield {} if slot is None else _named(slot)
        finally:
            with self._taking:
                self._free |= set() if slot is None else {slot}


def _named(slot: int) -> dict[str, Any]:
    return {"extra_body": {"id_slot": slot}}


@cache
def slots_of(weights: Path, questions: int) -> Slots:
    """Those of the one server of this process for these weights: whoever asks it must know which are taken."""
    return Slots(questions)
