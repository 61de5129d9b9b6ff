"""Articles in, passages out: holds the engines in step and knows how none of them works.

replace  ─► embedder ─► vectors, rows ─► keywords of chunks, of articles ─► shelf (the article is visible from here on)
search   ─► chunks by meaning ─┐
         ├► chunks by words ───┤
         └► articles by words ─┴► fuse ─► by day ─► spread ─► shelf ─► (rerank) ─► [Passage]
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from typing import Literal, get_args

import numpy as np
from filelock import FileLock

from byline.closing import Closing
from byline.errors import StoreMismatch
from byline.records import Article, Chunk, Passage
from index.advice import rebuild_command
from index.articles import ArticleShelf, Batch, Coverage
from index.asked import Asked, in_time, read_question
from index.check import Engines, Fault, check, repair
from index.embed import Embedder, Vectors
from index.filters import ANY, Filters
from index.fuse import Found, fuse, spread
from index.heading import subject
from index.in_step import SETTINGS, Alone, InStep, Sharing
from index.keywords import KeywordIndex
from index.meaning import Meaning
from index.rerank import Reranker
from index.shared import SharedArticles
from index.vectors import ChromaVectors
from index.words import Words
from index.writer_lease import WriterLease

FORMAT = "4"
Way = Literal["meaning", "words"]
WAYS: tuple[Way, ...] = get_args(Way)
CANDIDATES = 50
"""Chunks, and articles, that each engine offers to the fusion."""
RERANKED = 20


class ArticleIndex(Closing):
    """Reads from any thread; one thread writes. A reader sees each article whole, before or after a change."""

    def __init__(
        self,
        *,
        embedder: Embedder,
        meaning: Meaning,
        keywords: KeywordIndex,
        whole: KeywordIndex,
        shelf: ArticleShelf,
        reranker: Reranker | None,
        chunk_tokens: int,
        lock: FileLock,
        on_server: ChromaVectors | None = None,
    ) -> None:
        self.embedder = embedder
        self.chunk_tokens = chunk_tokens
        self._meaning, self._words, self._shelf = meaning, Words(keywords, whole, self.heading), shelf
        self._reranker = reranker
        self._lock = lock
        self._sharing: Sharing = Alone()
        if on_server is not None:
            shared, lease = SharedArticles(on_server), WriterLease(on_server)
            self._sharing = InStep(shared, lease, shelf, self._words, meaning)

    # Articles

    def digests(self) -> dict[str, str]:
        """The digest of every article, by id."""
        self._sharing.catch_up()
        return self._shelf.digests()

    def article(self, id: str) -> Article | None:
        return self._shelf.article(id)

    def articles(self) -> Iterator[Article]:
        """Every article, in order of id."""
        return self._shelf.articles()

    def everything(self) -> Iterator[tuple[Article, list[Chunk]]]:
        """Every article with its chunks in order, in order of id."""
        for article, chunks, _ in self._shelf.everything():
            yield article, chunks

    def vectors(self, chunks: Sequence[Chunk]) -> Vectors:
        """A row for each chunk, as it was embedded. Raises KeyError where one is not in the store."""
        found = self._meaning.vectors.vectors([chunk.id for chunk in chunks])
        return np.stack([found[chunk.id] for chunk in chunks])

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

    def replace(self, batch: Batch) -> None:
        """Adds the articles, or puts them in place of those with the same ids. All chunks are embedded in one go."""
        if not batch:
            return
        vectors = self._embed([chunk for _, chunks in batch for chunk in chunks])
        with self._sharing.writing() as publish:
            first_rows = self._meaning.replace(batch, vectors)
            publish(batch, ())
            self._words.replace(batch)
            self._shelf.replace(batch, first_rows)

    def _embed(self, chunks: Sequence[Chunk]) -> Vectors:
        """Each with the heading of its article before it, which is worked out once for all its chunks."""
        articles = {chunk.article.id: chunk.article for chunk in chunks}
        heading = {id: self.heading(article) for id, article in articles.items()}
        return self.embedder.embed_passages([f"{heading[chunk.article.id]}\n{chunk.text}" for chunk in chunks])

    def remove(self, ids: Sequence[str]) -> None:
        if not ids:
            return
        with self._sharing.writing() as publish:
            publish((), ids)
            self._shelf.remove(ids)
            self._meaning.remove(ids)
            self._words.remove(ids)

    def clear(self) -> None:
        """Empties the store, for all who share it, and takes on the present embedder and chunking."""
        with self._sharing.beginning(self._manifest()):
            self._shelf.clear()
            self._meaning.clear()
            self._words.clear()
            self._shelf.write_manifest(self._manifest())

    # Search

    def search(self, question: str, k: int = 10, filters: Filters = ANY, ways: Collection[Way] = WAYS) -> list[Passage]:
        """At most `k` passages, best first, found by meaning, by words or by both; `ways` can leave one out.

        `filters.until` without `since` is taken for the day of the question: what was new then comes first. "latest"
        and "most recent" bring the newest of what fits.
        """
        self._sharing.catch_up()
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
            meaning = dict(self._meaning.nearest(self.embedder.embed_question(asked.words), CANDIDATES, filters))
        if "words" in ways:
            words = dict(self._words.chunks.search(asked.words, CANDIDATES, filters))
            articles = dict(self._words.articles.search(asked.words, CANDIDATES, filters))
        owners = self._shelf.owners(list(meaning | words))
        found = fuse(meaning, words, articles, {id: article for id, (article, _) in owners.items()}, CANDIDATES)
        return spread(in_time(found, dict(owners.values()), asked, filters))

    def nearest(self, question: str, k: int = 10, filters: Filters = ANY) -> list[tuple[str, float]]:
        """At most `k` (chunk id, cosine), nearest first, by meaning alone and as near as they are: to measure with."""
        return self._meaning.nearest(self.embedder.embed_question(question), k, filters)

    def occurrences(self, word: str) -> int:
        """How many chunks hold the word, in any of its forms."""
        return self._words.chunks.chunks_with(word)

    def counts(self) -> dict[str, int]:
        """Chunks by engine; all equal in a sound store."""
        return {
            "articles": self._shelf.count_chunks(),
            "vectors": self._meaning.vectors.count(),
            "keywords": self._words.chunks.count(),
        }

    # Safe to keep

    def check(self) -> Iterator[Fault]:
        """Where vectors, keyword indexes and articles disagree, as each is found; nothing in a sound store."""
        self._sharing.catch_up(now=True)
        for id in self._sharing.strangers():
            yield Fault("articles", "another version than the server has", id)
        yield from check(self._engines)

    def repair(self, faults: Sequence[Fault]) -> list[str]:
        """Mends them from the articles; gives the ids of articles that were damaged themselves and had to go."""
        with self._sharing.writing():
            if any(fault.engine == "articles" for fault in faults) and self._sharing.start_over():
                faults = list(check(self._engines))
            return repair(self._engines, faults)

    @property
    def _engines(self) -> Engines:
        return Engines(self._shelf, self._meaning, self._words, self._embed)

    # Opening and closing

    def _manifest(self) -> dict[str, str]:
        vectors = "chroma" if isinstance(self._sharing, Alone) else "server"
        about = {"format": FORMAT, "vectors": vectors, "embedder": self.embedder.name}
        return about | {"chunk_tokens": str(self.chunk_tokens)}

    def refuse_other_build(self) -> None:
        """Raises StoreMismatch where the store was built with another embedder, chunking or format, or elsewhere."""
        wanted, here, there = self._manifest(), self._shelf.manifest(), self._sharing.built_with()
        if there:  # a folder that follows a server takes on what the server has been rebuilt with
            here = {**wanted, "vectors": here.get("vectors", wanted["vectors"])}
        for built in (here, there):
            for name, value in wanted.items():
                if built and built.get(name) != value:
                    back = f"set BYLINE_{name.upper()} back, or " if name in SETTINGS else ""
                    raise StoreMismatch(
                        f"the index was built with {name} {built.get(name)!r}, this one would have {value!r}; "
                        f"{back}run: {rebuild_command(self._shelf.folder)}"
                    )
        if not there:
            with self._sharing.beginning(wanted):
                pass
        self._shelf.write_manifest(wanted)
        self._sharing.catch_up(now=True)

    def close(self) -> None:
        """Each part is let go of, also where another fails to close; the lock last."""
        with ExitStack() as parts:
            parts.callback(self._lock.release)
            for part in (self._shelf, self._meaning, self._words, self._sharing):
                parts.callback(part.close)
