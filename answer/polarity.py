"""What a text denies. A sentence that denies what its passage states, or states what it denies, is not supported."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from index import content_words, stem

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|[,;:.!?()—–]")
_CUES = frozenset("not never no none nobody nothing neither nor without cannot nowhere hardly barely".split())
_CUES_BEFORE_TO = frozenset("refuse refuses refused fail fails failed decline declines declined".split())
_NOT_DENIED = frozenset("only just merely simply".split())
_COMPARATIVES = frozenset("more fewer less later earlier sooner other".split())
_DENYING = re.compile(
    r"\b(?:fail(?:s|ed|ing|ure)?|refus(?:es?|ed|ing|al)|den(?:y|ies|ied|ying|ial)|reject(?:s|ed|ing|ion)?"
    r"|lack(?:s|ed|ing)?|declin(?:es?|ed|ing)|oppos(?:es?|ed|ing)|prevent(?:s|ed|ing)?|avoid(?:s|ed|ing)?"
    r"|absen(?:t|ce)|impossible|un(?:able|likely|willing|known|clear|successful|certain|decided)|except|yet to"
    r"|instead of|rather than|far from)\b",
    re.I,
)
_ENDS_SCOPE = frozenset(", ; : . ! ? ( ) — – but".split())
LEAST_OVERLAP = 0.5
"""Share of a sentence's words that a sentence of the passage must hold to be about the same."""
LEAST_WORDS = 3
"""A shorter sentence is the answer to a question that may deny by itself: “what did it not buy?” – “the map”."""


@dataclass(frozen=True, slots=True)
class Polarity:
    """Stems of a sentence, those that it denies (the first word of weight after a “not”), and whether it denies."""

    stems: frozenset[str]
    denied: frozenset[str]
    denies: bool


def polarity(sentence: str, until_affirms: bool = False) -> Polarity:
    """`until_affirms` is whether “not open until June” says that it opens, as it does beside “opens in June”."""
    words = [word for token in _TOKEN.findall(sentence.replace("’", "'")) for word in _split(token)]
    denied: set[str] = set()
    denying = [at for at in range(len(words)) if _is_cue(words[at:]) and not _affirms(words[at + 1 :], until_affirms)]
    for at in denying:
        denied |= _first_of_weight(words[at + 1 :])
    stems = frozenset(stem(word) for word in content_words(sentence) if word not in _CUES)
    return Polarity(stems, frozenset(denied), bool(denying))


def _is_cue(words: Sequence[str]) -> bool:
    """Whether the first one denies: “not”, “refused to”, and not the “declined” of “sales declined”."""
    return words[0] in _CUES or (words[0] in _CUES_BEFORE_TO and list(words[1:2]) == ["to"])


def _affirms(behind: Sequence[str], until_affirms: bool) -> bool:
    """Whether a “not” denies nothing, by the words behind it: “not only”, “no more than”."""
    if set(behind[:1]) & _NOT_DENIED or (behind[1:2] == ["than"] and set(behind[:1]) & _COMPARATIVES):
        return True
    return until_affirms and "until" in takewhile(lambda word: word not in _ENDS_SCOPE, behind)


def _split(token: str) -> list[str]:
    """“didn't” as two words."""
    lower = token.lower()
    if lower in ("can't", "cannot"):
        return ["can", "not"]
    return [lower.removesuffix("n't"), "not"] if lower.endswith("n't") else [lower.removesuffix("'s")]


def _first_of_weight(words: Sequence[str]) -> set[str]:
    for word in words:
        if word in _ENDS_SCOPE:
            break
        if content_words(word) and not word.endswith("ly") and word not in _CUES and word != "longer":
            return {stem(word)}
    return set()


def turned_round(passage: Sequence[str], sentence: str) -> bool:
    """Whether the sentence says the opposite of those sentences of the passage that are about the same."""
    asked = polarity(sentence)
    if len(asked.stems) < LEAST_WORDS:
        return False
    until_affirms = not re.search(r"\buntil\b", sentence)
    told = [(polarity(text, until_affirms), text) for text in passage]
    near = _about_the_same(asked, told)
    if not near or any(asked.denied & one.denied for one, _ in told):
        return False
    if asked.denies:
        return not any(told.denies or _DENYING.search(text) for told, text in near)
    if _DENYING.search(sentence):
        return False
    denied_there = [bool(told.denied & asked.stems) for told, _ in near]
    return all(denied_there)


def _about_the_same(asked: Polarity, told: Sequence[tuple[Polarity, str]]) -> list[tuple[Polarity, str]]:
    """The sentence that shares most words, and those that share almost as many."""
    shared = [len(asked.stems & one.stems) / len(asked.stems) for one, _ in told]
    most = max(shared, default=0.0)
    if most < LEAST_OVERLAP:
        return []
    return [one for one, share in zip(told, shared, strict=True) if share >= 0.8 * most]
