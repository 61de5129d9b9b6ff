"""Which questions lean on what was said before, and what is searched then."""

import pytest

from answer.follow_up import leans_on_history, relevant_turns, stand_alone
from byline.records import Turn

TURN = Turn("who co-chaired the council?", "Thierry Breton and Lee Jong-Ho")


@pytest.mark.parametrize(
    "question",
    [
        "and where will the next one be held?",
        "What about the programme as a whole?",
        "when was it?",
        "why?",
        "who did she replace?",
        "where was the first one?",
        "who won?",
        "what did Breton say about it?",
        "when did that happen?",
        "which companies is it to come from?",
        "which company had he led before?",
        "which of these is older?",
        "how long did it take?",
        "what happened in that city?",
        "who spoke at that meeting?",
        "Did he meet Emmanuel Macron?",
        "Has it been ratified by the European Parliament?",
        "What did Joe Biden say about it?",
        "Why did the United States not sign it?",
        "did Joe Biden meet him?",
        "Who else signed?",
        "What else did Breton say?",
        "which other countries signed?",
        "anything else?",
        "How many others?",
        "Besides him, who else signed the declaration?",
    ],
)
def test_leaning(question: str) -> None:
    assert leans_on_history(question)
    assert relevant_turns(question, [TURN]) == (TURN,)


@pytest.mark.parametrize(
    "question",
    [
        "who co-chaired the council?",
        "When did Thierry Breton resign?",
        "Which companies signed the Frontier AI Safety Commitments in Seoul?",
        "european chips act in force since when",
        "Did Breton and Lee say that it would meet in Seoul?",
        "Who is Macron?",
        "what is nato?",
        "Is there a ceasefire in Gaza?",
        "What did Apple announce this week?",
        "How many people died in the earthquake that hit Morocco?",
        "Which carmaker recalled its vans this month?",
        "A pilot flew round the world alone. How old is he?",
        "Where in Spain is it illegal to fish?",
        "Which of one of the parties left?",
        "Was it Thierry Breton or Lee Jong-Ho who chaired it?",
        "How did the United States use its chips act?",
        "has boeing mended its planes",
        "Who else besides Breton signed the declaration?",
        "Besides Breton, who else signed the declaration?",
        "Which other countries than Korea signed the declaration?",
        "The council met in Seoul in May, and what else was decided?",
        "Who wrote Hamlet and who published it?",
        "What did the towns along the river say about it?",
    ],
)
def test_standing_alone(question: str) -> None:
    assert not leans_on_history(question)
    assert relevant_turns(question, [TURN]) == ()


def test_the_search_has_what_the_question_leans_on() -> None:
    searched = stand_alone("and where?", (TURN,))
    assert "council" in searched
    assert "Lee Jong-Ho" not in searched
    assert "Lee Jong-Ho" in stand_alone("and where did he go?", (TURN,))
    assert searched.endswith("and where?")
    assert stand_alone("who is Ana?", ()) == "who is Ana?"


def test_what_was_declined_names_nobody() -> None:
    assert stand_alone("when did he resign?", (Turn("who led it?", ""),)) == "who led it? when did he resign?"


def test_what_was_polite_in_an_earlier_question_is_not_searched() -> None:
    (turn,) = relevant_turns("and when?", [Turn("Hello, who led it?", "Ana")])
    assert turn.question == "who led it?"


def test_only_the_last_turns_count() -> None:
    turns = [Turn(f"question {n}", f"answer {n}") for n in range(9)]
    assert [turn.question for turn in relevant_turns("and when?", turns)] == ["question 7", "question 8"]
