"""The chat page without a browser: what an exchange looks like as HTML, and how a conversation goes on."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

import app
from answer import Sentence
from app_conversation import Conversation, Exchange
from app_page import describe, draw_citation, draw_conversation, draw_exchange, draw_header, draw_question
from byline.errors import ModelServerDown, SettingsError
from byline.records import Answer, Article, Chunk, Citation, Passage, Turn
from byline.settings import Settings
from index import open_index

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> ![pixel](https://evil.example/p.png) "
    "[click](javascript:alert(1)) https://evil.example/\n\n# Heading\n\n- item **bold** `code` $x$ </div></li>"
)
POISON = Path(__file__).parent.parent / "eval" / "data" / "poison"
TEXT = "Seven months later they met. Mr Breton and Mr Lee were the co-chairs. The next one is in Brussels."
QUOTE = "Mr Breton and Mr Lee were the co-chairs."
ARTICLE = Article(
    "articles/council.md",
    "The council met",
    TEXT,
    url="https://example.org/council?a=1&b=2",
    source="Brussels Monitor",
    published=date(2023, 7, 3),
)


class Seen(HTMLParser):
    """The tags, links and text that a browser would make of some HTML, and the text of each <mark>."""

    def __init__(self, drawn: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[dict[str, str | None]] = []
        self.marked: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(drawn)
        assert not self._open, f"left open: {self._open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._open.append(tag)
        self.links += [dict(attrs)] if tag == "a" else []
        self.marked += [""] if tag == "mark" else []
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "style")]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "mark" in self._open:
            self.marked[-1] += data


def passage(article: Article = ARTICLE) -> Passage:
    return Passage(Chunk(f"{article.id}#0", article, 0, len(article.text), article.text), 1.0, frozenset({"words"}))


def citation(article: Article = ARTICLE, quote: str = QUOTE) -> Citation:
    start = article.text.index(quote)
    return Citation(1, quote, passage(article), start, start + len(quote), supported=True)


def done(text: str = "Mr Breton and Mr Lee [1].", *citations: Citation) -> Answer:
    return Answer("who?", stage="done", text=text, passages=(passage(),), citations=citations or (citation(),))


@pytest.mark.parametrize("stage", ["searching", "writing", "checking", "reading on", "done"])
@pytest.mark.parametrize("abstained", [False, True])
def test_nothing_written_by_a_model_or_an_article_is_live(stage: str, abstained: bool) -> None:
    hostile = replace(ARTICLE, title=HOSTILE, text=HOSTILE, source=HOSTILE, url="javascript:alert(1)")
    answer = replace(
        done(HOSTILE, citation(hostile, "![pixel]")), stage=stage, abstained=abstained, passages=(passage(hostile),)
    )
    drawn = draw_exchange(Exchange(HOSTILE, answer))
    seen = Seen(drawn)
    assert not seen.tags & {"script", "img", "a", "h1", "strong", "code", "b"}
    assert "<script>alert(1)</script>" in seen.text and "![pixel](https://evil.example/p.png)" in seen.text
    assert "\n" not in drawn, "a blank line ends an HTML block, and Markdown begins"


def poisoned() -> list[tuple[str, str]]:
    """Title and body of each poisoned article of the evaluation: links, pictures, hidden HTML, chat templates."""
    lines = (POISON / "articles.jsonl").read_text("utf8").splitlines()
    records = [json.loads(line) for line in lines]
    return [(r["title"], r.get("text") or r["html"]) for r in records if r["id"].endswith("/poisoned")]


@pytest.mark.parametrize("stage", ["writing", "done"])
def test_no_picture_or_link_of_a_poisoned_article_is_live_however_the_page_renders_it(stage: str) -> None:
    """Said by the model, quoted and shown as a passage; drawn, and then read as Markdown with HTML, as there."""
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    bodies = poisoned()
    assert len(bodies) >= 120 and any("![" in body for _, body in bodies) and any("<img" in body for _, body in bodies)
    for title, body in bodies:
        article = replace(ARTICLE, title=title, text=body, source=body[:80], url=None)
        answer = replace(done(body, citation(article, body[:60])), stage=stage, passages=(passage(article),))
        for drawn in (draw_exchange(Exchange(body, answer)), draw_question(body)):
            seen = Seen(markdown.render(drawn))
            assert not seen.tags & {
                "a",
                "img",
                "script",
                "iframe",
                "h1",
                "h2",
                "h3",
                "em",
                "strong",
                "code",
                "pre",
                "table",
            }
            assert seen.links == []


def test_questions_and_problems_are_not_live_either() -> None:
    for drawn in (draw_question(HOSTILE), draw_exchange(Exchange("?", problem=HOSTILE))):
        assert Seen(drawn).tags <= {"div", "p"} and "\n" not in drawn
        assert HOSTILE in Seen(drawn).text


def test_a_card_marks_exactly_the_quote_and_says_where_it_is_from() -> None:
    seen = Seen(draw_citation(citation()))
    assert seen.marked == [QUOTE]
    assert TEXT in seen.text
    assert all(part in seen.text for part in ("1", "The council met", "Brussels Monitor", "3 July 2023"))
    assert seen.links == [{"href": ARTICLE.url, "target": "_blank", "rel": "noopener noreferrer"}]


def test_a_quote_over_a_line_break_stays_verbatim() -> None:
    article = replace(ARTICLE, text="One line,\nand\n\nanother. Rest.")
    assert Seen(draw_citation(citation(article, "line,\nand\n\nanother."))).marked == ["line,\nand\n\nanother."]


def test_a_long_passage_is_cut_round_the_quote_at_words() -> None:
    article = replace(ARTICLE, text="before " * 200 + QUOTE + " after" * 200)
    seen = Seen(draw_citation(citation(article)))
    assert seen.marked == [QUOTE]
    assert "… before before" in seen.text and "after after …" in seen.text and len(seen.text) < 700


def test_a_quote_that_is_not_in_the_article_is_not_marked() -> None:
    assert Seen(draw_citation(replace(citation(), quote="Mr Nobody was."))).marked == []


def test_only_numbers_with_a_citation_become_badges() -> None:
    drawn = draw_exchange(Exchange("who?", done("Both [1]. Not [7] nor [x].")))
    assert '<sup class="number">1</sup>' in drawn and "[7]" in drawn and "[x]" in drawn


def test_a_growing_answer_looks_provisional_and_shows_its_passages() -> None:
    drawn = draw_exchange(Exchange("who?", replace(done("Mr Bre", citation()), stage="writing", citations=())))
    assert "provisional" in drawn and "Not checked yet" in drawn and "Mr Bre" in drawn
    assert "The council met" in drawn
    assert "provisional" not in draw_exchange(Exchange("who?", done()))


def test_a_refusal_has_no_cards_of_proof_but_folds_the_nearest_passages() -> None:
    refused = replace(done("The articles cover 2023.", citation()), abstained=True)
    drawn = draw_exchange(Exchange("who?", refused))
    assert "refusal" in drawn and "Not answered" in drawn and "cover 2023" in drawn
    assert Seen(drawn).marked == []
    assert "The council met" in drawn.partition("<details>")[2]
    assert "<details>" not in draw_exchange(Exchange("who?", replace(refused, passages=())))


class Holdings:
    def __init__(self, articles: int, first: date | None = None, last: date | None = None) -> None:
        self.articles, self.first, self.last = articles, first, last
        self.sources: tuple[str, ...] = ("The <b>Ledger</b>",)
        self.titles: tuple[str, ...] = ()


def test_the_header_says_what_the_collection_covers_or_how_to_fill_it() -> None:
    header = draw_header(Holdings(1200, date(2022, 8, 9), date(2025, 2, 12)))
    assert "1,200 articles, 9 August 2022 to 12 February 2025" in header and "&lt;b&gt;" in header
    assert describe(Holdings(1, date(2022, 8, 9), date(2022, 8, 9))).startswith(
        "This collection: 1 article, 9 August 2022,"
    )
    assert "python -m ingest" in describe(Holdings(0))


class Replies:
    """Answers with given steps, as an Answerer does; an exception among them is raised."""

    def __init__(self, *steps: Answer | Exception) -> None:
        self.steps, self.history, self.closed = steps, (), False

    def ask(self, question: str, history: Sequence[Turn], read: Sequence[Sentence]) -> Iterator[Answer]:
        self.history = tuple(history)  # type: ignore[assignment]
        try:
            for step in self.steps:
                if isinstance(step, Exception):
                    raise step
                yield step
        finally:
            self.closed = True


def begin(conversation: Conversation, question: str, replies: Replies) -> Iterator[None]:
    assert conversation.accept(question) is None
    asked = conversation.take()
    assert asked is not None
    return asked.answer(replies)  # type: ignore[arg-type]


def talk(conversation: Conversation, question: str, replies: Replies) -> str:
    for _ in begin(conversation, question, replies):
        pass
    return draw_conversation(conversation)[-1]["content"]


def test_earlier_turns_are_handed_on_and_failed_ones_are_not() -> None:
    conversation = Conversation()
    talk(conversation, "who?", Replies(replace(done(), stage="writing"), done()))
    talk(conversation, "and?", Replies(ModelServerDown("no server; start it")))
    talk(conversation, "where?", replies := Replies(done()))
    assert replies.history == (Turn("who?", "Mr Breton and Mr Lee [1]."),)


def test_an_error_is_a_message_and_the_chat_goes_on() -> None:
    conversation = Conversation()
    assert "No server; start it" in talk(
        conversation, "who?", Replies(Answer("who?"), ModelServerDown("no server; start it"))
    )
    assert "ValueError: odd" in talk(conversation, "who?", Replies(ValueError("odd")))
    assert "proven" in talk(conversation, "who?", Replies(done()))


def test_an_answer_from_old_articles_says_from_when_it_is() -> None:
    drawn = draw_exchange(Exchange("who is next?", replace(done(), known_on=date(2024, 3, 27))))
    assert "As of 27 March 2024: Mr Breton" in Seen(drawn).text


def test_small_talk_was_not_checked_against_anything() -> None:
    drawn = draw_exchange(Exchange("hello", replace(done("Ask about the articles."), citations=())))
    assert "Ask about the articles." in drawn and "Checked" not in drawn


def test_stopping_closes_the_answer_and_later_steps_change_nothing() -> None:
    conversation, replies = Conversation(), Replies(replace(done("Half", citation()), stage="writing"), done())
    steps = begin(conversation, "who?", replies)
    next(steps)
    conversation.stop()
    assert len(list(steps)) == 1 and replies.closed
    assert (
        "Stopped" in draw_conversation(conversation)[-1]["content"]
        and "Half" in draw_conversation(conversation)[-1]["content"]
    )
    assert conversation.turns() == [] and conversation.accept("next?") is None


def test_what_a_refusal_said_is_not_what_the_next_question_leans_on() -> None:
    conversation = Conversation()
    refused = replace(done("The articles do not say."), abstained=True, citations=())
    list(begin(conversation, "who?", Replies(refused)))
    assert [turn.answer for turn in conversation.turns()] == [""]


@pytest.mark.parametrize("error", [ModelServerDown("no server; start it"), ValueError("odd")])
def test_what_goes_wrong_after_stop_is_not_shown_over_it(error: Exception) -> None:
    conversation = Conversation()
    steps = begin(conversation, "who?", Replies(replace(done("Half"), stage="writing"), error))
    next(steps)
    conversation.stop()
    steps.throw(error)  # type: ignore[attr-defined]
    assert "Stopped" in draw_conversation(conversation)[-1]["content"]


def test_a_cleared_conversation_stays_empty_whatever_comes_late() -> None:
    conversation, replies = Conversation(), Replies(replace(done(), stage="writing"), done())
    steps = begin(conversation, "who?", replies)
    next(steps)
    conversation.clear()
    list(steps)
    assert replies.closed and draw_conversation(conversation) == []


def test_an_empty_question_and_a_second_one_at_once_are_refused() -> None:
    conversation = Conversation()
    assert "Type" in (conversation.accept(" \n ") or "")
    assert conversation.accept("who?") is None
    assert "One question at a time" in (conversation.accept("who else?") or "")
    assert len(draw_conversation(conversation)) == 2


def test_a_taken_port_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"127.0.0.1:{port}.*--port"):
            app.free_port("127.0.0.1", port)
    assert app.free_port("127.0.0.1", 0) > 0


def test_help_is_there_before_anything_heavy_is_imported() -> None:
    script = (
        "import app, sys; heavy = {'gradio', 'torch', 'chromadb'} & set(sys.modules); sys.exit(', '.join(heavy) or 0)"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stderr == ""
    assert app.main(["--data", "nowhere", "--port", "-1"]) == 1  # refused by the settings, before any import


def test_the_answerer_opens_without_its_model(settings: Settings) -> None:
    script = (
        "import sys; from answer import open_answerer; from byline.settings import read_settings\n"
        f"with open_answerer(read_settings(data={str(settings.data)!r}, models={str(settings.models)!r})): pass\n"
        "sys.exit(', '.join({'torch', 'llama_index', 'xllamacpp', 'gradio'} & set(sys.modules)) or 0)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=400)
    assert ran.returncode == 0, ran.stderr


def test_ingesting_at_the_start_tells_what_changed_and_what_failed(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "council.md").write_text("# The council met\n\n" + TEXT * 3, "utf8")
    (tmp_path / "empty.md").write_text("", "utf8")
    with open_index(settings) as index:
        app.bring_up_to_date(index, [str(tmp_path / "council.md"), str(tmp_path / "empty.md")])
        first = capsys.readouterr().out
        app.bring_up_to_date(index, [str(tmp_path / "council.md")])
        assert index.coverage().articles == 1
    assert "added    The council met" in first and "failed   " in first and "empty.md" in first
    assert capsys.readouterr().out == ""
