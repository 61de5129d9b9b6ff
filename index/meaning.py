"""By meaning: Chroma's graph where many chunks fit a search, every vector that fits where few do.

nearest ─► which articles fit? ─┬► many: more than asked for from Chroma, less what does not fit ─► enough? ─┐
                                └► few, or not enough: all their rows, exactly ◄─────────────────────── no ──┘
"""

from collections.abc import Sequence
from contextlib import closing

import numpy as np

from byline.errors import StoreError
from byline.records import article_of
from index.articles import ArticleShelf, Batch
from index.embed import Vectors
from index.filters import ANY, Filters
from index.narrowing import Fitting, Rows
from index.rows import VectorRows
from index.stored import NO_ROWS
from index.vectors import VectorIndex

ROWS_FOR_A_NEIGHBOUR = 30
"""How many rows are compared in the time in which Chroma brings one more neighbour (docs/decisions.md: 27 to 32)."""
WALKED_PARTS = 1000
"""Chroma looks at no more chunks than it is asked for, or a hundred. So it is asked for a 1,000th of what there is: of
the ten nearest of a million it then found 0.993, in 7 ms, and asked for fifty 0.97, in 1 (docs/decisions.md)."""
SPARE = 1.5
"""Of as many neighbours as should hold `k` that fit, if what fits lay evenly."""
MORE = 4
"""Times as many neighbours, where those brought too few that fit."""


class Meaning:
    """`vectors` is the truth of what a chunk means; `rows` are a copy for this process, in step with its `shelf`."""

    def __init__(self, vectors: VectorIndex, rows: VectorRows, shelf: ArticleShelf) -> None:
        self.vectors, self.rows, self._shelf = vectors, rows, shelf

    def replace(self, batch: Batch, vectors: Vectors) -> list[int]:
        """Chroma then has these and no other chunks of the articles. Gives the first row of each, for the shelf."""
        chunks = [chunk for _, some in batch for chunk in some]
        self.vectors.replace([article.id for article, _ in batch], chunks, vectors)
        return self.rows.put(vectors, [len(some) for _, some in batch])

    def take_over(self, batch: Batch) -> list[int]:
        """The first row of each article, with the vectors that Chroma has: another process put them there.

        A chunk that Chroma does not have, or not any more, gets a row that is near nothing.
        """
        chunks = [chunk for _, some in batch for chunk in some]
        found = self.vectors.vectors([chunk.id for chunk in chunks])
        if not found:
            return [NO_ROWS] * len(batch)
        nothing = np.zeros_like(next(iter(found.values())))
        rows = np.stack([found.get(chunk.id, nothing) for chunk in chunks])
        return self.rows.put(rows, [len(some) for _, some in batch])

    def remove(self, articles: Sequence[str]) -> None:
        self.vectors.remove(articles)

    def clear(self) -> None:
        self.vectors.clear()
        self.rows.clear()

    def close(self) -> None:
        with closing(self.rows):
            self.vectors.close()

    def nearest(self, vector: Vectors, k: int, filters: Filters = ANY) -> list[tuple[str, float]]:
        """At most `k` (chunk id, cosine similarity), nearest first, all of them of articles that fit.

        Once more where a rebuild that is taken over empties the rows after it was seen what fits.
        """
        emptied = self.rows.emptied
        try:
            return self._nearest(vector, k, filters)
        except (StoreError, IndexError):
            if emptied == self.rows.emptied:
                raise
            return self._nearest(vector, k, filters)

    def _nearest(self, vector: Vectors, k: int, filters: Filters) -> list[tuple[str, float]]:
        fitting = self._shelf.fitting(filters)
        chunks, least = fitting.chunks, max(k, fitting.of // WALKED_PARTS)
        if filters == ANY:
            return self.vectors.nearest(vector, least)[:k]
        wanted = max(least, int(SPARE * k * fitting.of / chunks)) if chunks else 0
        while wanted * ROWS_FOR_A_NEIGHBOUR < chunks:
            found = self._of_many(vector, wanted, fitting)
            if len(found) >= k:
                return found[:k]
            wanted *= MORE
        return self._of_few(vector, k, fitting)

    def _of_many(self, vector: Vectors, wanted: int, fitting: Fitting) -> list[tuple[str, float]]:
        """Of what is being replaced just now there may be some of what was: the shelf drops them by and by."""
        near = self.vectors.nearest(vector, wanted)
        return [(id, cosine) for id, cosine in near if article_of(id) in fitting]

    def _of_few(self, vector: Vectors, k: int, fitting: Fitting) -> list[tuple[str, float]]:
        """Every row is compared. What an article had that is being changed just now is passed over."""
        if not fitting.chunks:
            return []
        rows = fitting.rows()
        cosines = self.rows.cosines(_spans(rows), vector)
        best = np.argpartition(cosines, -k)[-k:] if k < len(cosines) else np.arange(len(cosines))
        best = best[np.argsort(-cosines[best], kind="stable")]
        ends = np.cumsum(rows.counts)
        of = np.searchsorted(ends, best, side="right")
        nth = best - (ends - rows.counts)[of]
        articles = [fitting.ids[number] for number in rows.numbers[of]]
        ids = self._shelf.chunk_ids(dict(zip(articles, rows.firsts[of].tolist(), strict=True)))
        return [
            (ids[article][n], float(cosines[row]))
            for row, article, n in zip(best, articles, nth, strict=True)
            if article in ids
        ]


def _spans(rows: Rows) -> list[tuple[int, int]]:
    """Rows of articles that lie side by side are one span."""
    firsts, ends = rows.firsts, rows.firsts + rows.counts
    apart = np.flatnonzero(firsts[1:] != ends[:-1])
    starts, stops = firsts[np.r_[0, apart + 1]], ends[np.r_[apart, len(ends) - 1]]
    return list(zip(starts.tolist(), (stops - starts).tolist(), strict=True))
