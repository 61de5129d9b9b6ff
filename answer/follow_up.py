"""A question that leans on what was said before, made to stand alone for the search.

By rules, not by the model: a rewrite costs the default model two to three seconds before the search can even start.
"""

import re
from collections.abc import Sequence

from answer.cite import without_marks
from answer.evidence import sides_of
from answer.small_talk import is_small_talk, without_pleasantry
from byline.records import Turn
from index import content_words

_OPENINGS = re.compile(
    r"^\s*(and|but|so|also|then|what about|how about|what else|why|how so|when|where|who|really|since when)\W*$"
    r"|^\s*(and|but|so|also|then|what about|how about|what else)\b",
    re.IGNORECASE,
)
_PERSONS = "he|him|his|she|her|hers|they|them|their|theirs"
_PRONOUNS = f"it|its|{_PERSONS}"
_PREPOSITIONS = "about|after|at|before|by|for|from|in|like|of|on|since|than|to|with"
_AUXILIARIES = "is|are|was|were|do|does|did|has|have|had|will|would|can|could"
_NOT_BACKWARD = re.compile(
    r"\bthis (week|weekend|month|year|season|spring|summer|autumn|fall|winter|morning|afternoon|evening|time)\b"
    r"|\b(is|are|was|were|be|been) there (?=\w)|\bthere (is|are|was|were|has|have|had|will)\b"
    r"|\b(is|was) it \w+ (to|that|for)\b|\b(does|did|do|will|would) it (take|mean) (?=\w)"
    rf"|\bones? of\b|\b(?!({_PREPOSITIONS}|{_AUXILIARIES}|and|but|how|so|when|where|why)\b)\w+ that (?=\w)",
    re.IGNORECASE,
)
"""A time, "there is", "is it right to", "one of"; and "that" behind a noun or a verb, which begins a clause."""
_BACKWARD = re.compile(
    rf"\b({_PRONOUNS}|there|this|that|these|those"
    r"|(the|this|that|which|what|another) ones?"
    r"|the (first|second|next|last|other|same|former|latter|previous|new) (one|ones|time|meeting|edition|round)"
    r"|as a whole)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b((who|whom|what|where|when|how|any(one|body|thing|where)|some(one|body|thing)) else"
    r"|(which|what|any|how many) others?)\b",
    re.IGNORECASE,
)
_THAN_WHOM = re.compile(r"\b(besides|aside from|apart from|except|other (\w+ )?than)\b", re.IGNORECASE)
_OUTWARD = re.compile(rf"\b({_PREPOSITIONS}|{_AUXILIARIES}) \w+$", re.IGNORECASE)
"""A pronoun that is what the question is about, or all that a preposition has."""
_POSSESSIVE = re.compile(rf"(its|his|their)\b|her (?!({_PREPOSITIONS}|{_AUXILIARIES}|and|or)\b)\w", re.IGNORECASE)
_OBJECT_AT_THE_END = re.compile(r"\b(him|her|it|them|this|that)\W*$", re.IGNORECASE)
_CLAUSE = re.compile(
    r"(?<!^)\b(and|or|but|that|which|who|whom|when|if|while|because|after|before|since|until|as|to)\b|[.?!,] ",
    re.IGNORECASE,
)
_NOUN_ASKED = re.compile(rf"\b(which|what) (?!({_AUXILIARIES}|about)\b)\w+", re.IGNORECASE)
_PRONOUN = re.compile(_PRONOUNS, re.IGNORECASE)
_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][\w-]+")
_WHO_IS = re.compile(r"^\W*(who|what)('s| is| was| are| were) \w+\W*$", re.IGNORECASE)
ANTECEDENT_WORDS = 3
"""So many words that say something before a pronoun have what it stands for among them."""
OWNER_WORDS = 2
"""So many are enough before "its" or "his"."""
_PERSON = re.compile(rf"\b({_PERSONS})\b", re.IGNORECASE)
LAST_TURNS = 2


def leans_on_history(question: str) -> bool:
    """Whether the question cannot be searched by itself: it opens as a reply does, points at what stands before it,
    or says next to nothing.
    """
    if _OPENINGS.search(question):
        return True
    names, words = _NAME.findall(question), content_words(question)
    if len(words) < 2 and not names:
        return not (words and _WHO_IS.search(question))
    if sides_of(question):
        return False
    plain = _NOT_BACKWARD.sub(" ", question)
    patterns = [_BACKWARD] if _THAN_WHOM.search(plain) else [_BACKWARD, _OTHERS]
    found = (found for pattern in patterns for found in pattern.finditer(plain))
    return _ends_pointing_out(plain) or any(_points_out(plain, one) for one in found)


def _ends_pointing_out(question: str) -> bool:
    """Whether it is one clause that ends in a pronoun, and its names are no antecedent: "did Joe Biden meet him?"."""
    found = _OBJECT_AT_THE_END.search(question)
    before = question[: found.start()] if found else ""
    said = content_words(_NAME.sub(" ", before))
    return found is not None and len(said) < ANTECEDENT_WORDS and not _CLAUSE.search(before)


def _points_out(question: str, found: re.Match[str]) -> bool:
    """Whether what the word stands for is not in the question itself, before it."""
    before = question[: found.start()]
    owned = _POSSESSIVE.match(question, found.start()) is not None
    if len(content_words(before)) >= (OWNER_WORDS if owned else ANTECEDENT_WORDS) or re.search(r"[.?!] ", before):
        return False
    if not _PRONOUN.fullmatch(found.group()) or (not owned and _OUTWARD.search(question[: found.end()])):
        return True
    return not (_NAME.search(before) or _NOUN_ASKED.search(before))


def relevant_turns(question: str, history: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns that the question may lean on, oldest first; none when it stands alone."""
    if not leans_on_history(question):
        return ()
    asked = [turn for turn in history if not is_small_talk(turn.question)]
    return tuple(Turn(without_pleasantry(turn.question), without_marks(turn.answer)) for turn in asked[-LAST_TURNS:])


def stand_alone(question: str, turns: Sequence[Turn]) -> str:
    """The question with what it leans on, fit for a search: the earlier questions, then itself.

    The last answer comes in only where the question points at somebody: its names would outweigh what is asked.
    """
    if not turns:
        return question
    named = turns[-1].answer if _PERSON.search(question) else ""
    return " ".join(filter(None, [*(turn.question for turn in turns), named, question]))
