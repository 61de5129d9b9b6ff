"""How a conversation looks as HTML: questions, growing answers, cited quotes, refusals, problems.

It knows nothing of Gradio but the shape of a chatbot's messages.

All that a person, a model or an article wrote goes through `escape`, so none of it is ever live HTML, Markdown, a link
or a picture. The one link is an article's own http(s) address.
"""

import html
import re
from collections.abc import Sequence
from datetime import date
from typing import Protocol
from urllib.parse import urlsplit

from app_conversation import Conversation, Exchange
from byline.days import in_words
from byline.records import Answer, Article, Citation, Passage

Message = dict[str, str]

STATUS = {
    "searching": "Searching the collection…",
    "writing": "Writing. Not checked yet.",
    "checking": "Checking each sentence against the articles…",
    "reading on": "Not sure yet: reading more of the articles…",
}
NUMBER = re.compile(r" ?\[(\d{1,3})\]")
NEAREST_PASSAGES = 4
CONTEXT_CHARACTERS = 220
"""How much of the passage a card shows on each side of the quote: about three lines, so that two cards fit a screen."""


class Coverage(Protocol):
    """What the index says it holds."""

    @property
    def articles(self) -> int: ...
    @property
    def first(self) -> date | None: ...
    @property
    def last(self) -> date | None: ...
    @property
    def sources(self) -> tuple[str, ...]: ...
    @property
    def titles(self) -> tuple[str, ...]: ...


def draw_conversation(conversation: Conversation) -> list[Message]:
    """For Gradio's chatbot."""
    pairs = [(draw_question(exchange.question), draw_exchange(exchange)) for exchange in conversation.exchanges]
    roles = ("user", "assistant")
    return [{"role": role, "content": drawn} for pair in pairs for role, drawn in zip(roles, pair, strict=True)]


def escape(text: str) -> str:
    """Plain text for one line of HTML: a blank line would end the HTML block and let Markdown begin."""
    return html.escape(text).replace("\r", "&#13;").replace("\n", "&#10;")


def draw_question(question: str) -> str:
    return f'<p class="question">{escape(question)}</p>'


def draw_exchange(exchange: Exchange) -> str:
    if exchange.problem is not None:
        problem = escape(exchange.problem[:1].upper() + exchange.problem[1:])
        return f'<div class="byline problem" role="alert"><p>{problem}</p></div>'
    answer = exchange.answer
    if exchange.stopped:
        text = _text(answer) if answer else ""
        stopped = '<p class="status">Stopped. What stands here was not checked.</p>'
        return f'<div class="byline provisional">{text}{stopped}</div>'
    if answer is None:
        return f'<div class="byline provisional">{_status(place_in_line(exchange.before))}</div>'
    if answer.stage != "done":
        found = _passages(answer.passages, "Passages found so far")
        return f'<div class="byline provisional">{_text(answer)}{_status(STATUS[answer.stage])}{found}</div>'
    return _refusal(answer) if answer.abstained else _proven(answer)


def place_in_line(before: int | None) -> str:
    """`before` counts the people whose turn comes first."""
    if before is None:
        return "Waiting for its turn…"
    if before == 0:
        return "You are next."
    return f"{before} {'people' if before > 1 else 'person'} before you."


def _proven(answer: Answer) -> str:
    cards = "".join(draw_citation(citation) for citation in answer.citations)
    if not cards:  # small talk: nothing was said of the articles
        return f'<div class="byline polite">{_text(answer)}</div>'
    quotes = f'<ol class="cards" aria-label="Quotes behind this answer">{cards}</ol>'
    checked = f'<p class="status">Checked against the articles{_seconds(answer)}</p>'
    return f'<div class="byline proven">{_text(answer)}{checked}{quotes}</div>'


def _refusal(answer: Answer) -> str:
    nearest = ""
    if answer.passages:
        nearest = (
            f"<details><summary>Nearest passages</summary>{_passages(answer.passages, 'Nearest passages')}</details>"
        )
    return f'<div class="byline refusal"><p class="verdict">Not answered</p>{_text(answer)}{nearest}</div>'


