"""A day as people read it."""

from datetime import date


def in_words(day: date | None) -> str:
    """`5 March 2024`; nothing where no day is known."""
    return f"{day.day} {day:%B %Y}" if day else ""
