"""Articles in, passages out: holds the engines in step and knows how none of them works.

replace  ─► embedder ─► vectors ─► keywords of chunks, of articles ─► shelf (the article is visible from here on)
search   ─► chunks by meaning ─┐
         ├► chunks by words ───┤
         └► articles by words ─┴► fuse ─► by day ─► spread ─► shelf ─► (rerank) ─► [Passage]
"""

import os
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, get_args

from filelock import FileLock, Timeout

from byline.errors import StoreLocked, StoreMismatch
from byline.records import Article, Chunk, Passage
from byline.settings import Settings
from index.articles import ArticleShelf, Coverage
from index.asked import Asked, in_time, read_question
from index.embed import Embedder, open_embedder
from index.filters import ANY, Filters
from index.fuse import Found, fuse, spread
from index.heading import address_words, subject
from index.keywords import KeywordIndex
from index.rerank import Reranker, open_reranker
from index.vectors import VectorIndex, open_vectors

FORMAT = "2"
Way = Literal["meaning", "words"]
WAYS: tuple[Way, ...] = get_args(Way)
CANDIDATES = 50
"""Chunks, and articles, that each engine offers to the fusion."""
LEAD_CHARACTERS = 600
"""What an article says first counts twice in the search for whole articles."""
RERANKED = 20


