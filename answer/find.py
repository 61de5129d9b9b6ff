"""The passages for a question: those of one search, and of one more for each side where it compares two things.

Where it speaks of its own days ("this week"), what was published before them is no answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from answer.evidence import sides_of
from answer.span import Span
from byline.records import Article, Passage
from index import ANY, ArticleIndex, Filters, freshness

PASSAGES_PER_SIDE = 8
"""Searched besides for each side of a comparison: enough for two articles to be among them."""
SPARE_PASSAGES = 88
"""Searched besides where articles are left out, so that enough passages stay."""


@dataclass(frozen=True, slots=True)
class Found:
    """Passages best first, each chunk once; `compared` names the article of each side of a comparison, or nothing."""

    passages: tuple[Passage, ...]
    compared: tuple[str, ...]


def find(
    index: ArticleIndex,
    question: str,
    k: int,
    filters: Filters = ANY,
    without: frozenset[str] = frozenset(),
    span: Span | None = None,
) -> Found:
    """At most `k` passages for the whole question, and behind them those of its sides.

    `without` are ids or URLs of articles to leave out, with all that tell the same story. What is older than `span` is
    left out, unless all of it is: in an archive "this week" can only mean its own.
    """
    left_out = without | {named.same_as for id in without if (named := index.article(id)) and named.same_as}

    def search(asked: str, k: int) -> list[Passage]:
        found = index.search(asked, k + SPARE_PASSAGES if without or span else k, filters)
        if span:
            days = replace(filters, since=span.since, until=span.until)
            found = _of_the_span(span, found, index.search(asked, k + SPARE_PASSAGES, days))
        return [passage for passage in found if not _names(passage.chunk.article) & left_out][:k]

    once = {passage.chunk.id: passage for passage in search(question, k)}
    sides = [search(side, PASSAGES_PER_SIDE) for side in sides_of(question)]
    for of_side in sides:
        for passage in of_side:
            once.setdefault(passage.chunk.id, passage)
    return Found(tuple(once.values()), _one_each(sides))


def _of_the_span(span: Span, found: Sequence[Passage], dated: Sequence[Passage]) -> list[Passage]:
    """Best first: those found that it holds, and those of a search in it alone, which knows no day of the question.
    All that was found where it holds none.
    """
    once = {
        passage.chunk.id: replace(passage, score=passage.score + freshness(passage.chunk.article.published, span.until))
        for passage in dated
    }
    once |= {passage.chunk.id: passage for passage in found if span.holds(passage.chunk.article.published)}
    return sorted(once.values(), key=lambda passage: -passage.score) or list(found)


def _one_each(sides: Sequence[Sequence[Passage]]) -> tuple[str, ...]:
    """An article for each side, no two the same, whose best passages have the highest scores together."""
    best: list[dict[str, float]] = []
    for passages in sides:
        best.append({})
        for passage in passages:
            best[-1].setdefault(passage.chunk.article.id, passage.score)
    ways = [way for way in product(*best) if len(set(way)) == len(way)] if sides else []
    return max(ways, key=lambda way: sum(scores[id] for scores, id in zip(best, way, strict=True)), default=())


def _names(article: Article) -> frozenset[str]:
    """What the article, or the one that it repeats, is called."""
    return frozenset(filter(None, (article.id, article.url, article.same_as)))
