"""Which days "this week" and the like are taken for."""

from datetime import date

import pytest

from answer.span import span_meant, span_of
from byline.records import Turn

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
        ("Who resigned in recent days?", "recent days", date(2022, 6, 2)),
        ("What was built in recent weeks?", "recent weeks", date(2022, 5, 2)),
        ("Who won the election last year in Ghent?", "last year", date(2020, 6, 15)),
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
        "How have prices changed in recent years?",
        "What did he sign in his last year in office?",
        "What did Ana Ruiz's last month as mayor bring?",
        "Who won the last week of the campaign?",
        "Who led in the last week before the vote?",
        "Is it too soon to say who won?",
        "Who resigned soon before the vote?",
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


def test_a_follow_up_means_its_own_span_else_that_of_the_last_turn() -> None:
    week, none = Turn("Who resigned this week?", "Ana Ruiz"), Turn("When was the act signed?", "in 2024")
    assert span_meant("and last month?", [week], TODAY) == span_of("last month", TODAY)
    assert span_meant("and why?", [none, week], TODAY) == span_of("this week", TODAY)
    assert span_meant("and where?", [week, none], TODAY) is None
    assert span_meant("and where?", [], TODAY) is None
