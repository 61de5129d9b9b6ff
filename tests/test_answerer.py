"""The whole way from a question to a verified answer: real index and embedder, the model scripted to misbehave.

What the default model says is tested on the page, and by `make eval`.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from answer import Answerer, open_answerer, open_language_model, open_verifier
from answer.__main__ import record
from byline.errors import LanguageModelError, QuestionError
from byline.records import Answer, Turn
from byline.settings import Settings
from index import ArticleIndex, open_index
from ingest import ingest

COUNCIL = "who co-chaired the council?"
Ask = Callable[..., list[Answer]]


@pytest.fixture
def ask_lines(sample_index: ArticleIndex, settings: Settings, tmp_path: Path) -> Ask:
    """Asks a model that replies by the lines of a script; all the Answers, in order."""

    def ask(
        question: str, lines: list[dict[str, str]], history: tuple[Turn, ...] = (), as_of: date | None = None
    ) -> list[Answer]:
        script = tmp_path / "script.jsonl"
        script.write_text("\n".join(json.dumps(line) for line in lines))
        scripted = settings.model_copy(update={"llm": f"scripted:{script}"})
        answerer = Answerer(sample_index, open_language_model(scripted), open_verifier("words", tmp_path), scripted)
        return list(answerer.ask(question, history, as_of))

    return ask


@pytest.fixture
def ask(ask_lines: Ask) -> Ask:
    """Asks a model that replies `reply`, and says yes to every check; all the Answers, in order."""

    def ask(question: str, reply: str, history: tuple[Turn, ...] = (), as_of: date | None = None) -> list[Answer]:
        return ask_lines(question, [{"when": "do these passages", "reply": "yes"}, {"reply": reply}], history, as_of)

    return ask


def test_an_answer_grows_and_ends_proven(ask: Ask) -> None:
    answers = ask(COUNCIL, "Thierry Breton and Lee Jong-Ho co-chaired it.")
    stages = list(dict.fromkeys(answer.stage for answer in answers))
    assert stages == ["searching", "writing", "checking", "done"]
    texts = [answer.text for answer in answers if answer.stage == "writing"]
    assert len(set(texts)) > 3
    done = answers[-1]
    assert not done.abstained
    assert "Thierry Breton and Lee Jong-Ho" in done.text
    assert done.citations
    for citation in done.citations:
        assert citation.verbatim
        assert citation.supported is True
        assert f"[{citation.number}]" in done.text
    assert {"search", "first_word", "written", "done"} <= set(done.timings)
    assert list(done.timings.values()) == sorted(done.timings.values())


@pytest.mark.parametrize(
    ("lie", "word"),
    [
        ("Angela Merkel and Lee Jong-Ho co-chaired it.", "Merkel"),
        ("It was co-chaired in 1987.", "1987"),
        ("Bananas ripen quickly in warm rooms.", "Bananas"),
    ],
)
def test_a_name_or_number_that_no_cited_passage_has_is_withdrawn(ask: Ask, lie: str, word: str) -> None:
    done = ask(COUNCIL, lie)[-1]
    assert done.abstained
    assert done.citations == ()
    assert word not in done.text
    assert "withdrawn" in str(done.reason)
    assert "The articles do not say" in done.text


def test_an_answer_from_memory_becomes_a_refusal_that_says_what_is_covered(ask: Ask) -> None:
    done = ask("who won the 2022 World Cup?", "Argentina won the 2022 World Cup.")[-1]
    assert done.abstained
    assert "Argentina" not in done.text
    assert "Cup" in done.text
    assert "16 articles from August 2022 to February 2025" in done.text


SENATE = "How many senators voted against the CHIPS and Science Act?"


def read_twice(first: str, second: str) -> list[dict[str, str]]:
    """A script for SENATE: only the first reading has a passage that names the President."""
    return [
        {"when": "do these passages", "reply": "yes"},
        {"when": "President", "reply": first},
        {"reply": second},
    ]


def test_an_answer_that_its_passages_contradict_is_put_right(ask_lines: Callable[..., list[Answer]]) -> None:
    answers = ask_lines(SENATE, read_twice("64", "33"))
    assert "64" in [answer.text for answer in answers if answer.stage == "writing"]
    assert answers[-1].text == "33 [1]", answers[-1].reason
    assert "33" in answers[-1].citations[0].quote


def test_a_second_reading_that_declines_puts_nothing_right(ask_lines: Callable[..., list[Answer]]) -> None:
    done = ask_lines(SENATE, read_twice("64", "Not stated; 33 voted against."))[-1]
    assert "withdrawn" not in str(done.reason)


def test_a_program_is_told_all_that_an_answer_has() -> None:
    told = record(Answer("Where?", known_on=date(2024, 3, 27)))
    assert {field.name for field in fields(Answer)} <= told.keys()
    assert told["known_on"] == "2024-03-27" and record(Answer("Where?"))["known_on"] is None


def test_what_is_no_answer_is_asked_for_once_more(ask_lines: Callable[..., list[Answer]]) -> None:
    told = {"when": "no: it only repeats the question", "reply": "Thierry Breton"}
    yes = {"when": "do these passages", "reply": "yes"}
    done = ask_lines(COUNCIL, [told, yes, {"reply": "the co-chairs of the council"}])[-1]
    assert done.text.startswith("Thierry Breton [1]"), done.reason


def test_what_stays_no_answer_is_withdrawn(ask: Ask) -> None:
    done = ask(COUNCIL, "the co-chairs of the council")[-1]
    assert done.abstained and "withdrawn" in str(done.reason)


STADIUM = (
    "The stadium of Ostend had 510 seats when it was built, which the town thought far too many for its club. "
    "The mayor of Ostend cut a ribbon before the stadium, and a band played for the seats that stayed empty. "
    "Rain fell on the stadium of Ostend for most of that first season, and few of the seats were ever dry. "
    "The club of the stadium lost every match at home, and the town spoke of taking the seats out again. "
    "Then masons came with gravel and tin for a new stand. Since that work there is room for 430."
)


@pytest.fixture
def ask_stadium(settings: Settings, tmp_path: Path) -> Iterator[Callable[[list[dict[str, str]]], Answer]]:
    """Asks for its seats: the done answer. Only a wider reading comes as far as the gravel."""
    source, script = tmp_path / "articles.jsonl", tmp_path / "script.jsonl"
    source.write_text(json.dumps({"id": "s", "title": "Stadium of Ostend", "text": STADIUM, "language": "en"}))
    script.write_text("")
    own = settings.model_copy(
        update={"llm": f"scripted:{script}", "data": tmp_path / "data", "evidence_tokens": 90, "chunk_tokens": 32}
    )
    with open_index(own) as index:
        assert [done.outcome for done in ingest([str(source)], index)] == ["added"]

        def ask(lines: list[dict[str, str]]) -> Answer:
            script.write_text("\n".join(json.dumps(line) for line in lines))
            answerer = Answerer(index, open_language_model(own), open_verifier("words", tmp_path), own)
            return list(answerer.ask("How many seats does the stadium of Ostend have?"))[-1]

        yield ask


NO, YES = {"when": "do these passages", "reply": "no"}, {"when": "do these passages", "reply": "yes"}


def test_what_is_likely_enough_is_not_read_for_once_more(ask_stadium: Callable[[list[dict[str, str]]], Answer]) -> None:
    done = ask_stadium([YES, {"when": "gravel", "reply": "430"}, {"reply": "510"}])
    assert done.text == "510 [1]" and done.signals["confirmed"] == 0


def test_a_wider_reading_confirms_an_unlikely_answer(ask_stadium: Callable[[list[dict[str, str]]], Answer]) -> None:
    confirmed = ask_stadium([NO, {"reply": "510 seats"}]).signals
    other = ask_stadium([NO, {"when": "gravel", "reply": "not stated"}, {"reply": "510 seats"}]).signals
    assert (confirmed["confirmed"], other["confirmed"]) == (1, -1)
    assert confirmed["chance"] > other["chance"]


def test_what_a_wider_reading_says_is_taken_where_it_is_likelier(
    ask_stadium: Callable[[list[dict[str, str]]], Answer],
) -> None:
    likelier = ask_stadium([{"when": "gravel", "reply": "430"}, NO, {"reply": "510"}])
    assert (likelier.text, likelier.signals["confirmed"]) == ("430 [1]", -1)
    withdrawn = ask_stadium([YES, {"when": "gravel", "reply": "430"}, {"reply": "7000 seats"}])
    assert withdrawn.text == "430 [1]"
    assert ask_stadium([YES, {"when": "gravel", "reply": "not stated"}, {"reply": "7000 seats"}]).abstained


def test_of_two_answers_that_agree_the_one_that_says_more_is_taken(
    ask_stadium: Callable[[list[dict[str, str]]], Answer],
) -> None:
    more = {"when": "gravel", "reply": "510 seats, and room for 430 later"}
    fuller = ask_stadium([more, NO, {"reply": "510 seats"}])
    assert (fuller.text, fuller.signals["confirmed"]) == ("510 seats, and room for 430 later [1][2]", 1), fuller.reason
    unproven = {"when": "gravel", "reply": "510 seats, and room for 7000 later"}
    assert ask_stadium([unproven, NO, {"reply": "510 seats"}]).text == "510 seats [1]"


def test_what_other_articles_say_otherwise_is_no_part_of_what_is_judged(settings: Settings, tmp_path: Path) -> None:
    told = [
        ("How many seats the stadium of Ostend has", "The stadium of Ostend has 510 seats."),
        ("Football", "Crowds came on a wet evening. Built for 430 seats, the stadium of Ostend has 430 seats still."),
        ("Builders", "The mayor praised the masons of the town. It is 430 seats that the stadium of Ostend has now."),
    ]
    source, script = tmp_path / "articles.jsonl", tmp_path / "script.jsonl"
    source.write_text("\n".join(json.dumps({"id": a, "title": a, "text": b, "language": "en"}) for a, b in told))
    lines = [{"when": "430", "reply": "430"}, {"when": "do these passages", "reply": "yes"}, {"reply": "510"}]
    script.write_text("\n".join(json.dumps(line) for line in lines))
    own = settings.model_copy(update={"llm": f"scripted:{script}", "data": tmp_path / "data"})
    with open_answerer(own) as answerer:
        assert [done.outcome for done in ingest([str(source)], answerer.index)] == ["added"] * 3
        done = list(answerer.ask("How many seats does the stadium of Ostend have?"))[-1]
    assert done.text.startswith("510 [1] ") and "430 seats" in done.text, done
    assert [citation.supported for citation in done.citations] == [True, True]
    assert done.signals["agreed"] == 1 and done.signals["proved"] == 1


def test_a_comparison_shows_what_the_whole_question_found_first(ask: Ask, sample_index: ArticleIndex) -> None:
    question = "Which came first, the AI Act or the European Chips Act?"
    found = ask(question, "the AI Act")[-1].passages
    assert list(found[:12]) == sample_index.search(question, 12)
    assert len({passage.chunk.id for passage in found}) == len(found)


def test_what_the_model_declines_is_declined(ask: Ask) -> None:
    done = ask(COUNCIL, "Not stated.")[-1]
    assert done.abstained
    assert done.reason == "the model finds no answer in the passages"


def test_as_of_hides_what_came_later(ask: Ask) -> None:
    done = ask(COUNCIL, "Thierry Breton.", as_of=date(2023, 7, 31))[-1]
    published = [passage.chunk.article.published for passage in done.passages]
    assert published
    assert all(day is not None and day <= date(2023, 7, 31) for day in published)


@pytest.mark.parametrize(("said", "told"), [("Hello!", "16 articles"), ("ok, thanks a lot", "You are welcome.")])
def test_small_talk_is_answered_without_a_search(ask: Ask, said: str, told: str) -> None:
    done = ask(said, "Thierry Breton")[-1]
    assert told in done.text
    assert done.stage == "done" and not done.abstained and not done.passages


def test_a_question_keeps_the_pleasantry_that_is_not_searched(ask: Ask) -> None:
    answers = ask(f"Hello, {COUNCIL}", "Thierry Breton")
    assert {answer.question for answer in answers} == {f"Hello, {COUNCIL}"}
    assert answers[-1].search_question == COUNCIL


def test_small_talk_does_not_come_between_a_question_and_the_next(ask: Ask) -> None:
    polite = (Turn("thanks!", "You are welcome."), Turn("hello, Byline", "Ask about the articles."))
    history = (Turn("who co-chaired the EU-Korea council?", "Thierry Breton"), *polite)
    assert "EU-Korea" in ask("and where will the next one be held?", "Seoul", history)[-1].search_question


def test_what_is_next_in_old_articles_says_from_when_that_is(ask: Ask) -> None:
    question, reply = "Where will the next council between the EU and Korea be held?", "The next council is in Seoul."
    done = ask(question, reply, as_of=date(2025, 3, 1))[-1]
    assert done.known_on == date(2024, 3, 27)
    assert done.text.startswith(reply[:-1])
    assert ask(question, reply, as_of=date(2024, 4, 1))[-1].known_on is None
    assert ask(COUNCIL, "Thierry Breton", as_of=date(2025, 3, 1))[-1].known_on is None


def test_this_week_is_the_week_of_the_question(ask: Ask) -> None:
    question = "Which commissioner resigned this week?"
    done = ask(question, "Thierry Breton", as_of=date(2024, 9, 20))[-1]
    assert (done.text, done.known_on) == ("Thierry Breton [1]", None)
    before = ask(question, "not stated", as_of=date(2024, 4, 4))[-1]
    days = [passage.chunk.article.published for passage in before.passages]
    assert days
    assert all(day and day >= date(2024, 3, 21) for day in days)
    assert before.abstained
    assert "“this week” is taken for 21 March 2024 to 4 April 2024." in before.text
    archive = ask(question, "Thierry Breton")[-1]
    assert (archive.text, archive.known_on) == ("Thierry Breton [1]", date(2024, 9, 18))


def test_a_follow_up_is_searched_with_what_it_leans_on(ask: Ask) -> None:
    history = (Turn("who co-chaired the second EU-Korea council?", "Thierry Breton and Lee Jong-Ho"),)
    done = ask("and where will the next one be held?", "The next council will be held in Seoul.", history)[-1]
    assert "EU-Korea council" in done.search_question
    assert not done.abstained, done.reason
    assert any("Seoul" in citation.quote for citation in done.citations)


@pytest.mark.parametrize(
    ("question", "says"),
    [("", "empty"), ("  \n ", "empty"), ("why " * 5000, "19999 characters"), ("who \udcff?", "UTF-8")],
)
def test_a_bad_question_is_refused_before_anything_is_searched(ask: Ask, question: str, says: str) -> None:
    with pytest.raises(QuestionError, match=says):
        ask(question, "x")


def test_a_model_that_fails_is_an_error_of_ours(sample_index: ArticleIndex, settings: Settings, tmp_path: Path) -> None:
    script = tmp_path / "script.jsonl"
    script.write_text('{"reply": "out of memory", "error": true}')
    scripted = settings.model_copy(update={"llm": f"scripted:{script}"})
    answerer = Answerer(sample_index, open_language_model(scripted), open_verifier("words", tmp_path), scripted)
    with pytest.raises(LanguageModelError, match="out of memory"):
        list(answerer.ask(COUNCIL))
