"""Nearest chunks by meaning: Chroma, embedded or on a server. The only file that imports chromadb."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import chromadb
import httpx
import numpy as np
from chromadb.api.shared_system_client import SharedSystemClient
from chromadb.config import DEFAULT_DATABASE, DEFAULT_TENANT
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError, NotFoundError

from byline.errors import SettingsError, StoreError, UnknownKind, VectorServerDown
from byline.records import Chunk
from index.advice import rebuild_command, repair_command
from index.disk import using
from index.embed import Vectors
from index.fingerprint import fingerprint

COLLECTION = "byline-chunks"
PAGE = 300
"""Records asked for at once: the most that Chroma Cloud returns."""

LEAST_SYNCED, SYNCED_PARTS = 1000, 100
"""Changes between two writes to disk: Chroma's own 1,000, and a hundredth of what there is where that is more."""

LINKS = 32
"""Of each chunk in Chroma's graph, and twice as many on its lowest floor; Chroma's own is 16."""

NO_KEY = "none"
SERVERS = ("http://HOST:PORT", "https://HOST:PORT/TENANT/DATABASE")
Reply = TypeVar("Reply")


@dataclass(frozen=True, slots=True)
class Access:
    """How a server is asked."""

    key: str = NO_KEY
    timeout_seconds: float = 30.0


