"""One writer at a time on a Chroma server: a collection that only one process can create, and that lapses.

Chroma has no transactions over several requests, but it refuses to create a collection twice. The lease lapses, so a
writer that died does not lock the others out. Clocks of the machines must agree to within a few seconds. A collection
is deleted by name, so a lapsed lease is first given another: who comes late then deletes that, and no new one.
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from typing import Any
from uuid import uuid4

from byline.errors import StoreError, StoreLocked, VectorServerDown
from index.vectors import ChromaVectors

NAME = "byline-writer"
LEASE_SECONDS = 60


class WriterLease:
    def __init__(self, chroma: ChromaVectors) -> None:
        self._chroma = chroma
        self._owner = uuid4().hex
        self._until = 0.0
        self._one_at_a_time = Lock()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Takes the lease and extends it until the block ends, since a repair outlives it. Raises StoreLocked."""
        self.hold()
        done = Event()
        keeper = Thread(target=self._keep, args=(done,), name="lease of the writer", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join()

    def _keep(self, done: Event) -> None:
        while not done.wait(LEASE_SECONDS / 4):
            with suppress(StoreError):  # the writer meets it too, in its next step
                self.hold()

    def hold(self) -> None:
        """Takes the lease, or extends it when half of it is over. Raises StoreLocked where another process has it."""
        with self._one_at_a_time:
            self._hold()

    def _hold(self) -> None:
        if time.time() < self._until - LEASE_SECONDS / 2:
            return
        for _ in range(2):
            try:
                self._create()
            except VectorServerDown:
                raise
            except StoreError:
                self._take_over()
            if self._until > time.time():
                return
        raise StoreLocked(f"another process has just begun to write to the index on {self._chroma.place}; try again")

    def release(self) -> None:
        held = self._held() if self._until else None
        if held is not None and held.metadata["owner"] == self._owner:
            self._discard(held)
        self._until = 0.0

    def _create(self) -> None:
        until = time.time() + LEASE_SECONDS
        with self._chroma.reaching():
            self._chroma.client.create_collection(NAME, embedding_function=None, metadata=self._terms(until))
        self._until = until

    def _take_over(self) -> None:
        """It exists, or did just now. Ours is extended; a lapsed one is discarded, to be created anew."""
        held, until = self._held(), time.time() + LEASE_SECONDS
        if held is None:
            return
        left = float(held.metadata["until"]) - time.time()
        if left <= 0:
            self._discard(held)
        elif held.metadata["owner"] == self._owner:
            with self._chroma.reaching():
                held.modify(metadata=self._terms(until))
            self._until = until
        else:
            raise StoreLocked(
                f"{held.metadata['who']} is writing to the index on {self._chroma.place}; wait until it is done "
                f"(if it has died, {left:.0f} seconds)"
            )

    def _discard(self, held: Any) -> None:
        """By its own number, which no lease after it has. Somebody else may have been quicker."""
        name = f"{NAME}-{uuid4().hex}"
        try:
            with self._chroma.reaching():
                held.modify(name=name)
                self._chroma.client.delete_collection(name)
        except VectorServerDown:
            raise
        except StoreError:
            return

    def _terms(self, until: float) -> dict[str, Any]:
        return {"owner": self._owner, "who": f"process {os.getpid()} on {socket.gethostname()}", "until": until}

    def _held(self) -> Any:
        """The collection, with what stood in it when it was read; None where nobody has it."""
        try:
            with self._chroma.reaching():
                return self._chroma.client.get_collection(NAME, embedding_function=None)
        except VectorServerDown:
            raise
        except StoreError:
            return None
