"""Scores for pairs of texts, by a sentence-transformers CrossEncoder: the reranker and the inference verifier share it.

The only file that imports CrossEncoder, and only at the first pair.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


class PairScorer:
    """A folder with a CrossEncoder, loaded once, by the thread that wants it first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loading = Lock()
        self._model: CrossEncoder | None = None

    def scores(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """One row a pair, in order: a number for a model with one label, else one for each label."""
        return np.asarray(self._load().predict(list(pairs), show_progress_bar=False), dtype=np.float32)

    def label(self, number: int) -> str:
        """What the model calls its label of that number, in lower case."""
        config = self._load().config
        labels = (config.id2label if config else None) or {}
        return {int(key): str(name).lower() for key, name in labels.items()}[number]

    def _load(self) -> "CrossEncoder":
        with self._loading:
            if self._model is None:
                # Read when huggingface_hub is imported: a folder on disk needs no look at the hub for a newer one.
                os.environ.setdefault("HF_HUB_OFFLINE", "1")
                from sentence_transformers import CrossEncoder

                self._model = CrossEncoder(str(self._folder), local_files_only=True)
            return self._model
