"""The articles on a Chroma server: what one process writes there, the others take over.

A second collection beside the vectors, the ledger, holds each article with its chunks' spans, packed, and the number of
the change that wrote it. The collection's own metadata is its head: what the store was built with, which generation it
is (a rebuild makes a new one) and the number of the last change. It is written last, so a reader that sees a number
finds all that belongs to it. Within the limits of Chroma Cloud (4,096 bytes a value, 300 records a request). Nothing is
searched in the ledger, so its vectors mean nothing.
"""

import hashlib
import json
import zlib
from base64 import b85decode, b85encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from uuid import uuid4

from byline.records import Article, Chunk
from index.articles import Batch
from index.vectors import PAGE, ChromaVectors

LEDGER = "byline-articles"
PIECE_CHARACTERS = 4000
OWN_NAMES = ("generation", "change")


@dataclass(frozen=True, slots=True)
class Head:
    """`manifest` is what the store was built with. Generation "" is a ledger that nobody has written to."""

    generation: str
    change: int
    manifest: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """An article as it is now; None where it was removed."""

    id: str
    article: Article | None
    chunks: list[Chunk]


class SharedArticles:
    def __init__(self, chroma: ChromaVectors) -> None:
        self._chroma = chroma

    def head(self) -> Head:
        with self._chroma.reaching():
            held = dict(self._ledger().metadata or {})
        generation, change = (held.pop(name, "") for name in OWN_NAMES)
        return Head(str(generation), int(change or 0), {name: str(value) for name, value in held.items()})

    def begin(self, manifest: Mapping[str, str]) -> Head:
        """A new generation, without articles."""
        with self._chroma.reaching():
            self._ledger()
            self._chroma.client.delete_collection(LEDGER)
        return self._write_head(Head(uuid4().hex, 0, manifest))

    def publish(self, batch: Batch, removed: Sequence[str]) -> Head:
        """The head after this change. A crash before the last line leaves records that the next change takes along."""
        head = self.head()
        change = head.change + 1
        records = [record for article, chunks in batch for record in _records(article, chunks, change)]
        records += [_record(id, change, 0, 0, "", "") for id in removed]
        for start in range(0, len(records), PAGE):
            part = records[start : start + PAGE]
            with self._chroma.reaching():
                self._ledger().upsert(
                    ids=[id for id, _ in part],
                    embeddings=[_no_vector(id) for id, _ in part],
                    metadatas=[metadata for _, metadata in part],
                )
        return self._write_head(replace(head, change=change))

    def changed_since(self, change: int) -> Iterator[Change]:
        """Each article whose last change has a higher number, in no order. What is just being written comes later."""
        for first in self._first_pieces(change):
            changed = self._unpacked(first)
            if changed is not None:
                yield changed

    def digests(self) -> dict[str, str]:
        """The digest of every article, by id."""
        return {str(first["article"]): str(first["digest"]) for first in self._first_pieces(0) if first["pieces"]}

    def _first_pieces(self, change: int) -> Iterator[dict[str, Any]]:
        where = {"$and": [{"change": {"$gt": change}}, {"piece": {"$eq": 0}}]}
        start = 0
        while True:
            with self._chroma.reaching():
                page = self._ledger().get(where=where, limit=PAGE, offset=start, include=["metadatas"])["metadatas"]
            yield from page
            if len(page) < PAGE:
                return
            start += PAGE

    def _unpacked(self, first: dict[str, Any]) -> Change | None:
        id, pieces = str(first["article"]), int(first["pieces"])
        if not pieces:
            return Change(id, None, [])
        parts = {0: str(first["record"])}
        rest = [_piece_id(id, piece) for piece in range(1, pieces)]
        for start in range(0, len(rest), PAGE):
            with self._chroma.reaching():
                found = self._ledger().get(ids=rest[start : start + PAGE], include=["metadatas"])["metadatas"]
            parts.update((at["piece"], at["record"]) for at in found if at["change"] == first["change"])
        if len(parts) != pieces:
            return None
        return Change(id, *_unpack("".join(parts[piece] for piece in range(pieces))))

    def _ledger(self) -> Any:
        """Asked for by name each time: 0.7 ms, and a rebuild by somebody else is no error."""
        return self._chroma.client.get_or_create_collection(LEDGER, embedding_function=None)

    def _write_head(self, head: Head) -> Head:
        with self._chroma.reaching():
            metadata = {**head.manifest, "generation": head.generation, "change": head.change}
            self._ledger().modify(metadata=metadata)
        return head


def _records(article: Article, chunks: Sequence[Chunk], change: int) -> Iterator[tuple[str, dict[str, str | int]]]:
    packed = _pack(article, chunks)
    parts = [packed[start : start + PIECE_CHARACTERS] for start in range(0, len(packed), PIECE_CHARACTERS)]
    for piece, part in enumerate(parts):
        yield _record(article.id, change, piece, len(parts), article.digest, part)


def _record(id: str, change: int, piece: int, pieces: int, digest: str, part: str) -> tuple[str, dict[str, str | int]]:
    about: dict[str, str | int] = {
        "article": id,
        "change": change,
        "piece": piece,
        "pieces": pieces,
        "digest": digest,
        "record": part,
    }
    return _piece_id(id, piece), about


def _piece_id(article: str, piece: int) -> str:
    """An address may be longer than an id on Chroma Cloud."""
    return f"{hashlib.sha256(article.encode()).hexdigest()}#{piece}"


def _no_vector(id: str) -> list[float]:
    """Chroma wants one. They differ, since a graph over equal points degenerates."""
    return [int(id[at : at + 2], 16) / 255 for at in (0, 2, 4)]


def _pack(article: Article, chunks: Sequence[Chunk]) -> str:
    published = article.published.isoformat() if article.published else None
    held = {"article": asdict(article) | {"published": published}, "spans": [(c.id, c.start, c.end) for c in chunks]}
    return b85encode(zlib.compress(json.dumps(held, ensure_ascii=False).encode())).decode()


def _unpack(packed: str) -> tuple[Article, list[Chunk]]:
    held = json.loads(zlib.decompress(b85decode(packed)))
    told = held["article"]
    day = date.fromisoformat(told["published"]) if told["published"] else None
    article = Article(**(told | {"published": day, "authors": tuple(told["authors"])}))
    return article, [Chunk(id, article, start, end, article.text[start:end]) for id, start, end in held["spans"]]
