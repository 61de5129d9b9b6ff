"""An embedder without weights, for tests of what holds the vectors: texts that share words lie near each other."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np

from index.embed import Vectors


@cache
def direction(word: str) -> Vectors:
    return np.random.default_rng(crc32(word.encode())).standard_normal(384)


class WordEmbedder:
    """A text is the sum of its words' directions, each drawn from the word. `words:anything` in the settings."""

    name = "words"
    max_tokens = 256

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self.embed_question(text) for text in texts])

    def embed_question(self, text: str) -> Vectors:
        words = re.findall(r"\w+", text.lower()) or [""]
        vector = sum(map(direction, words))
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]


def open_word_embedder(_name: str, _models: Path) -> WordEmbedder:
    return WordEmbedder()
