"""What a question says of time: "latest" asks for the newest that fits, not for the word; "this week" means now."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import exp

from index.filters import Filters
from index.fuse import Found

_NEWEST = re.compile(r"\b(?:(?:the|most) +)*(?:latest|newest|most +recent(?:ly)?)\b", re.IGNORECASE)
_NOW = re.compile(
    r"\b(?:this +(?:week|month|morning|afternoon|evening)|today|tonight|yesterday|recent(?:ly)?|currently|right +now"
    r"|nowadays|these +days|in +recent +(?:days|weeks)|so +far +this +year)\b",
    re.IGNORECASE,
)
FADES_IN_DAYS = 14.0
RECENT = 0.5
"""What being published on the day of the question counts for, beside a cosine of 1."""
GOOD_MATCH = 0.93
"""Of the best score. Of 100 words that stand in three to twelve news titles or addresses, "What is the latest on …?"
brings an article of that title for 0.64 and the newest for 0.45; at 0.75 for 0.35 and 0.34, at 1 for 0.68 and 0.27."""
NEWEST = 10.0
"""More than any match counts for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """`words` is what to look for. `newest`: of what fits, the newest is meant. `now`: it speaks of its own day."""

    words: str
    newest: bool
    now: bool


def read_question(question: str) -> Asked:
    words = " ".join(_NEWEST.sub(" ", question).split())
    newest = words != " ".join(question.split())
    return Asked(words if re.search(r"\w", words) else question, newest, bool(_NOW.search(question)))


def in_time(
    found: Sequence[Found], published: Mapping[str, date | None], asked: Asked, filters: Filters
) -> list[Found]:
    """Best first, once the days of the articles have had their say; the same where they have none.

    A span of days (`since` and `until`) says nothing of when the question is asked.
    """
    between = filters.since and filters.until
    today = None if between else filters.until or (date.today() if asked.now else None)
    if today:
        found = [replace(one, score=one.score + freshness(published[one.article], today)) for one in found]
    if asked.newest:
        best: dict[str, float] = {}
        for one in found:
            best[one.article] = max(best.get(one.article, 0.0), one.score)
        new = newness(best, {id: published[id] for id in best})
        found = [replace(one, score=one.score + NEWEST * new[one.article]) for one in found]
    return sorted(found, key=lambda one: (-one.score, one.id))


def freshness(published: date | None, today: date) -> float:
    """What is added to the score of a passage for being new on the day of the question."""
    return RECENT * recency(published, today)


def recency(published: date | None, today: date) -> float:
    """1 on the day itself, fading with the days since; 0 for what has no date or comes later."""
    if published is None or published > today:
        return 0.0
    return exp(-(today - published).days / FADES_IN_DAYS)


def newness(scores: Mapping[str, float], published: Mapping[str, date | None]) -> dict[str, float]:
    """From 0 to 1, by article: those that fit nearly as well as the best, the newest highest; the others 0.

    `scores` are those of the articles. One without a date is no newer than any.
    """
    least = GOOD_MATCH * max(scores.values(), default=0.0)
    days = sorted({day for id, day in published.items() if day and scores[id] >= least})
    return {
        id: (days.index(day) + 1) / len(days) if (day := published[id]) and score >= least else 0.0
        for id, score in scores.items()
    }
