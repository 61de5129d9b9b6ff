"""The default embedder, real: its numbers, its limits, its errors."""

from pathlib import Path

import numpy as np
import pytest

from byline.errors import ModelUnavailable, UnknownKind
from index import Embedder, RememberingEmbedder, Vectors, open_embedder

GOLDEN = [-0.0436, -0.0534, -0.0428, 0.0194, 0.0206]
"""The first numbers of "who co-chaired the council?". Another embedder, pooling or normalisation changes them."""


def test_golden_vector(embedder: Embedder) -> None:
    vector = embedder.embed_question("who co-chaired the council?")
    assert vector.shape == (384,)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-4)
    assert vector[:5] == pytest.approx(GOLDEN, abs=2e-3)


def test_passages_and_questions_meet_in_one_space(embedder: Embedder) -> None:
    texts = ["The council was chaired by two ministers.", "Rain fell on the harbour all day."]
    near, far = embedder.embed_passages(texts) @ embedder.embed_question("who led the council?")
    assert near > far + 0.3


def test_tokens_are_counted_as_the_model_reads_them(embedder: Embedder) -> None:
    assert embedder.max_tokens == 256
    short, long = embedder.count_tokens(["two words", "word " * 300])
    assert (short, long) == (2, 300)


def test_a_name_that_is_nowhere_says_how_to_fetch_it(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="python -m byline all-MiniLM-L6-v2"):
        open_embedder("all-MiniLM-L6-v2", tmp_path)
    with pytest.raises(UnknownKind):
        open_embedder("no-such-model", tmp_path)


def test_a_folder_that_is_no_model_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"tokenizer\.json"):
        open_embedder(str(tmp_path), tmp_path)


def test_what_was_embedded_a_moment_ago_is_not_embedded_again(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembering, asked = RememberingEmbedder(embedder, most=3), list[str]()
    embed = embedder.embed_passages

    def counting(texts: list[str]) -> Vectors:
        asked.extend(texts)
        return embed(texts)

    monkeypatch.setattr(embedder, "embed_passages", counting)
    first = remembering.embed_passages(["rain", "harbour", "rain"])
    again = remembering.embed_passages(["harbour", "mayor", "rain"])
    assert asked == ["rain", "harbour", "mayor"]
    np.testing.assert_allclose(first, embed(["rain", "harbour", "rain"]), atol=1e-5)
    np.testing.assert_array_equal(again[[0, 2]], first[[1, 0]])
    remembering.embed_passages(["snow"])
    remembering.embed_passages(["rain", "harbour"])
    assert asked[3:] == ["snow", "harbour"], "the one that was longest unasked was forgotten"
    assert remembering.embed_passages([]).shape[0] == 0


def test_a_question_asked_a_moment_ago_is_not_embedded_again(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembering = RememberingEmbedder(embedder)
    passage, question = remembering.embed_passages(["rain"])[0], remembering.embed_question("rain")
    np.testing.assert_array_equal(question, embedder.embed_question("rain"))
    monkeypatch.setattr(embedder, "embed_question", None)
    np.testing.assert_array_equal(remembering.embed_question("rain"), question)
    np.testing.assert_array_equal(remembering.embed_passages(["rain"])[0], passage)
