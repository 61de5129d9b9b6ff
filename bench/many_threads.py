"""Sixteen threads search, by themselves and while one writes: what it costs them, and whether they see half a thing."""

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from threading import Event, Thread
from typing import Any

from byline.records import Article, Chunk
from index import ArticleIndex

THREADS = 16
CHUNKS_AT_ONCE = 64
"""As many as `ingest` writes at once."""
WRITTEN_ANEW = 6
"""Articles that are written over and over."""
Batch = list[tuple[Article, list[Chunk]]]


def many_threads(index: ArticleIndex, questions: Sequence[str], seconds: float) -> dict[str, Any]:
    """Times of both, searches a second, errors, and passages that are not of one edition of their article."""
    articles = list(islice(index.everything(), WRITTEN_ANEW))
    quiet = _searching(index, questions, seconds)
    done = Event()
    written = [0]
    writer = Thread(target=_write, args=(index, articles, done, written))
    writer.start()
    busy = _searching(index, questions, seconds)
    done.set()
    writer.join()
    index.replace(articles)
    return {
        "quiet": quiet,
        "while_one_writes": busy | {"chunks_written": written[0]},
        "p95_times": busy["p95_ms"] / quiet["p95_ms"],
    }


def _write(index: ArticleIndex, articles: Batch, done: Event, written: list[int]) -> None:
    """Each edition is marked in the digest, and in the text where its chunks begin."""
    edition = 0
    while not done.is_set():
        edition += 1
        batch: Batch = []
        for article, chunks in articles:
            batch.append(_edition(article, chunks, edition))
            written[0] += len(chunks)
            if sum(len(some) for _, some in batch) >= CHUNKS_AT_ONCE or article is articles[-1][0]:
                index.replace(batch)
                batch = []
            if done.is_set():
                return


def _edition(article: Article, chunks: Sequence[Chunk], edition: int) -> tuple[Article, list[Chunk]]:
    """The text is as long as before: only the first letters of each chunk change."""
    text = list(article.text)
    mark = f"#{edition:04d}"
    for chunk in chunks:
        text[chunk.start : chunk.start + len(mark)] = mark[: chunk.end - chunk.start]
    again = replace(article, text="".join(text), digest=f"edition {mark}")
    return again, [replace(chunk, article=again, text=again.text[chunk.start : chunk.end]) for chunk in chunks]


def _searching(index: ArticleIndex, questions: Sequence[str], seconds: float) -> dict[str, Any]:
    took: list[float] = []
    errors: list[str] = []
    torn: list[str] = []
    end = time.perf_counter() + seconds

    def search(seed: int) -> None:
        draw = random.Random(seed)
        while time.perf_counter() < end:
            start = time.perf_counter()
            try:
                found = index.search(draw.choice(questions))
            except Exception as error:  # whatever it is, it is what is counted
                errors.append(repr(error))
                continue
            took.append(time.perf_counter() - start)
            torn.extend(passage.chunk.id for passage in found if not _whole(passage.chunk))

    threads = [Thread(target=search, args=(seed,)) for seed in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took.sort()
    return {
        "searches_a_second": len(took) / seconds,
        "median_ms": 1000 * took[len(took) // 2],
        "p95_ms": 1000 * took[int(0.95 * (len(took) - 1))],
        "errors": len(errors),
        "first_error": errors[0] if errors else None,
        "not_of_one_edition": len(torn),
    }


def _whole(chunk: Chunk) -> bool:
    """The chunk is the article's own text, of the edition that the article says it is."""
    same = chunk.article.text[chunk.start : chunk.end] == chunk.text
    _, marked, mark = chunk.article.digest.partition("edition ")
    return same and (not marked or chunk.text.startswith(mark[: len(chunk.text)]))
