"""One Chroma server, a real process, shared by a writer and two readers; each has a data folder of its own.

Each test has a database of its own on the server; the two that kill it or make it hang have a server too.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from threading import Thread

import pytest
from chroma_server import ChromaServer
from word_embedder import open_word_embedder

from byline.errors import StoreError, StoreLocked, StoreMismatch, VectorServerDown
from byline.records import Article, Chunk
from byline.settings import Settings
from index import ANY, EMBEDDERS, ArticleIndex, Filters, Vectors, open_index
from index import in_step as in_step_module
from index import writer_lease as lease_module
from index.vectors import ChromaVectors, open_vectors
from index.writer_lease import WriterLease

LONG = " ".join(f"Item {n} of the council was settled on day {n * n}." for n in range(2000))
HARBOUR = Article(
    "harbour", "New harbour", "The harbour of Ostend opened. Ana Ruiz cut the ribbon.", source="Wire", digest="1"
)
CHIPS = Article("chips", "Chip plant", "A chip plant will be built.", published=date(2024, 5, 1), digest="1")
FERRY = Article("ferry", "Ferry", "The ferry runs every hour.", digest="1")
MINUTES = Article("https://example.org/" + "m" * 300, "Minutes", LONG, "https://example.org/", authors=("A", "B"))


def whole(article: Article) -> tuple[Article, list[Chunk]]:
    end = len(article.text)
    return article, [Chunk(f"{article.id}#0-{end}", article, 0, end, article.text)]


class Shared:
    """Opens indexes on the server, each in a folder of its own, as processes on other machines would."""

    def __init__(self, server: ChromaServer, folder: Path, models: Path) -> None:
        self.server, self.address = server, server.new_database()
        self._folder, self._models = folder, models
        self._opened = ExitStack()

    def settings(self, name: str, **others: object) -> Settings:
        about = {"vectors": self.address, "embedder": "words:any", "models": self._models}
        return Settings(**(about | {"data": self._folder / name, "vectors_timeout_seconds": 5} | others))  # type: ignore[arg-type]

    def open(self, name: str, **others: object) -> ArticleIndex:
        return self._opened.enter_context(open_index(self.settings(name, **others)))

    def lease(self) -> WriterLease:
        chroma = open_vectors(self.address, self._folder)
        assert isinstance(chroma, ChromaVectors)
        return WriterLease(chroma)

    def close(self) -> None:
        self._opened.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaServer]:
    with ChromaServer(tmp_path_factory.mktemp("chroma")) as server:
        yield server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[ChromaServer]:
    """To be killed, or made to hang."""
    with ChromaServer(tmp_path) as server:
        yield server


@pytest.fixture
def shared(
    request: pytest.FixtureRequest, tmp_path: Path, models_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Shared]:
    """Each search looks, so that no test has to wait for a second to pass."""
    monkeypatch.setitem(EMBEDDERS, "words", open_word_embedder)
    monkeypatch.setattr(in_step_module, "LOOK_EVERY_SECONDS", 0.0)
    own = "own_server" in request.fixturenames
    opened = Shared(request.getfixturevalue("own_server" if own else "server"), tmp_path, models_folder)
    yield opened
    opened.close()


def first(index: ArticleIndex, question: str) -> tuple[str, frozenset[str]]:
    best = index.search(question, k=1)[0]
    assert [best.chunk] == whole(best.chunk.article)[1]
    return best.chunk.article.id, best.found_by


BOTH = frozenset({"meaning", "words"})


def test_two_readers_see_what_one_writer_does(shared: Shared) -> None:
    writer, early = shared.open("writer"), shared.open("early")
    assert early.search("harbour") == []
    writer.replace([whole(HARBOUR), whole(CHIPS), whole(MINUTES)])
    late = shared.open("late")
    for reader in (early, late):
        assert first(reader, "harbour of Ostend") == ("harbour", BOTH)
        assert list(reader.articles()) == list(writer.articles()) == [CHIPS, HARBOUR, MINUTES]
        assert [p.chunk.article for p in reader.search("plant", filters=Filters(since=date(2024, 1, 1)))] == [CHIPS]
    changed = replace(CHIPS, text="A shipyard will be built.", digest="2")
    writer.replace([whole(changed)])
    writer.remove(["harbour"])
    for reader in (early, late):
        assert first(reader, "shipyard") == ("chips", BOTH)
        assert reader.digests() == writer.digests() == {"chips": "2", MINUTES.id: ""}
        assert reader.occurrences("harbour") == 0
        by_article = [reader._words.articles.search(word, 5, ANY) for word in ("shipyard", "harbour", "plant")]
        assert [[id for id, _ in found] for found in by_article] == [["chips"], [], ["chips"]]  # a plant in its title
        assert set(reader.counts().values()) == {2} and list(reader.check()) == []


def test_a_reader_looks_no_more_often_than_it_may(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, reader = shared.open("writer"), shared.open("reader")
    monkeypatch.setattr(in_step_module, "LOOK_EVERY_SECONDS", 3600.0)
    ledger, looks = reader._sharing._shared, list[bool]()  # type: ignore[attr-defined]
    head = ledger.head
    monkeypatch.setattr(ledger, "head", lambda: looks.append(True) or head())
    writer.replace([whole(HARBOUR)])
    looks.clear()
    assert reader.search("harbour") == reader.search("harbour") == [] and not looks
    monkeypatch.setattr(in_step_module, "LOOK_EVERY_SECONDS", 0.0)
    assert first(reader, "harbour of Ostend") == ("harbour", BOTH) and len(looks) == 1


def test_a_reader_catches_up_on_what_happened_while_it_was_away(shared: Shared) -> None:
    with open_index(shared.settings("reader")):
        pass
    writer = shared.open("writer")
    writer.replace([whole(HARBOUR)])
    writer.replace([whole(CHIPS)])
    writer.remove(["harbour"])
    with open_index(shared.settings("reader")) as reader:
        assert list(reader.articles()) == [CHIPS] and list(reader.check()) == []


def test_a_rebuild_reaches_those_who_have_it_open(shared: Shared) -> None:
    reader = shared.open("reader")
    with open_index(shared.settings("writer")) as writer:
        writer.replace([whole(HARBOUR), whole(CHIPS)])
        assert first(reader, "harbour") == ("harbour", BOTH)
    with open_index(shared.settings("writer"), rebuild=True) as writer:
        writer.replace([whole(MINUTES)])
        assert first(reader, "the council was settled")[0] == MINUTES.id
        assert reader.digests() == {MINUTES.id: ""} and list(reader.check()) == []
    with open_index(shared.settings("other", chunk_tokens=64), rebuild=True), pytest.raises(StoreMismatch, match="64"):
        reader.search("harbour")
    assert shared.open("reader-again", chunk_tokens=64).digests() == {}
    shared.close()
    assert shared.open("reader", chunk_tokens=64).digests() == {}


def test_other_settings_and_folders_of_another_kind_are_refused(shared: Shared) -> None:
    shared.open("writer")
    with pytest.raises(StoreMismatch, match=r"chunk_tokens '96'.*'64'"):
        shared.open("reader", chunk_tokens=64)
    with open_index(shared.settings("own", vectors="chroma")) as own:
        own.replace([whole(HARBOUR)])
    with pytest.raises(StoreMismatch, match=r"vectors 'chroma'.*'server'"):
        shared.open("own")
    with open_index(shared.settings("own", vectors="chroma")) as own:
        assert own.digests() == {"harbour": "1"}


def test_one_writer_at_a_time(shared: Shared) -> None:
    second = shared.open("second")
    with open_index(shared.settings("first")) as first_writer:
        first_writer.replace([whole(HARBOUR)])
        with pytest.raises(StoreLocked, match=r"process \d+ on .* is writing"):
            second.replace([whole(CHIPS)])
        assert second.search("harbour") != []
    second.replace([whole(CHIPS)])
    assert second.digests() == {"harbour": "1", "chips": "1"}


def lapse(lease: WriterLease) -> None:
    """What the server has of a writer that held it long ago and is never heard of again."""
    lease._held().modify(metadata=lease._terms(until=0))


def test_the_lease_of_a_dead_writer_lapses(shared: Shared) -> None:
    dead, heir = shared.open("dead"), shared.open("heir")
    dead.replace([whole(HARBOUR)])
    with pytest.raises(StoreLocked, match="is writing"):
        heir.replace([whole(CHIPS)])
    lapse(dead._sharing._lease)  # type: ignore[attr-defined]
    heir.replace([whole(CHIPS)])
    assert heir.digests() == {"harbour": "1", "chips": "1"}


def test_who_comes_late_to_a_lapsed_lease_leaves_the_new_one(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both see that it has lapsed; one has taken it over before the other does anything about it."""
    dead, quick, late = (shared.lease() for _ in range(3))
    dead.hold()
    lapse(dead)
    seen, held = iter([late._held()]), late._held
    monkeypatch.setattr(late, "_held", lambda: next(seen, None) or held())
    quick.hold()
    with pytest.raises(StoreLocked, match="is writing"):
        late.hold()
    assert quick._held().metadata["owner"] == quick._owner
    quick.release()
    late.hold()


