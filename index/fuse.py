"""Several rankings of chunks into one, by rank: reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009)."""

from collections.abc import Mapping, Sequence

RANK_CONSTANT = 60
"""The paper's k: how quickly a place further down stops mattering."""


def fuse(
    rankings: Mapping[str, Sequence[str]], weights: Mapping[str, float]
) -> list[tuple[str, float, frozenset[str]]]:
    """(chunk id, score, the rankings that found it), best first; ties in order of id, so that a search repeats."""
    scores: dict[str, float] = {}
    found_by: dict[str, set[str]] = {}
    for name, ranking in rankings.items():
        for rank, id in enumerate(ranking, 1):
            scores[id] = scores.get(id, 0.0) + weights[name] / (RANK_CONSTANT + rank)
            found_by.setdefault(id, set()).add(name)
    order = sorted(scores, key=lambda id: (-scores[id], id))
    return [(id, scores[id], frozenset(found_by[id])) for id in order]
