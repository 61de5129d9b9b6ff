"""The line of those who wait, and what an idle model does meanwhile."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import aclosing
from http.server import ThreadingHTTPServer
from threading import Thread

import httpx
import pytest
from llm_stand_ins import model_stand_in

from answer import Answerer, open_language_model, open_verifier
from answer.evidence import choose_evidence
from answer.prompt import answer_prompt
from app_ahead import ReadingAhead
from app_conversation import Conversation
from app_line import Line, in_turn
from byline.settings import Settings
from index import ArticleIndex

QUESTION = "Who co-chaired the council in Seoul?"


def asked(question: str = QUESTION) -> Conversation:
    conversation = Conversation()
    assert conversation.accept(question) is None
    return conversation


def test_the_first_have_the_model_and_the_others_move_up() -> None:
    line = Line(2)
    places = [line.join() for _ in range(5)]
    assert [line.before(place) for place in places] == [None, None, 0, 1, 2]
    line.leave(places[0])
    line.leave(places[3])
    assert [line.before(place) for place in (places[1], places[2], places[4])] == [None, None, 0]
    assert not line.empty
    for place in (places[1], places[2], places[4]):
        line.leave(place)
    assert line.empty


def test_who_waits_is_told_the_place_and_begins_only_in_turn() -> None:
    line, conversation, began = Line(1), asked(), []

    def work() -> Iterator[None]:
        began.append(conversation.exchanges[-1].before)
        conversation.stop()
        yield

    async def main() -> None:
        ahead = [line.join(), line.join()]
        async for _ in in_turn(line, conversation, work()):
            if ahead:
                assert conversation.exchanges[-1].before == len(ahead) - 1 and not began
                line.leave(ahead.pop(0))

    asyncio.run(main())
    assert began == [0] and line.empty


def test_a_closed_page_gives_up_its_place_and_its_question() -> None:
    line, conversation = Line(1), asked()

    async def main() -> None:
        first = line.join()
        async with aclosing(in_turn(line, conversation, iter(()))) as steps:
            await anext(steps)
        line.leave(first)

    asyncio.run(main())
    assert line.empty and not conversation.pending


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with model_stand_in("In Seoul") as server:
        yield server


@pytest.fixture
def answerer(server: ThreadingHTTPServer, sample_index: ArticleIndex, settings: Settings) -> Callable[[bool], Answerer]:
    def of(elsewhere: bool) -> Answerer:
        llm = f"openai-like:tiny@{server.url}/v1"  # type: ignore[attr-defined]
        known = settings.model_copy(update={"llm": llm, "read_ahead_elsewhere": elsewhere})
        return Answerer(sample_index, open_language_model(known), open_verifier("words", known.models), known)

    return of


def test_reading_ahead_sends_what_the_question_will_send_and_takes_one_token(
    answerer: Callable[[bool], Answerer], server: ThreadingHTTPServer
) -> None:
    ReadingAhead(answerer(True), Line(2)).read(QUESTION, [])
    list(answerer(True).ask(QUESTION))
    ahead, first = (body for _, body in server.requests[:2])  # type: ignore[attr-defined]
    assert ahead["messages"] == first["messages"] and ahead["max_tokens"] == 1


@pytest.mark.parametrize("why", ["a server of somebody else", "somebody is answered", "two words"])
def test_nothing_is_read_ahead(answerer: Callable[[bool], Answerer], server: ThreadingHTTPServer, why: str) -> None:
    line = Line(2)
    if why == "somebody is answered":
        line.join()
    reader = ReadingAhead(answerer(why != "a server of somebody else"), line)
    reader.read("Who co-chaired" if why == "two words" else QUESTION, [])
    assert server.requests == []  # type: ignore[attr-defined]


def test_a_question_cuts_the_reading_off(answerer: Callable[[bool], Answerer], server: ThreadingHTTPServer) -> None:
    server.gate.clear()  # type: ignore[attr-defined]
    line = Line(2)
    reader = ReadingAhead(answerer(True), line)
    line.joined = reader.stop
    reading = Thread(target=reader.read, args=[QUESTION, []], daemon=True)
    reading.start()
    while not server.requests:  # type: ignore[attr-defined]
        assert reading.is_alive()
        time.sleep(0.01)
    line.join()
    reading.join(5)
    assert not reading.is_alive(), "the server says nothing for a minute"


@pytest.mark.slow
def test_what_was_read_ahead_is_not_read_again(sample_index: ArticleIndex, settings: Settings) -> None:
    known = settings.model_copy(update={"llm": "llama.cpp:smollm2-135m-instruct"})
    answerer = Answerer(sample_index, open_language_model(known), open_verifier("words", known.models), known)
    answerer.read_ahead(QUESTION)
    found = sample_index.search(QUESTION, known.search_passages)
    evidence = choose_evidence(QUESTION, found, sample_index.embedder, known.evidence_tokens, None)
    messages = [{"role": m.role, "content": m.text} for m in answer_prompt(evidence, QUESTION, [])]
    body = {"messages": messages, "max_tokens": 1, "temperature": 0}
    timings = httpx.post(f"{answerer.model.address}/chat/completions", json=body, timeout=60).json()["timings"]
    assert timings["cache_n"] > 500 and timings["prompt_n"] < 30, timings