def test_a_repair_that_outlives_its_lease_keeps_it(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_module, "LEASE_SECONDS", 5)
    lease = shared.lease()
    writer, other = shared.open("writer"), shared.open("other")
    writer.replace([whole(HARBOUR), whole(CHIPS)])
    writer._meaning.vectors.remove(["chips"])
    faults, embed = list(writer.check()), writer._embed
    outcomes: list[str] = []

    def slowly(chunks: Sequence[Chunk]) -> Vectors:
        """Longer than the lease that was taken first, while the other one tries to write."""
        lapses = float(lease._held().metadata["until"])
        while time.time() < lapses + 1 or len(outcomes) < 3:
            try:
                other.replace([whole(FERRY)])
                outcomes.append("written")
            except StoreLocked:
                outcomes.append("refused")
            time.sleep(0.2)
        return embed(chunks)

    monkeypatch.setattr(writer, "_embed", slowly)
    assert writer.repair(faults) == []
    assert set(outcomes) == {"refused"}, outcomes
    monkeypatch.setattr(writer, "_embed", embed)
    assert list(writer.check()) == []
    assert writer.digests().keys() == {"harbour", "chips"}


def test_a_rebuild_that_is_refused_leaves_the_folder_as_it_was(shared: Shared) -> None:
    with open_index(shared.settings("mine")) as mine:
        mine.replace([whole(HARBOUR)])
    with open_index(shared.settings("writer")) as writer:
        writer.replace([whole(CHIPS)])
        with pytest.raises(StoreLocked, match="is writing"):
            open_index(shared.settings("mine"), rebuild=True)
    with open_index(shared.settings("mine")) as mine:
        assert mine.digests() == {"harbour": "1", "chips": "1"} and list(mine.check()) == []


