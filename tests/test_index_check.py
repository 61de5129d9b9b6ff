"""--check and --repair, on stores that are damaged for real: behind the back of each engine, in its own files."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import chromadb
import numpy as np
import pytest
import tantivy
from chromadb.config import Settings as ChromaSettings
from word_embedder import open_word_embedder

from byline.errors import StoreError, StoreLocked
from byline.records import Article, Chunk, digest
from byline.settings import Settings
from index import ANY, EMBEDDERS, ArticleIndex, Filters, open_index
from index import database as database_module
from index.__main__ import main

TEXTS = {
    "harbour": "The harbour of Ostend opened on Monday. Mayor Ana Ruiz cut the ribbon.",
    "chips": "A chip plant will be built in Ghent. It costs 40 million euros.",
    "rain": "Rain fell all week. The river rose by two metres.",
}


def article_of(id: str) -> tuple[Article, list[Chunk]]:
    """Two chunks, a sentence each."""
    article = Article(id, f"On {id}", TEXTS[id], source="Wire", language="en")
    article = replace(article, digest=digest(article))
    middle = article.text.index(".") + 1
    spans = ((0, middle), (middle + 1, len(article.text)))
    return article, [Chunk(f"{id}#{start}-{end}", article, start, end, article.text[start:end]) for start, end in spans]


@pytest.fixture
def store(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """With an embedder that costs nothing: what is tested is who holds which vector."""
    monkeypatch.setitem(EMBEDDERS, "words", open_word_embedder)
    return filled(settings.model_copy(update={"embedder": "words:any"}))


def filled(settings: Settings) -> Settings:
    with open_index(settings) as index:
        index.replace([article_of(id) for id in TEXTS])
    return settings


def checked(settings: Settings) -> list[str]:
    with open_index(settings) as index:
        return [str(fault) for fault in index.check()]


def repaired(settings: Settings) -> list[str]:
    """The lost articles; afterwards the store is sound, and what is left of it is found."""
    with open_index(settings, mend=True) as index:
        lost = index.repair(list(index.check()))
        assert list(index.check()) == []
        assert_found(index, lost)
    assert checked(settings) == []
    return lost


def assert_found(index: ArticleIndex, lost: list[str]) -> None:
    for id in TEXTS.keys() - set(lost):
        best = index.search(TEXTS[id], k=1)[0]
        assert (best.chunk.article.id, best.found_by) == (id, {"meaning", "words"})
        assert best.chunk.article == article_of(id)[0]
        assert index._words.articles.search(TEXTS[id], 1, ANY)[0][0] == id
        for chunk in article_of(id)[1]:
            assert index.search(chunk.text, 1, Filters(article=id), ways=("meaning",))[0].chunk == chunk


def collection(settings: Settings) -> object:
    folder = str(settings.data / "chroma")
    return chromadb.PersistentClient(folder, ChromaSettings(anonymized_telemetry=False)).get_collection("byline-chunks")


def lose_a_vector(settings: Settings) -> None:
    collection(settings).delete(ids=[article_of("chips")[1][0].id])  # type: ignore[attr-defined]


def bend_a_vector(settings: Settings) -> None:
    vector = np.eye(384, dtype=np.float32)[7]
    collection(settings).update(ids=[article_of("chips")[1][0].id], embeddings=[vector])  # type: ignore[attr-defined]


def add_a_stray_vector(settings: Settings) -> None:
    vector, metadata = np.eye(384, dtype=np.float32)[7], {"article": "chips"}
    collection(settings).add(ids=["chips#5-6"], embeddings=[vector], metadatas=[metadata])  # type: ignore[attr-defined]


def lose_chroma(settings: Settings) -> None:
    shutil.rmtree(settings.data / "chroma")


def keep_the_vectors_of_before(settings: Settings) -> None:
    """As a crash leaves it: the vectors are of a version with other words at the same offsets."""
    article, chunks = article_of("chips")
    before = replace(article, text=article.text.replace("chip", "ship"))
    with open_index(settings) as index:
        old = [replace(chunk, article=before, text=before.text[chunk.start : chunk.end]) for chunk in chunks]
        index._meaning.vectors.replace(["chips"], old, index._embed(old))


def cut_the_rows_short(settings: Settings) -> None:
    os.truncate(settings.data / "vectors.f32", 4 * 384 * 3)


def lose_the_rows(settings: Settings) -> None:
    (settings.data / "vectors.f32").unlink()


def swap_two_rows(settings: Settings) -> None:
    rows = np.memmap(settings.data / "vectors.f32", np.float32, "r+", shape=(6, 384))
    rows[[0, 5]] = rows[[5, 0]]
    rows.flush()


def edit_keywords(settings: Settings, edit: Callable[[tantivy.IndexWriter], object], folder: str = "keywords") -> None:
    writer = tantivy.Index.open(str(settings.data / folder)).writer(15_000_000, 1)
    edit(writer)
    writer.commit()
    writer.wait_merging_threads()


def lose_an_article_of_the_keywords(settings: Settings) -> None:
    edit_keywords(settings, lambda writer: writer.delete_documents_by_term("article", "rain"))


def add_a_stray_and_a_twin_to_the_keywords(settings: Settings) -> None:
    _, chunks = article_of("rain")
    twin = tantivy.Document(id=chunks[0].id, article="elsewhere", text="chip plant", fingerprint="")
    stray = tantivy.Document(id="gone#0-4", article="gone", text="chip plant", fingerprint="")
    edit_keywords(settings, lambda writer: [writer.add_document(twin), writer.add_document(stray)])


def lose_the_keywords(settings: Settings) -> None:
    shutil.rmtree(settings.data / "keywords")


def lose_an_article_of_the_article_keywords(settings: Settings) -> None:
    edit_keywords(settings, lambda writer: writer.delete_documents_by_term("article", "rain"), "articles")


def add_a_stray_and_a_twin_to_the_article_keywords(settings: Settings) -> None:
    twin = tantivy.Document(id="rain", article="elsewhere", text="chip plant", fingerprint="")
    stray = tantivy.Document(id="gone", article="gone", text="chip plant", fingerprint="")
    edit_keywords(settings, lambda writer: [writer.add_document(twin), writer.add_document(stray)], "articles")


def keep_the_article_keywords_of_before(settings: Settings) -> None:
    article, _ = article_of("chips")
    with open_index(settings) as index:
        index._words.replace_articles([(replace(article, text=article.text.replace("40", "90")), [])])


def lose_the_article_keywords(settings: Settings) -> None:
    shutil.rmtree(settings.data / "articles")


def edit_articles(settings: Settings, statement: str) -> None:
    with sqlite3.connect(settings.data / "articles.sqlite") as connection:
        connection.execute(statement)
    connection.close()


VECTORS_AND_KEYWORDS = {
    lose_a_vector: "vectors: a chunk is missing: chips#0-36",
    bend_a_vector: "vectors: the vector is not that of the text: chips#0-36",
    add_a_stray_vector: "vectors: a chunk that no article has: chips#5-6",
    lose_chroma: "vectors: a chunk is missing: rain#20-49",
    keep_the_vectors_of_before: "vectors: another version of a chunk: chips#0-36",
    cut_the_rows_short: "rows: the vector is not that of the text: rain#20-49",
    lose_the_rows: "rows: the vector is not that of the text: harbour#0-39",
    swap_two_rows: "rows: the vector is not that of the text: harbour#0-39",
    lose_an_article_of_the_keywords: "keywords: a chunk is missing: rain#0-19",
    add_a_stray_and_a_twin_to_the_keywords: "keywords: a chunk that no article has: gone#0-4",
    lose_the_keywords: "keywords: a chunk is missing: harbour#40-70",
    lose_an_article_of_the_article_keywords: "article keywords: an article is missing: rain",
    add_a_stray_and_a_twin_to_the_article_keywords: "article keywords: an article that has gone: gone",
    keep_the_article_keywords_of_before: "article keywords: another version of an article: chips",
    lose_the_article_keywords: "article keywords: an article is missing: harbour",
}
ARTICLES = {
    "update article set text = replace(text, '40', '90') where id = 'chips'": "not what was ingested: chips",
    "update article set published = '2024-01-01' where id = 'chips'": "not what was ingested: chips",
    "update chunk set end = end - 3 where id = 'chips#0-36'": "not those that were cut: chips",
    "delete from chunk where id = 'chips#0-36'": "not those that were cut: chips",
}


def test_a_sound_store_has_no_faults(store: Settings) -> None:
    assert checked(store) == []
    with open_index(store) as index:
        assert index.repair([]) == []


@pytest.mark.parametrize("damage", VECTORS_AND_KEYWORDS, ids=lambda damage: damage.__name__)
def test_what_the_articles_hold_is_mended(store: Settings, damage: Callable[[Settings], None]) -> None:
    damage(store)
    assert VECTORS_AND_KEYWORDS[damage] in checked(store)
    assert repaired(store) == []


@pytest.mark.parametrize("damage", ARTICLES)
def test_a_damaged_article_is_taken_out_for_the_next_ingest(store: Settings, damage: str) -> None:
    """Text that is not what was ingested must not be quoted; its digest is gone too, so that ingest brings it back."""
    edit_articles(store, damage)
    assert any(fault.endswith(ARTICLES[damage]) for fault in checked(store))
    assert repaired(store) == ["chips"]
    with open_index(store) as index:
        assert "chips" not in index.digests()
        assert all(passage.chunk.article.id != "chips" for passage in index.search("chip plant in Ghent"))


def test_an_article_that_is_gone_leaves_strays_that_go(store: Settings) -> None:
    edit_articles(store, "delete from article where id = 'chips'")
    faults = checked(store)
    assert "articles: 2 chunks of no article" in faults
    assert {f"{engine}: a chunk that no article has: chips#0-36" for engine in ("vectors", "keywords")} <= set(faults)
    assert "article keywords: an article that has gone: chips" in faults
    with open_index(store) as index:
        assert index.repair(list(index.check())) == []
        assert set(index.counts().values()) == {4} and list(index.check()) == []


@pytest.mark.parametrize("file", ["chroma/chroma.sqlite3", "keywords/meta.json", "articles/meta.json"])
def test_an_engine_that_cannot_be_opened_says_repair_and_is_mended(store: Settings, file: str) -> None:
    (store.data / file).write_bytes(b"garbage " * 999)
    with pytest.raises(StoreError, match="python -m index --repair"):
        open_index(store)
    assert repaired(store) == []
    folder, name = file.split("/")
    assert (store.data / f"{folder}.unreadable" / name).read_bytes().startswith(b"garbage")


def test_a_rebuild_replaces_what_cannot_be_opened(store: Settings) -> None:
    for file in ("chroma/chroma.sqlite3", "keywords/meta.json", "articles/meta.json", "articles.sqlite"):
        (store.data / file).write_bytes(b"garbage " * 999)
    for suffix in ("-wal", "-shm"):
        Path(f"{store.data / 'articles.sqlite'}{suffix}").unlink(missing_ok=True)
    with open_index(store, rebuild=True) as index:
        assert set(index.counts().values()) == {0}
        index.replace([article_of("rain")])
        assert list(index.check()) == []


def test_a_rebuild_leaves_alone_what_another_program_has(store: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "LOCKED_SECONDS", 0.1)
    other = sqlite3.connect(store.data / "articles.sqlite")
    other.execute("pragma journal_mode = delete")
    other.execute("begin exclusive")
    with pytest.raises(StoreLocked, match="in use by another program"):
        open_index(store, rebuild=True)
    other.close()
    assert checked(store) == []


def test_the_commands_and_their_exit_codes(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BYLINE_MODELS", str(settings.models))
    store = filled(settings)

    def command(*arguments: str) -> tuple[int, str]:
        return main([*arguments, "--data", str(store.data)]), capsys.readouterr().out

    lose_an_article_of_the_keywords(store)
    edit_articles(store, "update article set text = 'x' where id = 'chips'")
    code, told = command("--check")
    assert code == 1 and "keywords: a chunk is missing: rain#0-19" in told
    assert told.splitlines()[-1].endswith(f"to mend them: python -m index --repair --data {store.data}")
    (store.data / "keywords" / "meta.json").write_bytes(b"garbage")
    code, told = command("--repair")
    assert code == 1 and "python -m ingest chips" in told
    assert f"set aside; delete it when all is well: {store.data / 'keywords.unreadable'}" in told
    code, told = command("--check")
    assert (code, told.split(",")[0]) == (0, "sound: 2 articles")
    assert command("--repair")[0] == 0
    for arguments in (("--check", "a question"), ()):
        with pytest.raises(SystemExit) as refused:
            command(*arguments)
        assert refused.value.code == 2


def test_a_store_is_sound_in_another_process_too(settings: Settings) -> None:
    """With the default embedder, whose vectors are drawn anew there."""
    store = filled(settings)
    asked = [sys.executable, "-m", "index", "--check", "--data", str(store.data)]
    sound = subprocess.run(asked, capture_output=True, text=True, timeout=400)
    assert (sound.returncode, sound.stdout.split(",")[0]) == (0, "sound: 3 articles"), sound.stderr
