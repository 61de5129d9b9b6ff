"""How signals are weighed, and that a collection's own calibration is found, or refused where it does not fit."""

import json
from pathlib import Path

import pytest

from answer import BUILT_IN, Calibration, read_calibration, write_calibration
from byline.errors import SettingsError

UNSURE = {"stated": 0.5, "proved": 0.5, "reread": 0.5, "likelihood": 0.9, "confirmed": 0.0}


def test_what_speaks_for_an_answer_raises_its_chance() -> None:
    for name, better in {"stated": 0.9, "proved": 0.9, "reread": 0.9, "likelihood": 0.97, "confirmed": 1.0}.items():
        assert BUILT_IN.chance_of_right({**UNSURE, name: better}) > BUILT_IN.chance_of_right(UNSURE), name
    foretold = [BUILT_IN.chance_of_right({"foretold": logarithm}) for logarithm in (-0.5, 0.0, 0.4, 0.8, 3.0)]
    assert foretold == sorted(foretold) and len(set(foretold)) == 4, "well foretold is well foretold"
    sure = {"stated": 0.95, "proved": 0.97, "reread": 0.95}
    assert BUILT_IN.chance_of_right(sure) > BUILT_IN.threshold
    assert BUILT_IN.chance_of_right({**UNSURE, "stated": 0.3, "proved": 0.1, "reread": 0.3}) < BUILT_IN.threshold


def test_what_a_server_does_not_tell_speaks_neither_for_nor_against() -> None:
    assert BUILT_IN.chance_of_right({}) == BUILT_IN.chance_of_right(UNSURE)


def test_a_collection_without_one_takes_the_built_in(tmp_path: Path) -> None:
    assert read_calibration(tmp_path / "nowhere") == BUILT_IN


def test_the_collections_own_is_read_back(tmp_path: Path) -> None:
    own = Calibration({"bias": 1.5, "proved": 0.2, "lead": -1}, 0.7)
    write_calibration(own, tmp_path / "data")
    assert read_calibration(tmp_path / "data") == own


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "holds no calibration"),
        (json.dumps({"weights": {"bias": 0, "mood": 1}, "threshold": 0.5}), "mood unknown or missing"),
        (json.dumps({"weights": {"proved": 1}, "threshold": 0.5}), "bias unknown or missing"),
    ],
)
def test_one_that_does_not_fit_says_how_to_go_on(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "calibration.json").write_text(content)
    with pytest.raises(SettingsError, match=said) as refused:
        read_calibration(tmp_path)
    assert "python -m eval calibrate" in str(refused.value)
