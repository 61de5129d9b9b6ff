"""python docs/screenshot.py: writes docs/chat.png from the really running page, one proven answer and one declined.

Needs the models (make chat fetches them), Playwright and chromium. Ingests articles/ into a folder of its own.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
PICTURE = ROOT / "docs" / "chat.png"
QUESTIONS = {
    "Who co-chaired the council?": "proven",
    "Who won the 2022 World Cup?": "refusal",
}
WIDTH = 1200
ANSWER_MILLISECONDS = 120_000


@contextmanager
def running_chat() -> Iterator[str]:
    """The address of the chat on articles/."""
    with tempfile.TemporaryDirectory() as data:
        subprocess.run([sys.executable, "-m", "ingest", "articles", "--data", data], cwd=ROOT, check=True)
        command = [sys.executable, "app.py", "--port", "0", "--data", data]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as chat:
            try:
                found = re.search(r"http://\S+", chat.stdout.readline() if chat.stdout else "")
                if not found:
                    sys.exit("app.py did not start; its own message says why")
                yield found[0]
            finally:
                chat.terminate()


def ask(page: Page, question: str, outcome: str) -> None:
    page.get_by_label("Your question").fill(question)
    page.get_by_label("Your question").press("Enter")
    page.locator(f"#chat .{outcome}").wait_for(timeout=ANSWER_MILLISECONDS)


def photograph(page: Page, address: str) -> None:
    page.goto(address)
    ask(page, *list(QUESTIONS.items())[-1])  # while the models load; the one whose seconds are not shown
    page.get_by_role("button", name="New conversation").click()
    page.locator("#chat .question").wait_for(state="detached")
    for question, outcome in QUESTIONS.items():
        ask(page, question, outcome)
    # As tall as the whole conversation, which otherwise scrolls inside the window.
    page.add_style_tag(content="#chat .bot-row { min-height: 0 !important } #chat .message-wrap { padding-bottom: 0 }")
    inner, outer = (page.locator(f"#chat {part}").bounding_box() for part in (".message-wrap", ".bubble-wrap"))
    if inner and outer:
        page.set_viewport_size({"width": WIDTH, "height": int(900 + inner["height"] - outer["height"])})
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    page.screenshot(path=PICTURE)


def main() -> None:
    program = shutil.which("chromium") or sys.exit("the screenshot needs a browser; run: apt-get install chromium")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with running_chat() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        photograph(browser.new_page(viewport={"width": WIDTH, "height": 900}), address)
        browser.close()
    print(f"{PICTURE}: {PICTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
