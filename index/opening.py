"""Opens what a data folder holds, or makes it: takes the lock, opens each engine, refuses what was built otherwise."""

import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout

from byline.errors import StoreError, StoreLocked, StoreMismatch, VectorServerDown
from byline.settings import Settings
from index.advice import rebuild_command
from index.article_index import FORMAT, ArticleIndex
from index.articles import ArticleShelf
from index.disk import using
from index.embed import open_embedder
from index.keywords import KeywordIndex
from index.meaning import Meaning
from index.rerank import open_reranker
from index.rows import VectorRows
from index.vectors import Access, ChromaVectors, open_vectors

Part = TypeVar("Part")
UNREADABLE = ".unreadable"
"""Ends the name of a folder that could not be opened and that a repair has replaced."""


def open_index(settings: Settings, *, rebuild: bool = False, mend: bool = False) -> ArticleIndex:
    """The index in `settings.data`, made when there is none; close it, or use it in a `with`.

    `rebuild` empties it first. With `mend`, vectors and keywords that cannot be opened at all are set aside, and
    `repair` fills new ones. Raises StoreLocked where another process has it open, StoreMismatch where it was built
    with another embedder, chunking or format, VectorServerDown where a Chroma server is asked for and does not answer.
    """
    data = settings.data
    instead = _throw_away if rebuild else _set_aside if mend else None
    embedder = open_embedder(settings.embedder, settings.models)
    reranker = open_reranker(settings.reranker, settings.models)
    access = Access(settings.vectors_api_key.get_secret_value(), settings.vectors_timeout_seconds)
    with using(data):
        data.mkdir(parents=True, exist_ok=True)
    with ExitStack() as opened:  # what is open, should a later step fail
        lock = _lock(data)
        opened.callback(lock.release)
        shelf = opened.enter_context(
            closing(_opened(ArticleShelf, data / "articles.sqlite", _throw_away if rebuild else None))
        )
        if not rebuild:
            _refuse_other_format(shelf, data)
        vectors = _opened(lambda _: open_vectors(settings.vectors, data, access), data / "chroma", instead)
        opened.callback(vectors.close)
        rows = opened.enter_context(closing(VectorRows(data / "vectors.f32", shelf.used_rows())))
        index = ArticleIndex(
            embedder=embedder,
            meaning=Meaning(vectors, rows, shelf),
            keywords=_opened(KeywordIndex, data / "keywords", instead),
            whole=_opened(KeywordIndex, data / "articles", instead),
            shelf=shelf,
            reranker=reranker,
            chunk_tokens=settings.chunk_tokens,
            lock=lock,
            on_server=vectors if isinstance(vectors, ChromaVectors) and vectors.on_server else None,
        )
        opened.pop_all()
        opened.callback(index.close)
        if rebuild:
            index.clear()
        index.refuse_other_build()
        opened.pop_all()
    return index


def _opened(opener: Callable[[Path], Part], place: Path, instead: Callable[[Path], None] | None) -> Part:
    """`instead` takes away what cannot be opened, before a new one is made; without it the error is raised."""
    try:
        return opener(place)
    except (StoreLocked, VectorServerDown):
        raise
    except StoreError:
        if instead is None or not place.exists():
            raise
    with using(place):
        instead(place)
    return opener(place)


def _throw_away(place: Path) -> None:
    """For --rebuild, which would else fail on what it is to replace."""
    shutil.rmtree(place) if place.is_dir() else place.unlink()


def _set_aside(place: Path) -> None:
    """For --repair: nobody asked to lose it, and what cannot be opened here and now may be sound."""
    aside = place.with_name(place.name + UNREADABLE)
    if aside.exists():
        shutil.rmtree(aside)
    place.rename(aside)


def _refuse_other_format(shelf: ArticleShelf, data: Path) -> None:
    """Before the other engines are opened: those of another format cannot be, which would look like damage.

    A folder that follows a server can be filled again from there, so to that one `--repair` is the right advice.
    """
    built = shelf.manifest()
    if built.get("format", FORMAT) != FORMAT and built.get("vectors") != "server":
        raise StoreMismatch(
            f"the index in {data} has format {built['format']!r}, this version makes {FORMAT!r}; "
            f"run: {rebuild_command(data)}"
        )


def _lock(data: Path) -> FileLock:
    """One process at a time: a second one on an embedded Chroma can hang for minutes without a word.

    Any thread may release it.
    """
    lock, owner = FileLock(data / "lock", thread_local=False), data / "lock.owner"
    with using(data):
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            who = owner.read_text("utf8") if owner.is_file() else "another process"
            raise StoreLocked(
                f"the index in {data} is in use by {who}; stop it, or give this one a folder of its own: --data DIR"
            ) from error
        owner.write_text(f"process {os.getpid()}", "utf8")
    return lock
