"""`python -m index "QUESTION"`: search only."""

import argparse
import json
import sys
from datetime import date

from byline.errors import BylineError
from byline.records import Passage
from byline.settings import read_settings
from index import Filters, open_index


def main() -> int:
    options = _arguments()
    until = min((day for day in (options.until, options.as_of) if day), default=None)
    filters = Filters(options.since, until, options.source, options.language, options.article)
    try:
        with open_index(read_settings(data=options.data)) as index:
            passages = index.search(options.question, options.k, filters)
            if not passages:
                print(f"nothing found among {index.coverage().articles} articles", file=sys.stderr)
    except BylineError as error:
        print(f"python -m index: {error}", file=sys.stderr)
        return 1
    for rank, passage in enumerate(passages, 1):
        print(json.dumps(_record(passage), ensure_ascii=False) if options.json else _lines(rank, passage))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m index", description="Search the articles.")
    parser.add_argument("question")
    parser.add_argument("--k", type=int, default=10, help="most passages (10)")
    parser.add_argument("--since", type=date.fromisoformat, metavar="DATE", help="published on this day or later")
    parser.add_argument("--until", type=date.fromisoformat, metavar="DATE", help="published on this day or earlier")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, metavar="DATE", help="as if asked on this day: what came later is hidden"
    )
    parser.add_argument("--source", metavar="S")
    parser.add_argument("--language", metavar="CODE")
    parser.add_argument("--article", metavar="ID")
    parser.add_argument("--data", metavar="DIR", help="folder of the index")
    parser.add_argument("--json", action="store_true", help="one JSON line a passage")
    return parser.parse_args()


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
