"""The line of those who wait, and what an idle model does meanwhile."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from http.server import ThreadingHTTPServer
from threading import Event, Thread, Timer

import httpx
import pytest
from llm_stand_ins import model_stand_in

import app
from answer import Answerer, Sentence, open_language_model, open_verifier
from answer.evidence import choose_evidence
from answer.prompt import answer_prompt
from app_ahead import ReadingAhead
from app_conversation import Asked, Conversation
from app_line import Line, in_turn
from byline.errors import ModelServerDown
from byline.records import Turn
from byline.settings import Settings
from index import ArticleIndex

QUESTION = "Who co-chaired the council in Seoul?"


def asked(question: str = QUESTION) -> Conversation:
    conversation = Conversation()
    assert conversation.accept(question) is None
    return conversation


def taken(conversation: Conversation) -> Asked:
    asked = conversation.take()
    assert asked is not None
    return asked


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
        async for _ in in_turn(line, taken(conversation), work()):
            if ahead:
                assert conversation.exchanges[-1].before == len(ahead) - 1 and not began
                line.leave(ahead.pop(0))

    asyncio.run(main())
    assert began == [0] and line.empty


def test_a_closed_page_gives_up_its_place_and_its_question() -> None:
    line, conversation = Line(1), asked()

    async def main() -> None:
        first = line.join()
        async with aclosing(in_turn(line, taken(conversation), iter(()))) as steps:
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


def test_a_question_asked_right_after_stop_is_answered_though_the_stopped_one_has_not_woken(
    answerer: Callable[[bool], Answerer], server: ThreadingHTTPServer
) -> None:
    server.gate.clear()  # type: ignore[attr-defined]
    line, conversation = Line(1), asked()

    async def main() -> None:
        first = taken(conversation)
        async with aclosing(in_turn(line, first, first.answer(answerer(False)))) as stopped:
            while not server.requests:  # type: ignore[attr-defined]
                await anext(stopped)
            conversation.stop()
            server.gate.set()  # type: ignore[attr-defined]
            assert conversation.accept(QUESTION) is None
            second = taken(conversation)
            async for _ in stopped:
                pass
        assert line.empty and second.pending
        async for _ in in_turn(line, second, second.answer(answerer(False))):
            pass

    asyncio.run(asyncio.wait_for(main(), 60))
    assert [exchange.stopped for exchange in conversation.exchanges] == [True, False]
    assert conversation.exchanges[1].answered


def test_stop_wakes_the_page_at_once_whatever_the_work_is_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app_line.SIGN_OF_LIFE_SECONDS", 60)
    conversation, busy, over = asked(), Event(), Event()

    def work() -> Iterator[None]:
        yield
        busy.set()
        over.wait(60)

    async def main() -> None:
        async with aclosing(in_turn(Line(1), taken(conversation), work())) as steps:
            await anext(steps)
            await asyncio.to_thread(busy.wait)
            Timer(0.1, conversation.stop).start()
            await anext(steps)

    asyncio.run(asyncio.wait_for(main(), 40))
    assert conversation.exchanges[0].stopped and not over.is_set(), "the work was still at it"
    over.set()


def test_a_refused_second_enter_takes_no_second_place(
    answerer: Callable[[bool], Answerer], server: ThreadingHTTPServer, settings: Settings
) -> None:
    server.gate.clear()  # type: ignore[attr-defined]
    conversation = asked()
    assert conversation.accept(QUESTION) is not None
    page = app.build(answerer(False), settings)
    (answer, *_) = (event.fn for event in page.fns.values() if event.name == "answer")

    async def main() -> None:
        async with aclosing(answer(conversation)) as first, aclosing(answer(conversation)) as second:
            await anext(first)
            assert await anext(second, "nothing") == "nothing"
            assert conversation.pending

    asyncio.run(main())


def test_reading_ahead_sends_what_the_question_will_send_and_takes_one_token(
    answerer: Callable[[bool], Answerer], server: ThreadingHTTPServer
) -> None:
    ReadingAhead(answerer(True), Line(2)).read(QUESTION, [], [])
    list(answerer(True).ask(QUESTION))
    ahead, first = (body for _, body in server.requests[:2])  # type: ignore[attr-defined]
    assert ahead["messages"] == first["messages"] and ahead["max_tokens"] == 1


def test_a_question_is_read_on_from_what_was_read_while_it_was_typed(
    answerer: Callable[[bool], Answerer], server: ThreadingHTTPServer
) -> None:
    question, conversation = f"{QUESTION[:-1]} in June 2023?", Conversation()
    for typed in (QUESTION, question):
        ReadingAhead(answerer(True), Line(2)).read(typed, [], conversation.read)
    assert conversation.accept(question) is None
    asked = conversation.take()
    assert asked is not None and not conversation.read
    list(asked.answer(answerer(True)))
    part, whole, first = (body["messages"][-1]["content"] for _, body in server.requests[:3])  # type: ignore[attr-defined]
    assert part != whole == first
    assert whole.startswith(part.partition("Question: ")[0].rstrip())


@pytest.mark.parametrize("why", ["a server of somebody else", "somebody is answered", "two words"])
def test_nothing_is_read_ahead(answerer: Callable[[bool], Answerer], server: ThreadingHTTPServer, why: str) -> None:
    line = Line(2)
    if why == "somebody is answered":
        line.join()
    reader = ReadingAhead(answerer(why != "a server of somebody else"), line)
    reader.read("Who co-chaired" if why == "two words" else QUESTION, [], [])
    assert server.requests == []  # type: ignore[attr-defined]


def test_a_question_cuts_the_reading_off(answerer: Callable[[bool], Answerer], server: ThreadingHTTPServer) -> None:
    server.gate.clear()  # type: ignore[attr-defined]
    line = Line(2)
    reader = ReadingAhead(answerer(True), line)
    line.joined = reader.stop
    reading = Thread(target=reader.read, args=[QUESTION, [], []], daemon=True)
    reading.start()
    while not server.requests:  # type: ignore[attr-defined]
        assert reading.is_alive()
        time.sleep(0.01)
    line.join()
    reading.join(40)
    assert not reading.is_alive(), "the server says nothing for ten minutes"


class Fails:
    """An answerer whose reading ahead raises."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def read_ahead(self, question: str, history: Sequence[Turn], read: list[Sentence]) -> None:
        raise self.error


@pytest.mark.parametrize("error", [ModelServerDown("no server; start it"), ValueError("odd")])
def test_who_types_is_not_told_what_goes_wrong_ahead_but_the_log_is(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    ReadingAhead(Fails(error), Line(2)).read(QUESTION, [], [])  # type: ignore[arg-type]
    assert ("odd" in caplog.text) == isinstance(error, ValueError)


@pytest.mark.slow
def test_what_was_read_ahead_is_not_read_again(sample_index: ArticleIndex, settings: Settings) -> None:
    known = settings.model_copy(update={"llm": "llama.cpp:smollm2-135m-instruct"})
    answerer = Answerer(sample_index, open_language_model(known), open_verifier("words", known.models), known)
    answerer.read_ahead(QUESTION)
    found = sample_index.search(QUESTION, known.search_passages)
    first, *_ = choose_evidence(QUESTION, found, sample_index.embedder, known.evidence_tokens).readings
    messages = [{"role": m.role, "content": m.text} for m in answer_prompt(first, QUESTION, [])]
    body = {"messages": messages, "max_tokens": 1, "temperature": 0}
    timings = httpx.post(f"{answerer.model.address}/chat/completions", json=body, timeout=200).json()["timings"]
    assert timings["cache_n"] > 500 and timings["prompt_n"] < 30, timings
