"""Which sentences of the articles stand behind each sentence of an answer: quotes, cut from the text, never written.

The model is not asked for quotes or numbers of passages: a small one gets both wrong. Code finds the sentences that
hold the answer's names, numbers and words, so a quote is verbatim because it is a slice of the article.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from answer.evidence import stems_of
from answer.verify import Verifier, facts_of, held_in
from byline.records import Citation, Passage
from byline.sentences import sentence_spans

MOST_QUOTES = 3
"""Quotes for one sentence of an answer."""
FACT_WEIGHT, WORD_WEIGHT, QUESTION_WEIGHT = 3.0, 1.0, 0.7
"""A name or number counts three words; words of the question break ties between sentences that hold the same answer."""


@dataclass(frozen=True, slots=True)
class Quote:
    """One sentence of a passage, with its offsets in the article and the forms in which it is looked up."""

    passage: Passage
    start: int
    end: int
    held: frozenset[str]
    stems: frozenset[str]

    @property
    def text(self) -> str:
        return self.passage.chunk.article.text[self.start : self.end]


def quotes_of(passages: Sequence[Passage]) -> list[Quote]:
    """Every sentence of the passages."""
    return [
        Quote(
            passage,
            chunk.start + start,
            chunk.start + end,
            held_in(chunk.text[start:end]),
            stems_of(chunk.text[start:end]),
        )
        for passage in passages
        for chunk in [passage.chunk]
        for start, end in sentence_spans(chunk.text)
    ]


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """One sentence of an answer, without marks, and what stands behind it; nothing where nothing can be quoted."""

    text: str
    citations: tuple[Citation, ...]


def cite(text: str, question: str, passages: Sequence[Passage]) -> list[CitedSentence]:
    """The answer's sentences with their citations, numbered in order of appearance; one quote has one number."""
    quotes = quotes_of(passages)
    numbered: dict[tuple[str, int, int], Citation] = {}
    cited = []
    for start, end in sentence_spans(text):
        citations = []
        for quote in _best_quotes(text[start:end], question, quotes):
            key = (quote.passage.chunk.article.id, quote.start, quote.end)
            citation = Citation(len(numbered) + 1, quote.text, quote.passage, quote.start, quote.end)
            citations.append(numbered.setdefault(key, citation))
        cited.append(CitedSentence(text[start:end], tuple(citations)))
    return cited


def check(cited: Sequence[CitedSentence], verifier: Verifier) -> list[CitedSentence]:
    """The same with `supported` set: a citation is supported where every sentence that carries it is."""
    failed: set[int] = set()
    for sentence in cited:
        whole = all(citation.verbatim for citation in sentence.citations)
        if not whole or not verifier.supports(_cited_text(sentence.citations), sentence.text):
            failed |= {citation.number for citation in sentence.citations}
    return [
        replace(s, citations=tuple(replace(c, supported=c.number not in failed) for c in s.citations)) for s in cited
    ]


def marked(cited: Sequence[CitedSentence]) -> str:
    """The answer as it is shown: each sentence followed by its marks, as in `Seoul [1][2]`."""
    return " ".join(" ".join(filter(None, [s.text, "".join(f"[{c.number}]" for c in s.citations)])) for s in cited)


def citations_of(cited: Sequence[CitedSentence]) -> tuple[Citation, ...]:
    """Each citation once, in order of number."""
    by_number = {citation.number: citation for sentence in cited for citation in sentence.citations}
    return tuple(by_number[number] for number in sorted(by_number))


def _cited_text(citations: Sequence[Citation]) -> str:
    """What citations stand for: their passages, with title and date; a name may stand a sentence before the quote."""
    parts = []
    for citation in citations:
        article = citation.article
        day = f"{article.published.day} {article.published:%B %Y}" if article.published else ""
        parts.append(f"{article.title}\n{day}\n{citation.passage.chunk.text}")
    return "\n".join(parts)


def without_marks(text: str) -> str:
    return re.sub(r"\s*\[\d+\]", "", text)


def _best_quotes(sentence: str, question: str, quotes: Sequence[Quote]) -> list[Quote]:
    """The best sentence, then those that add a name or number still missing."""
    facts, words, asked = facts_of(sentence), stems_of(sentence), stems_of(question)

    def worth(quote: Quote, missing: frozenset[str]) -> float:
        shared = WORD_WEIGHT * len(words & quote.stems) + QUESTION_WEIGHT * len((asked - words) & quote.stems)
        return FACT_WEIGHT * len(missing & quote.held) + shared

    chosen: list[Quote] = []
    missing = facts
    while quotes and len(chosen) < MOST_QUOTES and (missing or not chosen):
        best = max(quotes, key=lambda quote: worth(quote, missing))
        helps = missing & best.held if missing else words & best.stems
        if not helps:
            break
        chosen.append(best)
        missing -= best.held
    return chosen
