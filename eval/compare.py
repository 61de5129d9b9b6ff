"""Two runs of the same cases, pair by pair. Knows nothing of where they come from.

The interval is that of the difference, resampled over cases: both runs draw the same cases each time, so that what is
hard for both does not widen it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from byline.errors import CaseError
from eval.run import Row
from eval.scores import MEASURES, Measure, drawn, interval, ratio, right, shares


@dataclass(frozen=True, slots=True)
class Difference:
    """`now - before`, with the bounds of its 95% interval. `worse`: the whole interval lies on the wrong side of 0."""

    before: float
    now: float
    low: float
    high: float
    worse: bool

    @property
    def value(self) -> float:
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ids of cases, in the order of the run. A case with another question counts as absent from the other run."""

    earlier: str
    paired: int
    better: tuple[str, ...]
    worse: tuple[str, ...]
    only_now: tuple[str, ...]
    only_before: tuple[str, ...]
    differences: Mapping[str, Difference]


def compare(
    rows: Sequence[Row],
    earlier: Sequence[Row],
    name: str,
    seed: int = 0,
    measures: Mapping[str, Measure] = MEASURES,
) -> Comparison:
    """`name` is what the earlier run is called in reports. Raises CaseError where the runs share no case."""
    before = {(row.case.id, row.case.question): row for row in earlier}
    pairs = [(before[key], row) for row in rows if (key := (row.case.id, row.case.question)) in before]
    if not pairs:
        raise CaseError(f"{name} shares no case with this run; compare with a run of the same case file")
    shared = {row.case.id for _, row in pairs}
    return Comparison(
        name,
        len(pairs),
        better=tuple(now.case.id for old, now in pairs if right(now) and not right(old)),
        worse=tuple(now.case.id for old, now in pairs if right(old) and not right(now)),
        only_now=tuple(row.case.id for row in rows if row.case.id not in shared),
        only_before=tuple(row.case.id for row in earlier if row.case.id not in shared),
        differences=_differences([old for old, _ in pairs], [now for _, now in pairs], seed, measures),
    )


def _differences(
    before: Sequence[Row], now: Sequence[Row], seed: int, measures: Mapping[str, Measure]
) -> Mapping[str, Difference]:
    """Of every measure that counts something in both runs."""
    weights = drawn(now, seed)
    differences = {}
    for name, measure in measures.items():
        old, new = shares(before, measure), shares(now, measure)
        if old[1].sum() and new[1].sum():
            low, high = interval(ratio(new @ weights) - ratio(old @ weights))
            worse = high < 0 if measure.higher_is_better else low > 0
            was, is_now = float(old[0].sum() / old[1].sum()), float(new[0].sum() / new[1].sum())
            differences[name] = Difference(was, is_now, low, high, worse)
    return differences
