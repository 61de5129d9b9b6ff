"""The real page in a real browser: `python app.py`, the sample articles, and the default language model.

Where it does not matter who says it, a scripted model says it.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from real_page import ask, chat, open_page

from byline.settings import Settings
from index import open_index
from ingest import ingest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

ROOT = Path(__file__).parent.parent
WATCH_GROWTH = """() => {
    window.grown = [];
    new MutationObserver(() => {
        const text = document.querySelector("#chat .provisional .text")?.textContent;
        if (text && text !== window.grown.at(-1)) window.grown.push(text);
    }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


@pytest.fixture(scope="module")
def address(default_model: Settings, sample_data: Path) -> Iterator[str]:
    """Of the chat with the default model."""
    data = shutil.copytree(sample_data, default_model.data.with_name("browser"))
    with chat(data, llm_timeout_seconds=str(default_model.llm_timeout_seconds)) as (_, address):
        yield address


@pytest.fixture(scope="module")
def scripted(sample_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a chat whose model knows who co-chaired the council, and no more."""
    lines = [
        {"when": "do these passages", "reply": "yes"},
        {"when": "co-chaired the council", "reply": "Thierry Breton and Lee Jong-Ho co-chaired the council."},
        {"reply": "Not stated."},
    ]
    folder = tmp_path_factory.mktemp("scripted")
    (folder / "script.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf8")
    data = shutil.copytree(sample_data, folder / "data")
    with chat(data, llm=f"scripted:{folder / 'script.jsonl'}") as (_, address):
        yield address


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    with open_page(browser, address) as page:
        yield page


@pytest.fixture
def scripted_page(browser: Browser, scripted: str) -> Iterator[Page]:
    with open_page(browser, scripted) as page:
        yield page


def test_an_answer_grows_ends_with_the_lines_that_prove_it_and_the_next_question_may_lean_on_it(page: Page) -> None:
    page.evaluate(WATCH_GROWTH)
    answer = ask(page, "who co-chaired the council?")
    expect(answer.locator(".text")).to_contain_text("Thierry Breton")
    expect(answer.locator(".text")).to_contain_text("Lee Jong-Ho")
    grown = page.evaluate("window.grown")
    assert len(grown) > 3 and len(grown[0]) < len(grown[-1]) / 2, grown

    card = answer.locator(".card").first
    expect(card.locator("cite")).not_to_be_empty()
    expect(card.locator(".where")).to_contain_text(re.compile(r"\w+ · \d+ \w+ 20\d\d"))
    expect(answer).to_have_class(re.compile("proven"))
    expect(answer.locator(".doubt")).to_have_count(0)
    marks = answer.locator(".card mark").all()
    assert len(marks) == answer.locator(".card").count(), "a quote that is not verbatim is not marked"
    for mark in marks:
        expect(mark).to_be_visible()
        assert mark.evaluate("mark => getComputedStyle(mark).backgroundColor") != "rgba(0, 0, 0, 0)"
        assert stands_in_articles(mark.text_content() or "")

    following = ask(page, "and where will the next one be held?")
    expect(following).to_have_class(re.compile("proven"))
    expect(following.locator(".text")).to_contain_text("Seoul")


def stands_in_articles(quote: str) -> bool:
    """Word for word, but for tags and emphasis, which cleaning takes out."""
    texts = [re.sub(r"<[^>]+>|[*_]", "", path.read_text("utf8")) for path in (ROOT / "articles").iterdir()]
    return bool(quote.strip()) and any(" ".join(quote.split()) in " ".join(text.split()) for text in texts)


def test_a_question_that_no_article_answers_is_declined(page: Page) -> None:
    refusal = ask(page, "who won the 2022 World Cup?")
    expect(refusal).to_have_class(re.compile("refusal"))
    expect(refusal).to_contain_text(re.compile(r"16 articles.*August 2022 to February 2025"))
    expect(refusal.locator("mark")).to_have_count(0)
    nearest = refusal.locator(".card").first
    expect(nearest).to_be_hidden()
    refusal.locator("summary").press("Enter")
    expect(nearest).to_be_visible()


def test_each_session_has_its_own_conversation(browser: Browser, scripted: str, scripted_page: Page) -> None:
    ask(scripted_page, "who won the 2022 World Cup?")
    with open_page(browser, scripted) as other:
        expect(other.locator("#chat .question")).to_have_count(0)
    scripted_page.get_by_role("button", name="New conversation").click()
    expect(scripted_page.locator("#chat .question")).to_have_count(0)
    scripted_page.get_by_role("button", name="Select example 1").click()
    expect(scripted_page.locator("#chat .question")).to_have_count(1)


def test_a_question_that_is_too_long_gets_a_message_and_the_chat_goes_on(scripted_page: Page) -> None:
    expect(ask(scripted_page, "why " * 5000)).to_have_class(re.compile("problem"))
    assert "Traceback" not in scripted_page.locator("body").inner_text()
    expect(ask(scripted_page, "who won the 2022 World Cup?")).to_have_class(re.compile("refusal"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_it_without_scrolling_sideways(browser: Browser, scripted: str, scheme: str) -> None:
    with open_page(browser, scripted, viewport={"width": 400, "height": 800}, color_scheme=scheme) as page:
        expect(ask(page, "who co-chaired the council?")).to_have_class(re.compile("proven"))
        for element in ("document.documentElement", "document.querySelector('#chat .bubble-wrap')"):
            assert page.evaluate(f"{element}.scrollWidth <= {element}.clientWidth")
        text = page.locator("#chat .byline .text").first
        assert contrast(text) > 7 and contrast(page.locator("#chat .byline .status").first) > 4.5


def contrast(element: Locator) -> float:
    """Of an element's text with the page behind it, as WCAG 2.2 has it."""
    colours = element.evaluate("e => [getComputedStyle(e).color, getComputedStyle(document.body).backgroundColor]")
    lighter, darker = sorted((luminance(colour) for colour in colours), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(channel) / 255 for channel in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_an_empty_collection_opens_says_how_to_fill_it_and_ends_at_once(browser: Browser, tmp_path: Path) -> None:
    script = tmp_path / "script.jsonl"
    script.write_text('{"reply": "yes"}\n', "utf8")
    with chat(tmp_path / "none", llm=f"scripted:{script}") as (running, address):
        with open_page(browser, address) as page:
            expect(page.get_by_text("python -m ingest").first).to_be_visible()
            assert page.locator("html").get_attribute("lang") == "en"
        policy = httpx.get(address).headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "://" not in policy and "*" not in policy
        asked = time.monotonic()
        running.send_signal(signal.SIGINT)
        assert running.wait(60) == 130
        assert time.monotonic() - asked < 20


def test_what_an_article_and_a_model_write_stays_text_in_the_browser(
    browser: Browser, settings: Settings, tmp_path: Path
) -> None:
    hostile = (
        "<img src=x onerror=alert(1)> <script>alert(2)</script> ![p](https://evil.example/p.png) [a](javascript:a)"
    )
    article = {"id": "hostile", "title": hostile, "published": "2024-05-01", "source": hostile}
    article["text"] = f"The council met in Seoul. {hostile}\n\n# Heading\n\nMr Lee chaired the council in Seoul."
    (tmp_path / "articles.jsonl").write_text(json.dumps(article), "utf8")
    said = f"Mr Lee chaired the council. {hostile}\n\n**so**"
    replies = [{"when": "do these passages", "reply": "yes"}, {"reply": said}]
    (tmp_path / "script.jsonl").write_text("\n".join(json.dumps(reply) for reply in replies), "utf8")
    with open_index(settings) as index:
        assert [done.outcome for done in ingest([str(tmp_path / "articles.jsonl")], index)] == ["added"]
    with (
        chat(settings.data, llm=f"scripted:{tmp_path / 'script.jsonl'}") as (_, address),
        open_page(browser, address) as page,
    ):
        shown = ask(page, f"Who chaired the council? {hostile}")
        assert "![p](https://evil.example/p.png)" in (shown.text_content() or "")
        for tag in ("img", "script", "a", "h1", "strong"):
            expect(page.locator(f"#chat .message-wrap {tag}")).to_have_count(0)


def test_what_keeps_it_from_starting_is_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "app.py", "--port", "0", "--data", str(tmp_path / "data")]
    environment = os.environ | {"BYLINE_LLM": "unheard:of"}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200)
    assert ran.returncode == 1 and ran.stderr.count("\n") == 1 and "unheard:of" in ran.stderr, ran.stderr
