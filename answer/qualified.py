"""What qualifies a number or a name, and turns it where it is left out or exchanged: at least and at most, the age of
whom, former and acting.

    the passage   Nearly 300 people were killed. Omar Haddad, 29, and his cousin Karim Said, 33, ...
    a sentence    More than 300 were killed      300 is told with the other bound there, and never with this one
                  Karim Said is 29               another age is told of Karim Said there, and never this one
"""

import re

from answer.facts import same_names

_ABOVE = r"(?<!no )(?<!not )\b(?:more than|at least|over|upwards? of|exceeding|above)|\b(?:no|not) (?:fewer|less) than"
_BELOW = (
    r"\b(?:nearly|almost|under|up to|at most|below|as (?:many|much) as|(?:no|not) more than)"
    r"|(?<!no )(?<!not )\b(?:fewer|less) than"
)
_BOUND = re.compile(rf"(?:(?P<above>{_ABOVE})|(?P<below>{_BELOW})) [$€£¥]?(?P<number>half|\d+(?:[.,]\d+)*)", re.I)
_NAME = r"(?P<name>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*)"
_AGED = (
    re.compile(rf"{_NAME}, (?:aged )?(?P<age>\d{{1,3}})(?=[,.]|$)"),
    re.compile(rf"{_NAME} (?:is|was) (?:aged )?(?P<age>\d{{1,3}})(?= years? old|[.,]|$)"),
    re.compile(rf"(?P<age>\d{{1,3}})-year-old {_NAME}"),
)
_OFFICE = re.compile(
    r"(?i:(?P<less>former|acting|ex|then|interim|outgoing|deputy|vice)[ -])?"
    r"(?i:(?P<office>president|prime minister|chancellor|mayor|minister|king|chairman|chief executive|governor)),? "
    rf"{_NAME}"
)


def qualified_otherwise(passage: str, sentence: str) -> bool:
    """Whether the sentence bounds a number from the other side, or gives somebody another age or a fuller office, than
    the passage does everywhere.
    """
    return (
        _bounded_otherwise(same_names(passage), same_names(sentence))
        or _aged_otherwise(passage, sentence)
        or _raised_in_office(passage, sentence)
    )


def _bounded_otherwise(passage: str, sentence: str) -> bool:
    told, asked = _bounds(passage), _bounds(sentence)
    return any((number, not above) in told for number, above in asked - told)


def _bounds(text: str) -> set[tuple[str, bool]]:
    """Each number with whether it is the least."""
    return {(match["number"].lower(), bool(match["above"])) for match in _BOUND.finditer(text)}


def _aged_otherwise(passage: str, sentence: str) -> bool:
    told = set().union(*_ages(passage))
    others = {name for name, _ in told}
    return any(not ages & told and any(name in others for name, _ in ages) for ages in _ages(sentence))


def _ages(text: str) -> list[set[tuple[str, str]]]:
    """For everybody with an age, each word of the name with it."""
    found = (match for pattern in _AGED for match in pattern.finditer(text))
    return [{(word, match["age"]) for word in match["name"].split()} for match in found]


def _raised_in_office(passage: str, sentence: str) -> bool:
    """Whether the mayor is in the passage the former, or the deputy, mayor alone."""
    told = _offices(passage)
    full = {(office, name) for less, office, name in _offices(sentence) - told if not less}
    return any((True, office, name) in told for office, name in full)


def _offices(text: str) -> set[tuple[bool, str, str]]:
    """Each office and each word of the name behind it, with whether it is less than that."""
    return {
        (bool(match["less"]), match["office"].lower(), word)
        for match in _OFFICE.finditer(text)
        for word in match["name"].split()
    }
