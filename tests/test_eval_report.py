"""Reports: every figure of a run is in the table, in report.md and in scores.json, and text from cases does no harm."""

import json

import pytest

from eval import (
    Case,
    JudgeScore,
    Report,
    Row,
    as_json,
    as_markdown,
    as_text,
    check,
    compare,
    outcomes,
    score,
    score_by_kind,
)
from eval.gates import Gate
from eval.run import FoundPassage

FOUND = (FoundPassage("a", None, "…"),)
ROWS = [
    Row(Case("seoul", "where?", ("Seoul",), ("a",), kind="fact"), "In Seoul.", passages=FOUND, seconds={"done": 2.5}),
    Row(Case("pipe", "which | one?\n# now", ("one",), ("a",), kind="fact"), "The <b>two</b> | *ten*", passages=FOUND),
    Row(Case("cup", "who won?", answerable=False, kind="unknown"), declined=True, reason="not stated"),
    Row(Case("down", "why?", ("so",), ("a",), kind="fact"), error="ModelServerDown: gone"),
]
JUDGED = JudgeScore(
    "faithfulness", 0.9, 0.6, scored=4, refused=1, failed=1, median_seconds=12.3, slowest_seconds=30.0, reused=0.71
)
GATES = (Gate("scores", "correct", True, 0.8, "correct >= 0.8"), Gate("judge", "failed", False, 0, "failed <= 0"))


@pytest.fixture
def report() -> Report:
    scores = score(ROWS)
    comparison = compare(ROWS, ROWS[1:], "runs/old")
    checked = check(GATES, scores, [JUDGED], comparison)
    about = {"suite": "sample", "model": "llama.cpp:q"}
    return Report(about, ROWS, scores, score_by_kind(ROWS), outcomes(ROWS), [JUDGED], comparison, checked)


def line_of(text: str, start: str) -> list[str]:
    return next(line for line in text.splitlines() if line.startswith(start)).split()


def test_the_table_has_the_figures(report: Report) -> None:
    text = as_text(report)
    assert line_of(text, "correct")[:2] == ["correct", "0.333"]
    assert line_of(text, "done_median")[1] == "2.50"
    assert line_of(text, "first_word_median")[1] == "-"
    assert line_of(text, "answerable") == ["answerable", "2", "0", "1"]
    assert line_of(text, "fact")[:4] == ["fact", "3", "0.667", "0.333"]
    assert line_of(text, "faithfulness")[1:] == ["0.900", "0.600", "4", "1", "1", "12.3", "30.0", "71%"]
    assert "3 cases in both; 1 only now, 0 only before" in text


def test_the_gates_come_last_and_decide(report: Report) -> None:
    assert not report.passed
    assert as_text(report).splitlines()[-2:] == ["FAIL  correct >= 0.8: 0.333", "FAIL  judge: failed <= 0: 1.000"]
    assert Report(report.about, ROWS, report.scores, {}, report.outcomes).passed


def test_scores_json_is_json_and_holds_all(report: Report) -> None:
    held = json.loads(json.dumps(as_json(report), allow_nan=False))
    assert held["scores"]["correct"]["value"] == pytest.approx(1 / 3) and held["scores"]["correct"]["n"] == 3
    assert held["scores"]["first_word_p95"]["value"] is None
    assert held["by_kind"]["unknown"]["refusal_recall"]["value"] == 1.0
    assert held["judged"][0]["refused"] == 1 and held["gates"][0]["passed"] is False
    assert held["comparison"]["only_now"] == ["seoul"] and held["passed"] is False


def test_report_md_lists_what_went_wrong(report: Report) -> None:
    page = as_markdown(report)
    wrong = page.partition("## 2 cases that went wrong")[2]
    assert "**pipe**" in wrong and "**down**" in wrong and "ModelServerDown: gone" in wrong
    assert "**cup**" not in wrong and "**seoul**" not in wrong


def test_text_of_cases_makes_no_markup(report: Report) -> None:
    from markdown_it import MarkdownIt

    page = MarkdownIt("commonmark").enable("table").render(as_markdown(report))
    assert "<b>two" not in page and "&lt;b&gt;two&lt;/b&gt; | *ten*" in page
    assert page.count("<h1>") == 1 and page.count("<table>") == 4
