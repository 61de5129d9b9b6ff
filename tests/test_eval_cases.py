"""Case files: what is read, and that a wrong line is named with what is wrong in it."""

import json
from datetime import date
from pathlib import Path

import pytest

from byline.errors import CaseError
from byline.records import Turn
from eval import Case, read_cases, with_hidden

ROOT = Path(__file__).parent.parent


def written(folder: Path, *lines: object) -> Path:
    path = folder / "cases.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf8")
    return path


def test_a_whole_case(tmp_path: Path) -> None:
    line = {
        "id": "one",
        "question": "and where?",
        "answers": ["Seoul"],
        "article_ids": ["articles/a.md"],
        "article_urls": ["HTTPS://Example.org/a?utm_source=x#top"],
        "answerable": True,
        "asked": "2024-04-01",
        "history": [{"question": "when?", "answer": "In May."}],
        "kind": "follow-up",
        "choices": ["Seoul", "Busan"],
        "difficulty": "hard",
    }
    assert read_cases(written(tmp_path, line, "")) == (
        Case(
            id="one",
            question="and where?",
            answers=("Seoul",),
            articles=("articles/a.md", "https://example.org/a"),
            answerable=True,
            asked=date(2024, 4, 1),
            history=(Turn("when?", "In May."),),
            kind="follow-up",
            choices=("Seoul", "Busan"),
        ),
    )


def test_answerable_is_whether_there_are_answers(tmp_path: Path) -> None:
    lines = [{"id": "a", "question": "q?", "answers": ["x"]}, {"id": "b", "question": "q?"}]
    assert [case.answerable for case in read_cases(written(tmp_path, *lines))] == [True, False]


def test_each_answerable_case_is_asked_again_with_its_articles_hidden() -> None:
    answerable = Case("a", "who?", ("Lee",), ("x.md",), choices=("Lee", "Kim"))
    nowhere, unanswerable = Case("b", "who?", ("Lee",)), Case("c", "how far?", answerable=False)
    hidden = Case("a hidden", "who?", ("Lee",), articles=("x.md",), answerable=False, hidden=True)
    assert list(with_hidden([answerable, nowhere, unanswerable])) == [answerable, hidden, nowhere, unanswerable]


GOOD = {"id": "good", "question": "who?", "answers": ["Lee"]}
BAD = {
    "no JSON": ("{", "Invalid JSON"),
    "no object": ([1], "should be"),
    "no question": ({"id": "x", "answers": ["y"]}, "question: Field required"),
    "an empty question": (GOOD | {"id": "x", "question": " "}, "question is empty"),
    "an answer that is no string": (GOOD | {"id": "x", "answers": [5]}, "answers.0: Input should be a valid string"),
    "answers in one string": (GOOD | {"id": "x", "answers": "Lee"}, "answers: "),
    "an empty answer": (GOOD | {"id": "x", "answers": ["Lee", ""]}, "which every answer would match"),
    "no day": (GOOD | {"id": "x", "asked": "last week"}, "asked: Input should be a valid date"),
    "half a turn": (GOOD | {"id": "x", "history": [{"question": "when?"}]}, "history.0.answer: Field required"),
    "answerable without answers": ({"id": "x", "question": "q", "answerable": True}, "no answers to compare with"),
    "answers that there are not": (GOOD | {"id": "x", "answerable": False}, "answerable is false, but there are"),
    "a word for true": (GOOD | {"id": "x", "answerable": "yes"}, "answerable: Input should be a valid boolean"),
    "choices of which none is right": (GOOD | {"id": "x", "choices": ["Kim", "Park"]}, "none of the choices"),
    "an id twice": (GOOD, "'good' is taken by line 1"),
    "a path as URL": (GOOD | {"id": "x", "article_urls": ["articles/a.md"]}, "which is no http(s) address"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_wrong_line_is_named(fault: str, tmp_path: Path) -> None:
    line, said = BAD[fault]
    with pytest.raises(CaseError) as told:
        read_cases(written(tmp_path, GOOD, "", line))
    assert "line 3: " in str(told.value) and said in str(told.value)


def test_an_empty_or_absent_file(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="holds no case"):
        read_cases(written(tmp_path, "", ""))
    with pytest.raises(CaseError, match=r"nowhere\.jsonl cannot be read"):
        read_cases(tmp_path / "nowhere.jsonl")


@pytest.mark.parametrize("suite", [ROOT / "eval" / "data" / f"{name}.jsonl" for name in ("dev", "sample")])
def test_our_own_suites_name_articles_that_are_there(suite: Path) -> None:
    cases = read_cases(suite)
    assert {True, False} == {case.answerable for case in cases}
    missing = {article for case in cases for article in case.articles if not (ROOT / article).is_file()}
    assert missing == set()
    assert [case.id for case in cases if case.answerable and not case.articles] == []


def test_our_questions_on_news_are_whole() -> None:
    """Their articles are not ours, so they are not here."""
    cases = read_cases(ROOT / "eval" / "data" / "news-dev.jsonl")
    assert len(cases) == len({case.question for case in cases}) == 66
    assert all(case.answerable and case.asked and len(case.articles) == 1 for case in cases)
    assert all(case.answers[0] in case.choices and len(set(case.choices)) == 4 for case in cases)
