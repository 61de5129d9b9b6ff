"""What goes with what: which name does what, which number counts what, told by the words that stand beside them.

    the passage   Ana Ruiz opened the harbour, Tom Lee paid 43 ships
    a sentence    Tom Lee opened the harbour      opened stands after Ana Ruiz there, never after Tom Lee

A name that the passage only gives another place in the sentence (a pronoun resolved, a clause moved) has no rival for
its words, and passes.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain, combinations
from typing import Literal

from answer.facts import NUMBER_WORDS, SCALES, name_form, numbers_of, same_names
from byline.days import MONTH, WEEKDAY, YEAR
from index import content_words, stem

Kind = Literal["name", "number"]
_TENS = "|".join(word for word, number in NUMBER_WORDS.items() if number >= 20)
_TOKEN = re.compile(rf"(?i:{_TENS})-[a-z]{{3,5}}\b|" + r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)?|[.;:!?()—–\n]")
_STOPS = frozenset(".;:!?()—–\n")
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|been|being|be)\b(?: \w+)? \w+(?:ed|en|wn|lt|ld|ht|ade|et|ut|on)\b[^.]* by\b"
)
_A_NAME = r"[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*"
_DONE_BY = re.compile(
    rf"^(?P<whom>(?:The )?{_A_NAME}|(?:The|An?) [a-z-]+(?: [a-z-]+)?)"
    r" (?:was|were|is|are|(?:has|have|had) been)(?: \w+ly)?"
    r" (?P<done>[a-z]+ed|won|held|made|led|sold|bought|sent|built|found|met|told|hit|shot|paid|lost|struck|caught) by"
    rf" (?P<who>(?:the )?(?!{WEEKDAY}|{MONTH}){_A_NAME})"
    r"(?=[.,;]|$| (?:with|in|on|at|for|from|after|before|during|over|when|while|as|last)\b)"
)
_AMOUNT = r"[$€£¥]?\d+(?:[.,]\d+)*(?:\s?%| [a-z]+){0,2}?"
_TO_FROM = re.compile(
    rf"\bto (?P<to>{_AMOUNT}(?: in [A-Z0-9]\w+)?),? from (?P<since>[$€£¥]?\d+(?:[.,]\d+)*(?:\s?%| per ?cent\b)?)"
)
BESIDE = 2
"""Words of weight on each side that are taken to belong to a name or number in a sentence."""
BESIDE_IN_PASSAGE = 3
RIVAL = 2
"""Words that must stand beside the rival, and none beside the name itself, before a name counts as put in its place."""
LEAST_EQUAL = 3
"""Words of weight that must be the same beside a name before another in its place counts as put there."""
LEAST_ALIKE = 0.5
"""Share of a sentence's words that one of the passage must have in the same order to be the one it was made from."""
_VALUE = r"[$€£¥]?(\d+(?:\.\d+)?)"
_FROM_TO = re.compile(rf"\bfrom {_VALUE}[^.;:\d]{{0,30}}? to {_VALUE}")
_TO = re.compile(rf"\bto {_VALUE}")
_YEAR_OR_MONTH = rf"(?P<year>{YEAR}|{MONTH})\b(?![.,]\d| ?%)"
"""Or a month: what is told of March is not told of April."""
_NUMBER = r"(?P<number>\d+(?:[.,]\d+)*)"
_IN_YEAR_OR_MONTH = (
    re.compile(rf"(?<![\w.,]){_NUMBER}\s?%?(?: (?!to\b|from\b)[a-z]+){{0,3}} in {_YEAR_OR_MONTH}"),
    re.compile(rf"^In {_YEAR_OR_MONTH},?(?: [^\W\d]+){{1,6}} [$€£]?{_NUMBER}(?!.*\b{YEAR}\b)"),
)
_CLAUSES = re.compile(r"[,;:—–]\s|\s(?=(?:and|but|while) )")
Beside = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Thing:
    """A name (its words in one form) or a number, and the stems beside it, each with the side on which it stands."""

    kind: Kind
    forms: frozenset[str]
    near: Beside
    around: Beside


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["name", "number", "word", "stop"]
    form: str


