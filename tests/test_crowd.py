"""Many people at once, on the real page: everybody gets an answer in turn, and who leaves makes room at once."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from llm_stand_ins import model_stand_in
from playwright.sync_api import Browser, Page, expect
from real_page import ANSWER_MILLISECONDS, ROOT, chat, open_page

from byline.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

PEOPLE, SLOTS = 16, 2
DONE = "#chat .proven, #chat .refusal"
STATUS = "#chat .provisional .status"
LOADING_MILLISECONDS = 180_000
"""The first question waits for the embedder."""


@pytest.fixture(scope="module")
def data(default_model: Settings) -> Path:
    ingest = [sys.executable, "-m", "ingest", "articles", "--data", str(default_model.data)]
    subprocess.run(ingest, cwd=ROOT, check=True, capture_output=True, timeout=600)
    return default_model.data


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """A model that says nothing until its gate is opened."""
    with model_stand_in("Thierry Breton and Lee Jong-Ho") as server:
        server.gate.clear()  # type: ignore[attr-defined]
        yield server


def submit(page: Page, question: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_label("Your question").press("Enter")
    expect(page.locator("#chat .question")).to_have_count(1)


def place(before: int) -> str:
    if before < 0:
        return "Writing"
    return {0: "You are next.", 1: "1 person before you."}.get(before, f"{before} people before you.")


def test_sixteen_people_see_their_place_and_are_answered_in_the_order_of_asking(
    browser: Browser, data: Path, server: ThreadingHTTPServer
) -> None:
    with (
        chat(data, llm=f"openai-like:tiny@{server.url}/v1", llm_slots=str(SLOTS)) as (_, address),  # type: ignore[attr-defined]
        ExitStack() as stack,
    ):
        pages = [stack.enter_context(open_page(browser, address)) for _ in range(PEOPLE)]
        for number, page in enumerate(pages):
            submit(page, f"Who co-chaired the council, asks person {number}?")
            expect(page.locator(STATUS)).to_contain_text(place(number - SLOTS), timeout=LOADING_MILLISECONDS)
        server.gate.set()  # type: ignore[attr-defined]
        for page in pages:
            expect(page.locator(DONE)).to_have_count(1, timeout=ANSWER_MILLISECONDS)
            expect(page.locator("#chat .problem")).to_have_count(0)
    asked = [
        body["messages"][-1]["content"].rpartition("person ")[2]
        for _, body in server.requests  # type: ignore[attr-defined]
        if body.get("stream")
    ]
    numbers = [int(number.rstrip("?")) for number in asked if number.rstrip("?").isdecimal()]
    # An answer that is not likely enough is asked for once more; whose turn it is shows in the first time.
    turns = list(dict.fromkeys(numbers))
    assert max(map(numbers.count, turns)) <= 2
    assert sorted(turns) == list(range(PEOPLE))
    # Whoever is asked about holds one of the slots, and so does everybody before them who is not answered yet.
    overtaken = [sum(later < turn for later in turns[at:]) for at, turn in enumerate(turns)]
    assert max(overtaken) < SLOTS, turns


@pytest.mark.parametrize("leaving", ["stop", "closed tab"])
def test_who_leaves_makes_room_at_once(browser: Browser, data: Path, server: ThreadingHTTPServer, leaving: str) -> None:
    with (
        chat(data, llm=f"openai-like:tiny@{server.url}/v1", llm_slots="1") as (_, address),  # type: ignore[attr-defined]
        open_page(browser, address) as next_one,
        open_page(browser, address) as last,
    ):
        context = browser.new_context()
        first = context.new_page()
        first.goto(address)
        submit(first, "Who co-chaired the council?")
        expect(first.locator(STATUS)).to_contain_text("Writing", timeout=LOADING_MILLISECONDS)
        submit(next_one, "When was the AI Action Summit in Paris?")
        expect(next_one.locator(STATUS)).to_contain_text("You are next.")
        submit(last, "Who won the 2022 World Cup?")
        expect(last.locator(STATUS)).to_contain_text("1 person before you.")
        left = time.monotonic()
        if leaving == "stop":
            first.get_by_role("button", name="Stop").click()
            expect(first.locator("#chat .byline")).to_contain_text("Stopped")
        else:
            context.close()
        expect(next_one.locator(STATUS)).to_contain_text("Writing", timeout=LOADING_MILLISECONDS)
        took = time.monotonic() - left
        assert took < 10, f"the model says nothing for a minute, so only leaving can have freed its slot; took {took}"
        expect(last.locator(STATUS)).to_contain_text("You are next.")
        server.gate.set()  # type: ignore[attr-defined]
        for page in (next_one, last):
            expect(page.locator(DONE)).to_have_count(1, timeout=ANSWER_MILLISECONDS)
        context.close()


def test_sixteen_people_and_a_real_model(browser: Browser, data: Path) -> None:
    with chat(data, llm="llama.cpp:smollm2-135m-instruct") as (_, address), ExitStack() as stack:
        pages = [stack.enter_context(open_page(browser, address)) for _ in range(PEOPLE)]
        for number, page in enumerate(pages):
            submit(page, f"Who co-chaired the council, asks person {number}?")
        for page in pages:
            expect(page.locator(DONE)).to_have_count(1, timeout=ANSWER_MILLISECONDS)
            expect(page.locator("#chat .problem")).to_have_count(0)


def test_the_model_reads_while_somebody_types_and_leaves_no_trace(
    browser: Browser, data: Path, server: ThreadingHTTPServer
) -> None:
    llm = f"openai-like:tiny@{server.url}/v1"  # type: ignore[attr-defined]
    server.gate.set()  # type: ignore[attr-defined]
    with chat(data, llm=llm, read_ahead_elsewhere="true") as (_, address), open_page(browser, address) as page:
        warming = time.monotonic()
        while not server.requests and time.monotonic() - warming < 60:  # type: ignore[attr-defined]
            page.wait_for_timeout(100)
        page.get_by_label("Your question").press_sequentially("Who co-chaired the council in Seoul?", delay=100)
        page.wait_for_timeout(6000)
        read = [body for _, body in server.requests[1:]]  # type: ignore[attr-defined]
        assert read and all(body["max_tokens"] == 1 for body in read)
        assert read[-1]["messages"][-1]["content"].endswith("Who co-chaired the council in Seoul?")
        assert all(" " in body["messages"][-1]["content"].rpartition("Question: ")[2] for body in read)
        assert len(read) < 8, "a reading for each key"
        expect(page.locator("#chat .question")).to_have_count(0)
        expect(page.locator("#typed")).to_be_hidden()