class VectorIndex(Protocol):
    def replace(self, articles: Sequence[str], chunks: Sequence[Chunk], vectors: Vectors) -> None:
        """Afterwards the chunks of `articles` are these and no others. Row i of `vectors` belongs to chunk i."""

    def remove(self, articles: Sequence[str]) -> None: ...

    def remove_chunks(self, ids: Sequence[str]) -> None: ...

    def fingerprints(self) -> Iterator[tuple[str, str]]:
        """(chunk id, fingerprint) of every chunk, in no order."""

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        """The vectors of the chunks that exist among `ids`, by id."""

    def nearest(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """At most `k` (chunk id, cosine similarity), nearest first."""

    def count(self) -> int: ...

    def clear(self) -> None: ...

    def close(self) -> None: ...


class ChromaVectors:
    """`on_server` is whether other processes may write to it; `data` is the folder of this one."""

    def __init__(self, client: Any, place: str, data: Path, *, on_server: bool) -> None:
        self.client, self.place, self.on_server, self._data = client, place, on_server, data
        with self.reaching():
            self._batch = client.get_max_batch_size()
            self._collection = self._create()

    def _create(self) -> Any:
        hnsw = {"space": "cosine", "max_neighbors": LINKS, "ef_search": 100, "sync_threshold": LEAST_SYNCED}
        collection = self.client.get_or_create_collection(
            COLLECTION, embedding_function=None, configuration={"hnsw": hnsw}
        )
        self._write_less_often(collection)
        return collection

    def _write_less_often(self, collection: Any) -> None:
        """The larger the collection, the more changes between two writes of its graph to disk.

        Each writes the ids of all chunks, while searches wait; what has not been written is put in again at the start.
        """
        now = (collection.configuration_json.get("hnsw") or {}).get("sync_threshold")  # a distributed Chroma has none
        fitting = max(LEAST_SYNCED, collection.count() // SYNCED_PARTS)
        if now and fitting > 2 * now:
            collection.modify(configuration={"hnsw": {"sync_threshold": fitting}})

    @contextmanager
    def reaching(self) -> Iterator[None]:
        """Errors of Chroma and its HTTP client become ours. ValueError is how Chroma says "no server", and a bare
        Exception is what it makes of an answer that no Chroma gave, such as that of a proxy before a dead server.
        """
        try:
            yield
        except (httpx.TransportError, ConnectionError) as error:
            raise VectorServerDown(
                f"Chroma at {self.place} does not answer ({error or type(error).__name__}); start it and ask again"
            ) from error
        except NotFoundError as error:
            raise StoreError(
                f"Chroma at {self.place} has lost the collection; run {rebuild_command(self._data)}"
            ) from error
        except ChromaError as error:
            raise StoreError(f"Chroma at {self.place}: {error}") from error
        except ValueError as error:
            if "connect" not in str(error).lower():
                raise
            raise VectorServerDown(
                f"Chroma at {self.place} does not answer ({error}); start it and ask again"
            ) from error
        except Exception as error:
            if type(error) is not Exception:
                raise
            raise VectorServerDown(f"no Chroma answers at {self.place} ({str(error)[:200]}); start it") from error

    def _ask(self, question: Callable[[Any], Reply]) -> Reply:
        """Of the collection; once more where another process rebuilt it, which makes a new one of the same name."""
        with self.reaching():
            try:
                return question(self._collection)
            except NotFoundError:
                self._collection = self._create()
                return question(self._collection)

    def replace(self, articles: Sequence[str], chunks: Sequence[Chunk], vectors: Vectors) -> None:
        ids = [chunk.id for chunk in chunks]
        with self.reaching():
            # New chunks first: a reader in between sees old and new, never an article without chunks.
            before = self._ask(lambda found: found.get(where=_one_of("article", articles), include=[]))["ids"]
            for start in range(0, len(ids), self._batch):
                part = slice(start, start + self._batch)
                self._collection.upsert(
                    ids=ids[part],
                    embeddings=np.asarray(vectors[part]),
                    metadatas=[_metadata(chunk) for chunk in chunks[part]],
                )
        self.remove_chunks(sorted(set(before) - set(ids)))

    def remove(self, articles: Sequence[str]) -> None:
        self._ask(lambda collection: collection.delete(where=_one_of("article", articles)))

    def remove_chunks(self, ids: Sequence[str]) -> None:
        for start in range(0, len(ids), self._batch):
            part = list(ids[start : start + self._batch])
            self._ask(lambda collection, part=part: collection.delete(ids=part))  # type: ignore[misc]

    def fingerprints(self) -> Iterator[tuple[str, str]]:
        for start in range(0, self.count(), PAGE):
            with self.reaching():
                page = self._collection.get(limit=PAGE, offset=start, include=["metadatas"])
            for id, metadata in zip(page["ids"], page["metadatas"], strict=True):
                yield id, str((metadata or {}).get("fingerprint", ""))

    def vectors(self, ids: Sequence[str]) -> dict[str, Vectors]:
        found: dict[str, Vectors] = {}
        for start in range(0, len(ids), PAGE):
            some = list(ids[start : start + PAGE])
            page = self._ask(lambda collection, some=some: collection.get(ids=some, include=["embeddings"]))  # type: ignore[misc]
            found.update(zip(page["ids"], np.asarray(page["embeddings"], dtype=np.float32), strict=True))
        return found

    def nearest(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        found = self._ask(
            lambda collection: collection.query(query_embeddings=[vector], n_results=k, include=["distances"])
        )
        return [(id, 1.0 - distance) for id, distance in zip(found["ids"][0], found["distances"][0], strict=True)]

    def count(self) -> int:
        return int(self._ask(lambda collection: collection.count()))

    def clear(self) -> None:
        with self.reaching():
            self.client.delete_collection(COLLECTION)
            self._collection = self._create()

    def close(self) -> None:
        close = getattr(self.client, "close", None)
        if close:
            close()


def _metadata(chunk: Chunk) -> dict[str, str]:
    """Nothing to filter by: `index/rows.py` says why."""
    return {"article": chunk.article.id, "fingerprint": fingerprint(chunk)}


def _one_of(field: str, values: Sequence[str]) -> dict[str, Any]:
    return {field: {"$in": list(values)}}


def open_embedded(_address: str, data: Path, _access: Access) -> VectorIndex:
    folder = data / "chroma"
    with using(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        client = chromadb.PersistentClient(str(folder), ChromaSettings(anonymized_telemetry=False))
    except ChromaError as error:
        # Chroma keeps the half-made client under the folder's name and would hand it out again, broken.
        SharedSystemClient._identifier_to_system.pop(str(folder), None)
        raise StoreError(f"Chroma cannot open {folder} ({error}); run {repair_command(data)}") from error
    return ChromaVectors(client, str(folder), data, on_server=False)


def open_server(address: str, data: Path, access: Access) -> VectorIndex:
    """`http(s)://HOST:PORT`, or with `/TENANT/DATABASE` after it, as Chroma Cloud and other shared servers want."""
    url = _url(address)
    tenant, _, database = url.path.strip("/").partition("/")
    key = {} if access.key == NO_KEY else {"x-chroma-token": access.key}
    try:
        # Chroma's own client waits for ever, so ask whether anybody is there before it is made.
        httpx.get(url.copy_with(path="/api/v2/heartbeat"), headers=key, timeout=access.timeout_seconds)
        client: Any = chromadb.HttpClient(
            host=url.host,
            port=url.port or (443 if url.scheme == "https" else 80),
            ssl=url.scheme == "https",
            headers=key,
            settings=ChromaSettings(anonymized_telemetry=False),
            tenant=tenant or DEFAULT_TENANT,
            database=database or DEFAULT_DATABASE,
        )
    except (ValueError, httpx.TransportError, ChromaError) as error:
        raise VectorServerDown(f"Chroma at {address} does not answer ({error}); start it with: chroma run") from error
    client._server._session.timeout = httpx.Timeout(access.timeout_seconds)  # hardcoded to None, with no way to set it
    return ChromaVectors(client, address, data, on_server=True)


def _url(address: str) -> httpx.URL:
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise _no_address(address, str(error)) from error
    if not url.host:
        raise _no_address(address, "no host")
    return url


def _no_address(address: str, why: str) -> SettingsError:
    return SettingsError(f"BYLINE_VECTORS {address!r} is no address ({why}); give {' or '.join(SERVERS)}")


VECTORS: dict[str, Callable[[str, Path, Access], VectorIndex]] = {
    "chroma": open_embedded,
    "http": open_server,
    "https": open_server,
}


def open_vectors(kind: str, data: Path, access: Access = Access()) -> VectorIndex:
    opener = VECTORS.get(kind.partition(":")[0])
    if opener is None:
        raise UnknownKind("vectors", kind, ["chroma", *SERVERS])
    return opener(kind, data, access)
