"""Places -> the index: read, clean, describe, find copies, chunk, and write what changed.

    place ─read_raw─► RawArticle ─describe─► Article ─copies─► same_as ─chunk─► [Chunk] ─index.replace─► stored

All places are read before anything is written, since only then it is known which of several copies came first; so the
texts of one run lie in memory at once. Writing goes article by article as far as readers of the index see.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Literal, Protocol

from byline.errors import ArticleError, UnreadableArticle
from byline.records import Article, Chunk
from ingest.chunk import CountsTokens, chunk
from ingest.describe import describe
from ingest.duplicates import copies
from ingest.read import KINDS, id_of_path, read_raw

CHUNKS_PER_BATCH = 64

Outcome = Literal["added", "updated", "unchanged", "removed", "failed", "skipped"]


class Index(Protocol):
    """What ingesting asks of the index."""

    @property
    def embedder(self) -> CountsTokens: ...
    @property
    def chunk_tokens(self) -> int: ...
    def digests(self) -> dict[str, str]: ...
    def articles(self) -> Iterator[Article]: ...
    def article(self, id: str, /) -> Article | None: ...
    def heading(self, article: Article, /) -> str: ...
    def replace(self, batch: Sequence[tuple[Article, Sequence[Chunk]]], /) -> None: ...
    def remove(self, ids: Sequence[str], /) -> None: ...


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one article. `chunks` counts those written in this run; `dropped` holds the lines of the page that
    are not in the text. `skipped` is a file in a folder that is of no known kind; `error` is set when it failed.
    """

    place: str
    outcome: Outcome
    article: Article | None = None
    chunks: int = 0
    dropped: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class _Told:
    """An article as its place tells it now, and what that means for the index."""

    place: str
    outcome: Outcome
    article: Article
    dropped: tuple[str, ...] = ()

    def ingested(self, *, chunks: int = 0) -> Ingested:
        return Ingested(self.place, self.outcome, self.article, chunks, self.dropped)


@dataclass(slots=True)
class _Collected:
    """What the places of one run hold: by article id, and the ids of files and folders that failed (what is
    stored of them stays).
    """

    articles: dict[str, _Told] = field(default_factory=dict)
    failed_ids: set[str] = field(default_factory=set)
    emptied: set[str] = field(default_factory=set)


def ingest(places: Sequence[str], index: Index, *, prune: bool = False) -> Iterator[Ingested]:
    """Brings the index up to date with the places: paths of files and folders, and URLs.

    What cannot be read is yielded as failed, and the others go on; what was stored of it stays. An article whose digest
    is stored costs no embedding. After an interruption every article is stored whole or as it was, and a second run
    does what is left. With `prune`, articles whose id is a path at or below one of the places are removed when no file
    gives them any more. Raises StoreError when the index cannot be written.
    """
    collected = _Collected()
    stored = index.digests()
    yield from _collect(places, stored, collected, prune)
    gone = _gone(places, stored, collected) if prune else []
    changed = [told for told in collected.articles.values() if told.outcome != "unchanged"]
    amended: list[_Told] = []
    if changed or gone:
        same_as, amended = _settle_copies(index, collected, set(gone))
        changed = [
            replace(told, article=replace(told.article, same_as=same_as.get(told.article.id))) for told in changed
        ]
    amended_ids = {told.article.id for told in amended}
    for id, told in collected.articles.items():
        if told.outcome == "unchanged" and id not in amended_ids:
            yield replace(told.ingested(), article=index.article(id))
    # First what has its stored digest: were it last, a run after an interruption would take it for unchanged.
    yield from _write([*amended, *changed], index)
    yield from _remove(gone, index)


def read_articles(places: Sequence[str]) -> Iterator[tuple[str, Article | ArticleError]]:
    """Each article of the places, clean and described, or the error that says why it cannot be read, with its place."""
    for place in places:
        for found_at, found in read_raw(place):
            if isinstance(found, ArticleError):
                yield found_at, found
            elif found is not None:
                try:
                    yield found_at, describe(found).article
                except ArticleError as error:
                    yield found_at, error