def test_a_rebuild_holds_the_lease_until_the_vectors_are_gone(shared: Shared, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, other = shared.open("writer"), shared.open("other")
    writer.replace([whole(HARBOUR)])
    clear, refused = writer._meaning.clear, list[str]()

    def tried() -> None:
        clear()
        with pytest.raises(StoreLocked) as error:
            other.replace([whole(CHIPS)])
        refused.append(str(error.value))

    monkeypatch.setattr(writer._meaning, "clear", tried)
    writer.clear()
    assert len(refused) == 1
    other.replace([whole(CHIPS)])
    assert writer.digests() == {"chips": "1"} and list(writer.check()) == []


def test_another_format_on_the_server_names_no_setting(shared: Shared) -> None:
    reader, writer = shared.open("reader"), shared.open("writer")
    writer._sharing._shared.begin(  # type: ignore[attr-defined]
        {"format": "99", "vectors": "server", "embedder": "words", "chunk_tokens": "96"}
    )
    with pytest.raises(StoreMismatch, match=r"format '99'.*in the version that rebuilt it") as error:
        reader.search("harbour")
    assert "BYLINE_" not in str(error.value)


def test_what_a_writer_left_half_done_is_done_by_the_next_ingest(shared: Shared) -> None:
    """It died when the records were written and the number of the change was not."""
    writer = shared.open("writer")
    writer.replace([whole(HARBOUR)])
    ledger = writer._sharing._shared  # type: ignore[attr-defined]
    ledger._write_head = lambda head: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        writer.replace([whole(CHIPS)])
    reader = shared.open("reader")
    assert reader.digests() == {"harbour": "1", "chips": "1"}  # the first look takes all that is whole
    del ledger._write_head
    writer.replace([whole(CHIPS)])
    for index in (writer, reader):
        assert index.digests() == {"harbour": "1", "chips": "1"} and list(index.check()) == []


def test_damage_in_one_folder_is_mended_from_the_server(shared: Shared) -> None:
    shared.open("writer").replace([whole(HARBOUR), whole(CHIPS)])
    reader = shared.open("reader")
    reader._shelf.remove(["chips"])
    reader._words.chunks.replace(["harbour"], [], [])
    told = [str(fault) for fault in reader.check()]
    assert "articles: another version than the server has: chips" in told
    shared.close()
    with open_index(shared.settings("reader")) as reader:
        assert reader.repair(list(reader.check())) == []
        assert list(reader.check()) == [] and reader.digests() == {"harbour": "1", "chips": "1"}
    assert list(shared.open("writer").check()) == []


def test_keywords_of_articles_lost_in_one_folder_come_back(shared: Shared) -> None:
    shared.open("writer").replace([whole(HARBOUR), whole(CHIPS)])
    shared.open("reader")
    shared.close()
    shutil.rmtree(shared.settings("reader").data / "articles")
    with open_index(shared.settings("reader"), mend=True) as reader:
        faults = list(reader.check())
        assert [str(fault) for fault in faults] == [
            f"article keywords: an article is missing: {id}" for id in ("chips", "harbour")
        ]
        assert reader.repair(faults) == list(reader.check()) == []
        assert [id for id, _ in reader._words.articles.search("harbour", 5, ANY)] == ["harbour"]


def test_a_folder_of_another_format_is_filled_again_from_the_server(shared: Shared) -> None:
    shared.open("writer").replace([whole(HARBOUR)])
    shared.open("reader")._shelf.write_manifest({"format": "2"})
    shared.close()
    (shared.settings("reader").data / "articles" / "meta.json").write_text("of before")
    with pytest.raises(StoreError, match="python -m index --repair"):
        shared.open("reader")
    with open_index(shared.settings("reader"), mend=True) as reader:
        assert reader.repair(list(reader.check())) == list(reader.check()) == []
        assert first(reader, "harbour of Ostend") == ("harbour", BOTH)


def test_a_server_that_goes_away_is_a_clear_error_and_comes_back(own_server: ChromaServer, shared: Shared) -> None:
    """Many threads search while it dies: each search answers or says so; afterwards the same index works again."""
    index = shared.open("writer")
    index.replace([whole(HARBOUR), whole(CHIPS)])
    outcomes: list[str] = []

    def search() -> None:
        for _ in range(60):
            try:
                outcomes.append(first(index, "harbour of Ostend")[0])
            except VectorServerDown as error:
                outcomes.append("down" if "does not answer" in str(error) and "start it" in str(error) else str(error))

    threads = [Thread(target=search) for _ in range(4)]
    for thread in threads:
        thread.start()
    while not outcomes:
        time.sleep(0.01)
    own_server.kill()
    for thread in threads:
        thread.join()
    assert set(outcomes) == {"harbour", "down"} and len(outcomes) == 240
    with pytest.raises(VectorServerDown):
        index.replace([whole(MINUTES)])
    own_server.start()
    assert first(index, "harbour of Ostend") == ("harbour", BOTH)
    index.replace([whole(MINUTES)])
    assert set(index.counts().values()) == {3} and list(index.check()) == []


def test_a_server_that_hangs_is_a_clear_error(own_server: ChromaServer, shared: Shared) -> None:
    index = shared.open("writer", vectors_timeout_seconds=1)
    index.replace([whole(HARBOUR)])
    own_server.hang()
    try:
        with pytest.raises(VectorServerDown, match="does not answer"):
            index.search("harbour")
        with pytest.raises(VectorServerDown, match="does not answer"):
            shared.open("reader", vectors_timeout_seconds=1)
    finally:
        own_server.go_on()
    assert first(index, "harbour") == ("harbour", BOTH)


def test_the_command_searches_what_another_folder_ingested(shared: Shared, models_folder: Path) -> None:
    """With the default embedder, in processes of their own."""
    default = {"embedder": "all-MiniLM-L6-v2"}
    with open_index(shared.settings("writer", **default)) as writer:
        writer.replace([whole(HARBOUR)])
        asked = [
            sys.executable,
            "-m",
            "index",
            "who cut the ribbon?",
            "--json",
            "--data",
            str(shared.settings("r").data),
        ]
        environment = {"BYLINE_VECTORS": shared.address, "BYLINE_MODELS": str(models_folder)}
        done = subprocess.run(asked, env={**os.environ, **environment}, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0 and '"article": "harbour"' in done.stdout, done.stderr
