"""Which days "this week" and the like are taken for."""

from datetime import date

import pytest

from answer.span import span_of

TODAY = date(2022, 6, 16)


@pytest.mark.parametrize(
    ("question", "words", "since"),
    [
        ("Who resigned this week?", "this week", date(2022, 6, 2)),
        ("This week a mayor resigned. Which?", "This week", date(2022, 6, 2)),
        ("Who spoke at this week's summit in Madrid?", "this week", date(2022, 6, 2)),
        ("Which mayor has recently resigned?", "recently", date(2022, 2, 16)),
        ("How soon could the harbour open?", "soon", date(2022, 2, 16)),
        ("Who resigned last night?", "last night", date(2022, 6, 9)),
        ("Which films of last month run this week?", "last month", date(2022, 4, 2)),
        ("What did the council decide this year, 2022?", "this year", date(2021, 6, 15)),
    ],
)
def test_a_span_is_generous(question: str, words: str, since: date) -> None:
    span = span_of(question, TODAY)
    assert span is not None
    assert (span.words, span.since, span.until) == (words, since, TODAY)


@pytest.mark.parametrize(
    "question",
    [
        "Who co-chaired the council?",
        "What did Churchill say this week in 1940?",
        "Who edits This Week in Science?",
        "How many people live in Seoul today?",
        "What is the latest on the harbour?",
        "What was built as soon as the most recent storm was over?",
    ],
)
def test_most_questions_mean_no_span(question: str) -> None:
    assert span_of(question, TODAY) is None


def test_an_article_without_a_date_may_lie_in_any_span() -> None:
    span = span_of("Who resigned this week?", TODAY)
    assert span is not None
    assert span.holds(None)
    assert span.holds(date(2022, 6, 2))
    assert not span.holds(date(2022, 6, 1))
