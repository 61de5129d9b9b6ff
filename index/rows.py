"""The vectors once more, in a file of rows: a search that few chunks fit compares its question with every one of them.

Chroma walks its graph and passes over what does not fit, so the fewer fit, the longer it walks: at 20,000 chunks 1 ms
without a filter and 25 to 190 ms with one. A row is as many float32 as the embedder has dimensions; an article's rows
lie together, in the order of its chunks. Which rows are whose stands in SQLite (`articles`), written after the rows.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from io import FileIO
from pathlib import Path
from threading import Lock

import numpy as np

from byline.errors import StoreError
from index.advice import repair_command
from index.disk import using
from index.embed import Vectors


class VectorRows:
    """Any thread may read; one writes. `used` are the rows in use, (first, how many): the others may be written over.

    What falls out of use while the file is open stays as it is, since a search may still be reading it. `emptied`
    says how often the rows were cleared: those that a search was told of before are not these.
    """

    def __init__(self, path: Path, used: Iterable[tuple[int, int]]) -> None:
        self._path = path
        self._file = _opened(path)
        self._mapped: Vectors | None = None
        self._one_at_a_time = Lock()
        self.emptied = 0
        self._end, self._gaps = 0, list[tuple[int, int]]()
        for first, count in sorted(used):
            if first > self._end:
                self._gaps.append((self._end, first - self._end))
            self._end = max(self._end, first + count)

    def put(self, vectors: Vectors, counts: Sequence[int]) -> list[int]:
        """Writes the vectors of several articles, `counts` of each; gives the first row of each. On disk when done."""
        firsts, done = [], 0
        with using(self._path):
            for count in counts:
                first = self._room_for(count)
                self._write(np.ascontiguousarray(vectors[done : done + count], dtype=np.float32), first)
                firsts.append(first)
                done += count
            os.fsync(self._file.fileno())
        return firsts

    def _write(self, rows: Vectors, first: int) -> None:
        """Where room is short the system writes a part, says how much, and fails at the next."""
        left, at = memoryview(rows.tobytes()), first * rows.itemsize * rows.shape[1]
        while left:
            written = os.pwrite(self._file.fileno(), left, at)
            left, at = left[written:], at + written

    def _room_for(self, count: int) -> int:
        for at, (first, free) in enumerate(self._gaps):
            if free >= count:
                self._gaps[at] = (first + count, free - count)
                return first
        first, self._end = self._end, self._end + count
        return first

    def cosines(self, spans: Sequence[tuple[int, int]], vector: Vectors) -> Vectors:
        """Of each row of the spans, (first, how many), to `vector`, in order. Both have length 1."""
        return np.concatenate([rows @ vector for rows in self.read(spans, len(vector))])

    def read(self, spans: Sequence[tuple[int, int]], dimensions: int) -> Iterator[Vectors]:
        """The rows of each span, as they lie in the file: nothing is copied."""
        rows = self._rows(max((first + count for first, count in spans), default=0), dimensions)
        for first, count in spans:
            yield rows[first : first + count]

    def _rows(self, least: int, dimensions: int) -> Vectors:
        """All there are, mapped into memory; anew where the file has grown."""
        with self._one_at_a_time, using(self._path):
            if self._mapped is None or len(self._mapped) < least:
                held = self._path.stat().st_size // (4 * dimensions)
                if held < least:
                    mend = repair_command(self._path.parent)
                    raise StoreError(f"{self._path} ends at row {held} of {least}; run {mend}")
                self._mapped = np.asarray(np.memmap(self._path, np.float32, "r", shape=(held, dimensions)))
            return self._mapped

    def clear(self) -> None:
        """In a new file: a search that reads the old one has it to the end."""
        with self._one_at_a_time, using(self._path):
            self._path.unlink(missing_ok=True)
            self._file.close()
            self._file = _opened(self._path)
            self._mapped, self._end, self._gaps = None, 0, []
            self.emptied += 1

    def close(self) -> None:
        """Once more does nothing: the number of a closed file may by then be another's."""
        self._mapped = None
        self._file.close()


def _opened(path: Path) -> FileIO:
    with using(path):
        return FileIO(os.open(path, os.O_RDWR | os.O_CREAT, 0o644), "r+")
