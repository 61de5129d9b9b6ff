"""Which days a question means that speaks of its own: "this week", asked on 16 June, is no week of last year."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from byline.records import Turn

_TELLS_A_SPAN = (
    (7, r"yesterday|tonight|[Ll]ast night|[Tt]his (?:morning|afternoon|evening)"),
    (14, r"[Tt]his (?:past )?week(?:end)?|[Ll]ast weekend|(?:past|last) few days|recent days|past week"),
    (21, r"[Ll]ast week"),
    (45, r"[Tt]his month|past month|(?:recent|past few|last few) weeks"),
    (75, r"[Ll]ast month"),
    (
        120,
        r"(?<![Mm]ost )[Rr]ecent(?:ly)?(?! (?:days|weeks|months|years|decades)\b)"
        r"|(?<!as )(?<!too )soon(?! as| after| before)",
    ),
    (200, r"[Tt]his (?:spring|summer|autumn|fall|winter|season)|(?:recent|past few|last few) months"),
    (366, r"[Tt]his year|past year"),
    (731, r"[Ll]ast year"),
)
"""How many days back an article may have been published that reports of such a time, generously: it may tell beforehand
what this week will bring. "This Week" is a name."""
_SPANS = tuple((days, re.compile(rf"\b(?:{words})\b")) for days, words in _TELLS_A_SPAN)
_OF_SOMETHING_ELSE = re.compile(
    r"(?:\b(?:his|her|their|its)|['’]s) last (?:week|month|year)\b|\blast (?:week|month|year) of\b"
    r"|\bthe last (?:week|month|year) (?:in|as|before)\b",
    re.IGNORECASE,
)
"""Not of the days before the question: "his last year", "the last week of March"."""
_YEAR = re.compile(r"\b[12]\d{3}\b")


@dataclass(frozen=True, slots=True)
class Span:
    """`words` of the question, and the first and last day of publication that they are taken for."""

    words: str
    since: date
    until: date

    def holds(self, published: date | None) -> bool:
        """An article without a date may be of any day."""
        return published is None or published >= self.since


def span_of(question: str, today: date) -> Span | None:
    """None where it says nothing of the kind, or names a year that is over: "what did he say this week in 1940?".

    Of several the widest counts.
    """
    if any(int(year) < today.year for year in _YEAR.findall(question)):
        return None
    question = _OF_SOMETHING_ELSE.sub(" ", question)
    told = [(days, found.group()) for days, pattern in _SPANS if (found := pattern.search(question))]
    if not told:
        return None
    days, words = max(told)
    return Span(words, today - timedelta(days), today)


def span_meant(question: str, turns: Sequence[Turn], today: date) -> Span | None:
    """That of the question itself, else of the last of the turns that it leans on: one before is of another topic."""
    return span_of(question, today) or (span_of(turns[-1].question, today) if turns else None)
