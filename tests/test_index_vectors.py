"""Chroma, real: embedded in a folder, and as a server process that `chroma run` starts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from chroma_server import ChromaServer

from byline.errors import SettingsError, UnknownKind, VectorServerDown
from byline.records import Article, Chunk
from index import vectors as vectors_module
from index.vectors import VectorIndex, open_vectors

NEAR, FAR, BETWEEN = np.eye(3, dtype=np.float32)[0], np.eye(3, dtype=np.float32)[1], np.array([0.8, 0.6, 0], np.float32)


def chunk_of(id: str) -> Chunk:
    article = Article(id, f"Title {id}", "Body.", published=date(2024, 3, 1), language="en")
    return Chunk(f"{id}#0-5", article, 0, 5, "Body.")


@pytest.fixture(params=["embedded", "server"])
def vectors(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorIndex]:
    if request.param == "embedded":
        opened = open_vectors("chroma", tmp_path)
        yield opened
        opened.close()
    else:
        with ChromaServer(tmp_path) as server:
            yield open_vectors(server.address, tmp_path)


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


def test_a_server_that_goes_away_is_a_clear_error(tmp_path: Path) -> None:
    with ChromaServer(tmp_path) as server:
        vectors = open_vectors(server.address, tmp_path)
        vectors.replace(["a"], [chunk_of("a")], np.stack([NEAR]))
    with pytest.raises(VectorServerDown, match="does not answer"):
        vectors.nearest(NEAR, 1)


def test_an_unknown_kind_names_the_known(tmp_path: Path) -> None:
    with pytest.raises(UnknownKind, match="known: chroma"):
        open_vectors("pinecone", tmp_path)


@pytest.mark.parametrize("address", ["http://host:port", "http://", "https://[::1"])
def test_what_is_no_address_names_the_setting(tmp_path: Path, address: str) -> None:
    with pytest.raises(SettingsError, match=r"BYLINE_VECTORS .* is no address .*http://HOST:PORT"):
        open_vectors(address, tmp_path)
