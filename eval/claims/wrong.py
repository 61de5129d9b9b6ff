"""A true sentence made false in one way. Each rule gives None where the sentence does not lend itself to it."""

import random
import re
from collections.abc import Callable, Mapping
from itertools import pairwise

from eval.claims.sources import DATE, MONTHS, NEGATION, NUMBER, SHORT_MONTHS, WEEKDAYS, Pool, Source, names_in

Rule = Callable[[Source, Pool, random.Random], str | None]
_BEFORE_NOT = re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|can|could|should|may|might|must)\b(?= [a-z])")
_REMOVABLE = (
    (re.compile(r"\bcan['’]t\b|\bcannot\b"), "can"),
    (re.compile(r"\bwon['’]t\b"), "will"),
    (re.compile(r"n['’]t\b"), ""),
    (re.compile(r" (?:not|never)(?= [a-z])"), ""),
    (re.compile(r" no longer\b"), ""),
    (re.compile(r"\b(?:without)(?= [a-z])"), "with"),
    (re.compile(r"\bno(?= [a-z])"), "some"),
)
_SIDE_BY_SIDE = re.compile(r"^[\s,]*(?:(?:and|or|the|of|in|at|for|from|a|with|to|as|by|on|s|['’]s)\b[\s,]*)*$", re.I)
_VERB = re.compile(
    r"\b(?:[a-z]{3,}ed|is|was|will|has|had|said|says|told|met|beat|won|led|gave|took|made|left|became|wrote|sent|saw"
    r"|held|bought|sold|ran|knew|thinks|wants|plays|makes|takes|gives|leads|joins|says|tells|asks|calls)\b"
)


def name_of_another_article(source: Source, pool: Pool, chance: random.Random) -> str | None:
    return _name_for(source, chance, lambda: pool.name_elsewhere(source, chance))


def name_of_the_same_article(source: Source, pool: Pool, chance: random.Random) -> str | None:
    """As often as not it stands in the passage itself."""
    own = " ".join(names_in(source.sentence)).split()
    others = [name for name in source.names if " " in name and not set(name.split()) & set(own)]
    return _name_for(source, chance, lambda: chance.choice(others)) if others else None


def _name_for(source: Source, chance: random.Random, other: Callable[[], str | None]) -> str | None:
    names = [name for name in names_in(source.sentence) if " " in name]
    old = chance.choice(names) if names else None
    new = other() if old else None
    return source.sentence.replace(old, new, 1) if old and new else None


def number_changed(source: Source, pool: Pool, chance: random.Random) -> str | None:
    found = _numbers(source.sentence)
    if not found:
        return None
    old = chance.choice(found)
    digits = re.sub(r"\D", "", old)
    for _ in range(20):
        new = re.sub(r"\d+", lambda m: str(chance.randrange(10 ** (len(m[0]) - 1), 10 ** len(m[0]))), old)
        if re.sub(r"\D", "", new) != digits and new not in source.passage:
            return _swap(source.sentence, old, new)
    return None


def number_of_the_passage(source: Source, pool: Pool, chance: random.Random) -> str | None:
    found = _numbers(source.sentence)
    others = sorted(set(_numbers(source.passage.split("\n", 2)[2])) - set(found))
    return _swap(source.sentence, chance.choice(found), chance.choice(others)) if found and others else None


def _numbers(text: str) -> list[str]:
    dates = [range(*match.span()) for match in DATE.finditer(text)]
    return [m.group() for m in NUMBER.finditer(text) if not any(m.start() in span for span in dates)]


def _swap(sentence: str, old: str, new: str) -> str:
    return re.sub(rf"(?<![\w.,]){re.escape(old)}(?![\w]|[.,]\d)", new, sentence, count=1)


def date_changed(source: Source, pool: Pool, chance: random.Random) -> str | None:
    """The day or the month of a date, or the day of the week, or else a year."""
    if found := DATE.search(source.sentence):
        start, end = found.span("day")
        day = chance.choice([d for d in range(1, 29) if d != int(found["day"])])
        if chance.random() < 0.5:
            return f"{source.sentence[:start]}{day}{source.sentence[end:]}"
        month = next(at for at, names in enumerate(zip(MONTHS, SHORT_MONTHS, strict=True)) if found["month"] in names)
        start, end = found.span("month")
        return f"{source.sentence[:start]}{MONTHS[(month + chance.randrange(1, 12)) % 12]}{source.sentence[end:]}"
    if found := re.search(rf"\b(?:{'|'.join(WEEKDAYS)})\b", source.sentence):
        other = chance.choice([day for day in WEEKDAYS if day != found[0]])
        return source.sentence.replace(found[0], other, 1)
    if found := re.search(r"\b(?:in|since|until) ((?:19|20)\d\d)\b", source.sentence):
        return _swap(source.sentence, found[1], str(int(found[1]) + chance.choice([-3, -2, -1, 1, 2, 3])))
    return None


def negation_added(source: Source, pool: Pool, chance: random.Random) -> str | None:
    found = _BEFORE_NOT.search(source.sentence)
    if not found or NEGATION.search(source.sentence):
        return None
    return f"{source.sentence[: found.end()]} not{source.sentence[found.end() :]}"


def negation_removed(source: Source, pool: Pool, chance: random.Random) -> str | None:
    if len(NEGATION.findall(source.sentence)) != 1:
        return None
    for pattern, instead in _REMOVABLE:
        if pattern.search(source.sentence):
            return pattern.sub(instead, source.sentence, count=1)
    return None


def roles_swapped(source: Source, pool: Pool, chance: random.Random) -> str | None:
    """Two names on the two sides of a verb exchanged."""
    names = names_in(source.sentence)
    for left, right in pairwise(names):
        start, end = source.sentence.find(left), source.sentence.find(right, source.sentence.find(left) + len(left))
        between = source.sentence[start + len(left) : end]
        apart = end > 0 and not set(left.split()) & set(right.split()) and not _SIDE_BY_SIDE.match(between)
        if apart and _VERB.search(between):
            return f"{source.sentence[:start]}{right}{between}{left}{source.sentence[end + len(right) :]}"
    return None


def fact_added_with_a_name(source: Source, pool: Pool, chance: random.Random) -> str | None:
    name = pool.name_elsewhere(source, chance)
    if name is None:
        return None
    tail = chance.choice([", according to {}", ", together with {}", " in {}", ", as {} had asked", " for {}"])
    return f"{source.sentence[:-1]}{tail.format(name)}."


def fact_added_in_words(source: Source, pool: Pool, chance: random.Random) -> str | None:
    """The last clause of a sentence of another article, without names and numbers."""
    article, tail = chance.choice(pool.tails)
    return f"{source.sentence[:-1]}{tail}." if article != source.article else None


WRONG: Mapping[str, Rule] = {
    "name of another article": name_of_another_article,
    "name of the same article": name_of_the_same_article,
    "number changed": number_changed,
    "number of the passage": number_of_the_passage,
    "date changed": date_changed,
    "negation added": negation_added,
    "negation removed": negation_removed,
    "roles swapped": roles_swapped,
    "fact added, with a name": fact_added_with_a_name,
    "fact added, in words": fact_added_in_words,
}
