"""Which articles a search is narrowed to: day, source and language of each, in memory, and where its vectors lie.

A million chunks are some forty thousand articles, so a condition costs a look at forty thousand integers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.filters import ANY, Filters, day_number

NOBODY = -1
_COLUMNS = np.dtype([("day", "i4"), ("source", "i4"), ("language", "i4"), ("first", "i8"), ("chunks", "i4")])


class Place(NamedTuple):
    """An article as a search is narrowed by it; its vectors are the rows from `first` on, one for each chunk."""

    article: str
    day: int
    source: str
    language: str
    first: int
    chunks: int


@dataclass(frozen=True, slots=True)
class Fitting:
    """The articles that fit a search: how many chunks they have, of how many there are, and who they are."""

    chunks: int
    of: int
    table: NDArray[np.void]
    fits: NDArray[np.bool_]
    ids: Sequence[str]
    at: Mapping[str, int]

    def __contains__(self, article: str) -> bool:
        at = self.at.get(article, NOBODY)
        return 0 <= at < len(self.fits) and bool(self.fits[at])

    def rows(self) -> "Rows":
        """Where their vectors lie, in the order of the file. Sorting takes time: for few articles."""
        table = self.table[self.fits]
        order = np.argsort(table["first"], kind="stable")
        return Rows(np.flatnonzero(self.fits)[order], table["first"][order], table["chunks"][order].astype(np.int64))


class Rows(NamedTuple):
    """Of each article its number, the first of its rows, and how many there are."""

    numbers: NDArray[np.int64]
    firsts: NDArray[np.int64]
    counts: NDArray[np.int64]


class ArticleColumns:
    """Any thread may read; one writes. A change makes a new table, so that a reader sees each article whole."""

    def __init__(self) -> None:
        self._table: NDArray[np.void] = np.empty(0, _COLUMNS)
        # These only grow: the number of an article, of a source and of a language stays what it is.
        self._ids: list[str] = []
        self._at: dict[str, int] = {}
        self._numbers: dict[str, int] = {}

    def put(self, places: Iterable[Place]) -> None:
        """Takes on the articles, or what they are now."""
        places = list(places)
        for place in places:
            if place.article not in self._at:
                self._at[place.article] = len(self._ids)
                self._ids.append(place.article)
        table = np.zeros(len(self._ids), _COLUMNS)
        table[: len(self._table)] = self._table
        for place in places:
            source, language = self._number(place.source), self._number(place.language)
            table[self._at[place.article]] = (place.day, source, language, place.first, place.chunks)
        self._table = table

    def drop(self, articles: Iterable[str]) -> None:
        table = self._table.copy()
        table["chunks"][[self._at[id] for id in articles if id in self._at]] = 0
        self._table = table

    def clear(self) -> None:
        self._table = np.zeros(len(self._ids), _COLUMNS)

    def used(self) -> list[tuple[int, int]]:
        """The rows that are some article's, (first, how many)."""
        table = self._table[self._table["chunks"] > 0]
        return list(zip(table["first"].tolist(), table["chunks"].tolist(), strict=True))

    def rows(self, article: str) -> tuple[int, int]:
        """Of the article, (first, how many)."""
        table, at = self._table, self._at.get(article, NOBODY)
        return (int(table[at]["first"]), int(table[at]["chunks"])) if 0 <= at < len(table) else (0, 0)

    def published(self, article: str) -> date | None:
        table, at = self._table, self._at.get(article, NOBODY)
        day = int(table[at]["day"]) if 0 <= at < len(table) else 0
        return date.fromordinal(day) if day else None

    def fitting(self, filters: Filters = ANY) -> Fitting:
        table: Any = self._table
        fits = table["chunks"] > 0
        every = int(table["chunks"].sum(dtype=np.int64))
        if filters.since or filters.until:
            fits &= table["day"] >= max(1, day_number(filters.since))
        if filters.until:
            fits &= table["day"] <= day_number(filters.until)
        for name, value in (("source", filters.source and filters.source.lower()), ("language", filters.language)):
            if value is not None:
                fits &= table[name] == self._numbers.get(value, NOBODY)
        if filters.article is not None:
            fits &= np.arange(len(table)) == self._at.get(filters.article, NOBODY)
        chunks = int(table["chunks"][fits].sum(dtype=np.int64))
        return Fitting(chunks, every, table, fits, self._ids, self._at)

    def _number(self, name: str) -> int:
        return self._numbers.setdefault(name, len(self._numbers))
