"""The people who wait: the model answers a few questions side by side, the others in the order in which they asked.

Gradio's own queue keeps such an order too, but tells the place only to a widget of its own, as "queue: 3/16", keeps a
running question until its next step, and does not know whether the model is idle.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from threading import Lock, Thread

from app_conversation import Asked

LOOK_SECONDS = 0.1
"""How often somebody who waits looks whether the line moved."""
SIGN_OF_LIFE_SECONDS = 1.0
"""Gradio lets go of a page that was closed when the next step comes, so one comes at least this often."""


class Line:
    """Any thread may join and leave. The first `slots` places have the model. Whatever else keeps it busy listens in
    `joined`, and stops.
    """

    def __init__(self, slots: int) -> None:
        self.joined: Callable[[], None] = lambda: None
        self._slots = slots
        self._lock = Lock()
        self._places: list[object] = []

    def join(self) -> object:
        """A place behind all others, which is held until `leave`."""
        with self._lock:
            self._places.append(place := object())
        self.joined()
        return place

    def leave(self, place: object) -> None:
        with self._lock:
            self._places.remove(place)

    def before(self, place: object) -> int | None:
        """How many others come first; None once it is this one's turn."""
        with self._lock:
            behind = self._places.index(place) - self._slots
        return behind if behind >= 0 else None

    @property
    def empty(self) -> bool:
        return not self._places


async def in_turn(line: Line, asked: Asked, work: Iterator[None]) -> AsyncGenerator[None, None]:
    """Does the work, which answers the question, once it is its turn; an item for each change.

    Ends early where the question is stopped. When the iterator is closed, as Gradio does once a page was closed, the
    question is taken back. Either way the next in line has the model at once.
    """
    place = line.join()
    try:
        async for _ in _waiting(line, place, asked):
            yield
        if asked.pending:
            async for _ in _in_a_thread(work, asked):
                yield
    finally:
        line.leave(place)
        asked.stop()
    yield


async def _waiting(line: Line, place: object, asked: Asked) -> AsyncIterator[None]:
    looks = 0
    while asked.pending and (before := line.before(place)) is not None:
        if asked.wait_behind(before) or looks * LOOK_SECONDS >= SIGN_OF_LIFE_SECONDS:
            looks = 0
            yield
        looks += 1
        await asyncio.sleep(LOOK_SECONDS)


async def _in_a_thread(work: Iterator[None], asked: Asked) -> AsyncIterator[None]:
    """One thread from the first step to the last: an interruption belongs to the thread that asks."""
    loop, moved = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended, and with it whoever waited
            loop.call_soon_threadsafe(moved.set)

    def run() -> None:
        for _ in work:
            wake()

    asked.woken = wake
    Thread(target=run, daemon=True).start()
    while asked.pending:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(moved.wait(), SIGN_OF_LIFE_SECONDS)
        moved.clear()
        yield
