"""What rules an answer out by its words alone, and whether two say the same."""

import pytest

from answer.misfit import (
    agree,
    another_of_its_kind,
    contradict,
    may_say_nothing,
    misfit,
    says_more,
    says_nothing,
)


@pytest.mark.parametrize(
    "text",
    [
        "Not stated.",
        "",
        "The passages do not mention it.",
        "The price is not specified.",
        "It is not known.",
        "unknown",
        "It does not say.",
        "The name is not mentioned in the passages.",
        "There is no information about the price.",
        "The passages don't say.",
        "The text doesn't mention it.",
        "It isn't stated.",
        "No date is given.",
        "There is no mention of this.",
        "There is not enough information to answer.",
        "Unclear",
        "I don’t know.",
        "N/A",
        "The passages give no date.",
        "The passage does not contain this information.",
    ],
)
def test_the_model_declines_in_many_words(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize(
    "text",
    [
        "China was not invited.",
        "It is not available in the European Union.",
        "He did not give a reason.",
        "The cause of the fire is not known.",
        "Ana Ruiz did not name a successor.",
        "They did not give her a refund.",
        "It does not name a successor.",
        "Food aid was not provided.",
        "His name was not mentioned in the report.",
        "No information had been shared with the police.",
        "The final text does not mention fossil fuels.",
        "China is not mentioned in the text",
        "There is no information about survivors.",
        "No information on casualties was available.",
        "No refunds are given.",
        "The passage of the bill did not give Ana Ruiz a victory.",
    ],
)
def test_an_answer_is_not_taken_for_a_refusal(text: str) -> None:
    assert not says_nothing(text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("When did Ana resign?", "Ana resigned after a quarrel."),
        ("How many ships came?", "Ships came from Korea."),
        ("Who opened the harbour?", "The harbour was opened."),
        ("who negotiated the act", "negotiators from the parliament"),
        ("Which supercomputers will the EU open?", "The EU will open supercomputers."),
        ("When was the treaty signed?", "Jacques Chirac"),
        ("How much did the map cost?", "The map was dear."),
        ("Who chaired the council?", "The council was chaired by its chairs."),
        ("Which company built the plant?", "a large company"),
        ("Who won?", "2024"),
        ("Who brought the case against Google?", "Google"),
        ("Who chaired the EU-Korea council?", "Korea"),
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
        ("Who won the final between France and Croatia?", "France"),
        ("Of the map and the globe, which cost more?", "the map"),
        ("Who was president when the treaty was signed?", "Jacques Chirac"),
        ("When the ice melts, what happens to the sea?", "it rises"),
        ("When will the trial begin?", "next week"),
        ("When did the fire break out?", "early in the morning"),
        ("What day does the festival begin?", "Monday"),
        ("How many came?", "Hundreds, dozens of them children"),
        ("How much is the ferry?", "nothing"),
        ("How many times has she won?", "twice"),
        ("Who is Karl Voss?", "an engineer"),
        ("How many people died in the fire?", "one"),
        ("How many of the hostages were freed?", "all of the hostages"),
        ("When will he step down?", "after the election"),
        ("How long has the strike lasted?", "since Tuesday"),
        ("And did the council meet?", "The council met."),
        ("Didn't the council meet?", "The council met."),
        ("Won’t the council meet?", "The council will meet."),
        ("Should the council meet?", "The council should meet."),
        ("Who won: France or Croatia?", "France"),
        ("Who won the France v Croatia final?", "France"),
        ("who won, france vs. croatia?", "France"),
        ("In the match of France against Croatia, who won?", "France"),
        ("Who out of France and Croatia won?", "Croatia"),
        ("Who lost the France-Croatia final?", "Croatia"),
        ("Who was killed?", "three police officers"),
        ("Who was arrested?", "a 34-year-old man"),
        ("Who was rescued?", "12 sailors"),
        ("Who called the police?", "his neighbour"),
        ("and who may vote?", "everyone over 16"),
        ("Who is she?", "nurse from Leeds"),
    ],
)
def test_of_the_kind_asked_for(question: str, text: str) -> None:
    assert misfit(question, text) is None


def test_a_follow_up_is_not_answered_by_what_was_asked_before() -> None:
    assert misfit("Who signed it?", "Korea and Japan", "When did Korea and Japan sign the memorandum?")
    assert misfit("Who signed it?", "Ana Ruiz", "When did Korea and Japan sign the memorandum?") is None


def test_two_answers_agree_or_contradict() -> None:
    who, when = "Who cut the ribbon?", "When did the bridge of 1907 open?"
    assert agree("Elise Moreau and Karl Voss", "Mayor Elise Moreau", who)
    assert agree("2 May 2019", "on 2 May", when)
    assert not agree("the bridge", "the harbour", who)
    assert not agree("Ostend", "not stated", who)
    assert not agree("31 passengers", "13 passengers", "How many came?")
    assert not agree("5 May 2019", "6 May 2019", when)
    assert not agree("President Trump", "President Biden", who)
    assert not agree("South Korea", "North Korea", "Where is it?")
    assert agree("President Biden", "Joe Biden", who)
    assert not agree("Karl Voss cut the ribbon.", "Elise Moreau cut the ribbon.", who)
    assert agree("the map", "The map.", "The map or the globe?")
    assert not agree("Karl Voss cut the ribbon.", "the one who cut the ribbon", who)
    assert not says_more("Elise Moreau and Karl Voss", "Mayor Elise Moreau", who)
    assert says_more("Elise Moreau and Karl Voss", "Elise Moreau cut the ribbon", who)
    assert not says_more("Elise Moreau", "Elise Moreau", who)
    assert not says_more("the map and the globe", "the map", "The map or the globe?")
    assert contradict("31 votes", "12", who)
    assert contradict("2019", "2021", "Was it in 2019 or in 2021?")
    assert not contradict("2 May 2019", "in 2019", when)
    assert not contradict("3 May", "in May 2019", when)
    assert contradict("3 May 2019", "in 2021", when)
    assert contradict("The bridge of 1907 opened in 2019.", "The bridge of 1907 opened in 2021.", when)


def test_what_may_become_a_refusal_is_not_shown_yet() -> None:
    assert all(may_say_nothing(text) for text in ("", "No", "not", "not stated", "Not stated in the passages"))
    assert not any(may_say_nothing(text) for text in ("Norway", "not before May", "No, it"))


def test_the_fifth_is_not_the_sixth() -> None:
    sixth = ["The council held its sixth meeting in Leuven."]
    assert "fifth" in str(another_of_its_kind("Where was the fifth council held?", sixth))
    assert another_of_its_kind("Where was the sixth council held?", sixth) is None
    assert another_of_its_kind("Where did the council first meet?", sixth) is None
    assert another_of_its_kind("How much was it in the third quarter?", ["Sales fell in Q3."]) is None
    assert another_of_its_kind("Who won the eleventh stage?", ["The 11th stage went to Lee."]) is None
    assert another_of_its_kind("Who won the fourth stage?", ["Of four, stage 3 went to Lee."])
    assert another_of_its_kind("Who cut a third of its staff?", ["Lee's firm cut 33 percent."]) is None
    assert another_of_its_kind("Who sang on the fourth of July?", ["On July 4 Lee sang."]) is None
