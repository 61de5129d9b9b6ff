"""Fits the decision between an answer and a refusal to a collection.

Each question is asked twice, the second time with the articles that answer it hidden: then whatever is answered is
wrong. So no labels are needed but questions. Where a case names its articles they are hidden, else those that the
first answer cites, or that were found first where it was declined; where it has answers they say what is right, else
the first answer is taken to be.

    cases ─► asked, and asked again with the articles hidden ─► rows ─► fit ─► calibration.json in the data folder
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from answer import BUILT_IN, SIGNALS, Answerer, Calibration, feature
from byline.errors import CaseError
from eval.cases import Case, read_cases, with_hidden
from eval.run import Row, run, says_right

SETS = (tuple(name for name in BUILT_IN.weights if name != "bias"), SIGNALS)
"""What a fit may weigh: the few signals of the built-in one, or all that is known, where that tells more."""
WEIGHED = "reread"
"""A signal that every answer has that came as far as being weighed; others are missing where a server gives none."""
FOLDS = 10
STEPS = tuple(round(0.05 + 0.01 * step, 2) for step in range(91))
"""Thresholds that are tried."""
FEWEST = 40
"""Answers to weigh, with at least a tenth of them wrong and a tenth right: below that a fit says nothing."""
FEWEST_OF_EACH = 10
"""Answers for each signal that is weighed beyond the few: with less, a fit learns the accidents of its questions."""


@dataclass(frozen=True, slots=True)
class Fit:
    """`chances` are those of the weighed rows, each by a fit that did not see its question, in order of `weighed`.

    `asked` counts each time that a question was asked, with its articles and with them hidden.
    """

    calibration: Calibration
    weighed: Sequence[Row]
    right: NDArray[np.bool_]
    chances: NDArray[np.float64]
    asked: int

    @property
    def likelihood(self) -> float:
        """Mean logarithm of the chance given to what was so; higher is better, -0.69 is a coin's."""
        given = np.where(self.right, self.chances, 1 - self.chances)
        return float(np.log(np.clip(given, 1e-6, 1)).mean())

    def at(self, threshold: float) -> dict[str, float]:
        """What becomes of all that was asked at this threshold, cross-validated."""
        shown = self.chances >= threshold
        return {
            "threshold": round(threshold, 3),
            "right_shown": float((shown & self.right).sum()) / self.asked,
            "wrong_shown": float((shown & ~self.right).sum()) / self.asked,
            "right_kept": float((shown & self.right).sum()) / max(1, int(self.right.sum())),
        }


