"""A search by meaning that is narrowed: exact against brute force, whether few chunks fit or many, and in step."""

import os
import resource
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from byline.errors import StoreError
from byline.records import Article, Chunk
from index import ANY, Filters, Vectors
from index import meaning as meaning_module
from index.articles import ArticleShelf
from index.meaning import Meaning
from index.narrowing import Fitting
from index.rows import VectorRows
from index.vectors import open_vectors

DIMENSIONS = 24
FIRST = date(2024, 1, 1)


def article_of(number: int) -> tuple[Article, list[Chunk]]:
    """Three chunks; a day, a source and a language by its number, and now and then none."""
    published = FIRST + timedelta(days=number) if number % 7 else None
    source, language = f"Wire {number % 5}" if number % 3 else None, "de" if number % 10 == 0 else "en"
    article = Article(f"a{number}", f"Article {number}", "abc", None, source, published, language=language)
    return article, [Chunk(f"a{number}#{at}", article, at, at + 1, "abc"[at]) for at in range(3)]


def vectors_of(count: int, seed: int = 0) -> Vectors:
    drawn = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)


class Parts:
    """The parts of an index that a search by meaning needs, in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.shelf = ArticleShelf(folder / "articles.sqlite")
        rows = VectorRows(folder / "vectors.f32", self.shelf.used_rows())
        self.meaning = Meaning(open_vectors("chroma", folder), rows, self.shelf)
        self.held: dict[str, tuple[Article, Vectors]] = {}

    def put(self, batch: Sequence[tuple[Article, list[Chunk]]], vectors: Vectors) -> None:
        self.shelf.replace(batch, self.meaning.replace(batch, vectors))
        for number, chunk in enumerate(chunk for _, chunks in batch for chunk in chunks):
            self.held[chunk.id] = chunk.article, vectors[number]

    def brute_force(self, question: Vectors, k: int, filters: Filters) -> list[tuple[str, float]]:
        fitting = {
            id: float(vector @ question) for id, (article, vector) in self.held.items() if fits(article, filters)
        }
        return sorted(fitting.items(), key=lambda one: -one[1])[:k]

    def close(self) -> None:
        self.meaning.close()
        self.shelf.close()


def fits(article: Article, filters: Filters) -> bool:
    dated = filters.since is None and filters.until is None
    if article.published:
        dated = (filters.since or date.min) <= article.published <= (filters.until or date.max)
    source = filters.source is None or (article.source or "").lower() == filters.source.lower()
    return dated and source and filters.language in (None, article.language) and filters.article in (None, article.id)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    opened = Parts(tmp_path / "store")
    opened.put([article_of(number) for number in range(300)], vectors_of(900))
    yield opened
    opened.close()


NARROWED = {
    "nearly all": Filters(until=FIRST + timedelta(days=290)),
    "half": Filters(since=FIRST + timedelta(days=150)),
    "a day": Filters(since=FIRST + timedelta(days=8), until=FIRST + timedelta(days=8)),
    "a source": Filters(source="WIRE 2"),
    "most, by language": Filters(language="en"),
    "an article": Filters(article="a17"),
    "all at once": Filters(FIRST, FIRST + timedelta(days=200), "Wire 1", "en"),
    "no such source": Filters(source="elsewhere"),
    "a day before all": Filters(until=date(2020, 1, 1)),
}


@pytest.mark.parametrize("kind", NARROWED)
def test_what_is_found_is_what_brute_force_finds(parts: Parts, kind: str) -> None:
    for question in vectors_of(20, seed=1):
        expected = parts.brute_force(question, 10, NARROWED[kind])
        found = parts.meaning.nearest(question, 10, NARROWED[kind])
        assert [id for id, _ in found] == [id for id, _ in expected]
        assert [cosine for _, cosine in found] == pytest.approx([cosine for _, cosine in expected], abs=1e-4)


def test_without_a_filter_a_large_store_is_walked_as_wide_as_it_is(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Walked as a whole, the graph gives what brute force does."""
    monkeypatch.setattr(meaning_module, "WALKED_PARTS", 1)
    for question in vectors_of(20, seed=6):
        found = parts.meaning.nearest(question, 10)
        assert [id for id, _ in found] == [id for id, _ in parts.brute_force(question, 10, ANY)]


