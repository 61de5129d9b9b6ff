"""Whole dates: day, month and year of a sentence have to stand together, or to follow from what stands there.

"2 June 2024" is not proven by "2 May" and "June" apart. It is by "June 2, 2024", by "2 June" beside a 2024, and by "on
Sunday" in an article of 3 June 2024.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_NAME = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAY, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", r"(?P<year>(?:1[5-9]|20)\d\d)"
_OTHER, _TO = r"(?P<other>\d{1,2})(?:st|nd|rd|th)?", r"(?:\s?[-–]\s?| to | and | or | until )"
_FORMS = (
    re.compile(rf"\b{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)\b"),
    re.compile(rf"\b(?:{_OTHER}{_TO})?{_DAY}(?: of)? {_NAME}(?:,? {_YEAR}\b)?"),
    re.compile(rf"\b{_NAME} {_DAY}(?:{_TO}{_OTHER}(?!,?\d| ?%))?(?!,?\d)(?:,? {_YEAR}\b)?"),
    re.compile(rf"\b{_NAME},? (?:of )?{_YEAR}\b"),
)
_BARE_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_LATER = re.compile(r"\b([\w-]+) (day|week|month|year)s? (?:later|after|before|earlier|ago)\b", re.I)
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.44, "year": 365.25}
WEEK = 7
_RELATIVE = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1}


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is told; `start` and `end` are where it stands in the text."""

    day: int | None
    month: int
    year: int | None
    start: int
    end: int

    def on(self, year: int | None) -> date | None:
        """The calendar day, with a year from elsewhere where it tells none; None where it is none."""
        year = self.year or year
        try:
            return date(year, self.month, self.day) if year and self.day else None
        except ValueError:
            return None


def days_of(text: str) -> list[Day]:
    """The dates of a text that tell at least a month with a day or a year, in order; both of "14 to 16 June"."""
    found: list[Day] = []
    for form in _FORMS:
        for match in form.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            told = match.groupdict()
            month = int(told["month"]) if told["month"].isdigit() else _MONTHS.index(told["month"][:3].lower()) + 1
            day, other, year = (int(told[part]) if told.get(part) else None for part in ("day", "other", "year"))
            if 1 <= month <= 12:
                days = (other, day) if other else (day,)
                found += [Day(one, month, year, *match.span()) for one in days]
    return sorted(found, key=lambda one: one.start)


def without_days(text: str) -> str:
    """The text with its dates taken out, each of which is to be checked as a whole."""
    for start, end in sorted({(one.start, one.end) for one in days_of(text)}, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text


def day_stands(asked: Day, passage: str) -> bool:
    """Whether the passage tells this date, or one follows from a day of the week beside a date."""
    told = days_of(passage)
    years = {int(year) for year in _BARE_YEAR.findall(passage)}
    return any(_tells(one, asked, years) for one in told) or _follows(asked, told, passage)


def _tells(told: Day, asked: Day, years: set[int]) -> bool:
    same = told.month == asked.month and (asked.day is None or told.day == asked.day)
    if asked.year is None or not same:
        return same
    return told.year == asked.year if told.year else asked.year in years


def _follows(asked: Day, told: Sequence[Day], passage: str) -> bool:
    """“on Tuesday” and “yesterday” are counted from each whole date of the passage, at most a week away."""
    words = set(re.findall(r"[a-z]+", passage.lower()))
    for one in told:
        beside, day = one.on(None), asked.on(one.year)
        if beside and day and abs(day - beside) <= timedelta(WEEK):
            weekday = f"{day:%A}".lower()
            if weekday in words or any((day - beside).days == n for word, n in _RELATIVE.items() if word in words):
                return True
    return False


def spans_told(passage: str, sentence: str) -> set[str]:
    """The numbers of the sentence that follow from two dates of the passage: the two of “two days later”."""
    days = [day for one in days_of(passage) if (day := one.on(None))]
    apart = {abs((a - b).days) for a in days for b in days} - {0}
    found = set()
    for count, unit in _LATER.findall(sentence):
        number = _count(count)
        if number and any(abs(days - number * _DAYS[unit.lower()]) <= _DAYS[unit.lower()] / 2 for days in apart):
            found.add(str(number))
    return found


def _count(word: str) -> int:
    words = "one two three four five six seven eight nine ten eleven twelve".split()
    return int(word) if word.isdigit() else words.index(word.lower()) + 1 if word.lower() in words else 0
