"""Does a search bring the right article? Byline, each of its ways alone, and a plain LlamaIndex pipeline, in one run.

    python -m eval.retrieval NEWS_FOLDER [--data DIR] [--out runs/retrieval-news.json]
    python -m eval.retrieval xquad.en.json --questions xquad.es.json xquad.de.json

A folder holds articles.jsonl and questions.jsonl; a JSON file is in the form of SQuAD, each paragraph an article of its
own. Questions that say when they were asked are searched twice: as they stand, and as of that day, on which nothing
published later counts. An article stands where its first passage does. The result file has everything that is printed.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from byline.errors import BylineError, CaseError
from byline.models import model_path
from byline.settings import Settings, read_settings
from eval.retrieval.collection import Collection, Sought, read_collection
from eval.retrieval.measures import Article, Found, differences, estimates, places
from eval.retrieval.plain import plain_index, plain_ranking
from index import WAYS, ArticleIndex, Filters, Way, open_index
from ingest import ingest

PASSAGES = 100
"""Passages asked of Byline, so that ten articles are among them."""
Search = Callable[[str, date | None], Sequence[Article]]


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as folder:
            scratch = Path(folder)
            collection = read_collection(options.collection, options.questions, scratch)
            settings = read_settings(data=options.data or scratch / "data")
            with open_index(settings) as index:
                _fill(index, collection)
                result = {"collection": options.collection.name} | _about(index, settings)
                result |= _measure(collection, _searches(index, settings, scratch), options.seed)
    except BylineError as error:
        print(f"python -m eval.retrieval: {error}", file=sys.stderr)
        return 1
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=1) + "\n", "utf8")
    _print(result)
    print(f"\nwritten to {options.out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval.retrieval", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("collection", type=Path)
    parser.add_argument("--questions", type=Path, nargs="+", default=[], help="more questions over the same articles")
    parser.add_argument("--data", type=Path, metavar="DIR", help="keep Byline's index here, and use it again")
    parser.add_argument("--out", type=Path, default=Path("runs/retrieval.json"))
    parser.add_argument("--seed", type=int, default=0, help="of the intervals (0)")
    return parser


def _fill(index: ArticleIndex, collection: Collection) -> None:
    for done in ingest([str(collection.articles)], index):
        if done.outcome == "failed":
            print(f"{done.place}: {done.error}", file=sys.stderr)
    names = {name for article in index.articles() for name in (article.id, article.url)}
    for title, questions in collection.questions.items():
        if missing := [one.id for one in questions if names.isdisjoint(one.articles)]:
            raise CaseError(f"no article in the index answers {missing[0]} of {title}, nor {len(missing) - 1} others")


def _about(index: ArticleIndex, settings: Settings) -> dict[str, Any]:
    return {
        "embedder": settings.embedder,
        "reranker": settings.reranker,
        "chunk_tokens": settings.chunk_tokens,
        "articles": index.coverage().articles,
        "chunks": index.counts()["articles"],
    }


def _searches(index: ArticleIndex, settings: Settings, scratch: Path) -> dict[str, Search]:
    plain = plain_index(index.articles(), model_path(settings.embedder, settings.models), scratch / "plain")
    return {
        "byline": _byline(index, WAYS),
        "meaning": _byline(index, ("meaning",)),
        "words": _byline(index, ("words",)),
        "plain": plain_ranking(plain),
    }


def _byline(index: ArticleIndex, ways: Sequence[Way]) -> Search:
    def search(question: str, until: date | None) -> list[Article]:
        found = index.search(question, PASSAGES, Filters(until=until), ways)
        return list(dict.fromkeys((passage.chunk.article.id, passage.chunk.article.url) for passage in found))

    return search


def _measure(collection: Collection, searches: Mapping[str, Search], seed: int) -> dict[str, Any]:
    sets = {}
    for name, questions in collection.questions.items():
        sets[name] = _table(questions, searches, seed, dated=False)
        if all(one.asked for one in questions):
            sets[f"{name}, as of the day asked"] = _table(questions, searches, seed, dated=True)
    return {"sets": sets}


def _table(questions: Sequence[Sought], searches: Mapping[str, Search], seed: int, *, dated: bool) -> dict[str, Any]:
    found: dict[str, list[Found]] = {way: [] for way in searches}
    seconds: dict[str, list[float]] = {way: [] for way in searches}
    for one in questions:
        for way, search in searches.items():
            start = time.perf_counter()
            ranking = search(one.question, one.asked if dated else None)
            seconds[way].append(time.perf_counter() - start)
            found[way].append(places(one.id, ranking, one.articles))
    return {
        "questions": len(questions),
        "ways": {way: {name: asdict(some) for name, some in estimates(found[way], seed).items()} for way in found},
        "byline_less": {
            way: {name: asdict(some) for name, some in differences(found["byline"], found[way], seed).items()}
            for way in found
            if way != "byline"
        },
        "median_milliseconds": {way: 1000 * statistics.median(seconds[way]) for way in found},
        "first_place": {way: {one.id: min(one.places, default=None) for one in found[way]} for way in found},
    }


def _print(result: Mapping[str, Any]) -> None:
    for name, table in result["sets"].items():
        print(f"\n{name}: {table['questions']} questions, {result['articles']} articles, {result['chunks']} chunks\n")
        measures = list(next(iter(table["ways"].values())))
        print("| |", *(f"{measure} |" for measure in measures))
        print("|---|" + "---|" * len(measures))
        rows = table["ways"] | {f"byline − {way}": row for way, row in table["byline_less"].items()}
        for way, row in rows.items():
            sign = "+" if "−" in way else ""
            cells = (f"{e['value']:{sign}.3f} ({e['low']:{sign}.3f} to {e['high']:{sign}.3f}) |" for e in row.values())
            print(f"| {way} |", *cells)


if __name__ == "__main__":
    sys.exit(main())
