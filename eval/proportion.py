"""A share of a few cases with an interval that stays honest at 0 and 1, where resampling gives none any width."""

from dataclasses import dataclass
from math import sqrt

Z = 1.959964
"""Of a 95% interval."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """`hits` of `n`; `value` is None where nothing counts. `low` and `high` are Wilson's score interval (1927)."""

    hits: int
    n: int

    @property
    def value(self) -> float | None:
        return self.hits / self.n if self.n else None

    @property
    def bounds(self) -> tuple[float, float]:
        if not self.n:
            return 0.0, 1.0
        share, z2 = self.hits / self.n, Z * Z
        middle = (share + z2 / (2 * self.n)) / (1 + z2 / self.n)
        half = Z * sqrt(share * (1 - share) / self.n + z2 / (4 * self.n * self.n)) / (1 + z2 / self.n)
        return max(0.0, middle - half), min(1.0, middle + half)

    def as_json(self) -> dict[str, float | int | None]:
        low, high = self.bounds
        return {"hits": self.hits, "n": self.n, "value": self.value, "low": low, "high": high}

    def __str__(self) -> str:
        if self.value is None:
            return "–"
        low, high = self.bounds
        return f"{self.value:.2f} ({low:.2f} to {high:.2f}; {self.hits}/{self.n})"
