"""Do vectors, keyword indexes and articles agree? What each holds is compared with the articles, which are the truth.

articles ─► digest · spans ─► {chunk id: fingerprint} ◄── vectors · keywords      a sample is embedded anew and searched
                         └──► {article id: fingerprint} ◄── article keywords

It reads everything once and keeps the chunk ids in memory. It knows nothing of how a chunk is cut, so an article that
is damaged in SQLite itself cannot be mended here: it is taken out, and the next ingest brings it back.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from byline.records import Article, Chunk, digest
from index.articles import ArticleShelf, Batch, spans_digest
from index.embed import Vectors
from index.filters import Filters
from index.fingerprint import fingerprint
from index.keywords import KeywordIndex
from index.vectors import VectorIndex
from index.words import Words, whole

SAMPLED = 64
LEAST_COSINE = 0.99
"""Between a stored vector and the same text embedded anew. Another batch or thread count moves it by less than 1e-5."""

ARTICLES_AT_ONCE = 16
Engine = Literal["articles", "vectors", "keywords", "article keywords"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `chunk` or `article` is None where it is not about one.

    To the article keywords an article is a chunk of its own, with the article's id.
    """

    engine: Engine
    what: str
    article: str | None = None
    chunk: str | None = None

    def __str__(self) -> str:
        place = self.chunk or self.article
        return f"{self.engine}: {self.what}" + (f": {place}" if place else "")


@dataclass(frozen=True, slots=True)
class Engines:
    shelf: ArticleShelf
    vectors: VectorIndex
    words: Words
    embed: Callable[[Sequence[Chunk]], Vectors]


def check(engines: Engines) -> Iterator[Fault]:
    """Every fault; none in a sound store. Raises StoreError where an engine cannot be read at all."""
    held: dict[str, tuple[str, str]] = {}
    held_whole: dict[str, tuple[str, str]] = {}
    sample = _Sample(SAMPLED)
    for what in engines.shelf.faults():
        yield Fault("articles", what)
    for article, chunks, spans in engines.shelf.everything():
        damage = _damage(article, chunks, spans)
        if damage:
            yield Fault("articles", damage, article.id)
        held_whole[article.id] = (fingerprint(whole(article)), article.id)
        for chunk in chunks:
            held[chunk.id] = (fingerprint(chunk), article.id)
            sample.offer(chunk)
    wrong = set()
    for fault in _compared("vectors", engines.vectors.fingerprints(), held):
        wrong.add(fault.chunk)
        yield fault
    yield from _compared("keywords", engines.words.chunks.fingerprints(), held)
    yield from _compared("article keywords", engines.words.articles.fingerprints(), held_whole)
    yield from _embedded_anew([chunk for chunk in sample.taken if chunk.id not in wrong], engines)


def repair(engines: Engines, faults: Sequence[Fault]) -> list[str]:
    """Mends what `check` found. Gives the ids of the articles that had to be taken out, to be ingested again."""
    lost = sorted({fault.article for fault in faults if fault.engine == "articles" and fault.article})
    engines.shelf.mend()
    if lost:
        engines.shelf.remove(lost)
        engines.vectors.remove(lost)
        engines.words.remove(lost)
    for engine, (part, write) in _mending(engines).items():
        told = [fault for fault in faults if fault.engine == engine and fault.chunk]
        if told:
            part.remove_chunks(sorted({str(fault.chunk) for fault in told}))
        again = sorted({fault.article for fault in told if fault.article} - set(lost))
        for start in range(0, len(again), ARTICLES_AT_ONCE):
            write(engines.shelf.with_chunks(again[start : start + ARTICLES_AT_ONCE]))
    return lost


def _mending(engines: Engines) -> dict[Engine, tuple[VectorIndex | KeywordIndex, Callable[[Batch], None]]]:
    """What writes articles anew, by engine: minutes for keywords, hours for the vectors of a large collection."""

    def write_vectors(batch: Batch) -> None:
        chunks = [chunk for _, chunks in batch for chunk in chunks]
        engines.vectors.replace([article.id for article, _ in batch], chunks, engines.embed(chunks))

    return {
        "vectors": (engines.vectors, write_vectors),
        "keywords": (engines.words.chunks, engines.words.replace_chunks),
        "article keywords": (engines.words.articles, engines.words.replace_articles),
    }


class _Sample:
    """A uniform sample of a stream of unknown length (reservoir sampling, Vitter 1985), the same at each run."""

    def __init__(self, size: int) -> None:
        self.taken: list[Chunk] = []
        self._size, self._seen, self._draw = size, 0, random.Random(0)

    def offer(self, chunk: Chunk) -> None:
        self._seen += 1
        if len(self.taken) < self._size:
            self.taken.append(chunk)
        elif (at := self._draw.randrange(self._seen)) < self._size:
            self.taken[at] = chunk


def _damage(article: Article, chunks: Sequence[Chunk], spans: str) -> str | None:
    """What is wrong with an article as SQLite has it. A digest that ingest did not make says nothing."""
    if len(article.digest) == 64 and article.digest != digest(article):
        return "the text or what describes it is not what was ingested"
    if spans != spans_digest(chunks):
        return "its chunks are not those that were cut"
    if any(not (0 <= chunk.start < chunk.end <= len(article.text)) for chunk in chunks):
        return "a chunk lies outside the text"
    return None


def _compared(engine: Engine, found: Iterable[tuple[str, str]], held: Mapping[str, tuple[str, str]]) -> Iterator[Fault]:
    one, stray = ("a chunk", "that no article has") if engine != "article keywords" else ("an article", "that has gone")
    seen = set()
    for id, print_ in found:
        expected, article = held.get(id, ("", None))
        if article is None:
            yield Fault(engine, f"{one} {stray}", chunk=id)
        elif id in seen:
            yield Fault(engine, f"{one} twice", article, id)
        elif print_ != expected:
            yield Fault(engine, f"another version of {one}", article, id)
        seen.add(id)
    for id, (_, article) in held.items():
        if id not in seen:
            yield Fault(engine, f"{one} is missing", article, id)


def _embedded_anew(sample: Sequence[Chunk], engines: Engines) -> Iterator[Fault]:
    """A chunk that is searched by what its text embeds to is found at once: its vector is there and is its own."""
    if not sample:
        return
    for chunk, vector in zip(sample, engines.embed(sample), strict=True):
        only = Filters(article=chunk.article.id)
        near = dict(engines.vectors.nearest(np.asarray(vector), len(sample), only))
        if near.get(chunk.id, 0.0) < LEAST_COSINE:
            yield Fault("vectors", "the vector is not that of the text", chunk.article.id, chunk.id)
