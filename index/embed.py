"""Text to vectors, through sentence-transformers. The only file that imports it, and only when a vector is needed.

Importing torch takes about six seconds, so counting tokens (which chunking and start-up need) goes through the
`tokenizers` library alone and opening an embedder loads nothing.
"""

import json
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from byline.errors import ModelUnavailable
from byline.models import model_path

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]

BATCH = 8
"""Texts at once. What each costs the longest of them decides: 34 sentences take 0.7 of the time that they take by 32,
and passages as long as then."""


class Embedder(Protocol):
    """`name` is remembered by the store; vectors of two embedders never meet.

    `max_tokens` counts the special tokens too; text beyond it would be dropped without a word, so chunks must fit.
    """

    name: str

    @property
    def max_tokens(self) -> int: ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text, in order."""

    def embed_question(self, text: str) -> Vectors:
        """One row (1-dimensional), comparable with those of passages by dot product."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens not counted."""


class SentenceTransformerEmbedder:
    """A sentence-transformers folder. The weights are loaded once, at the first vector, by the thread that wants it."""

    def __init__(self, name: str, folder: Path, exported: Path) -> None:
        """`exported` is the folder for what is made of the weights."""
        self.name = name
        self._folder, self._exported = folder, exported
        self._loading = Lock()
        self._model: SentenceTransformer | None = None

    @cached_property
    def max_tokens(self) -> int:
        settings = self._folder / "sentence_bert_config.json"
        if settings.is_file():
            return int(json.loads(settings.read_text("utf8")).get("max_seq_length") or 512)
        return int(json.loads((self._folder / "config.json").read_text("utf8")).get("max_position_embeddings", 512))

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(encoding.ids) for encoding in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode(list(texts), kind="document")

    def embed_question(self, text: str) -> Vectors:
        return np.asarray(self._encode([text], kind="query")[0], dtype=np.float32)

    def _encode(self, texts: list[str], kind: str) -> Vectors:
        model = self._load()
        # Models that want a prefix before questions or passages declare it under these names; MiniLM declares none.
        prompt = kind if kind in (model.prompts or {}) and model.prompts[kind] else None
        vectors = model.encode(
            texts,
            prompt_name=prompt,
            batch_size=BATCH,
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return np.asarray(vectors, dtype=np.float32)

    def _load(self) -> "SentenceTransformer":
        with self._loading:
            if self._model is None:
                # Read when huggingface_hub is imported: a folder on disk needs no look at the hub for a newer one.
                os.environ.setdefault("HF_HUB_OFFLINE", "1")
                from sentence_transformers import SentenceTransformer
                from transformers.utils.logging import disable_progress_bar

                disable_progress_bar()  # type: ignore[no-untyped-call]
                from index.onnx_runtime import run_by_onnx

                self._model = SentenceTransformer(str(self._folder), local_files_only=True)
                run_by_onnx(self._model, self._folder, self._exported)
            return self._model


def open_sentence_transformer(name: str, models: Path) -> Embedder:
    folder = model_path(name, models)
    if not (folder / "tokenizer.json").is_file():
        raise ModelUnavailable(
            f"{folder} is not a sentence-transformers folder with a fast tokenizer (no tokenizer.json); "
            "give the folder of a model, or its hub name"
        )
    return SentenceTransformerEmbedder(name, folder, models / "onnx")


EMBEDDERS: dict[str, Callable[[str, Path], Embedder]] = {"sentence-transformers": open_sentence_transformer}


def open_embedder(name: str, models: Path) -> Embedder:
    """`name` is a known model, a folder or a hub name, with `KIND:` before it for another kind than the default."""
    kind, _, rest = name.partition(":")
    if kind in EMBEDDERS and rest:
        return EMBEDDERS[kind](rest, models)
    return EMBEDDERS["sentence-transformers"](name, models)
