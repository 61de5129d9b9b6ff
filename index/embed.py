"""Text to vectors, by a sentence-transformers model. The only file that imports that library.

It imports torch, which takes six seconds, so it is asked once for each model, and what is made of that runs in ONNX
Runtime from then on. Counting tokens, which chunking and start-up need, goes through the `tokenizers` library alone.
Opening an embedder loads nothing.
"""

import json
import os
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from byline.errors import ModelUnavailable
from byline.models import model_path

Vectors = NDArray[np.float32]
Encode = Callable[[Sequence[str], str], Vectors]
"""Texts and what is put before each of them ─► one row of length 1 for each text, in order."""


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
        self._encode: Encode | None = None

    @cached_property
    def max_tokens(self) -> int:
        settings = self._read("sentence_bert_config.json")
        return int(settings.get("max_seq_length") or self._read("config.json").get("max_position_embeddings", 512))

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _prompts(self) -> dict[str, str]:
        """What some models want before a question and before a passage; MiniLM wants nothing."""
        declared = self._read("config_sentence_transformers.json").get("prompts") or {}
        return {kind: declared.get(kind) or "" for kind in ("query", "document")}

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(encoding.ids) for encoding in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._load()(texts, self._prompts["document"])

    def embed_question(self, text: str) -> Vectors:
        vectors: Vectors = self._load()([text], self._prompts["query"])
        return vectors.reshape(-1)

    def _load(self) -> Encode:
        with self._loading:
            if self._encode is None:
                self._encode = self._opened()
            return self._encode

    def _opened(self) -> Encode:
        from index.onnx_runtime import encode_in_torch, export, exported_file, read_exported

        file = exported_file(self._folder, self._exported)
        if ready := read_exported(file, self._folder, self.max_tokens):
            return ready.encode
        # Read when huggingface_hub is imported: a folder on disk needs no look at the hub for a newer one.
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        model = SentenceTransformer(str(self._folder), local_files_only=True)
        if ready := export(model, file, self._folder, self.max_tokens, self._prompts):
            return ready.encode
        return partial(encode_in_torch, model)

    def _read(self, name: str) -> dict[str, Any]:
        """A JSON file of the model; empty where it has none of that name."""
        file = self._folder / name
        return dict(json.loads(file.read_text("utf8"))) if file.is_file() else {}


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
