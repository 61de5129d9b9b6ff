"""Rows to scores, each with its interval. Every score but a time is a ratio of two sums over the rows:

    name ─► (row ─► numerator, denominator)      recall@3 ─► (1 if found else 0, 1 if answerable else 0)

so one way to resample the rows serves them all. Intervals: the percentile bootstrap over cases (Efron & Tibshirani,
An Introduction to the Bootstrap, 1993, chapter 13), seeded; a question that was asked twice is one case. Where a failed
row counts, it counts as 0.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.cases import HIDDEN
from eval.risk import area
from eval.run import FoundPassage, Row, ShownCitation, answered_elsewhere, says_right

RESAMPLES = 2000
INTERVAL = (2.5, 97.5)
"""Percentiles between which 95 in 100 resamples fall."""

Floats = NDArray[np.float64]
Ratio = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Measure:
    """`share` gives a row's part of the numerator and of the denominator; 0 and 0 where the row is no part of it."""

    means: str
    share: Callable[[Row], Ratio]
    higher_is_better: bool = True


@dataclass(frozen=True, slots=True)
class Score:
    """`value` is None where nothing counts; `low` and `high` bound its 95% interval. `n` is the whole denominator:
    cases, or citations, or declined answers. Times are in seconds, all others from 0 to 1."""

    value: float | None
    low: float | None
    high: float | None
    n: float


