"""What is only polite, and what asks something politely."""

import pytest

from answer.small_talk import is_small_talk, without_pleasantry


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
        "ok",
        "Thank you, that helps.",
        "great, thanks. That's all, bye!",
        "Hey, how are you?",
        "hi, can you help me?",
        "good night",
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
        "ok, thanks, and when?",
        "nice weather",
        "yes",
        "High Representative",
        "and thanks to whom?",
    ],
)
def test_what_asks_something(said: str) -> None:
    assert not is_small_talk(said)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Thanks. And when did he resign?", "And when did he resign?"),
        ("Hello, how tall is Breton?", "how tall is Breton?"),
        ("Hi Byline, what did Breton say?", "what did Breton say?"),
        ("ok. Great, and who replaced him?", "and who replaced him?"),
        ("I see. When did he resign?", "When did he resign?"),
        ("Who said thanks, and why?", "Who said thanks, and why?"),
        ("Good Morning America, who hosts it?", "Good Morning America, who hosts it?"),
        ("No. 10 said what?", "No. 10 said what?"),
        ("Hello!", "Hello!"),
        ("thanks, bye", "bye"),
    ],
)
def test_what_is_polite_before_a_question_is_not_searched(typed: str, asked: str) -> None:
    assert without_pleasantry(typed) == asked
