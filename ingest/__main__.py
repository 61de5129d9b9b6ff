"""python -m ingest PATH_OR_URL…: brings the index up to date and shows what became of each article."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

from byline.errors import BylineError
from byline.settings import read_settings
from index import open_index
from ingest import Ingested, ingest

COLUMNS = ("outcome", "date", "source", "lang", "chunks", "dropped", "title")
LONGEST_CELL = {"source": 28, "title": 70}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all went well, 1 when something failed; argparse exits with 2 on a wrong command line."""
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings(data=options.data)
        with open_index(settings, rebuild=options.rebuild) as index:
            done = _with_progress(ingest(options.places, index, prune=options.prune))
            return _show_json(done) if options.json else _show_table(done)
    except BylineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ingest", description="Article files, folders and URLs -> the index."
    )
    parser.add_argument("places", nargs="+", metavar="PATH_OR_URL", help="a file, a folder or an http(s) address")
    parser.add_argument("--data", metavar="DIR", help="folder of the index (setting BYLINE_DATA)")
    parser.add_argument("--json", action="store_true", help="one JSON line per article instead of the table")
    parser.add_argument("--rebuild", action="store_true", help="start with an empty index")
    parser.add_argument("--prune", action="store_true", help="remove articles of these places whose files are gone")
    return parser


def _with_progress(done: Iterator[Ingested]) -> Iterator[Ingested]:
    from tqdm import tqdm  # type: ignore[import-untyped]

    bar = tqdm(done, unit=" articles", file=sys.stderr, disable=not sys.stderr.isatty(), leave=False)
    return iter(bar)


def _show_json(ingested: Iterator[Ingested]) -> int:
    failed = 0
    for done in ingested:
        if done.outcome != "skipped":
            print(json.dumps(_record(done), ensure_ascii=False), flush=True)
        failed += done.outcome == "failed"
    return 1 if failed else 0


def _record(done: Ingested) -> dict[str, object]:
    article = done.article
    published = article.published if article else None
    return {
        "place": done.place,
        "outcome": done.outcome,
        "id": article.id if article else None,
        "title": article.title if article else None,
        "published": published.isoformat() if published else None,
        "source": article.source if article else None,
        "authors": list(article.authors) if article else [],
        "language": article.language if article else None,
        "url": article.url if article else None,
        "digest": article.digest if article else None,
        "same_as": article.same_as if article else None,
        "chunks": done.chunks,
        "dropped": list(done.dropped),
        "error": done.error,
        "text": article.text if article else None,
    }


def _show_table(ingested: Iterator[Ingested]) -> int:
    everything = list(ingested)
    rows = [_row(done) for done in everything if done.outcome != "skipped"]
    widths = [max(map(len, column)) for column in zip(COLUMNS, *rows, strict=True)]
    for row in [COLUMNS, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    counts = Counter(done.outcome for done in everything)
    chunks = sum(done.chunks for done in everything)
    copied = sum(done.article is not None and done.article.same_as is not None for done in everything)
    told = (
        ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if outcome != "skipped") or "nothing to do"
    )
    told += f"; {chunks} chunks written" + (f"; {copied} repeat another article" if copied else "")
    print(told + (f"; {counts['skipped']} files of other kinds skipped" if counts["skipped"] else ""))
    return 1 if counts["failed"] else 0


def _row(done: Ingested) -> tuple[str, ...]:
    article = done.article
    if article is None or done.outcome == "failed":
        return (done.outcome, "", "", "", "", "", done.error or done.place)
    title = _shortened(article.title, "title") + (f"  (repeats {article.same_as})" if article.same_as else "")
    published = article.published.isoformat() if article.published else "-"
    source = _shortened(article.source or "-", "source")
    counted = (str(done.chunks or "-"), str(len(done.dropped) or "-"))
    return (done.outcome, published, source, article.language or "-", *counted, title)


def _shortened(text: str, column: str) -> str:
    longest = LONGEST_CELL[column]
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


if __name__ == "__main__":
    sys.exit(main())
