"""Whole dates: day, month and year of a sentence have to stand together, or to follow from what stands there.

"2 June 2024" is not proven by "2 May" and "June" apart. It is by "June 2, 2024", and in an article of 3 June 2024 by "2
June" and by "was opened on Sunday". An article's day stands on a line of its own, below its title, as `cite` puts it.
"""

import re
from dataclasses import dataclass
from datetime import date
from itertools import chain

from answer.tense import Tense, tense_at
from byline.days import WEEKDAY, YEAR
from byline.sentences import sentence_spans

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_NAME = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAY, _YEAR = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?", rf"(?P<year>{YEAR})"
_OTHER, _TO = r"(?P<other>\d{1,2})(?:st|nd|rd|th)?", r"(?:\s?[-–]\s?| to | and | or | until )"
_FORMS = (
    re.compile(rf"\b{_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)\b"),
    re.compile(rf"\b(?:{_OTHER}{_TO})?{_DAY}(?: of)? {_NAME}(?:,? {_YEAR}\b)?"),
    re.compile(rf"\b{_NAME} {_DAY}(?:{_TO}{_OTHER}(?!,?\d| ?%))?(?!,?\d)(?:,? {_YEAR}\b)?"),
    re.compile(rf"\b{_NAME},? (?:of )?{_YEAR}\b"),
)
_BARE_MONTH = re.compile(rf"\b(?:in|since|until|by|of|last|next|this|early|late|mid)[ -]{_NAME}(?!,? \d)")
_YEAR_BESIDE = re.compile(rf"[\s,]*(?:\b(?:in|of)\b )?{_YEAR}\b")
_YEAR_BEFORE = re.compile(rf"\b{_YEAR}[\s,]*(?:\bon\b )?(?:the )?$")
_SAME_SPAN = re.compile(r"(?:\s?[-–]\s?|,? (?:to|and|or|until|till|through) )(?:[a-z]+ed )?(?:on )?(?:the )?", re.I)
_LATER = re.compile(r"\b([\w-]+) (day|week|month|year)s? (?:later|after|before|earlier|ago)\b", re.I)
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.44, "year": 365.25}
WEEK = 7
UNDATED = "(undated)"
"""Stands in the place of the day of an article that has none, so that the day of the one before it is not taken."""
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
            month = int(told["month"]) if told["month"].isdigit() else _month(told["month"])
            day, other, year = (int(told[part]) if told.get(part) else None for part in ("day", "other", "year"))
            if 1 <= month <= 12:
                days = (other, day) if other else (day,)
                found += [Day(one, month, year, *match.span()) for one in days]
    return sorted(found, key=lambda one: one.start)


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def without_days(text: str) -> str:
    """The text with its dates taken out, each of which is to be checked as a whole."""
    for start, end in sorted({(one.start, one.end) for one in days_of(text)}, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text


def in_words_of(passage: str, sentence: str) -> str:
    """The sentence with "Tuesday" for a date that the passage does not tell and that follows from its "on Tuesday"."""
    following = {(one.start, one.end): one for one in days_of(sentence) if not _is_told(one, passage)}
    for (start, end), one in sorted(following.items(), reverse=True):
        if word := _follows_from(one, passage):
            sentence = f"{sentence[:start]}{word}{sentence[end:]}"
    return sentence


@dataclass(frozen=True, slots=True)
class _Told:
    """A sentence and the day of its article, where that is known."""

    text: str
    published: date | None


def day_stands(asked: Day, passage: str) -> bool:
    """Whether the passage tells this date, or one follows from a day of the week beside the article's."""
    return _is_told(asked, passage) or _follows_from(asked, passage) is not None


def _is_told(asked: Day, passage: str) -> bool:
    """With its day and month; the year may be that of the article, whose own day tells of nothing that happened."""
    return any(
        _tells(day, asked, told)
        for told in _sentences(passage)
        for day in chain(days_of(told.text), _months_of(told) if asked.day is None else ())
    )


def _months_of(told: _Told) -> list[Day]:
    """The months told without day and year ("in March"), each by its first day, of one to come by the 28th."""
    found = [
        (match, 28 if tense_at(told.text, match.start()) == "future" else 1)
        for match in _BARE_MONTH.finditer(told.text)
    ]
    return [Day(day, _month(match["month"]), None, *match.span()) for match, day in found]


def weekday_fits(asked: Day, sentence: str) -> bool:
    """Whether a day of the week that stands before a whole date is the right one: 2 June 2024 is a Sunday."""
    day, named = asked.on(None), re.search(rf"\b({WEEKDAY}),? (?:the )?$", sentence[: asked.start])
    return not (day and named) or named.group(1) == f"{day:%A}"


def _sentences(passage: str) -> list[_Told]:
    """Without the lines that are the day of an article."""
    lines = passage.split("\n")
    days = [a_day_alone(line) for line in lines]
    published, found = None, []
    for at, line in enumerate(lines):
        below, day_below = lines[at + 1 : at + 2], days[at + 1 : at + 2]
        published = None if UNDATED in (line, *below) else next(filter(None, [*day_below, days[at]]), published)
        if days[at] is None:
            found += [_Told(line[start:end], published) for start, end in sentence_spans(line)]
    return found


def a_day_alone(line: str) -> date | None:
    """The day that is all of the line, as `cite` puts that of an article below its title."""
    days = days_of(line) if len(line) < len("30 September 2024  ") else []
    return days[0].on(None) if len(days) == 1 and line.strip() == line[days[0].start : days[0].end] else None


def _tells(day: Day, asked: Day, told: _Told) -> bool:
    same = day.month == asked.month and (asked.day is None or day.day == asked.day)
    if asked.year is None or not same:
        return same
    return day.year == asked.year if day.year else asked.year in _years_of(day, told)


def _years_of(day: Day, told: _Told) -> set[int]:
    """The years in which a day may lie that is told without one: that beside it, else by the article's day.

    The year beside may be that of the other end of a span: "from 28 December to 3 January 2024".
    """
    before, behind = told.text[: day.start], told.text[day.end :]
    if beside := _YEAR_BESIDE.match(behind) or _YEAR_BEFORE.search(before):
        return {int(beside["year"])}
    others = [one for one in days_of(told.text) if one.year and _in_one_span(day, one, told.text)]
    if others:
        return {_nearest(day, one.on(None)) or one.year for one in others if one.year}
    return _years_by_article(day, told) if told.published else set()


def _in_one_span(day: Day, other: Day, text: str) -> bool:
    between = text[day.end : other.start] if day.end <= other.start else text[other.end : day.start]
    return bool(_SAME_SPAN.fullmatch(between))


def _nearest(day: Day, to: date | None, least: int = -366, most: int = 366) -> int | None:
    """The year in which the day lies nearest to another one, at least and at most so many days after it."""
    if to is None:
        return None
    dates = [one for year in (to.year - 1, to.year, to.year + 1) if (one := day.on(year))]
    fitting = [one for one in dates if least <= (one - to).days <= most]
    return min(fitting, key=lambda one: abs(one - to)).year if fitting else None


def _years_by_article(day: Day, told: _Told) -> set[int]:
    """What is past lies before the article's day, what will be after it; a week is left to articles dated wrongly."""
    published, tense = told.published, tense_at(told.text, day.start)
    if published is None:
        return set()
    if tense == "past":
        years = {_nearest(day, published, most=WEEK)}
    elif tense == "future":
        years = {_nearest(day, published, least=-WEEK)}
    else:
        years = {published.year, _nearest(day, published)}
    return {year for year in years if year}


def _follows_from(asked: Day, passage: str) -> str | None:
    """The “Tuesday” or “yesterday” that means this date, counted from the article's day, else from a date beside it."""
    for told in _sentences(passage):
        bases = [told.published] if told.published else [day for one in days_of(told.text) if (day := one.on(None))]
        for base in bases:
            for year in (asked.year,) if asked.year else (base.year - 1, base.year, base.year + 1):
                day = asked.on(year)
                if day and (word := _counted(day, (day - base).days, told)):
                    return word
    return None


def _counted(day: date, apart: int, told: _Told) -> str | None:
    if abs(apart) > WEEK:
        return None
    words = set(re.findall(r"\b[a-z]+", told.text[:1].lower() + told.text[1:]))  # not the one of "USA Today"
    relative = next((word for word, n in _RELATIVE.items() if n == apart and word in words), None)
    name = f"{day:%A}"
    places = [match.start() for match in re.finditer(rf"\b{name}\b", told.text, re.I)]
    if told.published is None:
        follows = bool(places) and 0 < abs(apart) < WEEK
    else:
        follows = any(_may_lie(apart, tense_at(told.text, at), told.text[:at]) for at in places)
    return relative or (name if follows else None)


def _may_lie(apart: int, tense: Tense, before: str) -> bool:
    """Whether a day of the week may be the one so many days after the article's, by the tense of what happens on it."""
    if apart == -WEEK:
        return before.lower().endswith("last ")
    least, most = (0 if tense == "future" else 1 - WEEK), (WEEK if tense in ("future", "open") else 0)
    return least <= apart <= most


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
