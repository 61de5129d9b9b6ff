"""`python -m answer "QUESTION"`: ask."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from answer import open_answerer
from byline.days import in_words
from byline.errors import BylineError
from byline.records import Answer, Citation, Passage
from byline.settings import read_settings


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        with open_answerer(read_settings(data=options.data, llm=options.llm)) as answerer:
            answer = None
            for answer in answerer.ask(options.question, as_of=options.as_of):
                if sys.stderr.isatty():
                    print(f"\r{answer.stage} … ", end="", file=sys.stderr)
    except BylineError as error:
        print(f"python -m answer: {error}", file=sys.stderr)
        return 1
    assert answer is not None
    print(json.dumps(record(answer), ensure_ascii=False) if options.json else _lines(answer))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m answer", description="Ask the articles. Exit code 0 also when declined."
    )
    parser.add_argument("question")
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="YYYY-MM-DD", help="hide what was published later")
    parser.add_argument("--data", metavar="DIR", help="folder of the index (setting BYLINE_DATA)")
    parser.add_argument("--llm", metavar="KIND:NAME", help="the language model (setting BYLINE_LLM)")
    parser.add_argument("--json", action="store_true", help="the whole final Answer as JSON")
    return parser


def record(answer: Answer) -> dict[str, Any]:
    """The Answer as plain JSON values; an article's full text stands once, by id, and not in each citation."""
    plain = {
        f: getattr(answer, f) for f in ("question", "search_question", "stage", "text", "abstained", "reason", "model")
    }
    articles = {p.chunk.article.id: p.chunk.article for p in [*answer.passages, *(c.passage for c in answer.citations)]}
    return plain | {
        "known_on": str(answer.known_on or "") or None,
        "citations": [_citation(citation) for citation in answer.citations],
        "passages": [_passage(passage) for passage in answer.passages],
        "articles": {
            id: asdict(article) | {"published": str(article.published or "")} for id, article in articles.items()
        },
        "timings": dict(answer.timings),
        "signals": dict(answer.signals),
    }


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "quote": citation.quote,
        "article": citation.article.id,
        "title": citation.article.title,
        "published": str(citation.article.published or "") or None,
        "source": citation.article.source,
        "start": citation.start,
        "end": citation.end,
        "supported": citation.supported,
    }


def _passage(passage: Passage) -> dict[str, Any]:
    chunk = passage.chunk
    return {
        "article": chunk.article.id,
        "start": chunk.start,
        "end": chunk.end,
        "text": chunk.text,
        "score": passage.score,
        "found_by": sorted(passage.found_by),
    }


def _lines(answer: Answer) -> str:
    lines = [f"As of {in_words(answer.known_on)}: {answer.text}" if answer.known_on else answer.text]
    for citation in answer.citations:
        article = citation.article
        about = ", ".join(str(part) for part in (article.title, article.published, article.source) if part)
        lines.append(f"  [{citation.number}] “{' '.join(citation.quote.split())}”\n      {about}")
    if answer.abstained:
        lines.append(f"  (declined: {answer.reason})")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
