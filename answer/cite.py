"""Which sentences of the articles stand behind each sentence of an answer: quotes, cut from the text, never written.

The model is not asked for quotes or numbers of passages: a small one gets both wrong. Code finds, among the sentences
that the model read, those that hold the names, numbers and words that the answer adds to the question. A quote is
verbatim because it is a slice of the article.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from answer.dates import UNDATED, in_words_of
from answer.dissent import dissenting
from answer.evidence import Sentence, sentences_of, stems_of
from answer.misfit import AMOUNT
from answer.verify import KNOWN, Verifier, facts_of, held_in
from byline.days import in_words
from byline.records import Article, Citation, Passage
from byline.sentences import sentence_spans

MOST_QUOTES = 3
"""Quotes for one sentence of an answer."""
NEW_FACT, NEW_WORD, OLD_FACT, OLD_WORD = 3.0, 1.5, 0.7, 0.5
"""What a sentence is worth for holding a name or number, or a word, that the answer adds, or that the question had."""
_LINK = re.compile(r"https?://|\bwww\.|\]\(|</?[a-z]+\b[^>]*>", re.I)
_ASKS_FOR_LINK = re.compile(r"\b(?:links?|address|urls?|web ?sites?|web ?pages?|online|https?)\b", re.I)


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """One sentence of an answer, without marks, and what stands behind it; nothing where nothing can be quoted."""

    text: str
    citations: tuple[Citation, ...]


def cite(text: str, question: str, evidence: Sequence[Sentence], beyond: Sequence[Passage] = ()) -> list[CitedSentence]:
    """The answer's sentences with their citations, numbered in order of appearance; one quote has one number.

    What stands in no sentence of the evidence, as when the model took it from a title, is looked for in `beyond`.
    """
    sentences = [text[a:b] for a, b in sentence_spans(text)]
    quoted = [
        (s, _best_quotes(s, question, evidence) or _best_quotes(s, question, sentences_of(beyond))) for s in sentences
    ]
    numbered: dict[tuple[str, int, int], Citation] = {}
    cited = []
    for sentence, quotes in quoted:
        citations = []
        for quote in quotes:
            key = (quote.passage.chunk.article.id, quote.start, quote.end)
            citation = Citation(len(numbered) + 1, quote.text, quote.passage, quote.start, quote.end)
            citations.append(numbered.setdefault(key, citation))
        cited.append(CitedSentence(sentence, tuple(citations)))
    return cited


def check(
    cited: Sequence[CitedSentence], question: str, verifier: Verifier, read: Sequence[Article] = ()
) -> list[CitedSentence]:
    """The same with `supported` set: a citation is supported where every sentence that carries it is.

    What the answer adds must stand in the cited passages. What the question had must stand in the cited articles, or in
    those of `read`: a sentence often says "he" or "the council" of what an earlier one named, and what was chosen from
    "the one or the other" is proven by the one.
    """
    failed: set[int] = set()
    for sentence in cited:
        articles = {a.id: a for a in [*read, *(citation.article for citation in sentence.citations)]}
        whole = all(citation.verbatim for citation in sentence.citations) and not _leads_away(sentence.text, question)
        context = _context(sentence, question, list(articles.values()))
        if not whole or not verifier.supports(f"{_cited_text(sentence.citations)}{KNOWN}{context}", sentence.text):
            failed |= {citation.number for citation in sentence.citations}
    return [
        replace(s, citations=tuple(replace(c, supported=c.number not in failed) for c in s.citations)) for s in cited
    ]


def with_dissent(cited: Sequence[CitedSentence], question: str, passages: Sequence[Passage]) -> list[CitedSentence]:
    """The same and, where several articles answer otherwise, a sentence of theirs behind it, supported by itself.

    For an answer that stands: nothing that judges an answer may take that sentence for a part of it.
    """
    quotes = [Sentence(c.passage, c.start, c.end) for s in cited for c in s.citations]
    other = dissenting(cited[0].text, question, quotes, passages) if len(cited) == 1 else None
    if other is None or _leads_away(other.text, question):
        return list(cited)
    number = 1 + max(citation.number for citation in citations_of(cited))
    citation = Citation(number, other.text, other.passage, other.start, other.end, supported=True)
    return [*cited, CitedSentence(other.text, (citation,))]


def _leads_away(sentence: str, question: str) -> bool:
    """Whether it gives a web address or a piece of markup that was not asked for: only an article would want that."""
    return bool(_LINK.search(sentence)) and not _ASKS_FOR_LINK.search(question)


def _context(sentence: CitedSentence, question: str, articles: Sequence[Article]) -> str:
    """Those words of the sentence that it may have without its quotes: the question's, and what completes a name.

    A name or number of the question counts only where a cited article has it, else "the council with Brazil" would be
    answered. A first name completes a name where the article has the two words side by side, as in "Rishi Sunak".
    """
    words = re.findall(r"\d+(?:[.,]\d+)+|[\w'’-]+", sentence.text)
    texts = [f"{article.title}\n{article.text}" for article in articles]
    held: frozenset[str] = frozenset().union(*(held_in(text) for text in texts))
    asked_facts, asked_words = facts_of("the " + question), stems_of(question)

    def is_asked(word: str) -> bool:
        names = facts_of("the " + word)
        return bool(names & asked_facts & held) if names else bool(stems_of(word) & asked_words)

    known = [word for word in words if is_asked(word)]
    pairs = [f"{a} {b}" for a, b in pairwise(words) if a[:1].isupper() and b[:1].isupper()]
    return " ".join([*known, *(pair for pair in pairs if any(pair in text for text in texts))])


def marked(cited: Sequence[CitedSentence]) -> str:
    """The answer as it is shown: each sentence followed by its marks, as in `Seoul [1][2]`."""
    return " ".join(" ".join(filter(None, [s.text, "".join(f"[{c.number}]" for c in s.citations)])) for s in cited)


def citations_of(cited: Sequence[CitedSentence]) -> tuple[Citation, ...]:
    """Each citation once, in order of number."""
    by_number = {citation.number: citation for sentence in cited for citation in sentence.citations}
    return tuple(by_number[number] for number in sorted(by_number))


def _cited_text(citations: Sequence[Citation]) -> str:
    """What citations stand for: their passages, with title and date; a name may stand a sentence before the quote."""
    return "\n".join(_dated(citation.article, citation.passage.chunk.text) for citation in citations)


def _dated(article: Article, text: str) -> str:
    """A piece of an article below its title and day."""
    return f"{article.title}\n{in_words(article.published) or UNDATED}\n{text}"


def without_marks(text: str) -> str:
    return re.sub(r"\s*\[\d+\]", "", text)


def _best_quotes(sentence: str, question: str, evidence: Sequence[Sentence]) -> list[Sentence]:
    """The best sentence that has something of what the answer adds, then those that add a name or number still missing.

    However much another one has of the question: that proves nothing. A date that follows from "on Tuesday" is looked
    for as that.
    """
    sentence = in_words_of("\n".join(_dated(s.passage.chunk.article, s.text) for s in evidence), sentence)
    # Of a sentence in a few words the opening one is as often a name as not: "Seoul".
    asked_facts, asked_words = facts_of("the " + question), stems_of(question)
    facts, words = facts_of("the " + sentence), stems_of(sentence)
    missing, new_words = facts - asked_facts, words - asked_words
    held = {quote: (held_in(quote.text), quote.stems) for quote in evidence}

    def worth(quote: Sentence) -> float:
        names, stems = held[quote]
        new = NEW_FACT * len(missing & names) + NEW_WORD * len(new_words & stems)
        return new + OLD_FACT * len(facts & asked_facts & names) + OLD_WORD * len(asked_words & stems)

    chosen: list[Sentence] = []
    while len(chosen) < MOST_QUOTES and (missing or not chosen):
        if missing:
            able = [quote for quote in evidence if missing & held[quote][0]]
        else:
            able = [quote for quote in evidence if new_words & held[quote][1]] or [
                quote for quote in evidence if words & held[quote][1] or facts & held[quote][0]
            ]
            able = able or _of_one_amount(sentence, evidence)
        if not able:
            break
        chosen.append(best := max(able, key=worth))
        names, stems = held[best]
        missing -= names
        new_words -= stems
    return chosen


def _of_one_amount(sentence: str, evidence: Sequence[Sentence]) -> list[Sentence]:
    """Those that have the words in which a sentence counts and that carry no meaning else: "one", "all of them"."""
    told = {found.group().lower() for found in AMOUNT.finditer(sentence)}
    return [quote for quote in evidence if told & {found.group().lower() for found in AMOUNT.finditer(quote.text)}]
