"""The six nouns of Byline. Everything between two rooms is one of these; all are frozen.

    Article ─► Chunk ─► Passage ─► Citation ─► Answer ─► Turn

A Citation holds a Passage, which holds a Chunk, which holds its Article: nothing is copied, so an offset can always be
checked against the text that it points into. This file knows nothing of how any of them comes about.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal

FoundBy = Literal["meaning", "words", "reranker"]
Stage = Literal["searching", "writing", "checking", "reading on", "done"]


@dataclass(frozen=True, slots=True)
class Article:
    """One article, cleaned.

    `id` is its URL, or its path where it has none (relative to the working folder when it lies below it), so that
    reading it twice gives the same id. `digest` is the SHA-256 of all that a reader would see change; equal digests
    mean "unchanged". `same_as` is the id of the earlier article whose text this one repeats. `language` is ISO 639-1.
    """

    id: str
    title: str
    text: str
    url: str | None = None
    source: str | None = None
    published: date | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    digest: str = ""
    same_as: str | None = None


def digest(article: Article) -> str:
    """SHA-256, in hexadecimal, over the text and all that describes it; the id and `same_as` are left out."""
    published = article.published.isoformat() if article.published else None
    fields = [article.title, article.text, article.url, article.source, published, article.authors, article.language]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole sentences of one article: `article.text[start:end] == text`, always. `id` is `ARTICLE#START-END`."""

    id: str
    article: Article
    start: int
    end: int
    text: str


def article_of(chunk: str) -> str:
    """The id of the article, told from the id of its chunk."""
    return chunk.rpartition("#")[0]


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk, for one question. `score` orders the passages of one search and means nothing across searches."""

    chunk: Chunk
    score: float
    found_by: frozenset[FoundBy]


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote that stands behind an answer, numbered from 1 as `[1]` in its text.

    `start` and `end` count characters of the article, not of the chunk: `quote == article.text[start:end]`.
    `supported` says whether the sentence that carries the number follows from the quote; None until it is checked.
    """

    number: int
    quote: str
    passage: Passage
    start: int
    end: int
    supported: bool | None = None

    @property
    def article(self) -> Article:
        return self.passage.chunk.article

    @property
    def verbatim(self) -> bool:
        return bool(self.quote) and self.article.text[self.start : self.end] == self.quote


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it grows: searching → writing → checking (→ reading on) → done. Only a `done` one has been verified.

    `search_question` is the question as it was searched, made to stand alone where it leaned on earlier turns.
    `reason` says why when `abstained`. `timings` are seconds since the question, by stage; `first_word` is the moment
    the model's first word came. `signals` are what the decision to answer or decline was made from, by name. `known_on`
    is the day of the articles behind an answer that says how things stand, where that day is long past.
    """

    question: str
    search_question: str = ""
    stage: Stage = "searching"
    text: str = ""
    passages: tuple[Passage, ...] = ()
    citations: tuple[Citation, ...] = ()
    known_on: date | None = None
    abstained: bool = False
    reason: str | None = None
    timings: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    signals: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    model: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One past exchange; `answer` is empty where the question was declined."""

    question: str
    answer: str
