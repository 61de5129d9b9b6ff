"""SQLite FTS5 against tantivy as the keyword index: what they find, how fast, how large. Decides `index/keywords.py`.

    python -m bench.keyword_engines NEWS_FOLDER [--copies 20] [--out runs/keyword_engines.json]

Both index the same pieces (title + 160 words) and answer the same questions with an OR of the question's stemmed words.
An article scores as its best piece. Queries of the two engines alternate, so that a busy machine slows both alike.
`--copies` repeats the collection with other ids, to see how each grows.
"""

import argparse
import json
import re
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

import tantivy

STOP_WORDS = frozenset(
    (
        "a an and are as at be but by did do does for from had has have he her his how if in into is it its of on or"
        " she that the their them they this to was were what when where which who whom whose why will with"
    ).split()
)


class Piece(NamedTuple):
    id: str
    title: str
    text: str


class Engine(Protocol):
    def add(self, pieces: list[Piece]) -> None: ...
    def search(self, words: list[str], k: int) -> list[str]: ...


class Fts5:
    def __init__(self, folder: Path) -> None:
        self.connection = sqlite3.connect(folder / "fts5.sqlite")
        self.connection.execute(
            "create virtual table piece using fts5(id unindexed, title, text, tokenize='porter unicode61')"
        )

    def add(self, pieces: list[Piece]) -> None:
        with self.connection:
            self.connection.executemany("insert into piece values (?, ?, ?)", pieces)

    def search(self, words: list[str], k: int) -> list[str]:
        match = " OR ".join(f'"{word}"' for word in words)
        query = "select id from piece where piece match ? order by bm25(piece) limit ?"
        return [row[0] for row in self.connection.execute(query, (match, k))]


class Tantivy:
    def __init__(self, folder: Path) -> None:
        schema = tantivy.SchemaBuilder()
        schema.add_text_field("id", stored=True, tokenizer_name="raw")
        schema.add_text_field("text", tokenizer_name="en_stem")
        self.schema = schema.build()
        (folder / "tantivy").mkdir()
        self.index = tantivy.Index(self.schema, str(folder / "tantivy"))
        self.writer = self.index.writer(heap_size=128_000_000, num_threads=1)

    def add(self, pieces: list[Piece]) -> None:
        for piece in pieces:
            # One field: with a field each, tantivy adds two BM25 scores and the short title outweighs the text
            # (recall@1 0.66 against 0.80).
            self.writer.add_document(tantivy.Document(id=piece.id, text=f"{piece.title}\n{piece.text}"))
        self.writer.commit()
        self.index.reload()

    def search(self, words: list[str], k: int) -> list[str]:
        query = self.index.parse_query(" ".join(words), ["text"])
        searcher = self.index.searcher()
        return [searcher.doc(address)["id"][0] for _, address in searcher.search(query, k, count=False).hits]


def pieces_of(articles: list[dict[str, str]], copy: int) -> Iterator[Piece]:
    for article in articles:
        words = article["text"].split()
        for start in range(0, len(words), 160):
            yield Piece(f"{copy}|{article['url']}|{start}", article["title"], " ".join(words[start : start + 160]))


def measure(
    articles: list[dict[str, str]], questions: list[dict[str, object]], copies: int
) -> dict[str, dict[str, float]]:
    folder = Path(tempfile.mkdtemp())
    engines: dict[str, Engine] = {"fts5": Fts5(folder), "tantivy": Tantivy(folder)}
    seconds, rows = {name: 0.0 for name in engines}, {name: list[tuple[float, int]]() for name in engines}
    count = 0
    for copy in range(copies):
        pieces = list(pieces_of(articles, copy))
        count += len(pieces)
        for name, engine in engines.items():
            start = time.perf_counter()
            engine.add(pieces)
            seconds[name] += time.perf_counter() - start
    for question in questions:
        words = [w for w in re.findall(r"\w+", str(question["question"]).lower()) if w not in STOP_WORDS]
        for name, engine in engines.items():
            start = time.perf_counter()
            found = engine.search(words, 50)
            took = time.perf_counter() - start
            urls = list(dict.fromkeys(piece.split("|")[1] for piece in found))
            gold = set(question["article_urls"])  # type: ignore[call-overload]
            rows[name].append((took, next((rank for rank, url in enumerate(urls, 1) if url in gold), 0)))
    sizes = {"fts5": folder / "fts5.sqlite", "tantivy": folder / "tantivy"}
    table = {name: _row(rows[name], seconds[name], count, _bytes(sizes[name])) for name in engines}
    shutil.rmtree(folder)
    return table


def _row(rows: list[tuple[float, int]], seconds: float, count: int, size: int) -> dict[str, float]:
    ranks, times = [rank for _, rank in rows], sorted(took for took, _ in rows)
    return {
        "pieces": count,
        "recall@1": sum(rank == 1 for rank in ranks) / len(ranks),
        "recall@5": sum(0 < rank <= 5 for rank in ranks) / len(ranks),
        "mrr": sum(1 / rank for rank in ranks if rank) / len(ranks),
        "median_ms": 1000 * statistics.median(times),
        "p95_ms": 1000 * times[int(len(times) * 0.95)],
        "pieces_per_second": count / seconds,
        "megabytes": size / 1e6,
    }


def _bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in ([path] if path.is_file() else path.rglob("*")))


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.keyword_engines",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="holds articles.jsonl and questions.jsonl")
    parser.add_argument("--copies", type=int, default=20)
    parser.add_argument("--out", type=Path, default=Path("runs/keyword_engines.json"))
    options = parser.parse_args()
    articles = [json.loads(line) for line in (options.folder / "articles.jsonl").open()]
    questions = [json.loads(line) for line in (options.folder / "questions.jsonl").open()]
    result = {str(copies): measure(articles, questions, copies) for copies in (1, options.copies)}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=1))
    for copies, table in result.items():
        for name, row in table.items():
            print(f"×{copies:>3} {name:8}", *(f"{key} {value:.3g}" for key, value in row.items()), sep="  ")


if __name__ == "__main__":
    main()
