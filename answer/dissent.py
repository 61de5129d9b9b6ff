"""Where articles disagree: a sentence that answers the question otherwise than the one quoted, in several articles.

The model names one value, often the one it read first. Where two or more other articles agree on another one, their
sentence is shown beside the answer: four articles are not silenced by a fifth, and a correction stands beside what it
corrects.
"""

import re
from collections.abc import Sequence

from answer.dates import days_of
from answer.evidence import Sentence, sentences_of, stems_of
from answer.facts import ORDINALS, TITLES, facts_of, held_in, numbers_of
from byline.records import Passage

LEAST_ARTICLES = 2
"""Articles, copies counted once, that must agree with each other against what was answered."""
LEAST_SHARED, LEAST_SHARED_BY_NAMES = 0.6, 0.8
"""Share of the question's words that a sentence must hold to be an answer to it too; more where the answer is a name,
since any sentence has names."""
LEAST_WORDS = 2
_WHICH_OF_SEVERAL = stems_of(" ".join([*ORDINALS, "last", "next"]))
"""Of the second council nothing is said by what is said of the first."""
_ASKS_FOR_NAME = re.compile(r"\b(who|which|what|where)\b", re.I)


def dissenting(answer: str, question: str, quotes: Sequence[Sentence], passages: Sequence[Passage]) -> Sentence | None:
    """The first sentence with the value that most other articles have; None where too few have one, or the answer's.

    A value is a number, a day or a name, whichever the answer is. What the quotes have too is none: both sides say it.
    """
    asked, asked_facts = stems_of(question), facts_of("the " + question)
    numeric, dated = bool(numbers_of(answer) - asked_facts), bool(days_of(answer))
    said = _values(answer, numeric, dated) - asked_facts
    least = max(LEAST_WORDS, LEAST_SHARED * len(asked))
    if not said or not quotes or len(stems_of(quotes[0].text) & asked) < least:
        return None
    if not numeric and not dated:
        if not _ASKS_FOR_NAME.search(question):
            return None
        least = max(least, LEAST_SHARED_BY_NAMES * len(asked))
    agreed = asked_facts.union(*(_values(quote.text, numeric, dated) for quote in quotes))
    quoted = {_story(quote) for quote in quotes}
    behind: dict[str, dict[str, Sentence]] = {}
    for sentence in sentences_of(passages):
        new_numbers = numbers_of(sentence.text) - asked_facts
        if numeric != bool(new_numbers) or dated != bool(days_of(sentence.text)) or _story(sentence) in quoted:
            continue
        told = _values(sentence.text, numeric, dated)
        if (
            len(sentence.stems & asked) < least
            or (asked & _WHICH_OF_SEVERAL) - sentence.stems
            or not asked_facts <= held_in(sentence.text)
            or said & told
        ):
            continue
        for value in sorted(told - agreed):
            behind.setdefault(value, {}).setdefault(_story(sentence), sentence)
    most = max(behind.values(), key=len, default={})
    return next(iter(most.values())) if len(most) >= LEAST_ARTICLES else None


def _values(text: str, numeric: bool, dated: bool) -> frozenset[str]:
    if dated:
        return frozenset(f"{one.day or one.year} of month {one.month}" for one in days_of(text))
    return numbers_of(text) if numeric else facts_of("the " + text) - TITLES


def _story(sentence: Sentence) -> str:
    article = sentence.passage.chunk.article
    return article.same_as or article.id
