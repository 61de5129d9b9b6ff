"""Vectors of texts embedded a moment ago: a question that is being typed finds the same sentences each time."""

from collections.abc import Sequence
from threading import Lock

import numpy as np

from index.embed import Embedder, Vectors

MOST_REMEMBERED = 4096
"""Texts; 6 MB of vectors of 384 numbers."""


class RememberingEmbedder:
    """An embedder like the one that it asks, for any number of threads. The texts longest unasked are forgotten."""

    def __init__(self, embedder: Embedder, most: int = MOST_REMEMBERED) -> None:
        self.name = embedder.name
        self._embedder = embedder
        self._most = most
        self._remembered: dict[str, Vectors] = {}
        self._remembering = Lock()

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        with self._remembering:
            known = {text: self._remembered[text] for text in texts if text in self._remembered}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known |= zip(new, self._embedder.embed_passages(new), strict=True)
        with self._remembering:
            for text, vector in known.items():
                self._remembered.pop(text, None)
                self._remembered[text] = vector
            for text in list(self._remembered)[: -self._most]:
                del self._remembered[text]
        return np.stack([known[text] for text in texts]) if texts else self._embedder.embed_passages([])

    def embed_question(self, text: str) -> Vectors:
        return self._embedder.embed_question(text)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)