def draw_citation(citation: Citation) -> str:
    """A card: the number, the article, and the quote marked where it stands in its passage."""
    chunk, text = citation.passage.chunk, citation.article.text
    if not citation.verbatim:
        shown = f"{escape(chunk.text)}"
    else:
        before = _last_words(text[min(chunk.start, citation.start) : citation.start])
        after = _first_words(text[citation.end : max(chunk.end, citation.end)])
        shown = f"{escape(before)}<mark>{escape(citation.quote)}</mark>{escape(after)}"
    doubt = (
        '<p class="doubt">The sentence above may say more than this quote.</p>' if citation.supported is False else ""
    )
    number = f'<span class="number" aria-label="Quote {citation.number}">{citation.number}</span>'
    return f'<li class="card">{number}{_article(citation.article)}<blockquote>{shown}</blockquote>{doubt}</li>'


def draw_header(coverage: Coverage) -> str:
    return (
        '<header class="byline"><h1>Byline</h1>'
        "<p>Answers from a collection of articles, each with the line that proves it.</p>"
        f'<p class="coverage">{escape(describe(coverage))}</p></header>'
    )


def describe(coverage: Coverage) -> str:
    """One line on what the collection holds, or on how to fill it."""
    if not coverage.articles:
        return "The collection is empty. Stop Byline, run: python -m ingest articles/ and start it again."
    number = f"{coverage.articles:,} article{'s' if coverage.articles > 1 else ''}"
    days = ""
    if coverage.first and coverage.last:
        same = coverage.first == coverage.last
        days = f", {in_words(coverage.first)}" if same else f", {in_words(coverage.first)} to {in_words(coverage.last)}"
    sources = f", with sources such as {', '.join(coverage.sources)}" if coverage.sources else ""
    return f"This collection: {number}{days}{sources}."


def _text(answer: Answer) -> str:
    """The answer's words, with each `[1]` that has a citation as a badge like the one on its card."""
    if not answer.text:
        return ""
    numbers = {citation.number for citation in answer.citations}

    def badge(found: re.Match[str]) -> str:
        return f'<sup class="number">{found[1]}</sup>' if int(found[1]) in numbers else found[0]

    known = f'<span class="known">As of {in_words(answer.known_on)}:</span> ' if answer.known_on else ""
    return f'<p class="text">{known}{NUMBER.sub(badge, escape(answer.text))}</p>'


def _status(text: str) -> str:
    return f'<p class="status working" role="status">{escape(text)}</p>'


def _passages(passages: Sequence[Passage], label: str) -> str:
    items = "".join(
        f'<li class="card">{_article(passage.chunk.article)}<blockquote>{escape(passage.chunk.text)}</blockquote></li>'
        for passage in passages[:NEAREST_PASSAGES]
    )
    return f'<ul class="cards nearest" aria-label="{escape(label)}">{items}</ul>' if items else ""


def _article(article: Article) -> str:
    title = escape(article.title or article.id)
    if article.url and urlsplit(article.url).scheme in ("http", "https"):
        title = f'<a href="{escape(article.url)}" target="_blank" rel="noopener noreferrer">{title}</a>'
    where = [escape(article.source)] if article.source else []
    if article.published:
        where.append(f'<time datetime="{article.published.isoformat()}">{in_words(article.published)}</time>')
    return f'<p class="article"><cite>{title}</cite> <span class="where">{" · ".join(where)}</span></p>'


def _seconds(answer: Answer) -> str:
    return f" in {max(answer.timings.values()):.1f} s" if answer.timings else ""


def _last_words(text: str) -> str:
    if len(text) <= CONTEXT_CHARACTERS:
        return text
    return "… " + text[-CONTEXT_CHARACTERS:].partition(" ")[2]


def _first_words(text: str) -> str:
    if len(text) <= CONTEXT_CHARACTERS:
        return text
    return text[:CONTEXT_CHARACTERS].rpartition(" ")[0] + " …"
