"""Does a passage support a sentence? The built-in check is code, needs no model and takes a few milliseconds.

Every name, number and whole date of the sentence must stand in the passage or follow from it, and so must half of its
words and a part of those of each clause. It may not deny what the passage states, nor the other way round; and a name
or number may not stand where the passage has another. What it cannot see: another verb, or a word that turns the sense.
A natural-language-inference CrossEncoder (`verifier = nli:FOLDER_OR_HUB_NAME`) can be set on top.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from answer.bindings import put_elsewhere
from answer.dates import a_day_alone, day_stands, days_of, in_words_of, spans_told, weekday_fits, without_days
from answer.facts import (
    NUMBER_WORDS,
    currencies,
    facts_of,
    held_in,
    name_form,
    numbers_of,
    opening_word,
    quantities,
    same_names,
    titled_otherwise,
    with_digit_ones,
)
from answer.polarity import turned_round
from answer.qualified import qualified_otherwise
from byline.cross_encoder import PairScorer
from byline.errors import UnknownKind
from byline.models import model_path
from byline.sentences import sentence_spans
from index import content_words, stem

__all__ = [
    "KNOWN",
    "NUMBER_WORDS",
    "VERIFIERS",
    "NliVerifier",
    "Verifier",
    "WordsVerifier",
    "facts_of",
    "held_in",
    "name_form",
    "numbers_of",
    "open_verifier",
]

KNOWN = "\n\nKnown: "
"""Parts a passage from words that the sentence may have without proof: they prove no more than that they were said."""
LEAST_SHARED_WORDS = 0.5
"""The share of a sentence's content words that the passage must hold. Below it, it speaks of something else."""
LEAST_OF_CLAUSE = 0.34
"""The same of each clause of at least `CLAUSE_WORDS`: what was added to a true sentence."""
CLAUSE_WORDS = 3
_CLAUSES = re.compile(r"[,;:—–]\s|\s(?=(?:and|but|while|which|who|where|because|after|although|so|with) )")


class Verifier(Protocol):
    def supports(self, passage: str, sentence: str) -> bool:
        """Whether everything that the sentence claims stands in the passage."""


class WordsVerifier:
    def supports(self, passage: str, sentence: str) -> bool:
        passage, _, known = passage.partition(KNOWN)
        passage = with_digit_ones(passage, sentence)
        told = [passage[start:end] for start, end in sentence_spans(passage)]
        if _plain(sentence) in map(_plain, told) and not a_day_alone(sentence):
            return True
        told_so = in_words_of(passage, sentence)
        return (
            _facts_stand(passage, known, sentence)
            and _words_stand(f"{passage}\n{known}", told_so)
            and not turned_round(told, told_so)
            and not put_elsewhere(told, told_so)
            and not titled_otherwise(passage, sentence)
            and not qualified_otherwise(passage, sentence)
        )


def _plain(text: str) -> str:
    """The words and currencies alone: what was taken over whole is known as such, with or without its stop."""
    return " ".join(re.findall(r"[$€£¥]|[^\W_]+(?:[.,]\d+)*", text))


def _facts_stand(passage: str, known: str, sentence: str) -> bool:
    """Names, numbers with what they count, and whole dates."""
    everything = f"{passage}\n{known}"
    for day in days_of(sentence):
        if not (day_stands(day, passage) or day_stands(day, known)) or not weekday_fits(day, sentence):
            return False
    rest = without_days(sentence)
    follows = spans_told(passage, rest)
    told, asked = quantities(everything), quantities(rest)
    if not facts_of(rest) - follows <= held_in(everything) | told.keys():
        return False
    paid, priced = currencies(rest), currencies(everything)
    if any(number in priced and not signs & priced[number] for number, signs in paid.items()):
        return False
    return all(
        scale in told.get(number, frozenset()) or (scale == "" and number not in paid)
        for number, scales in asked.items()
        for scale in scales
    )


def _words_stand(passage: str, sentence: str) -> bool:
    """Numbers in words are none here: whether they stand, however they are written, is known by then."""
    passage, sentence = same_names(passage), same_names(sentence)
    held = {stem(word) for word in content_words(passage)} | held_in(passage)

    def shared(text: str) -> tuple[int, int]:
        words = [stem(word) for word in content_words(text) if word not in NUMBER_WORDS]
        return sum(word in held or name_form(word) in held for word in words), len(words)

    # The opening word may be a name like any capital after it, or just a word: the passage must have it either way.
    opening = opening_word(sentence)
    if opening and not {stem(opening), name_form(opening)} & held:
        return False
    common, words = shared(sentence)
    if common < LEAST_SHARED_WORDS * words:
        return False
    clauses = map(shared, _CLAUSES.split(sentence))
    return all(common >= LEAST_OF_CLAUSE * words for common, words in clauses if words >= CLAUSE_WORDS)


class NliVerifier:
    """A CrossEncoder that names its labels: supported where entailment is likeliest, and the words agree too."""

    def __init__(self, scorer: PairScorer) -> None:
        self._scorer = scorer
        self._words = WordsVerifier()

    def supports(self, passage: str, sentence: str) -> bool:
        if not self._words.supports(passage, sentence):
            return False
        likeliest = int(self._scorer.scores([(passage, sentence)])[0].argmax())
        return "entail" in self._scorer.label(likeliest)


VERIFIERS: dict[str, Callable[[str, Path], Verifier]] = {
    "words": lambda _name, _models: WordsVerifier(),
    "nli": lambda name, models: NliVerifier(PairScorer(model_path(name, models))),
}


def open_verifier(kind: str, models: Path) -> Verifier:
    name, _, rest = kind.partition(":")
    if name not in VERIFIERS:
        raise UnknownKind("verifier", kind, [*VERIFIERS])
    return VERIFIERS[name](rest, models)