def _collect(places: Sequence[str], stored: dict[str, str], into: _Collected, prune: bool) -> Iterator[Ingested]:
    """Reads all places. Yields what is decided at once: failed, skipped, and the second copy of one id."""
    for place in places:
        articles = 0
        for found_at, found in read_raw(place):
            if found is None:
                yield Ingested(found_at, "skipped")
                continue
            articles += 1
            try:
                if isinstance(found, ArticleError):
                    raise found
                described = describe(found)
                article = described.article
                second = _second_of_one_id(found_at, article, into)
            except ArticleError as error:
                if not (prune and id_of_path(Path(place)) in stored and not os.path.lexists(place)):
                    into.failed_ids.add(id_of_path(Path(found_at)))
                    yield Ingested(found_at, "failed", error=str(error))
                continue
            if second is not None:
                yield second
                continue
            known = stored.get(article.id)
            outcome: Outcome = "added" if known is None else "unchanged" if known == article.digest else "updated"
            into.articles[article.id] = _Told(found_at, outcome, article, described.dropped)
        if not articles:
            into.emptied.add(place)
            yield Ingested(
                place, "failed", error=f"{place}: no article in this folder; known: {', '.join(KINDS)}, .jsonl"
            )


def _second_of_one_id(place: str, article: Article, collected: _Collected) -> Ingested | None:
    """None for an id not met yet in this run. Raises UnreadableArticle where two places tell different things of it."""
    first = collected.articles.get(article.id)
    if first is None:
        return None
    if first.article.digest != article.digest:
        raise UnreadableArticle(
            f"{place}: {first.place} holds another text of the same article, {article.id}; keep one, or give it an id"
        )
    return Ingested(place, "unchanged", article)


def _gone(places: Sequence[str], stored: dict[str, str], collected: _Collected) -> list[str]:
    """Stored ids that are paths at or below the places and that no file gives any more.

    Nothing below a folder that cannot be listed, nor below one without any article: it is more likely mistyped or not
    mounted than emptied.
    """
    roots = [Path(os.path.abspath(place)) for place in places if "://" not in place and place not in collected.emptied]
    kept = collected.articles.keys() | collected.failed_ids
    failed = {Path(os.path.abspath(id)) for id in collected.failed_ids}
    gone = []
    for id in stored:
        if id in kept or "://" in id or PurePosixPath(id).suffix.lower() not in KINDS:
            continue
        path = Path(os.path.abspath(id))
        below = any(path == root or (os.path.isdir(root) and path.is_relative_to(root)) for root in roots)
        if below and failed.isdisjoint(path.parents):
            gone.append(id)
    return gone


def _settle_copies(index: Index, collected: _Collected, gone: set[str]) -> tuple[dict[str, str], list[_Told]]:
    """Which article repeats which once this run is done, and the stored ones whose `same_as` changes by it."""
    new = [told.article for told in collected.articles.values() if told.outcome != "unchanged"]
    not_left = gone | {article.id for article in new}
    left = [article for article in index.articles() if article.id not in not_left]
    left.sort(key=lambda article: article.same_as is not None)
    same_as = copies([*left, *new])
    amended = []
    for article in left:
        if article.same_as != same_as.get(article.id):
            told = collected.articles.get(article.id) or _Told(article.id, "updated", article)
            now = replace(article, same_as=same_as.get(article.id))
            amended.append(replace(told, outcome="updated", article=now))
    return same_as, amended


def _write(pending: Sequence[_Told], index: Index) -> Iterator[Ingested]:
    """Chunks the articles and writes them by batches; each is yielded once it is stored."""
    batch: list[tuple[_Told, list[Chunk]]] = []
    for told in pending:
        try:
            chunks = chunk(told.article, index.heading(told.article), index.embedder, index.chunk_tokens)
        except ArticleError as error:
            yield replace(told.ingested(), outcome="failed", error=str(error))
            continue
        batch.append((told, chunks))
        if sum(len(chunks) for _, chunks in batch) >= CHUNKS_PER_BATCH:
            yield from _write_batch(batch, index)
            batch = []
    yield from _write_batch(batch, index)


def _write_batch(batch: Sequence[tuple[_Told, list[Chunk]]], index: Index) -> Iterator[Ingested]:
    if batch:
        index.replace([(told.article, chunks) for told, chunks in batch])
    for told, chunks in batch:
        yield told.ingested(chunks=len(chunks))


def _remove(gone: Sequence[str], index: Index) -> Iterator[Ingested]:
    removed = [Ingested(id, "removed", index.article(id)) for id in gone]
    if gone:
        index.remove(gone)
    yield from removed
