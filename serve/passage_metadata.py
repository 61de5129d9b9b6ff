"""What the other frameworks are told of a passage besides its text: plain values, fit for JSON."""

from byline.records import Passage

READ_BY_A_MODEL = ("title", "source", "published")
"""The rest is for code: an offset or a score in a prompt only costs tokens."""


def passage_metadata(passage: Passage) -> dict[str, object]:
    """Every key is always there; None where the article does not say. `start` and `end` count characters of the
    article, and `score` orders the passages of one search only.
    """
    chunk, article = passage.chunk, passage.chunk.article
    return {
        "article": article.id,
        "title": article.title,
        "source": article.source,
        "published": article.published.isoformat() if article.published else None,
        "url": article.url,
        "language": article.language,
        "start": chunk.start,
        "end": chunk.end,
        "score": passage.score,
        "found_by": sorted(passage.found_by),
    }
