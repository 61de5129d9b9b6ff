"""What narrows a search. Each engine file translates this value into its own query."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Filters:
    """All given conditions must hold. `since` and `until` are inclusive days of publication.

    An article without a date fits no search that names `since` or `until`: what cannot be shown to lie inside a span is
    left out of it. `source` and `language` compare exactly, `source` in lower case.
    """

    since: date | None = None
    until: date | None = None
    source: str | None = None
    language: str | None = None
    article: str | None = None


ANY = Filters()
"""No narrowing."""


def day_number(day: date | None) -> int:
    """A day as an integer that orders as days do (days since year 1); 0, which no day has, where there is none."""
    return day.toordinal() if day else 0
