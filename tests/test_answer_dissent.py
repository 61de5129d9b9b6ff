"""Where several articles answer otherwise, their sentence is shown beside the answer; elsewhere nothing is added."""

from dataclasses import replace
from itertools import permutations

import pytest

from answer.cite import check, citations_of, cite, marked, with_dissent
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


def shown(answer: str, question: str, sentences: list[Sentence]) -> str:
    """The answer quoted from the first sentence, with what the articles of the others say otherwise."""
    cited = check(cite(answer, question, sentences[:1]), question, WordsVerifier())
    return marked(with_dissent(cited, question, [sentence.passage for sentence in sentences]))


def test_what_one_article_says_stands_beside_what_the_others_say() -> None:
    sentences = evidence(FALSE, *TRUE)
    assert shown("Tom Lee", QUESTION, sentences) == f"Tom Lee [1] {TRUE[0]} [2]"
    cited = with_dissent(cite("Tom Lee", QUESTION, sentences[:1]), QUESTION, [one.passage for one in sentences])
    other = citations_of(cited)[-1]
    assert other.verbatim and other.supported and other.article.id == "a1"


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
    sentences = evidence(*texts)
    cited = cite(answer, QUESTION, sentences)
    assert with_dissent(cited, QUESTION, [sentence.passage for sentence in sentences]) == cited


def test_copies_of_one_story_are_one_voice() -> None:
    assert shown("Tom Lee", QUESTION, evidence(FALSE, TRUE[0], TRUE[0], same_as="a1")) == "Tom Lee [1]"


SEATS = "How many seats does the stadium of Ostend have?"


def seats(*told: str) -> list[Sentence]:
    return evidence(*(f"The stadium of Ostend has {one}." for one in told))


@pytest.mark.parametrize("order", sorted(permutations(("500 seats", "600 seats", "600 seats"))))
def test_the_value_that_most_articles_have_is_shown_in_any_order(order: tuple[str, ...]) -> None:
    assert shown("400", SEATS, seats("400 seats", *order)).endswith("has 600 seats. [2]")


@pytest.mark.parametrize(
    "told",
    [
        ("400 seats", "500 seats, says Anna Reed", "600 seats, says Anna Reed"),  # they agree on who says it
        ("400 seats since 1998", "500 seats since 1998", "600 seats since 1998"),  # and all on the year
    ],
)
def test_articles_that_agree_only_beside_the_point_do_not_agree(told: tuple[str, ...]) -> None:
    assert shown("400", SEATS, seats(*told)) == "400 [1]"


def test_the_article_that_is_quoted_is_no_other_article() -> None:
    quote, other = seats("400 seats", "500 seats")
    article = quote.passage.chunk.article
    text = f"{article.text} The stadium of Ostend has 500 seats."
    article = replace(article, text=text)
    whole = Passage(Chunk("a0#0", article, 0, len(text), text), 1.0, frozenset({"words"}))
    assert shown("400", SEATS, [Sentence(whole, 0, quote.end), other]) == "400 [1]"


def test_a_link_is_not_added() -> None:
    told = ("400 seats", "500 seats, see www.example.org", "500 seats, see www.example.org")
    assert shown("400", SEATS, seats(*told)) == "400 [1]"


def test_numbers_and_days_too() -> None:
    assert "430" in shown("510", SEATS, seats("510 seats", "430 seats", "430 seats", "430 seats"))
    days = [f"The library of Ostend opens again on {day}." for day in ("3 May", "9 June", "9 June")]
    assert "9 June" in shown("3 May", "On which day does the library of Ostend open again?", evidence(*days))


@pytest.mark.parametrize(
    ("answer", "others"),
    [("3 May", "9 May"), ("3 May 2024", "9 June 2024"), ("3 May 2024", "3 June 2024")],
)
def test_two_days_of_one_month_or_year_are_two(answer: str, others: str) -> None:
    days = [f"The library of Ostend opens again on {day}." for day in (answer, others, others)]
    assert others in shown(answer, "On which day does the library of Ostend open again?", evidence(*days))


def test_two_mayors_are_two() -> None:
    mayors = [f"Mayor {name} opened the new bridge of Ostend." for name in ("Tom Lee", "Ana Ruiz", "Ana Ruiz")]
    assert "Ana Ruiz" in shown("Mayor Tom Lee", QUESTION, evidence(*mayors))


@pytest.mark.parametrize(
    ("question", "answer", "told"),
    [
        ("Who won the final in Ostend?", "Real Lisse", "The final in Ostend was played at the Wembley ground."),
        ("When was the new bridge of Ostend opened?", "on Monday", TRUE[1]),
        ("Which day was the second fair of Ostend?", "3 May", "The first fair of Ostend was on 9 June."),
    ],
)
def test_what_says_something_else_says_nothing_otherwise(question: str, answer: str, told: str) -> None:
    own = f"{answer} {question.partition(' ')[2].rstrip('?')}."
    assert shown(answer, question, evidence(own, told, told)) == f"{answer} [1]"
