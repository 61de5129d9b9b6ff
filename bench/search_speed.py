"""How quick is a search, how near to the exact one, and what does a store cost to open? One row a store.

    python -m bench.search_speed QUESTIONS.jsonl STORE... [--out runs/search_speed.json]

Each STORE is a data folder (`bench.large_store` makes large ones) and is measured in a process of its own, which opens
it and asks every question with each filter, in shuffled order, the question's embedding included. Then, for every
second question, what is found by meaning is compared with the ten nearest by brute force among the chunks that fit,
told from SQLite. Then 16 threads ask, first by themselves, then while one writes articles anew; those are put back as
they were. BYLINE_VECTORS says where the stores have their vectors, if not in the folders.
"""

import argparse
import json
import multiprocessing
import resource
import sqlite3
import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from bench.many_threads import many_threads
from byline.settings import read_settings
from index import ANY, ArticleIndex, Filters, open_index

NEAREST = 10
OFFERED = 50
"""As many neighbours as a search asks for."""


@dataclass
class Store:
    """What SQLite says of each article, and the vectors: enough to find the nearest without the index."""

    table: list[tuple[str, int, str, str, int, int]]
    rows: Any
    articles: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path, dimensions: int) -> "Store":
        with sqlite3.connect(f"file:{folder / 'articles.sqlite'}?mode=ro", uri=True) as connection:
            table = list(connection.execute("select article, day, source, language, first, chunks from place"))
        connection.close()
        rows = np.memmap(folder / "vectors.f32", np.float32, "r").reshape(-1, dimensions)
        return cls(table, rows, {row[0]: at for at, row in enumerate(table)})

    def fits(self, filters: Filters) -> list[bool]:
        since = filters.since.toordinal() if filters.since else 1 if filters.until else 0
        until = filters.until.toordinal() if filters.until else 10**9
        return [
            since <= day <= until
            and filters.source in (None, source)
            and filters.language in (None, language)
            and filters.article in (None, article)
            for article, day, source, language, _, _ in self.table
        ]

    def rows_that_fit(self, filters: Filters) -> Any:
        """True for each row of a chunk that fits."""
        held = np.zeros(len(self.rows), dtype=bool)
        for fits, row in zip(self.fits(filters), self.table, strict=True):
            held[row[4] : row[4] + row[5]] = fits
        return held

    def filters(self) -> Mapping[str, Filters]:
        """From none to one article; each names the share of chunks that fit by itself in the result."""
        days = np.sort(np.repeat([row[1] for row in self.table], [row[5] for row in self.table]))
        sources = dict[str, int]()
        for _, _, source, _, _, chunks in self.table:
            sources[source] = sources.get(source, 0) + chunks
        by_size = sorted(sources, key=lambda source: (-sources[source], source))

        def day(share: float) -> date:
            return date.fromordinal(max(1, int(days[int(share * (len(days) - 1))])))

        return {
            "none": ANY,
            "until, nine tenths": Filters(until=day(0.9)),
            "until, half": Filters(until=day(0.5)),
            "since, a tenth": Filters(since=day(0.9)),
            "since, a thirtieth": Filters(since=day(29 / 30)),
            "since, a hundredth": Filters(since=day(0.99)),
            "commonest source": Filters(source=by_size[0]),
            "a middling source": Filters(source=by_size[len(by_size) // 2]),
            "one article": Filters(article=self.table[len(self.table) // 2][0]),
        }


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.search_speed", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("questions", type=Path, help="a case file: one JSON object with a question a line")
    parser.add_argument("stores", type=Path, nargs="+")
    parser.add_argument("--most", type=int, help="only the first N questions")
    parser.add_argument("--seconds", type=float, default=15, help="of searching by 16 threads, twice (15)")
    parser.add_argument("--out", type=Path, default=Path("runs/search_speed.json"))
    options = parser.parse_args()
    questions = [json.loads(line)["question"] for line in options.questions.read_text("utf8").splitlines() if line]
    questions = questions[: options.most]
    result = []
    for store in options.stores:
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
            result.append(process.submit(measure, store, questions, options.seconds).result())
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(result, indent=1) + "\n", "utf8")
        _print(result[-1])


def measure(folder: Path, questions: Sequence[str], seconds: float) -> dict[str, Any]:
    start = time.perf_counter()
    index = open_index(read_settings(data=folder))
    with index:
        opened = time.perf_counter() - start
        vector, embedder = _timed(lambda: index.embedder.embed_question("Is it loaded?"))
        index.embedder.embed_question("And quick from now on?")
        _, first = _timed(lambda: index.search("What has happened?"))
        result = {
            "store": folder.name,
            "chunks": index.counts()["articles"],
            "articles": len(index.digests()),
            "open_seconds": opened,
            "first_search_seconds": first,
            "embedder_seconds": embedder,
            "opened_megabytes": _megabytes(),
        }
        store = Store.read(folder, len(vector))
        result["filters"] = _by_filter(index, store, questions)
        result["ways"] = _by_way(index, questions)
        result["threads"] = many_threads(index, questions, seconds)
        result["peak_megabytes"] = _megabytes()
    return result


def _by_filter(index: ArticleIndex, store: Store, questions: Sequence[str]) -> dict[str, Any]:
    kinds = store.filters()
    held = {kind: store.rows_that_fit(filters) for kind, filters in kinds.items()}
    fits = {kind: store.fits(filters) for kind, filters in kinds.items()}
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    recalls: dict[str, list[float]] = {kind: [] for kind in kinds}
    strays = dict.fromkeys(kinds, 0)
    for question in questions[:10]:  # what is read from disk for the first time is not a search
        for filters in kinds.values():
            index.search(question, filters=filters)
    for number, question in enumerate(questions):
        for kind in Random(number).sample(sorted(kinds), len(kinds)):
            _, took = _timed(lambda question=question, kind=kind: index.search(question, filters=kinds[kind]))  # type: ignore[misc]
            seconds[kind].append(took)
    for question in questions[::2]:
        exact = store.rows @ index.embedder.embed_question(question)
        for kind, filters in kinds.items():
            found = index.nearest(question, OFFERED, filters)
            recalls[kind].append(_recall([cosine for _, cosine in found], exact[held[kind]]))
            owners = (passage.chunk.article.id for passage in index.search(question, OFFERED, filters))
            strays[kind] += sum(not fits[kind][store.articles[id]] for id in owners)
    quiet = statistics.median(seconds["none"])
    return {
        kind: _times(seconds[kind])
        | {
            "chunks_that_fit": int(held[kind].sum()),
            "times_the_plain": statistics.median(seconds[kind]) / quiet,
            "recall@10_of_exact": statistics.fmean(recalls[kind]),
            "strays": strays[kind],
        }
        for kind in kinds
    }


def _recall(found: Sequence[float], fitting: Any) -> float:
    """Of the ten that are nearest by brute force, the share that is among the first ten found."""
    most = min(NEAREST, len(fitting))
    least = np.partition(fitting, -most)[-most] - 1e-5
    return sum(cosine >= least for cosine in found[:most]) / most


def _by_way(index: ArticleIndex, questions: Sequence[str]) -> dict[str, Any]:
    """Where the time goes."""
    ways = {
        "question to vector": lambda question: index.embedder.embed_question(question),
        "by meaning alone": lambda question: index.search(question, ways=("meaning",)),
        "by words alone": lambda question: index.search(question, ways=("words",)),
    }
    return {name: _times(_timed(lambda: way(one))[1] for one in questions) for name, way in ways.items()}  # noqa: B023


def _timed(work: Any) -> tuple[Any, float]:
    start = time.perf_counter()
    done = work()
    return done, time.perf_counter() - start


def _times(seconds: Iterable[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        "median_ms": 1000 * statistics.median(ordered),
        "p95_ms": 1000 * ordered[int(0.95 * (len(ordered) - 1))],
    }


def _megabytes() -> float:
    """Most memory so far, files that are mapped included."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


def _print(row: Mapping[str, Any]) -> None:
    print(
        f"\n{row['store']}: {row['chunks']} chunks of {row['articles']} articles; opened in"
        f" {row['open_seconds']:.2f} s, first search {row['first_search_seconds']:.2f} s,"
        f" {row['opened_megabytes']:.0f} MB\n"
    )
    print(
        "| filter | chunks that fit | median ms | p95 ms | times the plain | recall@10 of exact |\n"
        "|---|---|---|---|---|---|"
    )
    for kind, told in row["filters"].items():
        print(
            f"| {kind} | {told['chunks_that_fit']:,} | {told['median_ms']:.1f} | {told['p95_ms']:.1f} |"
            f" {told['times_the_plain']:.2f} | {told['recall@10_of_exact']:.3f} |"
        )
    for name, told in row["ways"].items():
        print(f"{name}: median {told['median_ms']:.1f} ms, p95 {told['p95_ms']:.1f}")
    print(json.dumps(row["threads"]))


if __name__ == "__main__":
    main()