def things_of(sentence: str, named: Collection[str] = ()) -> list[Thing]:
    """The names and numbers of one sentence, in order, each run of capitals as one name. A word of `named` that opens
    the sentence is a name too.
    """
    tokens = _joined(list(_tokens(sentence, named)))
    found = []
    for at, some in enumerate(tokens):
        if some[0].kind in ("name", "number"):
            forms = frozenset(token.form for token in some)
            near, around = (_beside(tokens, at, most) for most in (BESIDE, BESIDE_IN_PASSAGE))
            found.append(Thing(some[0].kind, forms, near, around))
    return found


def _tokens(sentence: str, named: Collection[str] = ()) -> Iterator[_Token]:
    for at, match in enumerate(_TOKEN.finditer(sentence)):
        word = match.group().removesuffix("'s").removesuffix("’s")
        lower = word.lower()
        if word in _STOPS:
            yield _Token("stop", word)
        elif word[0].isdigit() or (lower.partition("-")[0] in NUMBER_WORDS and lower != "one"):
            yield from (_Token("number", number) for number in sorted(numbers_of(word)))
        elif not content_words(word):
            continue
        elif word[0].isupper() and (at > 0 or name_form(word) in named or _capital_follows(sentence, match.end())):
            yield _Token("name", name_form(word))
        else:
            yield _Token("word", stem(SCALES.get(lower, lower)))


def _capital_follows(sentence: str, end: int) -> bool:
    return bool(re.match(r"[\s.]+[A-Z]", sentence[end:]))


def _joined(tokens: Sequence[_Token]) -> list[list[_Token]]:
    """Names that follow each other as one; every other token by itself."""
    runs: list[list[_Token]] = []
    for token in tokens:
        if token.kind == "name" and runs and runs[-1][0].kind == "name":
            runs[-1].append(token)
        else:
            runs.append([token])
    return runs


def _beside(tokens: Sequence[Sequence[_Token]], at: int, most: int) -> Beside:
    found: set[tuple[str, str]] = set()
    for side, step in (("before", -1), ("after", 1)):
        place, left = at + step, most
        while 0 <= place < len(tokens) and left and tokens[place][0].kind != "stop":
            if tokens[place][0].kind == "word":
                found.add((side, tokens[place][0].form))
            left -= 1
            place += step
    return frozenset(found)


def put_elsewhere(passage: Sequence[str], sentence: str) -> bool:
    """Whether a name or number of the sentence stands where the passage has another one."""
    sentence, *passage = (_in_one_order(same_names(text)) for text in (sentence, *passage))
    named = {token.form for text in (sentence, *passage) for token in _tokens(text) if token.kind == "name"}
    asked = things_of(sentence, named)
    told = [things_of(text, named) for text in passage]
    return (
        _put_in(passage, sentence)
        or _in_another_year(passage, sentence)
        or _goes_back(passage, sentence)
        or any(_in_place_of_another(thing, asked, told) for thing in asked)
        or (not any(map(_PASSIVE.search, [sentence, *passage])) and _exchanged(asked, told))
    )


def _in_one_order(text: str) -> str:
    """“Iran attacked Israel” for “Israel was attacked by Iran”, “from 5% to 3%” for “to 3% from 5%”, so that two can
    be laid side by side.
    """
    active = _DONE_BY.sub(lambda found: f"{found['who']} {found['done']} {found['whom']}", text)
    return _TO_FROM.sub(lambda found: f"from {found['since']} to {found['to']}", active)


def _goes_back(passage: Sequence[str], sentence: str) -> bool:
    """Whether it goes to a number from which the passage only goes away: the other way round, or with no start told."""
    told = set(chain.from_iterable(map(_ways, passage)))
    starts, ends = {since for since, _ in told}, {to for _, to in told}
    back = any((to, since) in told and (since, to) not in told for since, to in _ways(sentence))
    return back or bool(set(_TO.findall(_without_separators(sentence))) & starts - ends)


def _ways(text: str) -> set[tuple[str, str]]:
    """The numbers between which something goes."""
    return set(_FROM_TO.findall(_without_separators(text)))


def _without_separators(text: str) -> str:
    """With 1200 for "1,200"."""
    return re.sub(r"(?<=\d),(?=\d{3})", "", text)


