"""python app.py: the chat window. It draws each Answer as it grows (app_page.py has the HTML), builds and launches.

box ─► accept ─► answer (in line for one of the model's slots) ─► Answerer.ask ─► the chat, redrawn at each step
"""

import argparse
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app_ahead import ReadingAhead
from app_conversation import Conversation
from app_line import Line, in_turn
from app_page import Message, draw_conversation, draw_header
from byline.errors import BylineError, SettingsError
from byline.settings import Settings, read_settings

if TYPE_CHECKING:
    import gradio as gr

    from answer import Answerer
    from index import ArticleIndex

FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
CODE_FONTS = ("ui-monospace", "Consolas", "monospace")
SAMPLE_QUESTIONS = {
    "articles/eu-korea-first-council.md": "Who co-chaired the council?",
    "articles/paris-ai-action-summit.md": "When was the AI Action Summit in Paris?",
    "articles/us-chips-act-signed.html": "Who won the 2022 World Cup?",  # no article says: Byline declines
}
"""Offered with the sample collection, by an article of it; any other gets questions from its own titles."""
POLICY = "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; object-src 'none'; form-action 'self'"
"""The browser itself refuses what the page would load from elsewhere."""
SHOW_LAST_QUESTION = """() => setTimeout(() => {
    const asked = document.querySelectorAll("#chat .question");
    if (asked.length) asked[asked.length - 1].scrollIntoView({block: "start"});
}, 100)"""

WATCH_TYPING = """() => {
    let pause, sent = 0;
    document.addEventListener("input", ({target}) => {
        if (!target.matches("#question textarea")) return;
        clearTimeout(pause);
        const wordEnded = target.value.endsWith(" ") && Date.now() - sent > 1000;
        pause = setTimeout(() => {
            const typed = document.querySelector("#typed textarea");
            sent = Date.now();
            typed.value = target.value;
            typed.dispatchEvent(new Event("input", {bubbles: true}));
        }, wordEnded ? 0 : 400);
    });
}"""
"""What stands in the box goes to where it is read ahead: after a pause, and at the end of a word at most once a second.
Who types evenly makes no pause, and presses Enter right after the last key."""

NAME_MESSAGES = """() => new MutationObserver(() => {
    for (const message of document.querySelectorAll('#chat [aria-label*="<"]'))
        message.setAttribute("aria-label", message.dataset.testid === "user" ? "Question" : "Answer");
}).observe(document.body, {subtree: true, childList: true, attributeFilter: ["aria-label"]})"""
"""Gradio labels each message with its HTML source, which a screen reader would read out."""


def build(answerer: "Answerer", settings: Settings) -> "gr.Blocks":
    import gradio as gr

    page: gr.Blocks
    with gr.Blocks(title="Byline", analytics_enabled=False, fill_height=True) as page:
        gr.HTML(draw_header(answerer.index.coverage()), elem_id="header")
        chat = gr.Chatbot(
            elem_id="chat",
            label="Questions and answers",
            show_label=False,
            scale=1,
            autoscroll=False,
            buttons=[],
            latex_delimiters=[],
            placeholder='<p class="byline">Ask a question, or try one of these.</p>',
            examples=[{"text": question} for question in example_questions(answerer)],
        )
        with gr.Row(elem_id="ask"):
            box = gr.Textbox(
                elem_id="question",
                label="Your question",
                container=False,
                autofocus=True,
                placeholder="Ask about the articles",
                scale=1,
            )
            send = gr.Button("Ask", variant="primary", min_width=80, scale=0)
            halt = gr.Button("Stop", variant="stop", min_width=80, scale=0, visible=False)
            new = gr.Button("New conversation", min_width=190, scale=0)
            typed = gr.Textbox(elem_id="typed", label="Read ahead", visible="hidden")
        wire(answerer, Line(settings.llm_slots), chat, box, typed, send, halt, new)
    page.queue(default_concurrency_limit=None, api_open=False)
    return page


