"""What the model reads: always the same beginning, passages under their titles, earlier turns before the question."""

from datetime import date

from answer.evidence import Sentence
from answer.prompt import EXAMPLES, SYSTEM, again_prompt, answer_prompt, asked_prompt, proof_prompt, reading_prompt
from byline.records import Article, Chunk, Citation, Passage, Turn

HARBOUR = Article("a", "Harbour", "Ana Ruiz opened the harbour. It rained.", published=date(2024, 3, 5))
FAIR = Article("b", "Fair", "Fish was sold.")


def passage(article: Article) -> Passage:
    end = len(article.text)
    return Passage(Chunk(f"{article.id}#0", article, 0, end, article.text), 1.0, frozenset({"words"}))


def sentence(article: Article, start: int, end: int) -> Sentence:
    return Sentence(passage(article), start, end)


def citation(number: int, article: Article, start: int, end: int) -> Citation:
    return Citation(number, article.text[start:end], passage(article), start, end)


def test_all_before_the_passages_is_the_same_for_every_question() -> None:
    one = answer_prompt([sentence(HARBOUR, 0, 28)], "Who opened it?", [])
    two = reading_prompt([citation(1, FAIR, 0, 14)], "What was sold?", [Turn("Where?", "In Ostend.")])
    assert one[:-1] == two[:-1]
    assert one[0].text == SYSTEM
    assert len(one) == 2 + 2 * len(EXAMPLES)


def test_passages_come_under_title_and_date_and_the_question_last() -> None:
    evidence = [sentence(HARBOUR, 0, 28), sentence(HARBOUR, 29, 39), sentence(FAIR, 0, 14)]
    asked = answer_prompt(evidence, "Who opened it?", [Turn("Where was it?", "In Ostend.")])[-1].text
    assert asked == (
        "From “Harbour”, 5 March 2024:\nAna Ruiz opened the harbour. It rained.\n\nFrom “Fair”:\nFish was sold.\n\n"
        "Earlier question: Where was it?\nEarlier answer: In Ostend.\n\nQuestion: Who opened it?"
    )


def test_a_question_that_was_declined_had_no_answer() -> None:
    asked = answer_prompt([sentence(FAIR, 0, 14)], "And when?", [Turn("Where was it?", "")])[-1].text
    assert asked == "From “Fair”:\nFish was sold.\n\nEarlier question: Where was it?\n\nQuestion: And when?"


def test_what_is_asked_again_reads_nothing_anew() -> None:
    evidence = [sentence(HARBOUR, 0, 28)]
    first = answer_prompt(evidence, "Who opened it?", [])
    again = again_prompt(evidence, "Who opened it?", [], "The harbour.", "No: it names nobody.")
    assert again[: len(first)] == first
    assert [m.text for m in again[len(first) :]] == ["The harbour.", "No: it names nobody. Question: Who opened it?"]


def test_the_second_reading_has_the_cited_passages_alone_each_once() -> None:
    quotes = [citation(1, HARBOUR, 29, 39), citation(2, FAIR, 0, 14), citation(3, HARBOUR, 0, 28)]
    asked = reading_prompt(quotes, "Who?", [])[-1].text
    assert asked.count(HARBOUR.text) == 1
    assert asked.index(HARBOUR.text) < asked.index("Fish was sold.")


def test_the_proof_reads_each_passage_whole_and_once_and_is_not_told_the_answer() -> None:
    asked = proof_prompt([citation(1, HARBOUR, 0, 8), citation(2, HARBOUR, 29, 39)], "Who opened it?")[-1].text
    assert asked.count(HARBOUR.text) == 1
    assert asked.endswith("Who opened it?")


def test_which_question_it_was_is_asked_of_the_cited_passages_and_of_none_and_it_is_not_told() -> None:
    cited = [citation(1, HARBOUR, 0, 8)]
    read, unread = asked_prompt("Ana Ruiz", cited), asked_prompt("Ana Ruiz")
    reading = reading_prompt(cited, "Who opened it?", [])
    assert read[:-1] == unread[:-1] == reading[:-1]
    passages = reading[-1].text.removesuffix("Question: Who opened it?")
    assert HARBOUR.text in passages and read[-1].text.startswith(passages), "the server has read so far"
    assert HARBOUR.text not in unread[-1].text
    assert all("“Ana Ruiz”" in asked[-1].text and "opened it" not in asked[-1].text for asked in (read, unread))
