"""The shelf alone, on a real SQLite file: what its threads hold, what they see, and how it fails."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from byline.errors import StoreError, StoreLocked
from byline.records import Article, Chunk
from index import database as database_module
from index.articles import ArticleShelf
from index.filters import ANY


def edition(text: str) -> tuple[Article, list[Chunk]]:
    """The same article with the same chunk id, of another length."""
    article = Article("harbour", "New harbour", text)
    return article, [Chunk("harbour#0", article, 0, len(text), text)]


OPENED = edition("The harbour opened.")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "articles.sqlite"


@pytest.fixture
def shelf(file: Path) -> Iterator[ArticleShelf]:
    opened = ArticleShelf(file)
    opened.replace([OPENED], [0])
    yield opened
    opened.close()


def descriptors(file: Path) -> int:
    """How often this process has the file, or what SQLite puts beside it, open."""
    there = {(status.st_dev, status.st_ino) for one in file.parent.iterdir() if (status := one.stat())}
    held = 0
    for descriptor in range(3, 512):
        with suppress(OSError):
            status = os.fstat(descriptor)
            held += (status.st_dev, status.st_ino) in there
    return held


def test_a_thread_that_ends_leaves_no_file_open(shelf: ArticleShelf, file: Path) -> None:
    """The chat starts a thread for each question."""
    found: list[object] = []
    before = descriptors(file)
    for _ in range(20):
        asking = Thread(target=lambda: found.append(shelf.article("harbour")))
        asking.start()
        asking.join()
    assert found == [OPENED[0]] * 20
    assert 0 < descriptors(file) <= before + 1  # SQLite keeps one for the next that opens the file


def test_closed_it_is_closed_for_threads_that_live_on(shelf: ArticleShelf, file: Path) -> None:
    read, end = Event(), Event()

    def asking() -> None:
        shelf.article("harbour")
        read.set()
        end.wait(30)

    thread = Thread(target=asking)
    thread.start()
    read.wait(30)
    shelf.close()
    left = descriptors(file)
    end.set()
    thread.join()
    assert left == 0


def test_a_file_that_another_program_has_says_so(
    shelf: ArticleShelf, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "LOCKED_SECONDS", 0.1)
    with closing(sqlite3.connect(file)) as other, closing(ArticleShelf(file)) as second:
        other.execute("begin immediate")
        with pytest.raises(StoreLocked, match=r"articles.sqlite is in use by another program"):
            second.remove(["harbour"])
        assert second.article("harbour") == OPENED[0]


def test_a_full_disk_says_so_and_leaves_what_was(shelf: ArticleShelf) -> None:
    with shelf._database.writing() as connection:
        connection.execute("pragma max_page_count = 1")
    with pytest.raises(StoreError, match=r"articles.sqlite cannot be .*full.*; make room"):
        shelf.replace([edition("The harbour closed." * 9999)], [1])
    assert shelf.article("harbour") == OPENED[0] and shelf.used_rows() == [(0, 1)]


def test_another_programs_database_is_no_store(file: Path) -> None:
    with closing(sqlite3.connect(file)) as other:
        other.execute("create table chunk (name text)")
    with pytest.raises(StoreError, match=r"not a Byline store .*--rebuild PATH"):
        ArticleShelf(file)


def test_text_and_offsets_are_of_one_edition(shelf: ArticleShelf, file: Path) -> None:
    """Another one is written before each statement of the reader."""
    editions = [edition("The harbour of Ostend opened on Monday."), edition("It closed.")]
    with closing(ArticleShelf(file)) as reader:

        def written_in_between(_: str) -> None:
            editions.reverse()
            shelf.replace(editions[:1], [0])

        reader._database._connection.set_trace_callback(written_in_between)
        for _ in range(4):
            assert reader.chunks(["harbour#0"])["harbour#0"].text in {article.text for article, _ in editions}


def test_it_is_emptied_as_one(shelf: ArticleShelf, file: Path) -> None:
    seen = set()
    shelf.write_manifest({"format": "4"})
    with closing(ArticleShelf(file)) as reader:
        shelf._database._connection.set_trace_callback(
            lambda _: seen.add((len(reader.manifest()), len(reader.digests()), reader.count_chunks()))
        )
        shelf.clear()
        assert seen == {(1, 1, 1)} and reader.digests() == {}


def test_mending_leaves_no_place_of_an_article_that_is_gone(shelf: ArticleShelf, file: Path) -> None:
    """It would take one of the few places of a search that is narrowed."""
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("delete from article")
    assert shelf.faults() == ["1 chunks of no article", "1 places of no article"]
    shelf.mend()
    assert shelf.faults() == [] and shelf.fitting(ANY).chunks == 0
    with closing(ArticleShelf(file)) as again:
        assert again.used_rows() == []
