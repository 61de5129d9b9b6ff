"""Rankings of articles to figures. Intervals are those of `eval.scores`: percentile bootstrap over questions, seeded.

Every figure is a mean over questions, so a ranking is worth one number a measure, and two ways are compared question by
question: both draw the same questions each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np

from eval.scores import Floats, interval, resample

Article = tuple[str, str | None]
"""Id and URL."""
DEPTH = 10


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean, or a difference of two, with the bounds of its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Found:
    """The places, from 1, at which right articles of a question stand in a ranking. `right` counts those there are."""

    id: str
    places: tuple[int, ...]
    right: int


def places(id: str, ranking: Sequence[Article], right: Sequence[str]) -> Found:
    hits = tuple(place for place, (name, url) in enumerate(ranking, 1) if name in right or (url or None) in right)
    return Found(id, hits, len(right))


def _recall(k: int, found: Found) -> float:
    return float(any(place <= k for place in found.places))


def _ndcg(found: Found) -> float:
    """nDCG@10 with right = 1 (Järvelin & Kekäläinen, 2002). Of several right articles all count, early ones more."""
    ideal = sum(1 / log2(place + 1) for place in range(1, min(found.right, DEPTH) + 1))
    return sum(1 / log2(place + 1) for place in found.places if place <= DEPTH) / ideal


def values(found: Sequence[Found]) -> Mapping[str, Floats]:
    """One value a question, by measure."""
    measures = {f"recall@{k}": [_recall(k, one) for one in found] for k in (1, 3, 5, 10)}
    measures["mrr"] = [1 / min(one.places) if one.places else 0.0 for one in found]
    measures["ndcg@10"] = [_ndcg(one) for one in found]
    return {name: np.array(some, dtype=np.float64) for name, some in measures.items()}


def estimates(found: Sequence[Found], seed: int = 0) -> dict[str, Estimate]:
    return {name: _mean(some, seed) for name, some in values(found).items()}


def differences(found: Sequence[Found], other: Sequence[Found], seed: int = 0) -> dict[str, Estimate]:
    """`found` less `other`, which holds the same questions in the same order."""
    mine, theirs = values(found), values(other)
    return {name: _mean(mine[name] - theirs[name], seed) for name in mine}


def _mean(some: Floats, seed: int) -> Estimate:
    low, high = interval(some @ resample(len(some), seed) / len(some))
    return Estimate(float(some.mean()), low, high)
