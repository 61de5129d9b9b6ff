"""What rules an answer out by its words alone, and how the signals are weighed."""

import pytest

from answer.abstain import chance_of_right, misfit, says_nothing


@pytest.mark.parametrize("text", ["Not stated.", "", "The passages do not mention it.", "The price is not specified."])
def test_the_model_declines_in_many_words(text: str) -> None:
    assert says_nothing(text)


def test_an_answer_is_not_taken_for_a_refusal() -> None:
    assert not says_nothing("China was not invited.")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("When did Ana resign?", "Ana resigned after a quarrel."),
        ("How many ships came?", "Ships came from Korea."),
        ("Who opened the harbour?", "The harbour was opened."),
        ("who negotiated the act", "negotiators from the parliament"),
        ("Which supercomputers will the EU open?", "The EU will open supercomputers."),
    ],
)
def test_not_of_the_kind_asked_for(question: str, text: str) -> None:
    assert misfit(question, text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("When did Ana resign?", "In March 2024."),
        ("How many ships came?", "Twenty-eight ships."),
        ("Who opened the harbour?", "Ana Ruiz opened it."),
        ("Which came first, the AI Act or the Chips Act?", "The Chips Act."),
        ("What did they agree on?", "A forum for researchers."),
    ],
)
def test_of_the_kind_asked_for(question: str, text: str) -> None:
    assert misfit(question, text) is None


def test_every_signal_raises_the_chance() -> None:
    weak = {"stated": 0.3, "proved": 0.3, "claimed": 0.3, "question_cosine": 0.2}
    for name in weak:
        assert chance_of_right({**weak, name: 0.9}) > chance_of_right(weak), name
    assert 0 < chance_of_right({}) < 1
    assert chance_of_right({name: 0.95 for name in weak}) > 0.5 > chance_of_right({name: 0.05 for name in weak})
