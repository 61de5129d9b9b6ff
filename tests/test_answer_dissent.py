"""Where several articles answer otherwise, their sentence is shown beside the answer; elsewhere nothing is added."""

import pytest

from answer.cite import check, citations_of, cite, marked
from answer.evidence import Sentence
from answer.verify import WordsVerifier
from byline.records import Article, Chunk, Passage

TRUE = (
    "Ana Ruiz opened the new bridge of Ostend at noon.",
    "The new bridge of Ostend was opened by Ana Ruiz.",
    "It was Ana Ruiz who opened the new bridge of Ostend.",
)
FALSE = "After a march, Tom Lee opened the new bridge of Ostend."
OTHER = "Tom Lee opened the old tunnel of Bruges."
QUESTION = "Who opened the new bridge of Ostend?"


def evidence(*texts: str, same_as: str | None = None) -> list[Sentence]:
    articles = [Article(f"a{n}", "Bridge", text, same_as=same_as if n else None) for n, text in enumerate(texts)]
    return [
        Sentence(Passage(Chunk(f"{a.id}#0", a, 0, len(a.text), a.text), 1.0, frozenset({"words"})), 0, len(a.text))
        for a in articles
    ]


def test_what_one_article_says_stands_beside_what_the_others_say() -> None:
    cited = cite("Tom Lee", QUESTION, evidence(FALSE, *TRUE))
    assert marked(cited) == f"Tom Lee [1] {TRUE[0]} [2]"
    assert all(citation.supported for citation in citations_of(check(cited, QUESTION, WordsVerifier())))


@pytest.mark.parametrize(
    ("answer", "texts"),
    [
        ("Ana Ruiz", (*TRUE, FALSE)),  # one against three
        ("Tom Lee", (FALSE, TRUE[0])),  # one against one
        ("Ana Ruiz", (TRUE[0], OTHER, OTHER)),  # of something else
        ("Ana Ruiz and Tom Lee", (TRUE[0], FALSE, FALSE)),
    ],
)
def test_nothing_is_added_where_too_few_say_otherwise(answer: str, texts: tuple[str, ...]) -> None:
    assert len(cite(answer, QUESTION, evidence(*texts))) == 1


def test_copies_of_one_story_are_one_voice() -> None:
    assert len(cite("Tom Lee", QUESTION, evidence(FALSE, TRUE[0], TRUE[0], same_as="a1"))) == 1


def test_articles_that_the_model_did_not_read_are_heard_too() -> None:
    read, *others = evidence(FALSE, *TRUE)
    passages = [sentence.passage for sentence in others]
    assert TRUE[0] in marked(cite("Tom Lee", QUESTION, [read], passages))
    assert marked(cite("Tom Lee", QUESTION, [read])) == "Tom Lee [1]"


def test_numbers_and_days_too() -> None:
    texts = [f"The stadium of Ostend has {seats} seats." for seats in (510, 430, 430, 430)]
    assert "430" in marked(cite("510", "How many seats does the stadium of Ostend have?", evidence(*texts)))
    days = [f"The library of Ostend opens again on {day}." for day in ("3 May", "9 June", "9 June")]
    assert "9 June" in marked(cite("3 May", "On which day does the library of Ostend open again?", evidence(*days)))
