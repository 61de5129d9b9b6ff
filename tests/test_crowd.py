"""Many people at once, on the real page: everybody gets an answer in turn, and who leaves makes room at once."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from llm_stand_ins import SHUT_SECONDS, model_stand_in
from playwright.sync_api import Browser, Page, expect
from real_page import ANSWER_MILLISECONDS, PAGE_MILLISECONDS, chat, open_page

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

PEOPLE, SLOTS = 16, 2
QUESTION = "Who co-chaired the council in Seoul?"
DONE = "#chat .proven, #chat .refusal"
STATUS = "#chat .provisional .status"
LOADING_MILLISECONDS = 180_000
"""The first question waits for the embedder."""
AT_ONCE_SECONDS = 40
"""On a slow machine. The model says nothing for ten minutes, so only who leaves can have freed its slot."""


@pytest.fixture(scope="module")
def data(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(sample_data, tmp_path_factory.mktemp("crowd") / "data"))


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """A model that says nothing until its gate is opened."""
    with model_stand_in("Thierry Breton and Lee Jong-Ho") as server:
        server.gate.clear()  # type: ignore[attr-defined]
        yield server


def patient_chat(data: Path, server: ThreadingHTTPServer, llm_slots: int) -> AbstractContextManager[Any]:
    """It waits as long for the server as the server's gate may be shut."""
    llm = f"openai-like:tiny@{server.url}/v1"  # type: ignore[attr-defined]
    return chat(data, llm=llm, llm_slots=str(llm_slots), llm_timeout_seconds=str(SHUT_SECONDS))


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
        patient_chat(data, server, llm_slots=SLOTS) as (_, address),
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


def test_who_stops_or_closes_the_page_makes_room_at_once(
    browser: Browser, data: Path, server: ThreadingHTTPServer
) -> None:
    with (
        patient_chat(data, server, llm_slots=1) as (_, address),
        open_page(browser, address) as first,
        open_page(browser, address) as last,
    ):
        context = browser.new_context()
        context.set_default_timeout(PAGE_MILLISECONDS)
        second = context.new_page()
        second.goto(address)
        first.get_by_label("Your question").fill("Who co-chaired the council?")
        first.get_by_role("button", name="Ask").click()
        expect(first.locator(STATUS)).to_contain_text("Writing", timeout=LOADING_MILLISECONDS)
        submit(second, "When was the AI Action Summit in Paris?")
        expect(second.locator(STATUS)).to_contain_text("You are next.")
        submit(last, "Who won the 2022 World Cup?")
        expect(last.locator(STATUS)).to_contain_text("1 person before you.")

        left = time.monotonic()
        first.get_by_role("button", name="Stop").click()
        expect(first.locator("#chat .byline")).to_contain_text("Stopped")
        expect(first.get_by_role("button", name="Ask")).to_be_visible()
        expect(second.locator(STATUS)).to_contain_text("Writing", timeout=LOADING_MILLISECONDS)
        expect(last.locator(STATUS)).to_contain_text("You are next.")
        assert time.monotonic() - left < AT_ONCE_SECONDS

        left = time.monotonic()
        context.close()
        expect(last.locator(STATUS)).to_contain_text("Writing", timeout=LOADING_MILLISECONDS)
        assert time.monotonic() - left < AT_ONCE_SECONDS

        server.gate.set()  # type: ignore[attr-defined]
        expect(last.locator(DONE)).to_have_count(1, timeout=ANSWER_MILLISECONDS)
        expect(first.locator("#chat .byline")).to_contain_text("Stopped")


def test_more_people_than_slots_and_a_real_model(browser: Browser, data: Path) -> None:
    with chat(data, llm="llama.cpp:smollm2-135m-instruct", llm_slots=str(SLOTS)) as (_, address), ExitStack() as stack:
        pages = [stack.enter_context(open_page(browser, address)) for _ in range(2 * SLOTS)]
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

    def read() -> list[str]:
        """What was typed, as each request but that of the warm-up has it."""
        bodies = [body for _, body in server.requests[1:]]  # type: ignore[attr-defined]
        assert all(body["max_tokens"] == 1 for body in bodies)
        return [body["messages"][-1]["content"].rpartition("Question: ")[2] for body in bodies]

    with chat(data, llm=llm, read_ahead_elsewhere="true") as (_, address), open_page(browser, address) as page:
        wait(page, lambda: bool(server.requests))  # type: ignore[attr-defined]
        page.get_by_label("Your question").press_sequentially(QUESTION, delay=100)
        wait(page, lambda: QUESTION in read()[-1:])
        assert all(" " in typed for typed in read())
        assert len(read()) <= len(QUESTION) // 2, "a reading for each key"
        expect(page.locator("#chat .question")).to_have_count(0)
        expect(page.locator("#typed")).to_be_hidden()


def wait(page: Page, until: Callable[[], bool]) -> None:
    """While the page goes on."""
    deadline = time.monotonic() + LOADING_MILLISECONDS / 1000
    while not until():
        assert time.monotonic() < deadline
        page.wait_for_timeout(100)