def wire(answerer: "Answerer", line: Line, chat: Any, box: Any, typed: Any, send: Any, halt: Any, new: Any) -> None:
    """What each control does. Only the answering waits in line; the rest happens at once."""
    import gradio as gr

    def buttons(conversation: Conversation) -> tuple[Any, Any]:
        return gr.update(visible=not conversation.pending), gr.update(visible=conversation.pending)

    def accept(question: str, conversation: Conversation) -> tuple[Any, ...]:
        if refusal := conversation.accept(question):
            gr.Warning(refusal, duration=5)
        return question if refusal else "", draw_conversation(conversation), *buttons(conversation)

    def accept_example(conversation: Conversation, event: gr.SelectData) -> tuple[Any, ...]:
        return accept(event.value["text"], conversation)

    async def answer(conversation: Conversation) -> AsyncIterator[list[Message]]:
        if asked := conversation.take():  # a refused question comes here too
            async with aclosing(in_turn(line, asked, asked.answer(answerer))) as steps:
                async for _ in steps:
                    yield draw_conversation(conversation)

    def end(how: Callable[[Conversation], None], conversation: Conversation) -> tuple[Any, ...]:
        how(conversation)
        return draw_conversation(conversation), *buttons(conversation)

    conversation = gr.State(Conversation())
    ahead = ReadingAhead(answerer, line)
    line.joined = ahead.stop
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    controls = [send, halt]
    for trigger, do, inputs in (
        (box.submit, accept, [box, conversation]),
        (send.click, accept, [box, conversation]),
        (chat.example_select, accept_example, [conversation]),
    ):
        accepted = trigger(do, inputs, [box, chat, *controls], **quiet)
        accepted.success(None, js=SHOW_LAST_QUESTION)
        answered = accepted.success(answer, [conversation], [chat], trigger_mode="multiple", **quiet)
        answered.then(buttons, [conversation], controls, **quiet)
    reading: dict[str, Any] = {"trigger_mode": "multiple", **quiet}  # the newer one cuts off the older
    typed.change(lambda text, asked: ahead.read(text, asked.turns(), asked.read), [typed, conversation], **reading)
    for button, how in ((halt, Conversation.stop), (new, Conversation.clear)):
        button.click(partial(end, how), [conversation], [chat, *controls], **quiet)


def example_questions(answerer: "Answerer") -> list[str]:
    known = answerer.index.digests()
    if sample := [question for id, question in SAMPLE_QUESTIONS.items() if id in known]:
        return sample
    return [f"What does “{title}” say?" for title in answerer.index.coverage().titles]


def launch(page: "gr.Blocks", host: str, port: int) -> str:
    """Serves the page from threads of its own; its address. Nothing it loads comes from elsewhere."""
    import gradio as gr
    from starlette.middleware import Middleware

    theme = gr.themes.Base(primary_hue="slate", neutral_hue="slate", font=FONTS, font_mono=CODE_FONTS)
    _, address, _ = page.launch(
        server_name=host,
        server_port=port,
        prevent_thread_lock=True,
        quiet=True,
        share=False,
        ssr_mode=False,
        footer_links=[],
        theme=theme,
        js=f"() => {{ ({NAME_MESSAGES})(); ({WATCH_TYPING})(); }}",
        css_paths=Path(__file__).with_name("app.css"),
        app_kwargs={"middleware": [Middleware(Guarded)], "docs_url": None, "redoc_url": None},
    )
    return address


class Guarded:
    """Adds POLICY to every reply (ASGI)."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_guarded(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"content-security-policy", POLICY.encode())]
            await send(message)

        await self.app(scope, receive, send_guarded)


def free_port(host: str, port: int) -> int:
    """The port, or a free one for 0. Raises SettingsError where it is taken or the host is not of this machine."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as error:
        raise SettingsError(
            f"cannot listen on {host}:{port} ({error}); choose another with --host or --port"
        ) from error


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python app.py", description="Open the chat on the ingested articles.")
    parser.add_argument("--host", help="address to listen on (setting BYLINE_HOST)")
    parser.add_argument("--port", type=int, help="port to listen on; 0 takes a free one (setting BYLINE_PORT)")
    parser.add_argument("--data", metavar="DIR", help="folder of the index (setting BYLINE_DATA)")
    parser.add_argument(
        "--ingest", nargs="+", default=[], metavar="PATH_OR_URL", help="first bring the index up to date with these"
    )
    options = vars(parser.parse_args(arguments))
    places = options.pop("ingest")
    try:
        return serve(read_settings(**options), places)
    except BylineError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def serve(settings: Settings, places: Sequence[str]) -> int:
    for ending in (signal.SIGINT, signal.SIGTERM):  # a shell that starts this in the background has SIGINT ignored
        signal.signal(ending, signal.default_int_handler)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    for name in ("NO_PROXY", "no_proxy"):  # a proxy of the house must not come between this page and this machine
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1,localhost"]))
    port = free_port(settings.host, settings.port)
    threading.Thread(target=import_module, args=["gradio"], daemon=True).start()  # the longest part of a start
    from answer import open_answerer

    with open_answerer(settings) as answerer:
        bring_up_to_date(answerer.index, places)
        page = build(answerer, settings)
        address = launch(page, settings.host, port)
        print(f"Byline is open at {address}  (Ctrl-C ends it)", flush=True)
        threading.Thread(target=warm, args=[answerer], daemon=True).start()
        try:
            threading.Event().wait()
        finally:
            page.close(verbose=False)
    return 0


def bring_up_to_date(index: "ArticleIndex", places: Sequence[str]) -> None:
    """Shows what changed; what cannot be read is named, and the rest is there to be asked."""
    from ingest import ingest

    for done in ingest(places, index):
        if done.outcome not in ("unchanged", "skipped"):
            print(f"{done.outcome:8} {done.error or (done.article.title if done.article else done.place)}", flush=True)


def warm(answerer: "Answerer") -> None:
    """Loads the models while the first question is typed; an error of theirs shows again with that question."""
    try:
        answerer.warm()
    except BylineError as error:
        print(f"error: {error}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
