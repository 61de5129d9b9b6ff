"""What is only polite, and what asks something politely."""

import pytest

from answer.small_talk import is_small_talk


@pytest.mark.parametrize(
    "said",
    [
        "Hello",
        "hi there!",
        "Hi, Byline",
        "¡Hola!",
        "Good morning.",
        "Thanks :)",
        "ok, thank you very much",
        "Danke",
        "bye",
    ],
)
def test_what_is_only_polite(said: str) -> None:
    assert is_small_talk(said)


@pytest.mark.parametrize(
    "said",
    [
        "Hello, who co-chaired the council?",
        "Who said thanks?",
        "help for farmers",
        "High Representative",
        "and thanks to whom?",
    ],
)
def test_what_asks_something(said: str) -> None:
    assert not is_small_talk(said)
