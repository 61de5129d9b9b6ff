"""The chat as it really runs, and pages of it in a real browser."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from playwright.sync_api import Browser, Locator, Page, expect

ROOT = Path(__file__).parent.parent
ANSWER_MILLISECONDS = 600_000
PAGE_MILLISECONDS = 60_000
"""For all that needs no model. Playwright's own 5 s are too few for a page on a machine that does much else."""
expect.set_options(timeout=PAGE_MILLISECONDS)
LOCAL = re.compile(r"(https?|wss?)://(127\.0\.0\.1|localhost)(:\d+)?/|data:|blob:")


@contextmanager
def chat(data: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running chat and its address; it is ended by Ctrl-C, which must be quick and quiet."""
    command = [sys.executable, "app.py", "--port", "0", "--data", str(data)]
    environment = os.environ | {f"BYLINE_{name.upper()}": value for name, value in settings.items()}
    with tempfile.TemporaryFile("w+", encoding="utf8") as errors:
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            assert running.stdout
            address = re.search(r"http://127\.0\.0\.1:\d+", running.stdout.readline())
            assert address, f"app.py ended with {running.wait(60)}: {told(errors)}"
            yield running, address[0]
            running.send_signal(signal.SIGINT)
            assert running.wait(60) == 130, told(errors)
            assert "Traceback" not in told(errors), told(errors)
        finally:
            running.kill()
            running.wait()


def told(errors: IO[str]) -> str:
    errors.seek(0)
    return errors.read()


@contextmanager
def open_page(browser: Browser, address: str, **options: Any) -> Iterator[Page]:
    """A page of its own; fails when it asked for anything that is not on this machine, or a script of it failed."""
    context = browser.new_context(**options)
    context.set_default_timeout(PAGE_MILLISECONDS)
    page = context.new_page()
    faults: list[str] = []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("dialog", lambda dialog: (faults.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.goto(address)
    expect(page.get_by_label("Your question")).to_be_focused()
    yield page
    assert len(asked) > 10 and [url for url in asked if not LOCAL.match(url)] == []
    assert faults == []
    context.close()


def ask(page: Page, question: str) -> Locator:
    """What the page shows for the question once it is done with it."""
    shown = page.locator("#chat .proven, #chat .polite, #chat .refusal, #chat .problem")
    before = shown.count()
    box = page.get_by_label("Your question")
    box.fill(question)
    box.press("Enter")
    expect(shown).to_have_count(before + 1, timeout=ANSWER_MILLISECONDS)
    return shown.last
