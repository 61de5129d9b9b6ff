"""A question taken back from another thread: the call to the model that it is in ends at once, and its slot is free.

    with interruptible() as interruption:      # in the thread that asks
        answerer.ask(…)
    interruption.set()                         # from any other thread

A thread that waits for a server is inside a read that nothing but its socket can end, and llama.cpp frees the slot as
soon as it sees the connection gone. So the socket of each call is watched, and shut.
"""

import contextlib
import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import chain, islice
from threading import Lock
from typing import Any, TypeVar

import httpx

from byline.errors import LanguageModelError

Part = TypeVar("Part")
CONNECTED = ("connection.connect_tcp.complete", "connection.start_tls.complete")
"""httpcore's names for the moments at which a connection has a socket, and a new one for TLS."""


class Interruption:
    """Once set, it stays set: the call that is under way and all later ones of its thread fail."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._set = False
        self._socket: socket.socket | None = None

    def set(self) -> None:
        with self._lock:
            self._set = True
            self._shut()

    def hang_up(self) -> None:
        """Ends the call that is under way, if one is. Later ones may be made."""
        with self._lock:
            self._shut()

    def refuse(self) -> None:
        """Raises LanguageModelError once it is set."""
        if self._set:
            raise LanguageModelError("the question was taken back")

    def trace(self, event: str, about: dict[str, Any]) -> None:
        """Told by httpcore what becomes of the call."""
        if event in CONNECTED:
            with self._lock:
                self._socket = about["return_value"].get_extra_info("socket")
                if self._set:
                    self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):  # the call has ended by itself
                self._socket.shutdown(socket.SHUT_RDWR)


_CURRENT: ContextVar[Interruption | None] = ContextVar("interruption", default=None)


@contextmanager
def interruptible() -> Iterator[Interruption]:
    """What this thread asks of a language model inside the block ends when the interruption is set."""
    token = _CURRENT.set(interruption := Interruption())
    try:
        yield interruption
    finally:
        _CURRENT.reset(token)


def refuse_if_interrupted() -> None:
    if interruption := _CURRENT.get():
        interruption.refuse()


def given_up_at_once(start: Callable[[], Iterator[Part]]) -> Generator[Part, None, None]:
    """What `start` streams. Where this is closed in the middle, the connection is gone at once.

    The libraries close theirs when the garbage collector comes by: llama.cpp wrote on for more than half a minute.
    """
    interruption = _CURRENT.get() or Interruption()
    token = _CURRENT.set(interruption)
    try:
        parts = start()
        first = list(islice(parts, 1))  # connects
    finally:
        _CURRENT.reset(token)
    try:
        for part in chain(first, parts):
            interruption.refuse()
            yield part
    finally:
        interruption.hang_up()


def watched(timeout_seconds: float) -> dict[str, Any]:
    """What an httpx.Client for a model's server is made with. Each call has a connection of its own, since only the
    call that opens one learns of its socket.
    """
    return {
        "timeout": timeout_seconds,
        "limits": httpx.Limits(max_keepalive_connections=0),
        "event_hooks": {"request": [_watch]},
    }


def _watch(request: httpx.Request) -> None:
    if interruption := _CURRENT.get():
        interruption.refuse()
        request.extensions["trace"] = interruption.trace
