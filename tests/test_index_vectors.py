"""Chroma, real: embedded in a folder, and as a server process that `chroma run` starts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from chroma_server import ChromaServer

from byline.errors import SettingsError, StoreError, UnknownKind, VectorServerDown
from byline.records import Article, Chunk
from byline.settings import Settings
from index import open_index
from index import vectors as vectors_module
from index.vectors import VectorIndex, open_vectors

NEAR, FAR, BETWEEN = np.eye(3, dtype=np.float32)[0], np.eye(3, dtype=np.float32)[1], np.array([0.8, 0.6, 0], np.float32)


def chunk_of(id: str) -> Chunk:
    article = Article(id, f"Title {id}", "Body.", published=date(2024, 3, 1), language="en")
    return Chunk(f"{id}#0-5", article, 0, 5, "Body.")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    with ChromaServer(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture(params=["embedded", "server"])
def vectors(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorIndex]:
    kind = "chroma" if request.param == "embedded" else request.getfixturevalue("server").new_database()
    opened = open_vectors(kind, tmp_path)
    yield opened
    opened.close()


def test_nearest_are_ordered_by_cosine(vectors: VectorIndex) -> None:
    chunks = [chunk_of("a"), chunk_of("b"), chunk_of("c")]
    vectors.replace(["a", "b", "c"], chunks, np.stack([FAR, BETWEEN, NEAR]))
    found = vectors.nearest(NEAR, 3)
    assert [id for id, _ in found] == ["c#0-5", "b#0-5", "a#0-5"]
    assert [similarity for _, similarity in found] == pytest.approx([1.0, 0.8, 0.0], abs=1e-5)


def test_replace_leaves_no_chunk_of_before(vectors: VectorIndex) -> None:
    old = chunk_of("a")
    new = replace(old, id="a#1-5", start=1, text="ody.")
    vectors.replace(["a"], [old], np.stack([NEAR]))
    vectors.replace(["a"], [new], np.stack([NEAR]))
    assert [id for id, _ in vectors.nearest(NEAR, 5)] == ["a#1-5"]
    vectors.remove(["a"])
    assert vectors.count() == 0


def test_vectors_come_back_by_id(vectors: VectorIndex) -> None:
    vectors.replace(["a", "b"], [chunk_of("a"), chunk_of("b")], np.stack([NEAR, BETWEEN]))
    found = vectors.vectors(["b#0-5", "gone#0-5", "a#0-5"])
    assert found.keys() == {"a#0-5", "b#0-5"}
    assert np.allclose(found["b#0-5"], BETWEEN) and np.allclose(found["a#0-5"], NEAR)


def test_a_large_collection_is_written_to_disk_less_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors_module, "LEAST_SYNCED", 10)
    monkeypatch.setattr(vectors_module, "SYNCED_PARTS", 2)
    angles = np.linspace(0, 2 * np.pi, 100, endpoint=False)
    circle = np.zeros(
        (100, 384), dtype=np.float32
    )  # each has neighbours: a graph of what is all equally far is no graph
    circle[:, 0], circle[:, 1] = np.cos(angles), np.sin(angles)
    for expected in (10, 50):
        opened = open_vectors("chroma", tmp_path)
        assert opened._collection.configuration_json["hnsw"]["sync_threshold"] == expected  # type: ignore[attr-defined]
        chunks = [chunk_of(f"a{number}") for number in range(100)]
        opened.replace([chunk.article.id for chunk in chunks], chunks, circle)
        assert opened.nearest(circle[7], 1) == [("a7#0-5", pytest.approx(1.0))]
        opened.close()


def test_a_server_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(VectorServerDown, match="chroma run"):
        open_vectors("http://127.0.0.1:9", tmp_path)


@pytest.fixture
def doorkeeper() -> Iterator[ThreadingHTTPServer]:
    """Stands in for a server that wants a token: notes which it is shown, as `shown`, and lets nobody in."""

    class Notes(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listening.shown.append(self.headers["x-chroma-token"])  # type: ignore[attr-defined]
            self.send_error(401)

        do_POST = do_GET

        def log_message(self, *_: object) -> None: ...

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Notes)
    listening.shown = []  # type: ignore[attr-defined]
    Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
    yield listening
    listening.shutdown()
    listening.server_close()


@pytest.mark.parametrize(("setting", "token"), [({"vectors_api_key": "sesame"}, "sesame"), ({}, None)])
def test_the_key_of_the_settings_is_shown_to_the_server_each_time(
    doorkeeper: ThreadingHTTPServer, settings: Settings, setting: dict[str, str], token: str | None
) -> None:
    vectors = f"http://127.0.0.1:{doorkeeper.server_port}"
    known = Settings(data=settings.data, models=settings.models, vectors=vectors, **setting)  # type: ignore[arg-type]
    with pytest.raises(StoreError):
        open_index(known)
    shown = doorkeeper.shown  # type: ignore[attr-defined]
    assert len(shown) >= 2 and set(shown) == {token}, "when it is asked whether it is there, and by Chroma's client"


def test_an_unknown_kind_names_the_known(tmp_path: Path) -> None:
    with pytest.raises(UnknownKind, match="known: chroma"):
        open_vectors("pinecone", tmp_path)


@pytest.mark.parametrize("address", ["http://host:port", "http://", "https://[::1"])
def test_what_is_no_address_names_the_setting(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingsError, match=r"BYLINE_VECTORS .* is no address .*http://HOST:PORT"):
        open_vectors(address, tmp_path)
