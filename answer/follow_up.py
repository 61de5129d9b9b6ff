"""A question that leans on what was said before, made to stand alone for the search.

By rules, not by the model: a rewrite costs the default model two to three seconds before the search can even start.
"""

import re
from collections.abc import Sequence

from answer.cite import without_marks
from answer.small_talk import is_small_talk
from byline.records import Turn
from index import content_words

_OPENINGS = re.compile(
    r"^\s*(and|but|so|also|then|what about|how about|what else|why|how so|when|where|who|really|since when)\W*$"
    r"|^\s*(and|but|so|also|then|what about|how about|what else)\b",
    re.IGNORECASE,
)
_BACKWARD = re.compile(
    r"\b(it|its|he|him|his|she|her|hers|they|them|their|theirs|there|this|that|these|those|one|ones"
    r"|the (first|second|next|last|other|same|former|latter|previous|new) (one|ones|time|meeting|edition|round)"
    r"|as a whole)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][\w-]+")
_PERSON = re.compile(r"\b(he|him|his|she|her|hers|they|them|their|theirs)\b", re.IGNORECASE)
LAST_TURNS = 2


def leans_on_history(question: str) -> bool:
    """Whether the question cannot be searched by itself: it opens as a reply does, or points back and names nothing."""
    if _OPENINGS.search(question):
        return True
    names = _NAME.findall(question)
    return (bool(_BACKWARD.search(question)) and len(names) < 2) or len(content_words(question)) < 2


def relevant_turns(question: str, history: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns that the question may lean on, oldest first; none when it stands alone."""
    if not leans_on_history(question):
        return ()
    asked = [turn for turn in history if not is_small_talk(turn.question)]
    return tuple(Turn(turn.question, without_marks(turn.answer)) for turn in asked[-LAST_TURNS:])


def stand_alone(question: str, turns: Sequence[Turn]) -> str:
    """The question with what it leans on, fit for a search: the earlier questions, then itself.

    The last answer comes in only where the question points at somebody: its names would outweigh what is asked.
    """
    if not turns:
        return question
    named = [turns[-1].answer] if _PERSON.search(question) else []
    return " ".join([*(turn.question for turn in turns), *named, question])