class ArticleIndex:
    """Reads from any thread; one thread writes. A reader sees each article whole, before or after a change."""

    def __init__(
        self,
        *,
        embedder: Embedder,
        vectors: VectorIndex,
        keywords: KeywordIndex,
        whole: KeywordIndex,
        shelf: ArticleShelf,
        reranker: Reranker | None,
        chunk_tokens: int,
        lock: FileLock,
    ) -> None:
        self.embedder = embedder
        self.chunk_tokens = chunk_tokens
        self._vectors, self._keywords, self._whole, self._shelf = vectors, keywords, whole, shelf
        self._reranker = reranker
        self._lock = lock

    # Articles

    def digests(self) -> dict[str, str]:
        """The digest of every article, by id."""
        return self._shelf.digests()

    def article(self, id: str) -> Article | None:
        return self._shelf.article(id)

    def articles(self) -> Iterator[Article]:
        """Every article, in order of id."""
        return self._shelf.articles()

    def coverage(self) -> Coverage:
        return self._shelf.coverage()

    def heading(self, article: Article) -> str:
        """What stands before a chunk when it is embedded and searched by words; counts against the embedder's limit.

        The subject, cut at a third of a chunk: a title of a hundred words must leave room for the text.
        """
        words, most = subject(article).split(), self.chunk_tokens // 3
        while len(words) > 1 and self.embedder.count_tokens([" ".join(words)])[0] > most:
            words = words[: len(words) * 3 // 4]
        return " ".join(words)

    def replace(self, batch: Sequence[tuple[Article, Sequence[Chunk]]]) -> None:
        """Adds the articles, or puts them in place of those with the same ids. All chunks are embedded in one go."""
        if not batch:
            return
        ids = [article.id for article, _ in batch]
        chunks = [chunk for _, chunks in batch for chunk in chunks]
        heading = {article.id: self.heading(article) for article, _ in batch}
        headings = [heading[chunk.article.id] for chunk in chunks]
        vectors = self.embedder.embed_passages(
            [f"{heading}\n{chunk.text}" for heading, chunk in zip(headings, chunks, strict=True)]
        )
        self._vectors.replace(ids, chunks, vectors)
        self._keywords.replace(ids, chunks, headings)
        wholes = [_whole(article) for article, _ in batch]
        self._whole.replace(ids, wholes, [_headline(article) for article, _ in batch])
        self._shelf.replace(batch)

    def remove(self, ids: Sequence[str]) -> None:
        if ids:
            self._shelf.remove(ids)
            self._vectors.remove(ids)
            self._keywords.remove(ids)
            self._whole.remove(ids)

    def clear(self) -> None:
        """Empties the store and takes on the present embedder and chunking."""
        self._shelf.clear()
        self._vectors.clear()
        self._keywords.clear()
        self._whole.clear()
        self._shelf.write_manifest(self._manifest())

    # Search

    def search(self, question: str, k: int = 10, filters: Filters = ANY, ways: Collection[Way] = WAYS) -> list[Passage]:
        """At most `k` passages, best first, found by meaning, by words or by both; `ways` can leave one out.

        `filters.until` without `since` is taken for the day of the question: what was new then comes first. "latest"
        and "most recent" bring the newest of what fits.
        """
        asked = read_question(question)
        found = self._found(asked, filters, ways)
        # Twice as many: what is being replaced just now has gone from the shelf.
        chunks = self._shelf.chunks([one.id for one in found[: 2 * max(k, RERANKED)]])
        passages = [Passage(chunks[one.id], one.score, one.ways) for one in found if one.id in chunks]  # type: ignore[arg-type]
        if self._reranker is not None:
            passages = self._reranker.rerank(question, passages[:RERANKED])
        return passages[:k]

    def _found(self, asked: Asked, filters: Filters, ways: Collection[Way]) -> list[Found]:
        meaning, words, articles = {}, {}, {}
        if "meaning" in ways:
            meaning = dict(self._vectors.nearest(self.embedder.embed_question(asked.words), CANDIDATES, filters))
        if "words" in ways:
            words = dict(self._keywords.search(asked.words, CANDIDATES, filters))
            articles = dict(self._whole.search(asked.words, CANDIDATES, filters))
        owners = self._shelf.owners(list(meaning | words))
        found = fuse(meaning, words, articles, {id: article for id, (article, _) in owners.items()})
        return spread(in_time(found, dict(owners.values()), asked, filters))

    def occurrences(self, word: str) -> int:
        """How many chunks hold the word, in any of its forms."""
        return self._keywords.chunks_with(word)

    def counts(self) -> dict[str, int]:
        """Chunks by engine; all equal in a sound store."""
        return {
            "articles": self._shelf.count_chunks(),
            "vectors": self._vectors.count(),
            "keywords": self._keywords.count(),
        }

    # Opening and closing

    def _manifest(self) -> dict[str, str]:
        return {"format": FORMAT, "embedder": self.embedder.name, "chunk_tokens": str(self.chunk_tokens)}

    def _refuse_other_build(self) -> None:
        built, wanted = self._shelf.manifest(), self._manifest()
        if not built:
            self._shelf.write_manifest(wanted)
            return
        for name, value in wanted.items():
            if built.get(name) != value:
                raise StoreMismatch(
                    f"the index was built with {name} {built.get(name)!r}, the settings ask for {value!r}; "
                    f"set BYLINE_{name.upper()} back, or run: python -m ingest --rebuild PATH"
                )

    def close(self) -> None:
        self._keywords.close()
        self._whole.close()
        self._vectors.close()
        self._shelf.close()
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_index(settings: Settings, *, rebuild: bool = False) -> ArticleIndex:
    """The index in `settings.data`, made when there is none; close it, or use it in a `with`.

    `rebuild` empties it first. Raises StoreLocked where another process has it open, StoreMismatch where it was built
    with another embedder, chunking or format, VectorServerDown where a Chroma server is asked for and does not answer.
    """
    embedder = open_embedder(settings.embedder, settings.models)
    reranker = open_reranker(settings.reranker, settings.models)
    settings.data.mkdir(parents=True, exist_ok=True)
    lock = _lock(settings.data)
    try:
        index = ArticleIndex(
            embedder=embedder,
            vectors=open_vectors(settings.vectors, settings.data),
            keywords=KeywordIndex(settings.data / "keywords"),
            whole=KeywordIndex(settings.data / "articles"),
            shelf=ArticleShelf(settings.data / "articles.sqlite"),
            reranker=reranker,
            chunk_tokens=settings.chunk_tokens,
            lock=lock,
        )
        if rebuild:
            index.clear()
        index._refuse_other_build()
    except BaseException:
        lock.release()
        raise
    return index


def _whole(article: Article) -> Chunk:
    return Chunk(article.id, article, 0, len(article.text), article.text)


def _headline(article: Article) -> str:
    """What is searched along with the whole text, and so counts twice."""
    return f"{subject(article)}\n{address_words(article.url)}\n{article.text[:LEAD_CHARACTERS]}"


def _lock(data: Path) -> FileLock:
    """One process at a time: a second one on an embedded Chroma can hang for minutes without a word."""
    lock, owner = FileLock(data / "lock"), data / "lock.owner"
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        who = owner.read_text("utf8") if owner.is_file() else "another process"
        raise StoreLocked(
            f"the index in {data} is in use by {who}; stop it, or give this one a folder of its own: --data DIR"
        ) from error
    owner.write_text(f"process {os.getpid()}", "utf8")
    return lock