def test_both_ways_are_taken(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the test above would prove one of them only."""
    question = vectors_of(1)[0]
    monkeypatch.setattr(parts.meaning.rows, "cosines", None)
    assert len(parts.meaning.nearest(question, 10, NARROWED["nearly all"])) == 10
    with pytest.raises(TypeError):
        parts.meaning.nearest(question, 10, NARROWED["a day"])


def test_what_fits_may_lie_far_from_the_question(parts: Parts) -> None:
    """Of the neighbours that Chroma brings none fits: half of the chunks do, and they are the far half."""
    question = vectors_of(1)[0]
    sides = sorted(parts.held, key=lambda id: float(parts.held[id][1] @ question))
    near = [number for number in range(300) if f"a{number}#0" in sides[600:]]
    for number in near:
        article, chunks = article_of(number)
        changed = replace(article, language="fr")
        rows = np.stack([parts.held[chunk.id][1] for chunk in chunks])
        parts.put([(changed, [replace(chunk, article=changed) for chunk in chunks])], rows)
    filters = Filters(language="en")
    assert parts.meaning.nearest(question, 10, filters)[0][0] == parts.brute_force(question, 1, filters)[0][0]
    found = [id for id, _ in parts.meaning.nearest(question, 10, filters)]
    assert found == [id for id, _ in parts.brute_force(question, 10, filters)]


def test_a_change_counts_at_once_and_after_opening_again(parts: Parts, tmp_path: Path) -> None:
    question, only = vectors_of(1, seed=2)[0], Filters(article="a5")
    article, chunks = article_of(5)
    parts.put([(article, chunks[:2])], np.stack([question, -question]))
    del parts.held["a5#2"]
    expected = [("a5#0", pytest.approx(1.0)), ("a5#1", pytest.approx(-1.0))]
    assert parts.meaning.nearest(question, 10, only) == expected
    parts.shelf.remove(["a6"])
    parts.meaning.remove(["a6"])
    assert parts.meaning.nearest(question, 10, Filters(article="a6")) == []
    parts.close()
    parts.__init__(tmp_path / "store")  # type: ignore[misc]
    assert parts.meaning.nearest(question, 10, only) == expected
    assert parts.meaning.nearest(question, 10, Filters(article="a6")) == []
    assert parts.shelf.fitting(ANY).chunks == 900 - 3 - 1


def test_rows_out_of_use_are_written_over_once_nobody_can_read_them(parts: Parts, tmp_path: Path) -> None:
    file = tmp_path / "store" / "vectors.f32"
    size = file.stat().st_size
    for _ in range(3):
        parts.put([article_of(5)], vectors_of(3))
    assert file.stat().st_size == size * 303 // 300
    parts.close()
    parts.__init__(tmp_path / "store")  # type: ignore[misc]
    question = vectors_of(3, seed=3)
    parts.put([article_of(5), article_of(6)], np.concatenate([question, -question]))
    assert file.stat().st_size == size * 303 // 300
    assert parts.meaning.nearest(question[0], 1, Filters(article="a5")) == [("a5#0", pytest.approx(1.0))]
    assert parts.meaning.nearest(-question[2], 1, Filters(article="a6")) == [("a6#2", pytest.approx(1.0))]


def test_a_crash_between_rows_and_articles_leaves_the_old_article(parts: Parts, tmp_path: Path) -> None:
    question = vectors_of(1, seed=4)[0]
    parts.meaning.rows.put(np.stack([question] * 3), [3])
    parts.close()
    parts.__init__(tmp_path / "store")  # type: ignore[misc]
    parts.put([article_of(400)], np.stack([question] * 3))
    assert {id for id, _ in parts.meaning.nearest(question, 3, Filters(since=FIRST))} == {f"a400#{n}" for n in range(3)}
    assert parts.shelf.rows_of("a400") == (900, 3)


def test_a_file_that_is_cut_short_says_how_it_is_mended(parts: Parts, tmp_path: Path) -> None:
    os.truncate(tmp_path / "store" / "vectors.f32", 10)
    with pytest.raises(StoreError, match=r"ends at row 0 of .*python -m index --repair"):
        parts.meaning.nearest(vectors_of(1)[0], 3, Filters(article="a7"))


def test_readers_see_an_article_whole_while_it_is_written_anew(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """All chunks of an edition have one vector, so a reader that sees two cosines has seen a half-written article."""
    monkeypatch.setattr(parts.meaning, "_of_many", None)  # what is promised of the rows, Chroma does not promise
    editions, only = vectors_of(40, seed=5), Filters(article="a7")
    article, chunks = article_of(7)
    parts.put([(article, chunks)], np.stack([editions[0]] * 3))
    end = Event()

    def read() -> list[list[tuple[str, float]]]:
        found = [parts.meaning.nearest(question, 5, only) for question in editions]
        while not end.is_set():
            found += [parts.meaning.nearest(question, 5, only) for question in editions]
        return found

    with ThreadPoolExecutor(4) as pool:
        reading = [pool.submit(read) for _ in range(4)]
        try:
            for vector in editions:
                parts.put([(article, chunks)], np.stack([vector] * 3))
        finally:
            end.set()
        seen = [found for one in reading for found in one.result() if found]
    assert all(len({id for id, _ in found}) == 3 == len(found) for found in seen)
    assert max(found[0][1] - found[-1][1] for found in seen) < 1e-5
    assert parts.meaning.nearest(editions[-1], 1, only)[0][1] == pytest.approx(1.0)


def test_a_full_disk_says_so(tmp_path: Path) -> None:
    """Also where the first of the rows still find room: the system then writes those, and says how many."""
    rows, most = VectorRows(tmp_path / "vectors.f32", []), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4 * DIMENSIONS * 10 + 1, most[1]))
    try:
        assert rows.put(vectors_of(9), [9]) == [0]
        with pytest.raises(StoreError, match=r"vectors.f32 cannot be .*; make room"):
            rows.put(vectors_of(9), [9])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    rows.close()


@pytest.mark.parametrize("filled_again", [False, True])
def test_what_is_emptied_while_a_search_is_at_it_is_searched_as_it_is_then(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, filled_again: bool
) -> None:
    """So it happens where a rebuild on a server is taken over: SQLite first, then the rows."""
    question, fitting, only = vectors_of(1, seed=7)[0], parts.shelf.fitting, Filters(article="a0")
    article, chunks = article_of(0)
    parts.shelf.clear()
    parts.meaning.rows.clear()
    parts.put([(article, chunks)], vectors_of(3))

    def and_then_emptied(filters: Filters) -> Fitting:
        before = fitting(filters)
        monkeypatch.setattr(parts.shelf, "fitting", fitting)
        parts.shelf.clear()
        parts.meaning.rows.clear()
        if filled_again:
            parts.shelf.replace([(article, chunks[:1])], parts.meaning.rows.put(question[None], [1]))
        return before

    monkeypatch.setattr(parts.shelf, "fitting", and_then_emptied)
    assert parts.meaning.nearest(question, 3, only) == ([("a0#0", pytest.approx(1.0))] if filled_again else [])


def test_rows_closed_twice_leave_the_files_of_others_alone(tmp_path: Path) -> None:
    rows = VectorRows(tmp_path / "vectors.f32", [])
    rows.close()
    with (tmp_path / "another").open("w") as another:  # takes the number of the file that was closed
        rows.close()
        another.write("still open")
    assert (tmp_path / "another").read_text() == "still open"
