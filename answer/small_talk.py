"""A greeting or a thank-you, which needs no search: nobody is to be told that the articles do not say "hello"."""

import re
from itertools import takewhile

from answer.refusal import what_is_covered
from index import Coverage

_GREETING = re.compile(
    r"(hi|hello|hey|good (morning|afternoon|evening|day)|hallo|guten (tag|morgen|abend)|hola|buenos d[ií]as|bonjour)"
    r"(\W+(there|byline|everyone|all))*|how are you( today)?|what can you do|who are you|((how )?can you )?help( me)?",
    re.I,
)
_THANKS = re.compile(
    r"((ok(ay)?|great|perfect)\W+)?((many|vielen|muchas) )?(thanks|thank you|thx|cheers|dank|danke|merci|gracias)"
    r"(\W+(very much|so much|a lot|again|byline|for (your|the) help|sch[öo]n|beaucoup))*",
    re.I,
)
_GOODBYE = re.compile(r"(good\s?|bye\s)?bye|good night|see you( later)?|tsch[üu]ss|adi[óo]s|au revoir", re.I)
_CONTENT = re.compile(
    r"ok(ay)?|great|perfect|cool|nice|fine|got it|(that|this) helps|that['’]s (all|it|great|helpful)", re.I
)
_HEARD = re.compile(r"interesting|i see|yes|no|sorry", re.I)
_PARTS = re.compile(r"(?<=[,.!?;])\s+(?!\d)")
"""Not "No. 10"."""


def is_small_talk(said: str) -> bool:
    """Whether all of the message is; "hello, who chaired the council?" asks something."""
    return _is_polite(said) or all(map(_is_polite, _PARTS.split(said)))


def without_pleasantry(question: str) -> str:
    """The question without the "Thanks." or the "Hello," before it; what is nothing else keeps its last part."""
    parts = _PARTS.split(question)
    before = takewhile(lambda part: is_small_talk(part) or _HEARD.fullmatch(_words(part)), parts[:-1])
    return " ".join(parts[len(list(before)) :])


def small_talk(said: str, coverage: Coverage) -> str:
    """What is said to it, by its last part."""
    last = _words(_PARTS.split(said)[-1])
    if _GOODBYE.fullmatch(last):
        return "Goodbye."
    if _THANKS.fullmatch(last) or _CONTENT.fullmatch(last):
        return "You are welcome."
    return f"Ask about the articles, and you are shown the line that proves the answer. {what_is_covered(coverage)}"


def _is_polite(said: str) -> bool:
    return any(kind.fullmatch(_words(said)) for kind in (_GREETING, _THANKS, _GOODBYE, _CONTENT))


def _words(said: str) -> str:
    """Without what stands around them: "¡Hola!", "thanks :)"."""
    return re.sub(r"^\W+|\W+$", "", said)
