"""Does a passage support a sentence? The built-in check looks for every name and every number of the sentence in it.

It needs no model and takes microseconds. What it cannot see: a role swapped between two names of the same passage, and
a negation. A natural-language-inference CrossEncoder (`verifier = nli:FOLDER_OR_HUB_NAME`) can be set on top.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from byline.cross_encoder import PairScorer
from byline.errors import UnknownKind
from byline.models import model_path
from index import content_words, stem

_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBER_WORDS = {word: n for n, word in enumerate(_UNITS.split())} | {w: 10 * n for n, w in enumerate(_TENS.split(), 2)}
SCALES = {"bn": "billion", "b": "billion", "m": "million", "mn": "million", "tn": "trillion", "k": "thousand"}
# The same name in two forms that share no beginning.
SAME_NAME = {
    "eu": "europe",
    "us": "america",
    "usa": "america",
    "united states": "america",
    "uk": "britain",
    "british": "britain",
    "united kingdom": "britain",
    "european union": "europe",
    "dutch": "netherlands",
    "french": "france",
}
LEAST_SHARED_WORDS = 0.5
"""The share of a sentence's content words that the passage must hold. Below it, it speaks of something else."""


class Verifier(Protocol):
    def supports(self, passage: str, sentence: str) -> bool:
        """Whether everything that the sentence claims stands in the passage."""


def facts_of(sentence: str) -> frozenset[str]:
    """The names and numbers of a sentence, each in one canonical form: lower case, digits, without its ending.

    A capital at the beginning of the sentence makes no name by itself, unless the next word has one too.
    """
    text = _same_names(sentence)
    words = [(match.group(), match.start()) for match in _WORD.finditer(text)]
    facts = set(numbers_of(text))
    for position, (word, start) in enumerate(words):
        if not word[0].isupper() or word.lower() in NUMBER_WORDS or _is_small(word):
            continue
        opens = not text[:start].strip("\"'“‘( ")
        followed = position + 1 < len(words) and words[position + 1][0][0].isupper()
        if not opens or followed or any(letter.isupper() for letter in word[1:]):
            facts.add(name_form(word))
    return frozenset(facts)


def numbers_of(text: str) -> frozenset[str]:
    """Every number as digits, thousands separators gone; "twenty-eight" and "28" are the same."""
    words = [match.group().lower() for match in _WORD.finditer(text)]
    numbers, position = set(), 0
    while position < len(words):
        word = words[position]
        if word[0].isdigit():
            numbers.add(re.sub(r",(?=\d{3}\b)", "", word).rstrip(".,"))
        elif word in NUMBER_WORDS and word != "one":
            value = NUMBER_WORDS[word]
            unit = NUMBER_WORDS.get(words[position + 1], 0) if value >= 20 and position + 1 < len(words) else 0
            if 0 < unit < 10:
                value, position = value + unit, position + 1
            numbers.add(str(value))
        position += 1
    return frozenset(numbers)


def name_form(word: str) -> str:
    """A name without the ending that turns a country into its people: Korean and Korea are one."""
    lower = word.lower()
    lower = SAME_NAME.get(lower, lower)
    if len(lower) >= 7 and lower.endswith("ese"):
        return name_form(lower.removesuffix("ese"))
    for ending in ("ans", "an", "ns", "n", "s"):
        if len(lower) - len(ending) >= 4 and lower.endswith(ending):
            return lower.removesuffix(ending).rstrip("aeio")
    return lower.rstrip("aeio") if len(lower) >= 5 else lower


def held_in(passage: str) -> frozenset[str]:
    """Every word of a passage as a name, and its numbers: what `facts_of` a sentence is looked up in."""
    text = _same_names(passage)
    return frozenset(name_form(match.group()) for match in _WORD.finditer(text)) | numbers_of(text)


def _same_names(text: str) -> str:
    text = re.sub(r"(?<=\d)\s?(bn|mn|tn|[mbk])\b", lambda match: " " + SCALES[match.group(1)], text)
    text = re.sub(r"\bU\.S\.(?:A\.)?", "US", text)
    return re.sub(
        r"\b(United States|European Union|United Kingdom)\b", lambda m: SAME_NAME[m.group(1).lower()].title(), text
    )


def _opening_word(sentence: str) -> str | None:
    """The first word of a sentence, lower case, where it carries meaning."""
    match = _WORD.search(_same_names(sentence))
    word = match.group().lower() if match else ""
    return word if content_words(word) and word not in NUMBER_WORDS and not word[0].isdigit() else None


def _is_small(word: str) -> bool:
    return not content_words(word) and not (len(word) > 1 and word.isupper())


class WordsVerifier:
    def supports(self, passage: str, sentence: str) -> bool:
        names = held_in(passage)
        if not facts_of(sentence) <= names:
            return False
        words = [stem(word) for word in content_words(sentence)]
        held = {stem(word) for word in content_words(passage)} | names
        shared = [word for word in words if word in held or name_form(word) in held]
        # The opening word may be a name like any capital after it, or just a word: the passage must have it either way.
        opening = _opening_word(sentence)
        has_opening = not opening or bool({stem(opening), name_form(opening)} & held)
        return has_opening and len(shared) >= LEAST_SHARED_WORDS * len(words)


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
