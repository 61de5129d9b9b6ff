"""This process's SQLite and keyword indexes, kept in step with what others write to the same Chroma server.

search ─► (at most once a second) number of the last change ─► other than mine? ─► the articles changed since
                                                                    ─► own keywords ─► own SQLite (visible from here)

SQLite remembers the generation and the number of the last change that it has taken over, so an interruption is made
good by the next look. On an embedded store there is nobody to keep step with: `Alone`.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import islice
from threading import RLock
from typing import Protocol

from byline.errors import StoreError, StoreMismatch
from index.articles import ArticleShelf, Batch
from index.meaning import Meaning
from index.shared import Change, Head, SharedArticles
from index.words import Words
from index.writer_lease import WriterLease

LOOK_EVERY_SECONDS = 1.0
"""A look costs a request, 1 ms on one machine; this is how old a search may be."""
ARTICLES_AT_ONCE = 64
SETTINGS = ("embedder", "chunk_tokens")
"""Of what a store remembers about how it was built, the names that are settings too."""

Publish = Callable[[Batch, Sequence[str]], None]


class Sharing(Protocol):
    def built_with(self) -> Mapping[str, str]:
        """What the shared store was built with; empty where it is new or there is none."""

    def catch_up(self, *, now: bool = False) -> None:
        """Takes over what others wrote; `now` even when it has just been done. Raises VectorServerDown."""

    def writing(self) -> AbstractContextManager[Publish]:
        """To be held while a change is made; what is given in it tells the others. Raises StoreLocked."""

    def beginning(self, manifest: Mapping[str, str]) -> AbstractContextManager[None]:
        """The shared store starts anew, for everybody; to be held while the engines are emptied. Raises StoreLocked."""

    def start_over(self) -> bool:
        """Takes everything over again, where there is something to take it from."""

    def strangers(self) -> list[str]:
        """Ids of articles of which this process and the shared store have different versions."""

    def close(self) -> None: ...


class Alone:
    def built_with(self) -> Mapping[str, str]:
        return {}

    def catch_up(self, *, now: bool = False) -> None: ...

    @contextmanager
    def writing(self) -> Iterator[Publish]:
        yield lambda batch, removed: None

    @contextmanager
    def beginning(self, manifest: Mapping[str, str]) -> Iterator[None]:
        yield

    def start_over(self) -> bool:
        return False

    def strangers(self) -> list[str]:
        return []

    def close(self) -> None: ...


class InStep:
    """Any thread may ask it to catch up; while one does, the others search what is there."""

    def __init__(
        self, shared: SharedArticles, lease: WriterLease, shelf: ArticleShelf, words: Words, meaning: Meaning
    ) -> None:
        self._shared, self._lease = shared, lease
        self._shelf, self._words, self._meaning = shelf, words, meaning
        self._busy = RLock()
        self._looked = 0.0

    def built_with(self) -> Mapping[str, str]:
        return self._shared.head().manifest

    def catch_up(self, *, now: bool = False) -> None:
        if not now and time.monotonic() - self._looked < LOOK_EVERY_SECONDS:
            return
        if not self._busy.acquire(blocking=now):
            return
        try:
            self._take_over(all_of_it=not self._looked)
            self._looked = time.monotonic()
        finally:
            self._busy.release()

    def _take_over(self, *, all_of_it: bool) -> None:
        """With `all_of_it` also what a writer left behind that died before it had told the number of its change."""
        head, (generation, change) = self._shared.head(), self._at()
        if head.generation != generation:
            self._refuse_other_build(head)
            self._empty(head.generation)
            change = 0
        if head.change == change and not all_of_it:
            return
        changes = self._shared.changed_since(change)
        while some := list(islice(changes, ARTICLES_AT_ONCE)):
            self._apply(some)
        self._note(head.generation, head.change)

    def _refuse_other_build(self, head: Head) -> None:
        """Somebody may rebuild the shared store with another embedder while this process has it open."""
        for name, value in head.manifest.items():
            mine = self._shelf.manifest().get(name)
            if mine != value:
                way = f"with BYLINE_{name.upper()}={value}" if name in SETTINGS else "in the version that rebuilt it"
                raise StoreMismatch(
                    f"the index on the server was rebuilt with {name} {value!r}, this process has {mine!r}; "
                    f"start it again {way}"
                )

    def _apply(self, changes: Sequence[Change]) -> None:
        """In the order in which a writer does it: SQLite comes last, and first where an article goes."""
        held = [(change.article, change.chunks) for change in changes if change.article is not None]
        gone = [change.id for change in changes if change.article is None]
        self._shelf.remove(gone)
        self._words.replace(held, gone)
        self._shelf.replace(held, self._meaning.take_over(held))

    @contextmanager
    def writing(self) -> Iterator[Publish]:
        with self._busy, self._lease.kept():
            self._take_over(all_of_it=True)  # what a dead writer left untold would get the number of our change
            changes: list[int] = []

            def publish(batch: Batch, removed: Sequence[str]) -> None:
                self._lease.hold()
                changes.append(self._shared.publish(batch, removed).change)

            yield publish
            if changes:
                self._note(self._at()[0], changes[-1])

    @contextmanager
    def beginning(self, manifest: Mapping[str, str]) -> Iterator[None]:
        """The ledger first: until the vectors of before are gone, they are of chunks that nobody has."""
        with self._busy, self._lease.kept():
            generation = self._shared.begin(manifest).generation
            yield
            self._note(generation, 0)
        self._lease.release()

    def start_over(self) -> bool:
        with self._busy:
            self._empty(self._at()[0])
            self.catch_up(now=True)
        return True

    def strangers(self) -> list[str]:
        here, there = self._shelf.digests(), self._shared.digests()
        return sorted(id for id in here.keys() | there.keys() if here.get(id) != there.get(id))

    def close(self) -> None:
        with suppress(StoreError):  # of a server that is gone: it lapses by itself
            self._lease.release()

    def _at(self) -> tuple[str, int]:
        manifest = self._shelf.manifest()
        return manifest.get("generation", ""), int(manifest.get("change", 0))

    def _note(self, generation: str, change: int) -> None:
        self._shelf.write_manifest({"generation": generation, "change": str(change)})

    def _empty(self, generation: str) -> None:
        manifest = self._shelf.manifest()
        self._shelf.clear()
        self._words.clear()
        self._meaning.rows.clear()
        self._shelf.write_manifest(manifest | {"generation": generation, "change": "0"})
