"""`python -m index "QUESTION"`: search only. With --check or --repair: whether the store is sound, and mend it."""

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from byline.errors import BylineError
from byline.records import Passage
from byline.settings import read_settings
from index import ArticleIndex, Filters, open_index
from index.advice import repair_command
from index.opening import UNREADABLE

MOST_SHOWN = 20
DAY = "YYYY-MM-DD"


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all went well; 1 where it did not, or where the store is not sound; argparse exits with 2."""
    options = _options(arguments)
    try:
        settings = read_settings(data=options.data)
        with open_index(settings, mend=options.repair) as index:
            if options.check or options.repair:
                return (_repair if options.repair else _check)(index, settings.data)
            return _search(index, options)
    except BylineError as error:
        print(f"python -m index: {error}", file=sys.stderr)
        return 1


def _search(index: ArticleIndex, options: argparse.Namespace) -> int:
    until = min((day for day in (options.until, options.as_of) if day), default=None)
    filters = Filters(options.since, until, options.source, options.language, options.article)
    passages = index.search(options.question, options.k, filters)
    if not passages:
        print(f"nothing found among {index.coverage().articles} articles", file=sys.stderr)
    for rank, passage in enumerate(passages, 1):
        print(json.dumps(_record(passage), ensure_ascii=False) if options.json else _lines(rank, passage))
    return 0


def _check(index: ArticleIndex, data: Path) -> int:
    faults = list(index.check())
    for fault in faults[:MOST_SHOWN]:
        print(fault)
    if faults:
        print(f"not sound: {len(faults)} faults; to mend them: {repair_command(data)}")
        return 1
    held = " · ".join(f"{count} in {engine}" for engine, count in index.counts().items())
    print(f"sound: {index.coverage().articles} articles, chunks: {held}")
    return 0


def _repair(index: ArticleIndex, data: Path) -> int:
    """Articles that had to go count as not sound: somebody has to ingest them again."""
    faults = list(index.check())
    lost = index.repair(faults)
    print(f"{len(faults)} faults found and worked on")
    for aside in sorted(data.glob(f"*{UNREADABLE}")):
        print(f"could not be opened and was set aside; delete it when all is well: {aside}")
    for id in lost:
        again = shlex.join(["python", "-m", "ingest", id, "--data", str(data)])
        print(f"articles: damaged, and taken out; to have it back: {again}")
    return max(_check(index, data), int(bool(lost)))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m index", description="Search the articles, or check the store.")
    parser.add_argument("question", nargs="?", help="what to search for; not with --check or --repair")
    parser.add_argument("--k", type=int, default=10, help="most passages (10)")
    parser.add_argument("--since", type=date.fromisoformat, metavar=DAY, help="published on this day or later")
    parser.add_argument("--until", type=date.fromisoformat, metavar=DAY, help="published on this day or earlier")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, metavar=DAY, help="as if asked on this day: what came later is hidden"
    )
    parser.add_argument("--source", metavar="S", help="only of this source, as --json names it")
    parser.add_argument("--language", metavar="CODE", help="only in this language, as en")
    parser.add_argument("--article", metavar="ID", help="only of this article: its address, id or path")
    parser.add_argument("--data", metavar="DIR", help="folder of the index (setting BYLINE_DATA)")
    parser.add_argument("--json", action="store_true", help="one JSON line a passage")
    parser.add_argument(
        "--check", action="store_true", help="do vectors, keyword indexes and articles agree? else exit 1"
    )
    parser.add_argument("--repair", action="store_true", help="mend what does not, from the articles")
    options = parser.parse_args(arguments)
    if bool(options.question) == (options.check or options.repair):
        parser.error("give a question, or --check, or --repair")
    return options


def _record(passage: Passage) -> dict[str, object]:
    chunk, article = passage.chunk, passage.chunk.article
    return {
        "score": passage.score,
        "found_by": sorted(passage.found_by),
        "article": article.id,
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "source": article.source,
        "start": chunk.start,
        "end": chunk.end,
        "text": chunk.text,
    }


def _lines(rank: int, passage: Passage) -> str:
    article = passage.chunk.article
    about = " · ".join(
        str(part) for part in (article.published, article.source, "+".join(sorted(passage.found_by))) if part
    )
    return f"{rank:2}. {article.title} ({about})\n    {' '.join(passage.chunk.text.split())}\n"


if __name__ == "__main__":
    sys.exit(main())
