"""Sentence spans: the cases that a naive cut gets wrong, and the offsets."""

import pytest

from byline.sentences import sentence_spans

TELLINGS = [
    ["Dr Lee met U.S. officials in Seoul.", "They paid $4.5 billion for it."],
    ["Dr. Lee spoke to Mr. Kim.", "Mr. Kim agreed."],
    ["He lives at No. 10 Downing Street.", "No one else does."],
    ["The answer was no.", "He left."],
    ["J. K. Rowling wrote it.", "George W. Bush read it."],
    ["“We will go.”", "He left the room."],
    ["“Will we go?” he asked.", "“Will we go?” Breton asked.", "Nobody knew."],
    ['He said: "It is done."', "The crowd cheered."],
    ["It works in the U.S.", "The rest must wait."],
    ["The meeting is at 5 p.m. Monday in Washington, D.C., near the river.", "All may come."],
    ["It begins at 8 p.m. ET on Jan. 6, 2021.", "It rained."],
    ["Am 26. März 2024 trafen sich die Minister.", "Sie sprachen z. B. über Chips."],
    ["El Sr. García llegó a EE. UU. ayer.", "¿Qué pasó después?", "Nadie lo sabe."],
    ["M. Breton a parlé.", "« C'est fini. »", "Il est parti."],
    ["Wait… what?", "Really!", "Yes."],
    ["It cost 1.5 million (see Fig. 3).", "That is a lot."],
    ["It was agreed.[1]", "Seoul hosts next."],
    ["The firm, e.g. Samsung, agreed.", "Others, i.e. Intel, did not."],
    ["She scored 10.", "He scored 12.", "They won 3-2.", "Gov. Ron DeSantis came."],
    ["In 2019.", "In 2020 it rose to 7."],
    ["It ended in 2023.", "27 countries signed."],
    ["यह एक वाक्य है।", "यह दूसरा है।"],
    ["هل هذا صحيح؟", "نعم."],
]


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize("expected", TELLINGS, ids=lambda telling: telling[0])
def test_sentences_are_told_apart(expected: list[str]) -> None:
    assert sentences(" ".join(expected)) == expected


def test_chinese_and_japanese_need_no_space() -> None:
    assert sentences("三星宣布了。价格很高！是吗？") == ["三星宣布了。", "价格很高！", "是吗？"]


def test_a_line_is_a_sentence_unless_the_next_goes_on_in_lower_case() -> None:
    assert sentences("Why does this matter?\n\nA heading\nIt was cut\nin two.") == [
        "Why does this matter?",
        "A heading",
        "It was cut\nin two.",
    ]


def test_numbers_that_count_a_list_stay_with_their_item() -> None:
    text = "1. Chips come first.\n2. Cables come second."
    assert sentences(text) == ["1. Chips come first.", "2. Cables come second."]


def test_every_character_that_is_not_white_space_lies_in_exactly_one_sentence() -> None:
    text = "  One. Two?! “Three.”\n\n – Four: five (six.) Seven... eight.\n\t\nNine \n"
    covered = [position for start, end in sentence_spans(text) for position in range(start, end)]
    assert covered == sorted(set(covered))
    assert {p for p, character in enumerate(text) if not character.isspace()} <= set(covered)
    assert all(text[start:end] == text[start:end].strip() for start, end in sentence_spans(text))


def test_no_text_has_no_sentences() -> None:
    assert sentence_spans(" \n\n ") == []
