"""Thresholds that a run must hold. Those of a suite stand beside its cases: `sample.jsonl`, `sample.gates.toml`.

[scores]
"recall@3" = ">= 0.95"
[judge]                     # looked at only in a run with --judge
failed = "<= 0"
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from byline.errors import CaseError
from eval.compare import Comparison
from eval.scores import MEANS, Scores
from eval.verdicts import JudgeScore

Section = Literal["scores", "judge"]
KNOWN: Mapping[str, frozenset[str]] = {
    "scores": frozenset(MEANS),
    "judge": frozenset({"failed"}),
}


@dataclass(frozen=True, slots=True)
class Gate:
    """`line` is the line of the file that sets it."""

    section: Section
    name: str
    at_least: bool
    threshold: float
    line: str

    def holds(self, value: float | None) -> bool:
        """A score that could not be taken holds nothing."""
        return value is not None and (value >= self.threshold if self.at_least else value <= self.threshold)


@dataclass(frozen=True, slots=True)
class Checked:
    """A gate after the run; `said` is a line for people."""

    passed: bool
    said: str


def gates_path(cases: Path) -> Path:
    return cases.with_suffix(".gates.toml")


def read_gates(path: Path) -> tuple[Gate, ...]:
    """Empty where there is no such file. Raises CaseError for a gate that is not in the format or of no known score."""
    if not path.is_file():
        return ()
    try:
        sections = tomllib.loads(path.read_text("utf8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CaseError(f"the gates in {path} cannot be read: {error}") from error
    for section, gates in sections.items():
        if section not in KNOWN or not isinstance(gates, dict):
            raise CaseError(f"{path}: unknown section {section!r}; known: {', '.join(KNOWN)}")
    return tuple(
        _gate(path, section, name, set_to) for section in KNOWN for name, set_to in sections.get(section, {}).items()
    )


def _gate(path: Path, section: str, name: str, set_to: object) -> Gate:
    if name not in KNOWN[section]:
        raise CaseError(f"{path}: unknown score {name!r} in [{section}]; known: {', '.join(sorted(KNOWN[section]))}")
    sign, _, number = str(set_to).partition(" ")
    try:
        threshold = float(number)
    except ValueError:
        sign = ""
    if sign not in (">=", "<="):
        raise CaseError(f'{path}: {name} is set to {set_to!r}; write ">= 0.9" or "<= 0.1"')
    return Gate("judge" if section == "judge" else "scores", name, sign == ">=", threshold, f"{name} {sign} {number}")


def check(
    gates: Sequence[Gate], scores: Scores, judged: Sequence[JudgeScore] = (), comparison: Comparison | None = None
) -> tuple[Checked, ...]:
    """The gates of the suite, then one for each score that got worse than the earlier run's beyond the noise."""
    checked = [_check(gate, scores[gate.name].value) for gate in gates if gate.section == "scores"]
    if judged:
        failed = sum(score.failed for score in judged)
        checked += [_check(gate, failed) for gate in gates if gate.section == "judge"]
    if comparison:
        checked += [_worse(name, comparison) for name, found in comparison.differences.items() if found.worse]
    return tuple(checked)


def _worse(name: str, comparison: Comparison) -> Checked:
    found = comparison.differences[name]
    told = f"{name} went from {found.before:.3f} to {found.now:.3f} ({found.low:+.3f} to {found.high:+.3f})"
    return Checked(False, f"{told}: worse than {comparison.earlier} beyond the noise")


def _check(gate: Gate, value: float | None) -> Checked:
    label = f"judge: {gate.line}" if gate.section == "judge" else gate.line
    return Checked(gate.holds(value), f"{label}: {'nothing to measure' if value is None else f'{value:.3f}'}")
