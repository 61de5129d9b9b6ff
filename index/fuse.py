"""Three views of a chunk into one score: its cosine, and the share of the question's words in it and in its article.

Weights by a softmax regression over the articles of 103 news questions (docs/decisions.md has what else was tried).
Shares of words, unlike ranks and unlike scores divided by the best one, stay low where the words do not fit: questions
in another language than the articles are then decided by meaning.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

MEANING, WORDS, ARTICLE = 1.0, 0.5, 1.4
CROWDING = 0.05
"""What each passage of an article takes from the article's next one, lest ten passages be all of one article."""


@dataclass(frozen=True, slots=True)
class Found:
    """A chunk with its score and the ways that found it."""

    id: str
    article: str
    score: float
    ways: frozenset[str]


def fuse(
    meaning: Mapping[str, float],
    words: Mapping[str, float],
    articles: Mapping[str, float],
    of: Mapping[str, str],
    most: int,
) -> list[Found]:
    """Best first; ties in order of id, so that a search repeats. `of` names the article of each chunk.

    What one way did not bring is taken to be as good as the last that it brought; where the words brought fewer than
    the `most` that they were asked for, to have none of them.
    """
    shares = (min(scores.values()) if len(scores) >= most else 0.0 for scores in (words, articles))
    floors = [min(meaning.values(), default=0.0), *shares]
    found = [
        Found(
            id,
            article,
            MEANING * meaning.get(id, floors[0])
            + WORDS * words.get(id, floors[1])
            + ARTICLE * articles.get(article, floors[2]),
            frozenset(name for name, scores in (("meaning", meaning), ("words", words)) if id in scores),
        )
        for id, article in of.items()
    ]
    return sorted(found, key=lambda one: (-one.score, one.id))


def spread(found: Sequence[Found]) -> list[Found]:
    """The same chunks, best first; the first of each article keeps its score, the later ones lose ever more."""
    before: Counter[str] = Counter()
    lowered = []
    for one in found:
        lowered.append(replace(one, score=one.score - CROWDING * before[one.article]))
        before[one.article] += 1
    return sorted(lowered, key=lambda one: (-one.score, one.id))
