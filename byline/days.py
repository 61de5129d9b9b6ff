"""A day as people write and read it."""

from calendar import month_name
from datetime import date

MONTH = "|".join(month_name[1:])
YEAR = r"(?:1[5-9]|20)\d\d"
WEEKDAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
"""Patterns."""


def in_words(day: date | None) -> str:
    """`5 March 2024`; nothing where no day is known."""
    return f"{day.day} {day:%B %Y}" if day else ""
