"""What a question says of time, and what the days of the articles change."""

from datetime import date

import pytest

from index.asked import RECENT, in_time, newness, read_question, recency
from index.filters import ANY, Filters
from index.fuse import Found

OLD, NEW, LATER = date(2024, 1, 1), date(2024, 3, 1), date(2024, 4, 1)
DAYS = {"old": OLD, "new": NEW, "undated": None}
ALIKE = [Found(f"{id}#0", id, 1.0, frozenset()) for id in DAYS]


def best(question: str, filters: Filters = ANY) -> str:
    return in_time(ALIKE, DAYS, read_question(question), filters)[0].article


@pytest.mark.parametrize("asking", ["the latest", "the most recent", "the newest", "most recently"])
def test_latest_is_no_word_to_match(asking: str) -> None:
    asked = read_question(f"Where was {asking} council held?")
    assert asked.newest
    assert asked.words == "Where was council held?"


def test_a_question_of_such_words_alone_is_searched_as_it_stands() -> None:
    assert read_question("latest?").words == "latest?"


@pytest.mark.parametrize("question", ["Who won this week?", "What was recently announced?", "Who resigned yesterday?"])
def test_a_question_may_speak_of_its_own_day(question: str) -> None:
    assert read_question(question).now
    assert not read_question("Who won the council's prize in 2019?").now


def test_recency_fades_and_knows_nothing_of_the_future() -> None:
    assert recency(NEW, NEW) == 1
    assert 0.3 < recency(NEW, date(2024, 3, 15)) < 0.4
    assert recency(LATER, NEW) == recency(None, NEW) == 0


def test_newest_is_newest_among_good_matches() -> None:
    scores = {"old": 1.0, "new": 0.95, "undated": 1.0, "beside it": 0.5}
    new = newness(scores, DAYS | {"beside it": LATER})
    assert new == {"old": 0.5, "new": 1.0, "undated": 0.0, "beside it": 0.0}


def test_the_day_of_the_question_prefers_what_was_new_then() -> None:
    assert best("Who won?", Filters(until=date(2024, 3, 3))) == "new"
    assert best("Who won?") == best("Who won?", Filters(since=OLD, until=date(2024, 3, 3))) == "new"  # ties by id
    scored = {one.article: one.score for one in in_time(ALIKE, DAYS, read_question("Who won?"), Filters(until=NEW))}
    assert scored["new"] == pytest.approx(1 + RECENT)
    assert scored["undated"] == 1


def test_a_span_of_days_and_a_plain_question_change_nothing() -> None:
    for filters in (ANY, Filters(since=OLD, until=LATER)):
        assert {one.score for one in in_time(ALIKE, DAYS, read_question("Who won?"), filters)} == {1.0}
    between = Filters(since=OLD, until=LATER)
    assert {one.score for one in in_time(ALIKE, DAYS, read_question("Who won this week?"), between)} == {1.0}


def test_latest_beats_a_better_match() -> None:
    found = [Found("old#0", "old", 1.0, frozenset()), Found("new#0", "new", 0.95, frozenset())]
    assert in_time(found, DAYS, read_question("the latest council"), ANY)[0].article == "new"
