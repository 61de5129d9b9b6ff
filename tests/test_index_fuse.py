"""Reciprocal rank fusion against the formula by hand."""

from index.fuse import RANK_CONSTANT, fuse


def test_scores_are_the_papers() -> None:
    fused = fuse({"meaning": ["a", "b"], "words": ["b", "c"]}, {"meaning": 1.0, "words": 2.0})
    k = RANK_CONSTANT
    assert [(id, score) for id, score, _ in fused] == [
        ("b", 1 / (k + 2) + 2 / (k + 1)),
        ("c", 2 / (k + 2)),
        ("a", 1 / (k + 1)),
    ]
    assert fused[0][2] == {"meaning", "words"}
    assert fused[1][2] == {"words"}


def test_ties_come_in_order_of_id() -> None:
    assert [id for id, _, _ in fuse({"x": ["b"], "y": ["a"]}, {"x": 1.0, "y": 1.0})] == ["a", "b"]


def test_nothing_found_is_nothing() -> None:
    assert fuse({"x": [], "y": []}, {"x": 1.0, "y": 1.0}) == []
