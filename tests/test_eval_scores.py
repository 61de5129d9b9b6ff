"""Scores, by rows whose scores can be worked out by hand; and what counts as the right words."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from byline.errors import CaseError
from eval import Case, Row, check, compare, is_right, outcomes, read_gates, score, score_by_kind
from eval.risk import area
from eval.run import FoundPassage, ShownCitation
from eval.scores import drawn

RIGHT = {
    "any order and case": ("Lee Jong-Ho and Breton co-chaired it.", "Thierry Breton|breton LEE"),
    "a citation mark is no number": ("They are five. [16]", "five"),
    "number words": ("Twenty-eight countries signed.", "28"),
    "digits for words": ("It was signed by 28.", "twenty-eight"),
    "per cent": ("a share of 20%", "20 per cent"),
    "percent": ("twenty percent of it", "20%"),
    "money with its sign": ("€43 billion", "43 billion euros"),
    "money in short": ("43bn", "€43 billion"),
    "money in full": ("It is 43 billion euros.", "43bn"),
    "millions in short": ("up to EUR 35m", "35 million"),
    "decimals": ("53.50 billion", "53.5bn"),
    "thousands": ("10,000 people", "ten thousand"),
    "long numbers": ("one hundred and five rounds", "105"),
    "an ordinal day": ("on August 1st, 2024", "1 August 2024"),
    "accents": ("Stephane Sejourne", "Stéphane Séjourné"),
    "a genitive": ("Korea’s", "Korea"),
    "dots": ("the U.S. act", "US"),
    "quotes": ("Squid Game got one.", "“Squid Game”"),
    "stop words": ("He led Atos.", "the Atos"),
    "only stop words": ("It will be more.", "more"),
}
WRONG = {
    "a word lacks": ("Breton chaired it alone.", "Breton Lee"),
    "part of a word": ("Leeds", "Lee"),
    "another number": ("27 countries", "28"),
    "a mark is no answer": ("Nobody knows. [28]", "28"),
    "a number inside a number": ("280 countries", "28"),
    "another scale": ("43 million euros", "43bn"),
    "another currency": ("$43 billion", "€43 billion"),
    "no per cent": ("20 countries", "20%"),
    "two numbers are not their sum": ("twenty and eight of them", "28"),
    "another decimal": ("53.4 billion", "53.5 billion"),
    "nothing said": ("", "Seoul"),
}


@pytest.mark.parametrize("form", RIGHT)
def test_right_in_another_form(form: str) -> None:
    text, accepted = RIGHT[form]
    assert is_right(text, accepted.split("|"))


@pytest.mark.parametrize("form", WRONG)
def test_wrong(form: str) -> None:
    text, accepted = WRONG[form]
    assert not is_right(text, [accepted])


def found(*articles: str) -> tuple[FoundPassage, ...]:
    return tuple(FoundPassage(article, f"https://example.org/{article}", "…") for article in articles)


def cited(article: str = "a", *, verbatim: bool = True, supported: bool | None = True) -> ShownCitation:
    return ShownCitation(1, article, None, "…", verbatim, supported)


def asked(id: str, *, kind: str | None = None, articles: Sequence[str] = ("a",)) -> Case:
    return Case(id, f"{id}?", ("Seoul",), tuple(articles), kind=kind)


def unanswerable(id: str) -> Case:
    return Case(id, f"{id}?", answerable=False)


ROWS = [
    Row(asked("right"), "In Seoul. [1]", passages=found("a", "b"), citations=(cited(),), seconds={"done": 1.0}),
    Row(asked("wrong"), "In Busan. [1]", passages=found("b", "b", "c", "a"), citations=(cited("b", supported=None),)),
    Row(asked("lost"), "In Seoul. [1]", passages=found("b", "c"), citations=(cited("b", verbatim=False),)),
    Row(asked("shy"), declined=True, passages=found("c", "c", "a", "d"), seconds={"done": 3.0}),
    Row(asked("broken"), error="ModelServerDown: gone"),
    Row(asked("both", kind="comparison", articles=("a", "b")), "Seoul", passages=found("a", "c")),
    Row(unanswerable("rightly shy"), declined=True, passages=found("a")),
    Row(unanswerable("made up"), "In Tokyo. [1]", citations=(cited("b", supported=False),)),
]
EXPECTED = {
    "recall@1": (2 / 6, 6),
    "recall@3": (4 / 6, 6),  # "wrong": b, c, a, with b counted once
    "recall@5": (4 / 6, 6),
    "mrr": ((1 + 1 / 3 + 0 + 1 / 2 + 0 + 1) / 6, 6),
    "recall_all@5": (0.0, 1),
    "correct": (3 / 6, 6),
    "right": (4 / 8, 8),
    "citations_supported": (2 / 4, 4),
    "citations_verbatim": (3 / 4, 4),
    "cites_right_article": (1 / 3, 3),
    "refusal_precision": (1 / 2, 2),
    "refusal_recall": (1 / 2, 2),
    "refusal_f1": (2 / 4, 4),
    "declined_answerable": (1 / 6, 6),
    "wrong_shown": (2 / 8, 8),
    "failed": (1 / 8, 8),
    "done_median": (2.0, 2),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_each_score(name: str) -> None:
    scored = score(ROWS)[name]
    assert (scored.value, scored.n) == (pytest.approx(EXPECTED[name][0]), EXPECTED[name][1])


def test_a_score_of_nothing_is_none() -> None:
    assert score([ROWS[-1]])["recall@1"].value is None
    assert score([ROWS[-1]])["first_word_median"].n == 0


def test_an_article_is_found_by_its_url_too() -> None:
    row = replace(ROWS[0], case=asked("url", articles=("https://example.org/a",)))
    assert score([row])["recall@1"].value == 1.0


def test_outcomes_count_every_row_once() -> None:
    assert outcomes(ROWS).answerable == (4, 1, 1)
    assert outcomes(ROWS).unanswerable == (1, 1, 0)


def test_kinds_are_scored_apart() -> None:
    assert list(score_by_kind(ROWS)) == ["comparison"]
    assert score_by_kind(ROWS)["comparison"]["correct"].value == 1.0


def test_intervals_are_those_of_the_seed_and_hold_the_value() -> None:
    rows = [replace(ROWS[i % 2], case=asked(str(i))) for i in range(100)]
    scored = score(rows, seed=1)["correct"]
    assert scored == score(rows, seed=1)["correct"] != score(rows, seed=2)["correct"]
    # a share of one half in 100 cases has a standard error of 0.05
    assert scored.low == pytest.approx(0.4, abs=0.02) and scored.high == pytest.approx(0.6, abs=0.02)


def turned(rows: Sequence[Row], count: int) -> list[Row]:
    """The first `count` right answers made wrong."""
    return [replace(row, text="In Busan.") if at < count else row for at, row in enumerate(rows)]


def test_a_run_is_worse_only_beyond_the_noise() -> None:
    before = [replace(ROWS[0], case=asked(str(at))) for at in range(40)]
    slightly, clearly = compare(turned(before, 1), before, "before"), compare(turned(before, 20), before, "before")
    assert slightly.worse == ("0",) and not slightly.differences["correct"].worse
    assert clearly.differences["correct"].worse and clearly.differences["correct"].value == pytest.approx(-0.5)
    assert clearly.differences["wrong_shown"].worse, "more wrong answers is worse, though the number grows"
    assert not compare(before, turned(before, 20), "before").differences["wrong_shown"].worse
    assert not any(difference.worse for difference in compare(before, before, "before").differences.values())


def test_runs_are_compared_by_case() -> None:
    old = [replace(ROWS[1], case=asked("right")), ROWS[3], replace(ROWS[2], case=asked("gone"))]
    comparison = compare(ROWS, old, "old")
    assert comparison.better == ("right",) and comparison.worse == () and comparison.paired == 2
    assert "wrong" in comparison.only_now and comparison.only_before == ("gone",)
    reworded = [replace(ROWS[0], case=replace(ROWS[0].case, question="Where?"))]
    with pytest.raises(CaseError, match="shares no case"):
        compare(reworded, ROWS, "old")


def gates_file(folder: Path, text: str) -> Path:
    path = folder / "suite.gates.toml"
    path.write_text(text, "utf8")
    return path


def test_gates(tmp_path: Path) -> None:
    text = '[scores]\n"recall@3" = ">= 0.95"\nfailed = "<= 0.2"\nrecall_all@5 = ">= 0"\n'.replace("recall_all@5", "mrr")
    passed = {gate.said: gate.passed for gate in check(read_gates(gates_file(tmp_path, text)), score(ROWS))}
    assert passed == {
        "recall@3 >= 0.95: 0.667": False,
        "failed <= 0.2: 0.125": True,
        "mrr >= 0: 0.472": True,
    }


def test_a_gate_on_what_was_not_measured_fails(tmp_path: Path) -> None:
    gates = read_gates(gates_file(tmp_path, '[scores]\nfirst_word_p95 = "<= 60"\n'))
    (gate,) = check(gates, score(ROWS))
    assert not gate.passed and gate.said == "first_word_p95 <= 60: nothing to measure"


def test_a_worse_run_fails_a_gate() -> None:
    before = [replace(ROWS[0], case=asked(str(at))) for at in range(40)]
    worse = turned(before, 20)
    said = [gate.said for gate in check((), score(worse), (), compare(worse, before, "runs/old")) if not gate.passed]
    assert any(line.startswith("correct went from 1.000 to 0.500") and "runs/old" in line for line in said), said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[scores]\nrecal = ">= 1"', "unknown score 'recal'"),
        ("[scores]\ncorrect = 0.8", "is set to 0.8"),
        ('[scores]\ncorrect = "> 0.8"', "write"),
        ('[gates]\ncorrect = ">= 0.8"', "unknown section 'gates'"),
        ("correct", "cannot be read"),
    ],
)
def test_gates_not_in_the_format(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=said):
        read_gates(gates_file(tmp_path, text))


def test_a_suite_may_have_no_gates(tmp_path: Path) -> None:
    assert read_gates(tmp_path / "none.gates.toml") == ()


def test_a_question_that_was_asked_twice_is_drawn_with_both_its_rows() -> None:
    rows = [Row(asked("a")), Row(asked("a hidden")), Row(asked("b"))]
    first, twin, other = drawn(rows, 0)
    assert (first == twin).all() and (first + other == 2).all() and (first != other).any()


def test_what_another_article_states_is_not_wrong_with_its_own_hidden() -> None:
    case = replace(asked("twin"), answerable=False, hidden=True)
    scored = score([Row(case, "In Seoul. [1]"), Row(case, "In Busan. [1]"), Row(case, "Busan", declined=True)])
    assert (scored["wrong_shown"].value, scored["right"].value) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert (scored["refusal_recall"].value, scored["refusal_recall"].n) == (0.5, 2)
    assert scored["refusal_f1"].value == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("chances", "wrong", "risk"),
    [
        ([0.9, 0.8, 0.1], [False, False, True], (0 + 0 + 1 / 3) / 3),
        ([0.1, 0.2, 0.9], [False, False, True], (1 + 1 / 2 + 1 / 3) / 3),
        ([0.5, 0.5], [False, True], (1 + 1 / 2) / 2),
    ],
)
def test_the_area_under_the_risk_coverage_curve(chances: list[float], wrong: list[bool], risk: float) -> None:
    assert area(np.array(chances), np.array(wrong)) == pytest.approx(risk)


def test_what_was_never_weighed_is_the_least_sure_and_wrong() -> None:
    sure = replace(ROWS[0], signals={"chance": 0.9})
    assert score([sure])["aurc"].value == 0
    declined = Row(asked("z"), text="The articles do not say; one is called Seoul.", declined=True)
    assert score([sure, declined])["aurc"].value == pytest.approx(1 / 4)
