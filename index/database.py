"""One SQLite file: a connection for each thread, and what SQLite raises as errors of ours.

The only file that imports sqlite3. It knows nothing of articles.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from byline.errors import StoreError, StoreLocked
from index.advice import rebuild_command
from index.disk import unusable

LOCKED_SECONDS = 30.0
"""How long a statement waits for another program that has the file."""
LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
UNUSABLE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR, sqlite3.SQLITE_NOTADB}
"""SQLITE_ERROR is how SQLite says that a table or column is not there."""


class Database:
    """Any thread may read; each statement, and each transaction, has a view that holds still."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()

    def rows(self, query: str, values: Sequence[object] = ()) -> Iterator[Any]:
        with self._reaching():
            yield from self._connection.execute(query, values)

    def row(self, query: str, values: Sequence[object] = ()) -> Any:
        """The first row; None where there is none."""
        with self._reaching():
            return self._connection.execute(query, values).fetchone()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all that is written in it, or nothing."""
        with self._reaching(), self._connection as connection:
            yield connection

    def close(self) -> None:
        """For all threads."""
        self._local = threading.local()

    @property
    def _connection(self) -> sqlite3.Connection:
        kept: _Kept | None = getattr(self._local, "kept", None)
        if kept is None:
            kept = _Kept(sqlite3.connect(self.path, timeout=LOCKED_SECONDS, check_same_thread=False))
            kept.connection.execute("pragma journal_mode = wal")
            kept.connection.execute("pragma foreign_keys = on")
            self._local.kept = kept
        return kept.connection

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """What is a mistake of ours, such as an id that is there twice, stays what it is."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code in LOCKED:
                raise StoreLocked(f"{self.path} is in use by another program ({error}); close that first") from error
            if code in UNUSABLE:
                raise unusable(self.path, str(error)) from error
            if code in DAMAGED:
                raise StoreError(
                    f"{self.path} is damaged, or not a Byline store ({error}); restore a backup, "
                    f"or run {rebuild_command(self.path.parent)}"
                ) from error
            raise


class _Kept:
    """The connection of a thread, closed when that ends: the garbage collector comes after hundreds of threads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __del__(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # in the middle of a query it cannot be closed
            self.connection.close()
