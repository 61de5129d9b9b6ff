"""Scores to text: a table for the terminal, report.md for people, scores.json for programs. Writes no file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eval.compare import Comparison
from eval.gates import Checked
from eval.run import Row
from eval.scores import MEANS, TIMES, Outcomes, Score, Scores, correct, wrong_shown
from eval.verdicts import JudgeScore

BY_KIND = ("recall@3", "correct", "refusal_recall", "declined_answerable", "wrong_shown", "citations_supported")
MOST_LISTED = 40


@dataclass(frozen=True, slots=True)
class Report:
    """All that a run came to. `about` says what was run, in order: suite, model, settings, machine.

    `comparison` is with an earlier run, `beside` with the plain query engine on the same cases.
    """

    about: Mapping[str, str]
    rows: Sequence[Row]
    scores: Scores
    by_kind: Mapping[str, Scores]
    outcomes: Outcomes
    judged: Sequence[JudgeScore] = ()
    comparison: Comparison | None = None
    checked: Sequence[Checked] = ()
    beside: Comparison | None = None

    @property
    def passed(self) -> bool:
        return all(gate.passed for gate in self.checked)


def as_json(report: Report) -> dict[str, Any]:
    """What scores.json holds. Scores from 0 to 1, times in seconds."""
    return {
        "about": dict(report.about),
        "cases": len(report.rows),
        "outcomes": asdict(report.outcomes),
        "scores": {name: asdict(score) for name, score in report.scores.items()},
        "by_kind": {kind: {n: asdict(s) for n, s in scores.items()} for kind, scores in report.by_kind.items()},
        "judged": [asdict(score) for score in report.judged],
        "comparison": asdict(report.comparison) if report.comparison else None,
        "beside": asdict(report.beside) if report.beside else None,
        "gates": [asdict(gate) for gate in report.checked],
        "passed": report.passed,
    }


def as_text(report: Report) -> str:
    """For a terminal: the scores, what the judge says, what changed, and the gates last."""
    parts = [_columns(table) for table in _tables(report)]
    parts += [_changes(comparison) for comparison in (report.comparison, report.beside) if comparison]
    parts += ["\n".join(f"{'pass' if gate.passed else 'FAIL'}  {gate.said}" for gate in report.checked)]
    return "\n\n".join(part for part in parts if part)


def as_markdown(report: Report) -> str:
    """report.md: the same tables, then each case that went wrong, with what was said."""
    lines = [f"# {report.about.get('suite', 'Evaluation')}: {len(report.rows)} cases", ""]
    lines += [f"- {name}: {value}" for name, value in report.about.items()]
    lines += [f"- {'pass' if gate.passed else '**FAIL**'}: {gate.said}" for gate in report.checked]
    for table in _tables(report):
        header, *body = [[_cell(text) for text in row] for row in table]
        lines += ["", f"| {' | '.join(header)} |", f"|{'---|' * len(header)}"]
        lines += [f"| {' | '.join(row)} |" for row in body]
    for comparison in filter(None, (report.comparison, report.beside)):
        lines += ["", "```", _changes(comparison), "```"]
    return "\n".join([*lines, "", *_wrong(report.rows), ""])


Table = list[list[str]]


def _tables(report: Report) -> Iterator[Table]:
    yield _score_table(report.scores)
    yield _outcome_table(report.outcomes)
    if report.by_kind:
        yield _kind_table(report.by_kind)
    if report.judged:
        yield _judge_table(report.judged)


def _score_table(scores: Scores) -> Table:
    header = ["score", "value", "95% interval", "of", "what it is"]
    return [header, *([name, *_shown(score, name), MEANS[name]] for name, score in scores.items())]


def _shown(score: Score, name: str) -> tuple[str, str, str]:
    if score.value is None or score.low is None or score.high is None:
        return "-", "-", "0"
    digits = 2 if name in TIMES else 3
    return f"{score.value:.{digits}f}", f"{score.low:.{digits}f} to {score.high:.{digits}f}", f"{score.n:g}"


def _outcome_table(outcomes: Outcomes) -> Table:
    return [
        ["cases", "answered", "declined", "failed"],
        ["answerable", *map(str, outcomes.answerable)],
        ["unanswerable", *map(str, outcomes.unanswerable)],
    ]


def _kind_table(by_kind: Mapping[str, Scores]) -> Table:
    return [
        ["kind", "cases", *BY_KIND],
        *(
            [kind, f"{scores['failed'].n:g}", *(_shown(scores[name], name)[0] for name in BY_KIND)]
            for kind, scores in by_kind.items()
        ),
    ]


def _judge_table(judged: Sequence[JudgeScore]) -> Table:
    header = ["judged", "mean of scored", "mean of all", "scored", "refused", "failed", "s a case", "slowest", "reused"]
    return [header, *(_judged(score) for score in judged)]


def _judged(score: JudgeScore) -> list[str]:
    return [
        score.metric,
        _number(score.mean_scored),
        _number(score.mean_all),
        str(score.scored),
        str(score.refused),
        str(score.failed),
        _number(score.median_seconds, 1),
        _number(score.slowest_seconds, 1),
        f"{score.reused:.0%}",
    ]


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _changes(comparison: Comparison) -> str:
    table = [["against " + comparison.earlier, "before", "now", "difference", "95% interval", ""]]
    for name, difference in comparison.differences.items():
        bounds = f"{difference.low:+.3f} to {difference.high:+.3f}"
        values = [f"{difference.before:.3f}", f"{difference.now:.3f}", f"{difference.value:+.3f}"]
        table.append([name, *values, bounds, "worse" if difference.worse else ""])
    unpaired = f"; {len(comparison.only_now)} only now, {len(comparison.only_before)} only before"
    return "\n".join(
        [
            _columns(table),
            f"{comparison.paired} cases in both{unpaired}",
            f"better ({len(comparison.better)}): {_listed(comparison.better)}",
            f"worse ({len(comparison.worse)}): {_listed(comparison.worse)}",
        ]
    )


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - MOST_LISTED} more" if len(ids) > MOST_LISTED else ""
    return (", ".join(ids[:MOST_LISTED]) or "none") + more


def _columns(table: Table) -> str:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    rows = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table)
    return "\n".join(rows)


def _wrong(rows: Sequence[Row]) -> Iterator[str]:
    wrong = [row for row in rows if row.failed or wrong_shown(row) or (row.case.answerable and not correct(row))]
    if wrong:
        yield f"## {len(wrong)} cases that went wrong"
    for row in wrong:
        said = row.error if row.failed else f"declined ({row.reason})" if row.declined else row.text
        wanted = " / ".join(row.case.answers) or "no answer: the articles do not state one"
        yield ""
        yield f"**{_cell(row.case.id)}** {_cell(row.case.question)}  "
        yield f"wanted: {_cell(wanted)}  "
        yield f"got: {_cell(said or 'nothing')}"


def _cell(text: str) -> str:
    """On one line, with nothing that Markdown would take for markup of its own."""
    text = " ".join(text.split())
    for mark in "\\`*_[]<>|":
        text = text.replace(mark, "\\" + mark)
    return text
