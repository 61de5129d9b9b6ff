"""Nearest chunks by meaning: Chroma, embedded or on a server. The only file that imports chromadb."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import chromadb
import httpx
import numpy as np
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError, NotFoundError

from byline.errors import StoreError, UnknownKind, VectorServerDown
from byline.records import Chunk
from index.embed import Vectors
from index.filters import Filters, day_number
from index.fingerprint import fingerprint

COLLECTION = "byline-chunks"
PAGE = 300
"""Records asked for at once: the most that Chroma Cloud returns."""


class VectorIndex(Protocol):
    def replace(self, articles: Sequence[str], chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Afterwards the chunks of `articles` are these and no others. Row i of `vectors` belongs to chunk i."""

    def remove(self, articles: Sequence[str]) -> None: ...

    def remove_chunks(self, ids: Sequence[str]) -> None: ...

    def fingerprints(self) -> Iterator[tuple[str, str]]:
        """(chunk id, fingerprint) of every chunk, in no order."""

    def nearest(self, vector: Vectors, k: int, filters: Filters) -> list[tuple[str, float]]:
        """At most `k` (chunk id, cosine similarity), nearest first."""

    def count(self) -> int: ...

    def clear(self) -> None: ...

    def close(self) -> None: ...


class ChromaVectors:
    def __init__(self, client: Any, place: str) -> None:
        self._client, self._place = client, place
        with self._reaching():
            self._batch = client.get_max_batch_size()
            self._collection = self._create()

    def _create(self) -> Any:
        return self._client.get_or_create_collection(
            COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 100}}
        )

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """Errors of Chroma and its HTTP client become ours. ValueError is how Chroma says "no server"."""
        try:
            yield
        except (httpx.TransportError, ConnectionError) as error:
            raise VectorServerDown(
                f"Chroma at {self._place} does not answer ({error}); start it and ask again"
            ) from error
        except NotFoundError as error:
            raise StoreError(
                f"Chroma at {self._place} has lost the collection; run python -m ingest --rebuild"
            ) from error
        except ChromaError as error:
            raise StoreError(f"Chroma at {self._place}: {error}") from error
        except ValueError as error:
            if "connect" not in str(error).lower():
                raise
            raise VectorServerDown(
                f"Chroma at {self._place} does not answer ({error}); start it and ask again"
            ) from error

    def replace(self, articles: Sequence[str], chunks: Sequence[Chunk], vectors: Vectors) -> None:
        ids = [chunk.id for chunk in chunks]
        with self._reaching():
            # New chunks first: a reader in between sees old and new, never an article without chunks.
            before = self._collection.get(where=_one_of("article", articles), include=[])["ids"]
            for start in range(0, len(ids), self._batch):
                part = slice(start, start + self._batch)
                self._collection.upsert(
                    ids=ids[part],
                    embeddings=np.asarray(vectors[part]),
                    metadatas=[_metadata(chunk) for chunk in chunks[part]],
                )
        self.remove_chunks(sorted(set(before) - set(ids)))

    def remove(self, articles: Sequence[str]) -> None:
        with self._reaching():
            self._collection.delete(where=_one_of("article", articles))

    def remove_chunks(self, ids: Sequence[str]) -> None:
        with self._reaching():
            for start in range(0, len(ids), self._batch):
                self._collection.delete(ids=list(ids[start : start + self._batch]))

    def fingerprints(self) -> Iterator[tuple[str, str]]:
        for start in range(0, self.count(), PAGE):
            with self._reaching():
                page = self._collection.get(limit=PAGE, offset=start, include=["metadatas"])
            for id, metadata in zip(page["ids"], page["metadatas"], strict=True):
                yield id, str((metadata or {}).get("fingerprint", ""))

    def nearest(self, vector: Vectors, k: int, filters: Filters) -> list[tuple[str, float]]:
        with self._reaching():
            found = self._collection.query(
                query_embeddings=[vector], n_results=k, where=_where(filters), include=["distances"]
            )
        return [(id, 1.0 - distance) for id, distance in zip(found["ids"][0], found["distances"][0], strict=True)]

    def count(self) -> int:
        with self._reaching():
            return int(self._collection.count())

    def clear(self) -> None:
        with self._reaching():
            self._client.delete_collection(COLLECTION)
            self._collection = self._create()

    def close(self) -> None:
        close = getattr(self._client, "close", None)
        if close:
            close()


def _metadata(chunk: Chunk) -> dict[str, str | int]:
    """Chroma's metadata is flat, and ranges work on numbers only."""
    article = chunk.article
    return {
        "article": article.id,
        "day": day_number(article.published),
        "source": (article.source or "").lower(),
        "language": article.language or "",
        "fingerprint": fingerprint(chunk),
    }


def _one_of(field: str, values: Sequence[str]) -> dict[str, Any]:
    return {field: {"$in": list(values)}}


def _where(filters: Filters) -> dict[str, Any] | None:
    conditions: list[dict[str, Any]] = []
    if filters.since or filters.until:
        conditions.append({"day": {"$gte": max(1, day_number(filters.since))}})
    if filters.until:
        conditions.append({"day": {"$lte": day_number(filters.until)}})
    for field, value in (("source", filters.source), ("language", filters.language), ("article", filters.article)):
        if value is not None:
            conditions.append({field: {"$eq": value.lower() if field == "source" else value}})
    return {"$and": conditions} if len(conditions) > 1 else (conditions[0] if conditions else None)


def open_embedded(_address: str, data: Path) -> VectorIndex:
    folder = data / "chroma"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        client = chromadb.PersistentClient(str(folder), ChromaSettings(anonymized_telemetry=False))
    except ChromaError as error:
        # Chroma keeps the half-made client under the folder's name and would hand it out again, broken.
        SharedSystemClient._identifier_to_system.pop(str(folder), None)
        raise StoreError(f"Chroma cannot open {folder} ({error}); run python -m index --repair") from error
    return ChromaVectors(client, str(folder))


def open_server(address: str, _data: Path) -> VectorIndex:
    url = httpx.URL(address)
    try:
        client = chromadb.HttpClient(
            host=url.host,
            port=url.port or (443 if url.scheme == "https" else 80),
            ssl=url.scheme == "https",
            settings=ChromaSettings(anonymized_telemetry=False),
        )
    except (ValueError, httpx.TransportError) as error:
        raise VectorServerDown(f"Chroma at {address} does not answer ({error}); start it with: chroma run") from error
    return ChromaVectors(client, address)


VECTORS: dict[str, Callable[[str, Path], VectorIndex]] = {
    "chroma": open_embedded,
    "http": open_server,
    "https": open_server,
}


def open_vectors(kind: str, data: Path) -> VectorIndex:
    opener = VECTORS.get(kind.partition(":")[0])
    if opener is None:
        raise UnknownKind("vectors", kind, ["chroma", "http://HOST:PORT", "https://HOST:PORT"])
    return opener(kind, data)
