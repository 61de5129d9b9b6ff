"""Chroma, real: embedded in a folder, and as a server process that `chroma run` starts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from chroma_server import ChromaServer

from byline.errors import UnknownKind, VectorServerDown
from byline.records import Article, Chunk
from index.filters import ANY, Filters
from index.vectors import VectorIndex, open_vectors

NEAR, FAR, BETWEEN = np.eye(3, dtype=np.float32)[0], np.eye(3, dtype=np.float32)[1], np.array([0.8, 0.6, 0], np.float32)


def chunk_of(id: str, day: int = 1, source: str = "Wire") -> Chunk:
    article = Article(id, f"Title {id}", "Body.", source=source, published=date(2024, 3, day), language="en")
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
    found = vectors.nearest(NEAR, 3, ANY)
    assert [id for id, _ in found] == ["c#0-5", "b#0-5", "a#0-5"]
    assert [similarity for _, similarity in found] == pytest.approx([1.0, 0.8, 0.0], abs=1e-5)


def test_replace_leaves_no_chunk_of_before(vectors: VectorIndex) -> None:
    old = chunk_of("a")
    new = replace(old, id="a#1-5", start=1, text="ody.")
    vectors.replace(["a"], [old], np.stack([NEAR]))
    vectors.replace(["a"], [new], np.stack([NEAR]))
    assert [id for id, _ in vectors.nearest(NEAR, 5, ANY)] == ["a#1-5"]
    vectors.remove(["a"])
    assert vectors.count() == 0


def test_filters_are_exact(vectors: VectorIndex) -> None:
    chunks = [chunk_of("early", 1), chunk_of("late", 9, "Other"), replace(chunk_of("undated"), id="undated#0-5")]
    chunks[2] = replace(chunks[2], article=replace(chunks[2].article, published=None, language="de"))
    vectors.replace(["early", "late", "undated"], chunks, np.stack([NEAR, NEAR, NEAR]))

    def found(filters: Filters) -> set[str]:
        return {id.partition("#")[0] for id, _ in vectors.nearest(NEAR, 5, filters)}

    assert found(Filters(until=date(2024, 3, 1))) == {"early"}
    assert found(Filters(since=date(2024, 3, 2))) == {"late"}
    assert found(Filters(since=date(2024, 3, 1), until=date(2024, 3, 9))) == {"early", "late"}
    assert found(Filters(source="OTHER")) == {"late"}
    assert found(Filters(language="de")) == {"undated"}
    assert found(Filters(article="early")) == {"early"}


def test_a_server_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(VectorServerDown, match="chroma run"):
        open_vectors("http://127.0.0.1:9", tmp_path)


def test_a_server_that_goes_away_is_a_clear_error(tmp_path: Path) -> None:
    with ChromaServer(tmp_path) as server:
        vectors = open_vectors(server.address, tmp_path)
        vectors.replace(["a"], [chunk_of("a")], np.stack([NEAR]))
    with pytest.raises(VectorServerDown, match="does not answer"):
        vectors.nearest(NEAR, 1, ANY)


def test_an_unknown_kind_names_the_known(tmp_path: Path) -> None:
    with pytest.raises(UnknownKind, match="known: chroma"):
        open_vectors("pinecone", tmp_path)