Scores = Mapping[str, Score]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many rows of each kind of case answered, declined, or failed."""

    answerable: tuple[int, int, int]
    unanswerable: tuple[int, int, int]


def correct(row: Row) -> bool:
    """The answer was given and says what an accepted string says; of a quiz, or comes nearest to it of the choices."""
    return row.case.answerable and not row.failed and not row.declined and says_right(row)


def right(row: Row) -> bool:
    """What a user would want of the case: the right answer, or a refusal where the articles state none."""
    return correct(row) if row.case.answerable else row.declined or answered_elsewhere(row)


def wrong_shown(row: Row) -> bool:
    """An answer was shown that it would have been better not to show."""
    return not row.failed and not row.declined and not right(row)


def unanswerable(row: Row) -> bool:
    """No article states an answer, or none that the run has come upon."""
    return not row.case.answerable and not answered_elsewhere(row)


def ranked_articles(row: Row) -> list[FoundPassage]:
    """The first passage of each article, in the order in which the articles were found."""
    return list({passage.article: passage for passage in reversed(row.passages)}[id] for id in _ids(row))


def rank(row: Row) -> int | None:
    """The place, from 1, of the first article that the case names; None where none was found."""
    return next((place for place, found in enumerate(ranked_articles(row), 1) if _named(row, found)), None)


def _ids(row: Row) -> list[str]:
    return list(dict.fromkeys(passage.article for passage in row.passages))


def _named(row: Row, found: FoundPassage | ShownCitation) -> bool:
    return found.article in row.case.articles or found.url in row.case.articles


def _searched(row: Row) -> bool:
    return row.case.answerable and bool(row.case.articles)


def _recall(k: int) -> Callable[[Row], Ratio]:
    return lambda row: (float((rank(row) or k + 1) <= k), 1.0) if _searched(row) else (0.0, 0.0)


def _reciprocal_rank(row: Row) -> Ratio:
    place = rank(row)
    return (1.0 / place if place else 0.0, 1.0) if _searched(row) else (0.0, 0.0)


def _recall_all(row: Row) -> Ratio:
    if not _searched(row) or row.case.kind != "comparison":
        return 0.0, 0.0
    found = {name for passage in ranked_articles(row)[:5] for name in (passage.article, passage.url)}
    return float(found.issuperset(row.case.articles)), 1.0


def _of(counts: Callable[[Row], bool], among: Callable[[Row], bool]) -> Callable[[Row], Ratio]:
    return lambda row: (float(counts(row)), 1.0) if among(row) else (0.0, 0.0)


def _of_citations(counts: Callable[[ShownCitation], bool]) -> Callable[[Row], Ratio]:
    return lambda row: (float(sum(map(counts, row.citations))), float(len(row.citations)))


def _refusal_f1(row: Row) -> Ratio:
    """2TP / (2TP + FP + FN) summed over rows; a failed row of an unanswerable case is a refusal that is missing."""
    if answered_elsewhere(row):
        return 0.0, 0.0
    hit = row.declined and not row.case.answerable
    return 2.0 * hit, 2.0 * hit + float(row.declined == row.case.answerable)


MEASURES: Mapping[str, Measure] = {
    "recall@1": Measure("a right article is the first found", _recall(1)),
    "recall@3": Measure("… among the first three", _recall(3)),
    "recall@5": Measure("… among the first five", _recall(5)),
    "mrr": Measure("1 / rank of the first right article", _reciprocal_rank),
    "recall_all@5": Measure("comparisons: all articles among the first five", _recall_all),
    "correct": Measure("of the answerable, answered right", _of(correct, lambda row: row.case.answerable)),
    "right": Measure("of all, answered right or rightly declined", _of(right, lambda row: True)),
    "citations_supported": Measure(
        "of citations shown, found to support", _of_citations(lambda c: c.supported is True)
    ),
    "citations_verbatim": Measure("of citations shown, word for word", _of_citations(lambda c: c.verbatim)),
    "cites_right_article": Measure(
        "of correct answers, cite a right article",
        _of(lambda row: any(_named(row, c) for c in row.citations), lambda row: correct(row) and _searched(row)),
    ),
    "refusal_precision": Measure(
        "of refusals, right", _of(lambda row: not row.case.answerable, lambda row: row.declined)
    ),
    "refusal_recall": Measure("of the unanswerable, declined", _of(lambda row: row.declined, unanswerable)),
    "refusal_f1": Measure("both in one", _refusal_f1),
    "declined_answerable": Measure(
        "of the answerable, declined",
        _of(lambda row: row.declined, lambda row: row.case.answerable),
        higher_is_better=False,
    ),
    "wrong_shown": Measure("of all, shown and wrong", _of(wrong_shown, lambda row: True), higher_is_better=False),
    "failed": Measure(
        "of all, ended in an error", _of(lambda row: row.failed, lambda row: True), higher_is_better=False
    ),
}
TIMES: Mapping[str, tuple[str, float]] = {
    "first_word_median": ("first_word", 50),
    "first_word_p95": ("first_word", 95),
    "done_median": ("done", 50),
    "done_p95": ("done", 95),
}
"""The stage that each is about, and the percentile."""
AURC = "aurc"
MEANS = (
    {name: measure.means for name, measure in MEASURES.items()}
    | {AURC: "area under the risk-coverage curve; lower is better"}
    | {name: f"seconds to {stage.replace('_', ' ')}" for name, (stage, _) in TIMES.items()}
)
"""What each score is, in a few words, in the order in which they are shown."""


def score(rows: Sequence[Row], seed: int = 0) -> Scores:
    """All measures and times of the rows, in the order in which they are listed above."""
    weights = drawn(rows, seed)
    ratios = {name: _score(shares(rows, measure), weights) for name, measure in MEASURES.items()}
    times = {name: _time(rows, stage, percentile, seed) for name, (stage, percentile) in TIMES.items()}
    return ratios | {AURC: _area(rows, seed)} | times


def score_by_kind(rows: Sequence[Row], seed: int = 0) -> Mapping[str, Scores]:
    """The scores of each kind of case, kinds in the order of the file; nothing where the cases have no kinds."""
    kinds = dict.fromkeys(row.case.kind for row in rows if row.case.kind)
    return {kind: score([row for row in rows if row.case.kind == kind], seed) for kind in kinds}


def outcomes(rows: Sequence[Row]) -> Outcomes:
    def count(answerable: bool) -> tuple[int, int, int]:
        some = [row for row in rows if row.case.answerable == answerable]
        declined, failed = sum(row.declined for row in some), sum(row.failed for row in some)
        return len(some) - declined - failed, declined, failed

    return Outcomes(count(True), count(False))


def shares(rows: Sequence[Row], measure: Measure) -> Floats:
    """Shape (2, rows): numerators and denominators."""
    return np.array([measure.share(row) for row in rows], dtype=np.float64).reshape(-1, 2).T


def drawn(rows: Sequence[Row], seed: int) -> Floats:
    """Shape (rows, RESAMPLES): how often each is drawn. A question that was asked twice is drawn with both its rows."""
    questions: dict[str, int] = {}
    of = [questions.setdefault(row.case.id.removesuffix(HIDDEN), len(questions)) for row in rows]
    return resample(len(questions), seed)[of]


def resample(n: int, seed: int) -> Floats:
    """Shape (n, RESAMPLES): how often each case is drawn in each resample."""
    generator = np.random.default_rng(seed)
    return (
        generator.multinomial(n, np.full(n, 1 / n), RESAMPLES).T.astype(np.float64) if n else np.zeros((0, RESAMPLES))
    )


def ratio(parts: Floats) -> Floats:
    """Numerators over denominators, NaN where there is nothing to count."""
    with np.errstate(invalid="ignore", divide="ignore"):
        quotient: Floats = parts[0] / parts[1]
    return quotient


def interval(values: Floats) -> tuple[float, float]:
    low, high = np.nanpercentile(values, INTERVAL)
    return float(low), float(high)


def _score(parts: Floats, weights: Floats) -> Score:
    n = float(parts[1].sum())
    if not n:
        return Score(None, None, None, 0)
    return Score(float(parts[0].sum() / n), *interval(ratio(parts @ weights)), n)


def _area(rows: Sequence[Row], seed: int) -> Score:
    """Over all rows; an answer that was not weighed has no chance, and where none was written it is wrong."""
    if not rows:
        return Score(None, None, None, 0)
    chances = np.array([row.signals.get("chance", 0.0) for row in rows])
    wrong = np.array([not says_right(row) for row in rows])
    every = np.arange(len(rows))
    some = (np.repeat(every, weights.astype(int)) for weights in drawn(rows, seed).T)
    low, high = interval(np.array([area(chances[these], wrong[these]) for these in some]))
    return Score(area(chances, wrong), low, high, len(rows))


def _time(rows: Sequence[Row], stage: str, percentile: float, seed: int) -> Score:
    """Over the rows that came to the stage; the first word may be that of a refusal."""
    seconds = np.array([row.seconds[stage] for row in rows if stage in row.seconds])
    if not seconds.size:
        return Score(None, None, None, 0)
    draws = np.random.default_rng(seed).choice(seconds, (RESAMPLES, seconds.size))
    low, high = interval(np.percentile(draws, percentile, axis=1))
    return Score(float(np.percentile(seconds, percentile)), low, high, seconds.size)
