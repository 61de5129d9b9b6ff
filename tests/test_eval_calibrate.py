"""Calibration: questions asked twice over a real index by a scripted model, and fits whose outcome is known."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from answer import BUILT_IN, SIGNALS, Answerer, open_language_model, open_verifier, read_calibration
from byline.errors import CaseError
from byline.settings import Settings
from eval import Case, Row, write_row
from eval.__main__ import main
from eval.calibrate.fit import SETS, ask_twice, fit, is_right_to_show, questions
from index import ArticleIndex


def rows_of(count: int, seed: int = 0) -> list[Row]:
    """Half of them right; where they are, `proved` is mostly high, and the other signals say nothing."""
    draw = random.Random(seed)
    rows = []
    for number in range(count):
        right = number % 2 == 0
        signals = {name: draw.random() for name in SETS[0]} | {
            "proved": draw.betavariate(*((6, 2) if right else (2, 6)))
        }
        case = Case(f"q{number}", f"question {number}?", ("Seoul",) if right else (), answerable=right)
        rows.append(Row(case, text="Seoul", written="Seoul", signals=signals))
    return rows


def test_a_file_of_questions_needs_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text("Who won?\n\n  When was it?  \n", "utf8")
    assert questions(file) == (Case("line 1", "Who won?"), Case("line 3", "When was it?"))
    file.write_text("\n")
    with pytest.raises(CaseError, match="holds no question"):
        questions(file)
    with pytest.raises(CaseError, match="cannot be read"):
        questions(tmp_path / "nowhere.txt")


@pytest.fixture
def saying(sample_index: ArticleIndex, settings: Settings, tmp_path: Path) -> Callable[[str], Answerer]:
    """Over the sample articles, with a model that replies by this script."""

    def open_with(script: str) -> Answerer:
        (tmp_path / "script.jsonl").write_text(script)
        own = settings.model_copy(update={"llm": f"scripted:{tmp_path / 'script.jsonl'}"})
        return Answerer(sample_index, open_language_model(own), open_verifier("words", tmp_path), own)

    return open_with


def test_what_an_answer_cites_is_hidden_the_second_time(
    saying: Callable[[str], Answerer],
) -> None:
    answerer = saying('{"when": "do these passages", "reply": "yes"}\n{"reply": "Iliana Ivanova"}')
    asked, again = ask_twice(
        [Case("q", "Which commissioner signed Korea's association with Horizon Europe?")], answerer
    )
    cited = {citation.article for citation in asked.citations}
    assert cited and again.case.hidden and set(again.case.articles) == cited
    assert cited.isdisjoint(passage.article for passage in again.passages)
    assert (is_right_to_show(asked), is_right_to_show(again)) == (True, False)


def test_what_was_found_is_hidden_where_the_first_answer_was_declined(
    saying: Callable[[str], Answerer],
) -> None:
    answerer = saying('{"reply": "not stated"}')
    asked, again = ask_twice([Case("q", "who co-chaired the council?")], answerer)
    assert asked.declined and again.case.articles == (asked.passages[0].article,)


def test_all_signals_are_weighed_where_they_tell_more() -> None:
    draw = random.Random(1)
    rows = [
        replace(
            row,
            signals={**dict.fromkeys(SIGNALS, 0.5), **row.signals, "lead": float(row.case.answerable) + draw.random()},
        )
        for row in rows_of(200)
    ]
    assert set(fit(rows_of(200), 0.05).calibration.weights) == {"bias", *SETS[0]}
    assert set(fit(rows, 0.05).calibration.weights) == {"bias", *SIGNALS}


def test_a_few_answers_are_weighed_by_a_few_signals() -> None:
    rows = [replace(row, signals={**dict.fromkeys(SIGNALS, 0.5), **row.signals}) for row in rows_of(100)]
    rows = [replace(row, signals={**row.signals, "lead": float(row.case.answerable)}) for row in rows]
    assert set(fit(rows, 0.05).calibration.weights) == {"bias", *SETS[0]}


def test_questions_without_an_answer_weigh_no_more_for_being_many() -> None:
    few, many = rows_of(60), [row for row in rows_of(400) if not row.case.answerable]
    unanswerable = [row for row in few if not row.case.answerable]
    tilted = fit(few + many, 0.05).calibration
    even = fit(few + unanswerable, 0.05).calibration
    signals = dict.fromkeys(SETS[0], 0.6)
    assert tilted.chance_of_right(signals) == pytest.approx(even.chance_of_right(signals), abs=0.1)


def test_a_target_out_of_reach_takes_the_highest_threshold() -> None:
    assert fit(rows_of(200), target=-1).calibration.threshold == 0.95


def test_a_fit_finds_the_signal_that_tells_and_keeps_to_the_target() -> None:
    fitted = fit(rows_of(200), target=0.05)
    weights = {name: abs(weight) for name, weight in fitted.calibration.weights.items() if name != "bias"}
    assert max(weights, key=weights.__getitem__) == "proved"
    assert fitted.calibration.weights["proved"] > 0
    chosen, below = fitted.at(fitted.calibration.threshold), fitted.at(fitted.calibration.threshold - 0.01)
    assert chosen["wrong_shown"] <= 0.05 < below["wrong_shown"]
    assert chosen["right_kept"] > 0.6
    assert fit(rows_of(200), target=0.2).calibration.threshold < fitted.calibration.threshold


@pytest.mark.parametrize("rows", [rows_of(20), [row for row in rows_of(200) if row.case.answerable]])
def test_too_few_or_all_alike_is_refused(rows: Sequence[Row]) -> None:
    with pytest.raises(CaseError, match="give more questions"):
        fit(rows, 0.05)


def test_the_command_leaves_it_where_the_collection_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "rows.jsonl").write_text("\n".join(map(write_row, rows_of(120))), "utf8")
    assert main(["calibrate", "--rows", "run", "--data", "data", "--out", "out"]) == 0
    found = read_calibration(tmp_path / "data")
    assert found != BUILT_IN and found == fit(rows_of(120), 0.05).calibration
    told = json.loads((tmp_path / "out" / "calibration-report.json").read_text("utf8"))
    assert told["weighed"] == 120 and told["auc_cross_validated"] > 0.8
    shown = [row for row in rows_of(120) if BUILT_IN.chance_of_right(row.signals) >= BUILT_IN.threshold]
    wrong = [row for row in shown if not is_right_to_show(row)]
    assert told["present"]["threshold"] == BUILT_IN.threshold
    assert told["present"]["wrong_shown"] == pytest.approx(len(wrong) / 120)
    assert told["present"]["right_shown"] == pytest.approx((len(shown) - len(wrong)) / 120)
    assert 0 < len(shown) < 120
    assert "written to" in capsys.readouterr().out


def test_the_command_says_in_one_line_why_it_cannot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "--rows", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert "no run to read" in capsys.readouterr().err
