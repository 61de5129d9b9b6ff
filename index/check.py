"""Do vectors, keyword indexes and articles agree? What each holds is compared with the articles, which are the truth.

articles ─► digest · spans ─► {chunk id: fingerprint} ◄── vectors · keywords     a sample is embedded anew, and compared
                         └──► {article id: fingerprint} ◄── article keywords           with its vector and its row

It reads everything once and keeps the chunk ids in memory. It knows nothing of how a chunk is cut, so an article that
is damaged in SQLite itself cannot be mended here: it is taken out, and the next ingest brings it back.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from byline.errors import StoreError
from byline.records import Article, Chunk, digest
from index.articles import ArticleShelf, Batch
from index.embed import Vectors
from index.fingerprint import fingerprint
from index.keywords import KeywordIndex
from index.meaning import Meaning
from index.stored import spans_digest
from index.vectors import VectorIndex
from index.words import Words, whole

SAMPLED = 64
LEAST_COSINE = 0.99
"""Between a stored vector and the same text embedded anew. Another batch or thread count moves it by less than 1e-5."""

ARTICLES_AT_ONCE = 16
Engine = Literal["articles", "vectors", "rows", "keywords", "article keywords"]


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
    meaning: Meaning
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
        if engines.shelf.rows_of(article.id)[1] != len(chunks):
            yield Fault("rows", "not as many as the article has chunks", article.id)
        for chunk in chunks:
            held[chunk.id] = (fingerprint(chunk), article.id)
            sample.offer(chunk)
    wrong = set()
    for fault in _compared("vectors", engines.meaning.vectors.fingerprints(), held):
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
        engines.meaning.remove(lost)
        engines.words.remove(lost)
    for engine, (part, write) in _mending(engines).items():
        told = [fault for fault in faults if fault.engine == engine and fault.chunk]
        if told:
            part.remove_chunks(sorted({str(fault.chunk) for fault in told}))
        again = sorted({fault.article for fault in told if fault.article} - set(lost))
        for start in range(0, len(again), ARTICLES_AT_ONCE):
            write(engines.shelf.with_chunks(again[start : start + ARTICLES_AT_ONCE]))
    if any(fault.engine == "rows" for fault in faults):
        _write_rows(engines)
    return lost


def _mending(engines: Engines) -> dict[Engine, tuple[VectorIndex | KeywordIndex, Callable[[Batch], None]]]:
    """What writes articles anew, by engine: minutes for keywords, hours for the vectors of a large collection."""

    def write_vectors(batch: Batch) -> None:
        chunks = [chunk for _, chunks in batch for chunk in chunks]
        _place(engines, batch, engines.meaning.replace(batch, engines.embed(chunks)))

    return {
        "vectors": (engines.meaning.vectors, write_vectors),
        "keywords": (engines.words.chunks, engines.words.replace_chunks),
        "article keywords": (engines.words.articles, engines.words.replace_articles),
    }


def _write_rows(engines: Engines) -> None:
    """All of them, from Chroma: a file that somebody else wrote to, or cut short, is in no part to be trusted."""
    ids = sorted(engines.shelf.digests())
    for start in range(0, len(ids), ARTICLES_AT_ONCE):
        batch = engines.shelf.with_chunks(ids[start : start + ARTICLES_AT_ONCE])
        _place(engines, batch, engines.meaning.take_over(batch))


def _place(engines: Engines, batch: Batch, first_rows: Sequence[int]) -> None:
    engines.shelf.place(dict(zip((article.id for article, _ in batch), first_rows, strict=True)))


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
    """Chroma and the rows have of each chunk what its text embeds to."""
    if not sample:
        return
    kept = engines.meaning.vectors.vectors([chunk.id for chunk in sample])
    for chunk, vector in zip(sample, engines.embed(sample), strict=True):
        if chunk.id not in kept or float(kept[chunk.id] @ vector) < LEAST_COSINE:
            yield Fault("vectors", "the vector is not that of the text", chunk.article.id, chunk.id)
        elif _cosine_of_row(chunk, vector, engines) < LEAST_COSINE:
            yield Fault("rows", "the vector is not that of the text", chunk.article.id, chunk.id)


def _cosine_of_row(chunk: Chunk, vector: Vectors, engines: Engines) -> float:
    span = engines.shelf.rows_of(chunk.article.id)
    order = [one.id for one in engines.shelf.with_chunks([chunk.article.id])[0][1]]
    try:
        return float(engines.meaning.rows.cosines([span], vector)[order.index(chunk.id)])
    except (StoreError, IndexError):  # it ends before, or has fewer
        return 0.0
