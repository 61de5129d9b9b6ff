"""Whole dates: what stands together, and what follows from a day of the week or from two dates."""

import pytest

from answer.dates import UNDATED, day_stands, days_of, spans_told, weekday_fits, without_days

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
        ("on 3 May", False),  # the article's own day
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


def _stands(date: str, published: str, text: str) -> bool:
    return all(day_stands(one, f"Ostend and its harbour\n{published}\n{text}") for one in days_of(date))


@pytest.mark.parametrize(
    ("text", "before", "later"),
    [
        ("The bridge was opened on Sunday.", True, False),
        ("The mayor said on Sunday that the bridge will cost more.", True, False),
        ("Ruiz said on Sunday she will resign in July.", True, False),
        ("The mayor announced plans to mend the bridge on Sunday.", True, False),
        ("The bridge was opened as planned on Sunday.", True, False),
        ("After the vote on Sunday, the mayor resigned.", True, False),
        ("On Sunday, the mayor opened the bridge.", True, False),
        ("Crowds at the harbour on Sunday.", True, False),
        ("The bridge will be officially opened on Sunday.", False, True),
        ("On Sunday, the bridge will be opened.", False, True),
        ("The council meets next Sunday.", False, True),
        ("The bridge, which was closed in May, will open on Sunday, the mayor said.", False, True),
        ("Mayor to open bridge on Sunday", True, True),
        ("The fair opens on Sunday.", True, True),
        ("The fair is on course for a record on Sunday.", True, True),
        ("The vote was planned for Sunday.", True, True),
    ],
)
def test_a_weekday_is_the_one_before_unless_it_lies_ahead(text: str, before: bool, later: bool) -> None:
    assert _stands("Sunday, 2 June 2024", "3 June 2024", text) is before
    assert _stands("Sunday, 9 June 2024", "3 June 2024", text) is later


@pytest.mark.parametrize(
    ("date", "published", "text", "stands"),
    [
        ("31 December 2024", "2 January 2025", "The bridge was closed on Tuesday.", True),
        ("31 December", "2 January 2025", "The bridge was closed on Tuesday.", True),
        ("31 December 2025", "2 January 2025", "The bridge was closed on Tuesday.", False),
        ("30 April 2024", "2 May 2024", "The bridge was closed on Tuesday.", True),
        ("1 May 2024", "2 May 2024", "The bridge was closed yesterday.", True),
        ("8 May 2021", "2 May 2024", "Since 9 May 2021 it leaked. It was closed yesterday.", False),
        ("25 April 2024", "2 May 2024", "The bridge was closed last Thursday.", True),
        ("25 April 2024", "2 May 2024", "The bridge was closed on Thursday.", False),
        ("9 May 2024", "4 May 2024", "The bridge was closed on Thursday 2 May 2024.", False),
    ],
)
def test_a_weekday_is_counted_from_the_day_of_its_article(date: str, published: str, text: str, stands: bool) -> None:
    assert _stands(date, published, text) is stands


def test_each_article_has_its_own_day() -> None:
    other = "The bridge was closed on Tuesday.\nThe mill burns\n9 May 2024\nIt burned on Wednesday."
    assert _stands("30 April 2024", "2 May 2024", other) and _stands("8 May 2024", "2 May 2024", other)
    assert not _stands("7 May 2024", "2 May 2024", other) and not _stands("1 May 2024", "2 May 2024", other)


@pytest.mark.parametrize(
    ("date", "text", "stands"),
    [
        ("3 May 2019", "The mayor, elected in 2019, will resign on 3 May.", False),
        ("3 May 2024", "The mayor, elected in 2019, will resign on 3 May.", True),
        ("3 May 1992", "The treaty was signed in 1992. The museum in Ghent opens on 3 May.", False),
        ("3 May 2019", "The treaty of 2 June 2019 ends on 3 May.", False),
        ("28 December 2023", "The bridge was closed on 28 December.", True),
        ("28 December 2024", "The bridge was closed on 28 December.", False),
        ("28 December 2024", "The bridge will close on 28 December.", True),
        ("28 December 2023", "The bridge will close on 28 December.", False),
        ("3 January 2025", "The bridge will open on 3 January.", True),
        ("3 May 2019", "In 2019, on 3 May, the bridge was closed.", True),
        ("3 May 2024", "In 2019, on 3 May, the bridge was closed.", False),
        ("3 May 2019", "It was closed from 3 May to 5 June 2019.", True),
        ("28 December 2018", "It was closed from 28 December to 3 January 2019.", True),
        ("3 January 2019", "It was closed from 28 December 2018 to 3 January.", True),
        ("3 May 2019", "It was begun on 3 May and finished on 5 June 2019.", True),
    ],
)
def test_a_day_without_a_year_takes_that_of_its_article_or_one_beside_it(date: str, text: str, stands: bool) -> None:
    assert _stands(date, "2 April 2024", text) is stands


def test_a_weekday_before_a_date_is_its_own() -> None:
    for sentence, fits in (
        ("on Sunday, 2 June 2024", True),
        ("on Monday, 2 June 2024", False),
        ("Monday 2 June", True),
    ):
        assert weekday_fits(days_of(sentence)[0], sentence) is fits


def test_a_span_follows_from_two_dates() -> None:
    passage = "It began on 2 May 2024 and ended on 4 May 2024."
    assert spans_told(passage, "It ended two days later.") == {"2"}
    assert spans_told(passage, "It ended three days later.") == set()


def test_an_article_without_a_day_does_not_take_that_of_another() -> None:
    passage = f"Bridge\n3 June 2024\nThe bridge was closed.\nFerry\n{UNDATED}\nThe ferry sailed on Sunday."
    assert not any(day_stands(day, passage) for day in days_of("2 June 2024"))
    dated = passage.replace(UNDATED, "4 June 2024")
    assert all(day_stands(day, dated) for day in days_of("2 June 2024"))


@pytest.mark.parametrize(
    ("date", "text", "stands"),
    [
        ("30 May 2024", "Report\n30 May 2024\nThe minister resigned on 28 May.", False),
        ("28 May 2024", "Report\n30 May 2024\nThe minister resigned on 28 May.", True),
        ("30 May 2024", "Report\n30 May 2024\nThe minister resigned today.", True),
        ("30 May 2024", "Report\n30 May 2024\nThe minister resigned after weeks of protest.", False),
        ("30 May 2024", "Awards - USA Today\n30 May 2024\nThey gave their prizes.", False),
        ("March 2024", "Report\n12 September 2024\nHe was jailed in March.", True),
        ("March 2023", "Report\n12 September 2024\nHe was jailed in March.", False),
        ("November 2023", "Report\n12 September 2024\nHe was jailed in November.", True),
        ("November 2024", "Report\n12 September 2024\nHe will be tried in November.", True),
        ("September 2024", "Report\n12 September 2024\nShe will go by the end of September.", True),
        ("June 2024", "Report\n12 September 2024\nHe was jailed in March.", False),
        ("30 November 2025", "Report\n25 November 2025\nThe pope is due to arrive on Sunday.", True),
        ("23 November 2025", "Report\n25 November 2025\nThe pope is due to arrive on Sunday.", False),
    ],
)
def test_the_day_of_an_article_tells_of_nothing_that_happened_but_gives_a_month_its_year(
    date: str, text: str, stands: bool
) -> None:
    (day,) = days_of(date)
    assert day_stands(day, text) is stands
