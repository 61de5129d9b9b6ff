"""Between an answer and a refusal: a logistic regression over signals, and the chance below which it is declined.

The built-in one is fitted on questions that are not those of the shipped suite. `python -m eval calibrate` fits one to
a collection and leaves it in the data folder, where it is found when the collection is opened.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from byline.errors import SettingsError

FILE = "calibration.json"
SIGNALS = (
    "stated", "later", "mended", "proved", "reread", "likelihood", "agreed", "confirmed", "foretold", "covered",
    "covered_whole", "found", "lead", "names_missing", "near",
)  # fmt: skip
"""All that is known of an answer; `answer/abstain.py` says what each is."""
PROBABILITIES = {"stated": 0.1, "proved": 0.1, "reread": 0.1, "likelihood": 0.02}
"""Signals that are probabilities: the regression takes their log-odds, cut off at so much and at 1 less so much. Uncut,
the extremes drown the rest, and foretell less (`docs/decisions.md`)."""
WELL_FOUND, FAIRLY_FOUND = 2.0, 1.5
"""The score of a passage says no more beyond the one, and is taken for the other where it is not known."""
UNRELATED, WELL_FORETOLD = -0.2, 0.8
"""Logarithms beyond which more says no more: of a question that its passages make unlikelier, or that they foretell."""
UNKNOWN = {"likelihood": 0.9}
"""What a probability is taken for that the model's server does not give; the others for a half."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """`weights` by signal, some of SIGNALS, with `bias`. Below `threshold` an answer is declined."""

    weights: Mapping[str, float]
    threshold: float

    def chance_of_right(self, signals: Mapping[str, float]) -> float:
        """0 to 1. A signal that is missing is taken for what says neither yes nor no."""
        names = (name for name in self.weights if name != "bias")
        total = self.weights["bias"] + sum(self.weights[name] * feature(name, signals) for name in names)
        return 1 / (1 + math.exp(-total))


def feature(name: str, signals: Mapping[str, float]) -> float:
    """A signal as the regression takes it: probabilities as log-odds, the rest as they are."""
    if name in PROBABILITIES:
        least = PROBABILITIES[name]
        p = min(max(signals.get(name, UNKNOWN.get(name, 0.5)), least), 1 - least)
        return math.log(p / (1 - p))
    if name == "found":
        return min(signals.get(name, FAIRLY_FOUND), WELL_FOUND)
    if name == "foretold":
        return min(max(signals.get(name, WELL_FORETOLD), UNRELATED), WELL_FORETOLD)
    return signals.get(name, 0.0)


def read_calibration(data: Path) -> Calibration:
    """That of the collection in the data folder, else the built-in one.

    Raises SettingsError where it cannot be read, or weighs a signal that this version does not know.
    """
    file = data / FILE
    if not file.is_file():
        return BUILT_IN
    again = f"fit it anew with python -m eval calibrate, or remove {file}"
    try:
        found = _CALIBRATION.validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise SettingsError(f"{file} holds no calibration ({str(error).splitlines()[0]}); {again}") from error
    if strange := found.weights.keys() ^ ({"bias"} | (found.weights.keys() & set(SIGNALS))):
        raise SettingsError(f"{file}: {', '.join(sorted(strange))} unknown or missing; {again}")
    return found


def write_calibration(calibration: Calibration, data: Path) -> Path:
    """The file, which the next Answerer over this folder reads."""
    data.mkdir(parents=True, exist_ok=True)
    file = data / FILE
    told = {"weights": dict(calibration.weights), "threshold": calibration.threshold}
    file.write_text(json.dumps(told, indent=1) + "\n", "utf8")
    return file


_CALIBRATION = TypeAdapter(Calibration)
BUILT_IN = Calibration(
    {
        "bias": -8.389,
        "stated": 1.308,
        "proved": 0.742,
        "reread": 0.718,
        "likelihood": 0.779,
        "confirmed": 0.9,
        "foretold": 3.0,
        "names_missing": -0.8,
        "found": 0.8,
    },
    threshold=0.5,
)
"""What is likelier right than wrong is shown. The first five weights are of a fit to near misses over articles of one
kind. `foretold` takes from what does not fit the question, and gives next to nothing. How well it was found weighs less
than a fit to news says: more would decline questions in other words than the articles' (`docs/decisions.md`, 28 and 30
November)."""