def questions(path: Path) -> tuple[Case, ...]:
    """The cases of a .jsonl file, or the lines of a text file as questions of which nothing is known."""
    if path.suffix == ".jsonl":
        return read_cases(path)
    try:
        lines = [line.strip() for line in path.read_text("utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"the questions in {path} cannot be read: {error}") from error
    cases = tuple(Case(f"line {number}", line) for number, line in enumerate(lines, 1) if line)
    if not cases:
        raise CaseError(f"{path} holds no question; give one a line")
    return cases


def ask_twice(cases: Sequence[Case], answerer: Answerer) -> Iterator[Row]:
    """Two rows a case: as it is, and with the articles hidden that it names or that its answer cites."""
    for case in cases:
        (row,) = run([case], answerer)
        yield row
        cited = [citation.article for citation in row.citations] or [found.article for found in row.passages[:1]]
        known = replace(case, articles=case.articles or tuple(dict.fromkeys(cited)))
        yield from run([twin for twin in with_hidden([known]) if twin.hidden], answerer)


def fit(rows: Sequence[Row], target: float) -> Fit:
    """Weighs what tells most, cross-validated by question; the threshold is the lowest at which wrong answers are at
    most `target` of all that was asked, or the highest there is where none is.

    Raises CaseError where too few answers came as far as being weighed.
    """
    tried = [_fit_to(rows, names) for names in SETS]
    best = max((one for one in tried if one), key=lambda one: one.likelihood, default=None)
    if best is None:
        weighed = _weighed(rows)
        right = sum(map(is_right_to_show, weighed))
        raise CaseError(
            f"{len(weighed)} answers came as far as being weighed, {right} of them right; "
            f"a fit needs {FEWEST}, to {FOLDS} questions or more, a tenth right and a tenth wrong: give more questions"
        )
    passing = (at for at in STEPS if best.at(at)["wrong_shown"] <= target)
    return replace(best, calibration=replace(best.calibration, threshold=next(passing, STEPS[-1])))


def _fit_to(rows: Sequence[Row], names: Sequence[str]) -> Fit | None:
    """To these signals, as far as any row has them; None where too few rows were weighed."""
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict  # type: ignore[import-untyped]

    weighed = _weighed(rows)
    right = np.array([is_right_to_show(row) for row in weighed], dtype=bool)
    groups = [row.case.question for row in weighed]
    names = [name for name in names if any(name in row.signals for row in weighed)]
    fewest = FEWEST if set(names) <= set(SETS[0]) else FEWEST_OF_EACH * len(names)
    if len(weighed) < fewest or len(set(groups)) < FOLDS or not 0.1 <= right.mean() <= 0.9:
        return None
    x = np.array([[feature(name, row.signals) for name in names] for row in weighed])
    balance = _balance(rows, weighed)
    model, folds = LogisticRegression(max_iter=1000), StratifiedGroupKFold(FOLDS)
    chances = cross_val_predict(
        model, x, right, groups=groups, cv=folds, method="predict_proba", params={"sample_weight": balance}
    )[:, 1]
    model.fit(x, right, sample_weight=balance)
    weights = {"bias": round(float(model.intercept_[0]), 3)}
    weights |= {name: round(float(weight), 3) for name, weight in zip(names, model.coef_[0], strict=True)}
    return Fit(Calibration(weights, 0.5), weighed, right, chances, len(rows))


def _weighed(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if WEIGHED in row.signals]


def _balance(rows: Sequence[Row], weighed: Sequence[Row]) -> NDArray[np.float64]:
    """What each weighed row counts, so that the questions with an answer count together as much as those without."""
    answerable = sum(row.case.answerable for row in rows)
    counts = {True: max(answerable, 1), False: max(len(rows) - answerable, 1)}
    return np.array([len(rows) / 2 / counts[row.case.answerable] for row in weighed])


def is_right_to_show(row: Row) -> bool:
    """Whether what was written answers the question, which is taken on trust where no answer is known.

    With its articles hidden it is right where an answer is known and stands in another article too.
    """
    return says_right(row) if row.case.answers else row.case.answerable


def _by(calibration: Calibration, fitted: Fit) -> Fit:
    chances = [calibration.chance_of_right(row.signals) for row in fitted.weighed]
    return replace(fitted, calibration=calibration, chances=np.array(chances))


def summary(fitted: Fit, present: Calibration) -> dict[str, Any]:
    """What the run came to: the weights, the area under the ROC curve, what other thresholds would do, and what the
    `present` calibration makes of the same answers.
    """
    from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]

    names = [name for name in fitted.calibration.weights if name != "bias"]
    alone = {name: [feature(name, row.signals) for row in fitted.weighed] for name in names}
    steps = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
    return {
        "asked": fitted.asked,
        "weighed": len(fitted.weighed),
        "right": int(fitted.right.sum()),
        "weights": dict(fitted.calibration.weights),
        "auc_cross_validated": round(float(roc_auc_score(fitted.right, fitted.chances)), 3),
        "auc_of_each": {name: round(float(roc_auc_score(fitted.right, values)), 3) for name, values in alone.items()},
        "present": _by(present, fitted).at(present.threshold),
        "chosen": fitted.at(fitted.calibration.threshold),
        "at": [fitted.at(step) for step in steps],
    }
