"""Copies: the same text again, or nearly; not the same story told anew."""

from datetime import date

import pytest

from byline.records import Article
from ingest.duplicates import containment, copies, shingles_of

WIRE = (
    "A freight train carrying grain left the rails near Ostrava on Friday morning. Nobody was hurt, the railway said. "
    "Eleven of its thirty wagons tipped over and blocked both tracks of the main line to Katowice. Passengers "
    "were taken "
    "to Bohumin by bus until the evening. A crane from Brno began to lift the wagons in the afternoon, and "
    "the line is to "
    "open again on Sunday. Inspectors look for the cause in a switch that had been repaired two days before."
)
RETOLD = (
    "Both tracks between Ostrava and Katowice are closed after an accident with a grain train on Friday. The "
    "railway says "
    "that no one was injured when eleven wagons fell over. Buses stand in for passenger trains, and a crane "
    "is at work. "
    "Trains are expected to run again on Sunday. A recently repaired switch may have caused the accident."
)
OTHER = (
    "The museum of glass in Jablonec has bought a collection of beads from a family in Geneva. It will show them from "
    "September in its new wing, next to the lamps that it bought last year from a dealer in Vienna for an "
    "unknown price."
)


def article(id: str, text: str, published: str | None = None) -> Article:
    return Article(id=id, title=id, text=text, published=date.fromisoformat(published) if published else None)


def test_the_earliest_published_is_the_first_whatever_the_order() -> None:
    late, early = article("late", WIRE, "2024-05-02"), article("early", WIRE, "2024-05-01")
    assert copies([late, early]) == copies([early, late]) == {"late": "early"}


def test_without_dates_the_first_seen_is_the_first_and_one_with_a_date_goes_before() -> None:
    assert copies([article("a", WIRE), article("b", WIRE)]) == {"b": "a"}
    assert copies([article("a", WIRE), article("b", WIRE, "2024-05-01")]) == {"a": "b"}


@pytest.mark.parametrize(
    "near",
    [
        WIRE.upper().replace(",", ""),
        WIRE.replace("Friday", "Thursday").replace("Sunday", "Monday"),
        " ".join(WIRE.split(". ")[:4]),
        "OSTRAVA - " + WIRE + " More is to follow.",
    ],
    ids=["case and marks", "two words changed", "end cut off", "dateline and more"],
)
def test_near_copies_are_found(near: str) -> None:
    assert copies([article("wire", WIRE, "2024-05-01"), article("near", near, "2024-05-02")]) == {"near": "wire"}


def test_a_story_told_anew_is_no_copy() -> None:
    assert copies([article("wire", WIRE), article("retold", RETOLD), article("other", OTHER)]) == {}
    assert containment(shingles_of(WIRE), shingles_of(RETOLD)) < 0.1


def test_a_short_notice_quoted_in_a_long_article_is_no_copy() -> None:
    notice = WIRE.split(" Eleven")[0]
    assert copies([article("notice", notice), article("long", f"{WIRE} {OTHER}")]) == {}
    assert copies([article("notice", WIRE), article("long", f"{RETOLD} {WIRE} {OTHER}")]) == {}


def test_a_third_copy_names_the_first_and_not_the_second() -> None:
    found = copies(
        [article(id, WIRE, day) for id, day in (("c", "2024-05-03"), ("a", "2024-05-01"), ("b", "2024-05-02"))]
    )
    assert found == {"b": "a", "c": "a"}


def test_a_cut_copy_of_a_cut_copy_names_the_first() -> None:
    words = WIRE.split()
    cut, cut_again = " ".join(words[:55]), " ".join(words[:33])
    three = [article("a", WIRE, "2024-05-01"), article("b", cut, "2024-05-02"), article("c", cut_again, "2024-05-03")]
    assert copies([three[0], three[2]]) == {}
    assert copies(three) == {"b": "a", "c": "a"}


@pytest.mark.parametrize("first", ["beginning", "end"])
def test_of_two_that_an_article_repeats_the_earlier_is_named(first: str) -> None:
    words = f"{WIRE} {OTHER}".split()
    parts = {"beginning": " ".join(words[:70]), "end": " ".join(words[-70:])}
    days = {name: "2024-05-01" if name == first else "2024-05-02" for name in parts}
    whole = article("whole", " ".join(words), "2024-05-03")
    assert copies([whole, *(article(name, text, days[name]) for name, text in parts.items())]) == {"whole": first}


def test_very_short_texts_are_copies_only_when_alike() -> None:
    assert copies([article("a", "No comment."), article("b", "no comment"), article("c", "No idea.")]) == {"b": "a"}
