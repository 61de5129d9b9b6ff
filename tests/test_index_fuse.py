"""The score of a chunk against the formula by hand."""

import pytest

from index.fuse import ARTICLE, CROWDING, MEANING, WORDS, Found, fuse, spread


def test_a_score_adds_up_the_three_views() -> None:
    of = {"a#1": "a", "a#2": "a", "b#1": "b"}
    fused = fuse({"a#1": 0.5, "a#2": 0.4}, {"a#1": 0.3, "b#1": 0.2}, {"a": 0.6, "b": 0.1}, of, most=2)
    scores = {one.id: one.score for one in fused}
    assert scores["a#1"] == pytest.approx(MEANING * 0.5 + WORDS * 0.3 + ARTICLE * 0.6)
    assert scores["a#2"] == pytest.approx(MEANING * 0.4 + WORDS * 0.2 + ARTICLE * 0.6)  # no words: as the last found
    assert scores["b#1"] == pytest.approx(MEANING * 0.4 + WORDS * 0.2 + ARTICLE * 0.1)
    assert [one.id for one in fused] == ["a#1", "a#2", "b#1"]
    assert [one.ways for one in fused] == [{"meaning", "words"}, {"meaning"}, {"words"}]


def test_the_one_chunk_with_the_word_comes_first() -> None:
    near = {f"a#{n}": 0.45 - n / 1000 for n in range(50)}
    of = {"b#1": "b", **dict.fromkeys(near, "a")}
    assert fuse(near, {"b#1": 1.0}, {"b": 1.0}, of, most=50)[0].id == "b#1"


def test_ties_come_in_order_of_id() -> None:
    assert [one.id for one in fuse({"b": 0.5, "a": 0.5}, {}, {}, {"b": "b", "a": "a"}, 50)] == ["a", "b"]


def test_nothing_found_is_nothing() -> None:
    assert fuse({}, {}, {}, {}, 50) == []


def test_an_article_does_not_crowd_out_the_next() -> None:
    found = [Found(id, id[0], score, frozenset()) for id, score in (("a#1", 1.0), ("a#2", 0.99), ("b#1", 0.95))]
    assert [one.id for one in spread(found)] == ["a#1", "b#1", "a#2"]
    assert spread(found)[2].score == pytest.approx(0.99 - CROWDING)
