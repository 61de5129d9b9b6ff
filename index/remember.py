"""Vectors of texts embedded a moment ago: a question that is being typed finds the same sentences each time."""

from collections.abc import Callable, Iterable, Sequence
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
        self._remembered: dict[tuple[str, str], Vectors] = {}
        self._remembering = Lock()

    @property
    def max_tokens(self) -> int:
        return self._embedder.max_tokens

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        known = self._known("passage", texts, self._embedder.embed_passages)
        return np.stack(known) if known else self._embedder.embed_passages([])

    def embed_question(self, text: str) -> Vectors:
        (vector,) = self._known("question", [text], lambda texts: [self._embedder.embed_question(*texts)])
        return vector

    def _known(
        self, kind: str, texts: Sequence[str], embed: Callable[[Sequence[str]], Iterable[Vectors]]
    ) -> list[Vectors]:
        """The vector of each text; only those that are not remembered are embedded, each once."""
        with self._remembering:
            known = {text: self._remembered[kind, text] for text in texts if (kind, text) in self._remembered}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known |= zip(new, embed(new), strict=True)
        with self._remembering:
            for text, vector in known.items():
                self._remembered.pop((kind, text), None)
                self._remembered[kind, text] = vector
            for forgotten in list(self._remembered)[: -self._most]:
                del self._remembered[forgotten]
        return [known[text] for text in texts]

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._embedder.count_tokens(texts)
