"""What a judge said of each row, and the means of it in which nothing is left out. Knows no judge."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Literal

Outcome = Literal["scored", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One metric of one case. `value`, from 0 to 1, is set exactly when it was scored.

    `refused`: the row declined, so that there is no answer to judge. `failed`: the judge gave nothing that can be used,
    or the row itself failed; `error` says why. Of the tokens that the judge read, `reused_tokens` were read before.
    """

    case: str
    metric: str
    outcome: Outcome
    value: float | None = None
    error: str | None = None
    judge_seconds: float = 0.0
    read_tokens: int = 0
    reused_tokens: int = 0
    written_tokens: int = 0


@dataclass(frozen=True, slots=True)
class JudgeScore:
    """`mean_scored` is over the scored; `mean_all` over all, failed and refused as 0. Seconds are of one case."""

    metric: str
    mean_scored: float | None
    mean_all: float
    scored: int
    refused: int
    failed: int
    median_seconds: float | None
    slowest_seconds: float | None
    reused: float
    """Share of the tokens read that the judge's server had read before."""


def summarise(verdicts: Sequence[Verdict]) -> tuple[JudgeScore, ...]:
    """One for each metric, in the order in which they were judged."""
    metrics = dict.fromkeys(verdict.metric for verdict in verdicts)
    return tuple(_summarise(metric, [v for v in verdicts if v.metric == metric]) for metric in metrics)


def _summarise(metric: str, verdicts: Sequence[Verdict]) -> JudgeScore:
    values = [verdict.value for verdict in verdicts if verdict.value is not None]
    seconds = [verdict.judge_seconds for verdict in verdicts if verdict.read_tokens]
    tokens = sum(verdict.read_tokens for verdict in verdicts)
    counts = {kind: sum(v.outcome == kind for v in verdicts) for kind in ("scored", "refused", "failed")}
    return JudgeScore(
        metric,
        mean(values) if values else None,
        sum(values) / len(verdicts),
        **counts,
        median_seconds=median(seconds) if seconds else None,
        slowest_seconds=max(seconds) if seconds else None,
        reused=sum(verdict.reused_tokens for verdict in verdicts) / tokens if tokens else 0.0,
    )
