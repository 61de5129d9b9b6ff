"""Whether to answer at all. Small models answer from memory whatever the prompt says, so code decides.

What rules out an answer by itself: the model says that it is not stated, its words alone are none (`misfit`), or a name
or number of it stands in no cited passage (`verify`). What is left is weighed (`calibration`), by some of these:

    stated          how sure the model is that the passages state the answer, when it begins to write
    later           1 where it found none in what it read first, and this one in the rest, else 0
    mended          1 where its first answer was none, and it was asked once more, else 0
    proved          how sure the model is that the cited passages answer the question
    reread          how sure it is that the cited passages alone state the answer
    likelihood      how likely the words were that it answered from the cited passages alone
    agreed          1 where it answered the same from the cited passages alone, else 0
    confirmed       1 where it answered the same from a wider reading, -1 where it did not, 0 where none was needed
    foretold        how much likelier the model finds a token of the question, knowing the answer, for having read the
                    cited passages, as a logarithm; asked where that decides
    covered         share of the question's words that the cited passages hold, rare words counting more, 0 to 1
    covered_whole   the same share, of the cited articles as a whole
    found           the score of the best passage found, unless a reranker gave it one of its own
    lead            how far the best passage's score lies above that of the best of another article
    names_missing   1 where a name, year or amount of the question stands nowhere in the cited articles, else 0
    near            the best cosine of the question and a sentence of the cited passages

The `chance` recorded with them is what the weights make of them.
"""

import re
from collections.abc import Callable, Sequence
from math import log

from answer.evidence import stems_of
from answer.facts import amounts, without_peoples
from answer.misfit import offers_choice
from answer.verify import facts_of, held_in, numbers_of
from byline.days import YEAR
from byline.records import Passage
from byline.sentences import sentence_spans
from index import content_words

RARITY_SCALE = 1000
"""A word in this many chunks, or in more, says nothing; the index counts no further."""
LEAST_AMOUNT = 100
"""A smaller number that is no share counts or is told in other words, and no article need repeat it."""
ROUNDED = 0.05
"""How far an amount may lie from that of the articles, as a share of it: "2.9 million" of 2,925,968."""


def covered(question: str, passages: Sequence[str], chunks_with: Callable[[str], int]) -> float:
    """The share of the question's words that the passages hold, each by the logarithm of how few chunks have it."""
    held = stems_of("\n".join(passages))
    words = dict.fromkeys(content_words(question))
    rarity = {word: log(RARITY_SCALE / (1 + min(chunks_with(word), RARITY_SCALE - 2))) for word in words}
    found = sum(rarity[word] for word in words if stems_of(word) & held)
    return found / sum(rarity.values()) if rarity else 0.0


def lead(passages: Sequence[Passage]) -> float:
    """Between the first passage and the first of another article; 0 where there is none."""
    others = [p.score for p in passages if p.chunk.article.id != passages[0].chunk.article.id]
    return passages[0].score - max(others) if others else 0.0


def names_missing(question: str, articles: Sequence[str]) -> bool:
    """Whether a name, year or amount of the question stands in none of the articles; not asked of a choice, which has
    two.

    The word that opens a sentence of the question is no name by itself ("Travellers have to pay more"), nor is one that
    tells of which country somebody is ("which Canadian novelist"): of that the article need not speak.
    """
    counts = {number for number in numbers_of(question) if not re.fullmatch(YEAR, number)}
    sentences = [without_peoples(question[start:end]) for start, end in sentence_spans(question)]
    asked = frozenset().union(*map(facts_of, sentences)) - counts
    told = "\n".join(articles)
    return not offers_choice(question) and (not asked <= held_in(told) or _amount_missing(question, told))


def _amount_missing(question: str, told: str) -> bool:
    known = amounts(told)
    asked = ((value, share) for value, share in amounts(question) if share or value >= LEAST_AMOUNT)
    years = {float(number) for number in numbers_of(question) if re.fullmatch(YEAR, number)}
    return any(
        value not in years and not any(share is s and abs(value - v) <= ROUNDED * v for v, s in known)
        for value, share in asked
    )
