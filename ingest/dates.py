"""Dates as pages write them: `27 March 2024`, `Mar, 27, 2024`, `27 de marzo de 2024`, `2024-03-27T08:15+02:00`."""

import re
from datetime import date, datetime
from functools import lru_cache

_MONTH = r"(?P<{0}>[^\W\d_]{{3,12}})\.?"
_NUMERIC = re.compile(
    r"(?<![\d.-])(?:(?P<y>(?:19|20)\d\d)(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?"
    r"|(?P<cy>(?:19|20)\d\d)\s*年\s*(?P<cm>\d{1,2})\s*月\s*(?P<cd>\d{1,2})\s*日"
    r"|(?P<a>\d{1,2})(?P<t>[./-])(?P<b>\d{1,2})(?P=t)(?P<ay>(?:19|20)\d\d))(?![\d-])"
)
_DAY_FIRST = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.|º|ª)?,?\s+(?:de\s+|of\s+|d')?"
    rf"{_MONTH.format('month')},?\s+(?:del?\s+)?(?P<year>(?:19|20)\d\d)(?!\d)",
    re.I,
)
_MONTH_FIRST = re.compile(
    rf"(?<!\w){_MONTH.format('month')},?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>(?:19|20)\d\d)(?!\d)", re.I
)


def find_date(text: str, language: str | None = None) -> tuple[date, int, int] | None:
    """The first date in the text with its start and end, or None.

    `3/4/2024` is the fourth day of March in American English and the third of April elsewhere: where the language does
    not decide it is not taken for a date, since a wrong date is worse than none.
    """
    found = []
    for pattern, read in ((_NUMERIC, _read_numeric), (_DAY_FIRST, _read_worded), (_MONTH_FIRST, _read_worded)):
        for match in pattern.finditer(text):
            day = read(match, language)
            if day is not None:
                found.append((match.start(), match.end(), day))
                break
    if not found:
        return None
    start, end, day = min(found, key=lambda hit: (hit[0], -hit[1]))
    return day, start, end


def as_date(stated: object, language: str | None = None) -> date | None:
    """The date that a value states (a date, a time, or text with a date in it); None where it states none."""
    if isinstance(stated, datetime):
        return stated.date()
    if isinstance(stated, date):
        return stated
    found = find_date(stated, language) if isinstance(stated, str) else None
    return found[0] if found else None


def _read_numeric(match: re.Match[str], language: str | None) -> date | None:
    part = match.groupdict()
    if part["y"]:
        return _day(part["y"], part["m"], part["d"])
    if part["cy"]:
        return _day(part["cy"], part["cm"], part["cd"])
    first, second = int(part["a"]), int(part["b"])
    if first <= 12 and second <= 12 and first != second and part["t"] != "." and language in (None, "en"):
        return None
    day, month = (second, first) if second > 12 else (first, second)
    return _day(part["ay"], str(month), str(day))


def _read_worded(match: re.Match[str], language: str | None) -> date | None:
    """The month's name is looked up in every language that dateparser knows."""
    month = _month(match.group("month"))
    return _day(match.group("year"), str(month), match.group("day")) if month else None


_ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH_MONTH = re.compile(
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    "|nov(?:ember)?|dec(?:ember)?",
    re.I,
)


@lru_cache(maxsize=512)
def _month(name: str) -> int | None:
    if _ENGLISH_MONTH.fullmatch(name):
        return _ENGLISH_MONTHS.index(name[:3].lower()) + 1
    import dateparser  # type: ignore[import-untyped]

    parsed = dateparser.parse(f"1 {name} 2000", settings={"STRICT_PARSING": True, "PARSERS": ["absolute-time"]})
    return parsed.month if parsed and parsed.day == 1 and parsed.year == 2000 else None


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
