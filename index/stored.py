"""An article as a row of SQLite: its columns, in order, and back."""

import hashlib
import json
from collections.abc import Sequence
from datetime import date

from byline.records import Article, Chunk
from index.filters import day_number
from index.narrowing import Place

COLUMNS = "id, title, text, url, source, published, authors, language, digest, same_as"
NO_ROWS = -1
"""The first row of an article that has none."""


def spans_digest(chunks: Sequence[Chunk]) -> str:
    """Changes with any chunk that is lost, moved or added behind the shelf's back."""
    spans = sorted((chunk.start, chunk.end, chunk.id) for chunk in chunks)
    return hashlib.sha256(json.dumps(spans).encode()).hexdigest()[:16]


def row_of(article: Article) -> tuple[str | None, ...]:
    return (
        article.id,
        article.title,
        article.text,
        article.url,
        article.source,
        article.published.isoformat() if article.published else None,
        json.dumps(article.authors, ensure_ascii=False),
        article.language,
        article.digest,
        article.same_as,
    )


def place_of(article: Article, first: int, chunks: int) -> Place:
    source, language = (article.source or "").lower(), article.language or ""
    return Place(article.id, day_number(article.published), source, language, first, 0 if first == NO_ROWS else chunks)


def read_article(row: Sequence[str]) -> Article:
    id, title, text, url, source, published, authors, language, digest, same_as = row
    return Article(
        id,
        title,
        text,
        url,
        source,
        read_day(published),
        tuple(json.loads(authors)),
        language,
        digest=digest,
        same_as=same_as,
    )


def read_day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
