"""Whole dates: what stands together, and what follows from a day of the week or from two dates."""

import pytest

from answer.dates import day_stands, days_of, spans_told, without_days

PASSAGE = (
    "Ostend opens its harbour\n3 May 2024\nThe harbour opened on Thursday. It was begun on June 7, 2021, in Ostend."
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2 May 2024", (2, 5, 2024)),
        ("on May 2nd, 2024", (2, 5, 2024)),
        ("2024-05-02", (2, 5, 2024)),
        ("the 2nd of May", (2, 5, None)),
        ("Dec. 18, 2018", (18, 12, 2018)),
        ("in May 2024", (None, 5, 2024)),
    ],
)
def test_dates_are_read_in_many_forms(text: str, told: tuple[int | None, int, int | None]) -> None:
    (found,) = days_of(text)
    assert (found.day, found.month, found.year) == told


@pytest.mark.parametrize(
    "text",
    ["from 14 to 16 June 2024", "June 14-16, 2024", "14–16 June 2024", "14 and 16 June 2024", "June 14th to 16th"],
)
def test_both_days_of_a_span_are_told(text: str) -> None:
    assert sorted((one.day, one.month) for one in days_of(text)) == [(14, 6), (16, 6)]
    assert not any(letter.isdigit() for letter in without_days(text))
    for asked in ("14 June", "June 16", "14 to 16 June"):
        assert all(day_stands(one, text) for one in days_of(asked))
    assert not all(day_stands(one, text) for one in days_of("14 to 17 June"))


def test_what_is_no_date_is_not_read_as_one() -> None:
    assert days_of("It may 5 times rain, 300 marched, March came, and 31 people left in 2024.") == []


@pytest.mark.parametrize(
    ("sentence", "stands"),
    [
        ("on 3 May", True),
        ("June 2021", True),
        ("on 2 May 2024", True),  # the Thursday before the article's day
        ("on 7 May 2024", False),  # a day and a month of two dates
        ("on 7 June 2024", False),  # the year of the other
        ("on 8 June 2021", False),
    ],
)
def test_a_date_stands_as_a_whole_or_follows(sentence: str, stands: bool) -> None:
    (asked,) = days_of(sentence)
    assert day_stands(asked, PASSAGE) is stands


def test_a_span_follows_from_two_dates() -> None:
    passage = "It began on 2 May 2024 and ended on 4 May 2024."
    assert spans_told(passage, "It ended two days later.") == {"2"}
    assert spans_told(passage, "It ended three days later.") == set()
