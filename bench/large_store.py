"""A store of any size out of a small one: its articles over and over, each copy's vectors multiplied with noise.

    python -m bench.large_store SMALL LARGE --chunks 1000000

SMALL and LARGE are data folders; SMALL has been filled with `python -m ingest`. The first copy is as it was. Of each
later copy the text is the same, every number of a vector is multiplied with 1 + 0.5 times a normal draw (a cosine of
about 0.89 to the true vector, 0.8 between two copies), and the articles are a week older than in the copy before.
Everything is written through the index itself. Run again, it goes on where it stopped. SMALL has its vectors in its
folder; LARGE may have them on a Chroma server (--vectors http://HOST:PORT).
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zlib import crc32

import numpy as np

from byline.records import Article, Chunk, digest
from byline.settings import read_settings
from index import EMBEDDERS, Embedder, Vectors, open_embedder, open_index

NOISE = 0.5
CHUNKS_AT_ONCE = 4000
Batch = list[tuple[Article, list[Chunk]]]


class GivenVectors:
    """Passages get the vectors that lie ready for them, in order; questions go to the real embedder."""

    def __init__(self, real: Embedder) -> None:
        self._real = real
        self.name, self.ready = real.name, list[Vectors]()

    @property
    def max_tokens(self) -> int:
        return self._real.max_tokens

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        vectors, self.ready = np.concatenate(self.ready), []
        assert len(vectors) == len(texts)
        return vectors

    def embed_question(self, text: str) -> Vectors:
        return self._real.embed_question(text)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._real.count_tokens(texts)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.large_store", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("small", type=Path)
    parser.add_argument("large", type=Path)
    parser.add_argument("--chunks", type=int, required=True)
    parser.add_argument("--vectors", default="chroma", help="where LARGE has its vectors, as in BYLINE_VECTORS")
    options = parser.parse_args()
    build(options.small, options.large, options.chunks, options.vectors)


def build(small: Path, large: Path, chunks: int, place: str = "chroma") -> None:
    """Fills `large` until it holds `chunks`, to within a batch."""
    with open_index(read_settings(data=small, vectors="chroma")) as index:
        articles = list(index.everything())
        vectors = [index.vectors(some) for _, some in articles]
    given = GivenVectors(open_embedder(read_settings().embedder, read_settings().models))
    EMBEDDERS["given"] = lambda name, models: given
    # The store remembers the real embedder's name, so that it is opened with the real one afterwards.
    with open_index(read_settings(data=large, embedder="given:vectors", vectors=place)) as index:
        stored, count, start = index.digests(), index.counts()["articles"], time.perf_counter()
        for batch, rows in _batches(articles, vectors):
            if count >= chunks:
                break
            if batch[-1][0].id in stored:
                continue
            given.ready = rows
            index.replace(batch)
            count += sum(len(some) for _, some in batch)
            print(f"{count} chunks, {time.perf_counter() - start:.0f} s", flush=True)


def _batches(articles: Batch, vectors: Sequence[Vectors]) -> Iterator[tuple[Batch, list[Vectors]]]:
    copy = 0
    while True:
        batch: Batch = []
        rows: list[Vectors] = []
        for (article, chunks), true in zip(articles, vectors, strict=True):
            batch.append(_copied(article, chunks, copy))
            rows.append(_noisy(true, copy, article.id))
            if sum(map(len, rows)) >= CHUNKS_AT_ONCE:
                yield batch, rows
                batch, rows = [], []
        if batch:
            yield batch, rows
        copy += 1


def _copied(article: Article, chunks: Sequence[Chunk], copy: int) -> tuple[Article, list[Chunk]]:
    if not copy:
        return article, list(chunks)
    published = article.published and article.published - timedelta(weeks=copy)
    again = replace(article, id=f"{article.id}?copy={copy}", published=published)
    again = replace(again, digest=digest(again))
    return again, [replace(chunk, id=f"{again.id}#{chunk.start}-{chunk.end}", article=again) for chunk in chunks]


def _noisy(vectors: Vectors, copy: int, article: str) -> Vectors:
    if not copy:
        return vectors
    draws = np.random.default_rng([copy, crc32(article.encode())]).standard_normal(vectors.shape, dtype=np.float32)
    noisy = vectors * (1 + NOISE * draws)
    return np.asarray(noisy / np.linalg.norm(noisy, axis=1, keepdims=True), dtype=np.float32)


if __name__ == "__main__":
    main()