def _put_in(passage: Sequence[str], sentence: str) -> bool:
    """Whether the sentence of the passage that is most like it has, between the same words, another name or number."""
    asked = _words_of(sentence)
    matchers = [(told, _matcher(asked, told)) for told in map(_words_of, passage)]
    alike = [sum(block.size for block in matcher.get_matching_blocks()) for _, matcher in matchers]
    most = max(alike, default=0)
    if most < LEAST_ALIKE * len(asked):
        return False
    return all(
        _replaced(asked, told, matcher) for (told, matcher), size in zip(matchers, alike, strict=True) if size == most
    )


def _in_another_year(passage: Sequence[str], sentence: str) -> bool:
    """Whether a number is told of a year for which the passage has another, while it has this one for another year."""
    told = set(chain.from_iterable(_of_years(clause) for text in passage for clause in [text, *_CLAUSES.split(text)]))
    return any(
        any(other == year for _, other in told) and any(same == number and other != year for same, other in told)
        for number, year in _years_beside(sentence) - told
    )


def _of_years(clause: str) -> set[tuple[str, str]]:
    """Each number with the year in which it was told; all of them where the clause has one year."""
    years = set(re.findall(rf"\b{_YEAR_OR_MONTH}", clause))
    return _years_beside(clause) | ({(n, *years) for n in numbers_of(clause) - years} if len(years) == 1 else set())


def _years_beside(clause: str) -> set[tuple[str, str]]:
    found = chain.from_iterable(pattern.finditer(clause) for pattern in _IN_YEAR_OR_MONTH)
    return {(number, match["year"]) for match in found for number in numbers_of(match["number"])}


def _words_of(sentence: str) -> list[_Token]:
    return [token for token in _tokens(sentence) if token.kind != "stop"]


def _matcher(asked: Sequence[_Token], told: Sequence[_Token]) -> SequenceMatcher[str]:
    return SequenceMatcher(None, [token.form for token in asked], [token.form for token in told], autojunk=False)


def _replaced(asked: Sequence[_Token], told: Sequence[_Token], matcher: SequenceMatcher[str]) -> bool:
    steps = [("equal", 0, 0, 0, 0), *matcher.get_opcodes(), ("equal", 0, 0, 0, 0)]
    for (before, *left), (step, a, b, c, d), (after, *right) in zip(steps, steps[1:], steps[2:], strict=False):
        beside = (left[1] - left[0] if before == "equal" else 0) + (right[1] - right[0] if after == "equal" else 0)
        if step != "replace" or not before == after == "equal" or beside < LEAST_EQUAL:
            continue
        # “Later Lopez” and “Ana Lopez”: the same name, one of them with more of it.
        more_of_it = b < len(asked) and d < len(told) and asked[b].kind == told[d].kind == "name"
        kinds = {token.kind for token in asked[a:b]} & {token.kind for token in told[c:d]}
        if kinds & {"name", "number"} and not more_of_it:
            return True
    return False


def _in_place_of_another(thing: Thing, asked: Sequence[Thing], told: Sequence[Sequence[Thing]]) -> bool:
    """Whether none of its words stand beside it in the passage, while they do beside one that the sentence lacks.

    Not where that one stands in a sentence with the name itself: it may be part of what is said of it.
    """
    own = frozenset(form for one in asked for form in one.forms)
    itself = [other for other in chain.from_iterable(told) if thing.forms & other.forms]
    if any(thing.near & other.around for other in itself):
        return False
    elsewhere = chain.from_iterable(some for some in told if not any(thing.forms & other.forms for other in some))
    rivals = (other for other in elsewhere if other.kind == thing.kind and not other.forms & own)
    return max((len(thing.near & other.around) for other in rivals), default=0) >= RIVAL


def _exchanged(asked: Sequence[Thing], told: Sequence[Sequence[Thing]]) -> bool:
    """Whether two of the sentence have each other's words beside them."""
    for one, other in combinations(asked, 2):
        if one.kind != other.kind or one.forms & other.forms:
            continue
        for things in told:
            ones = [thing for thing in things if thing.forms & one.forms and not thing.forms & other.forms]
            others = [thing for thing in things if thing.forms & other.forms and not thing.forms & one.forms]
            if ones and others:
                straight = _shared(one, ones) + _shared(other, others)
                crossed = _shared(one, others) + _shared(other, ones)
                if crossed > straight + 1:
                    return True
    return False


def _shared(thing: Thing, others: Sequence[Thing]) -> int:
    return max(len(thing.near & other.around) for other in others)
