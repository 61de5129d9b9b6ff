"""An embedder's model in ONNX Runtime: the same vectors as torch's, sooner, and without importing torch.

torch takes six seconds to import and is slow at the small matrices of one question; chromadb brings ONNX Runtime anyway
(docs/decisions.md has the figures). A model is exported once, with torch, and kept beside the weights under a name that
changes with them. Where it cannot be exported, or would give other vectors, it stays in torch.
"""

import json
import logging
import os
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

Vectors = NDArray[np.float32]

BATCH = 8
"""Texts at once. What each costs the longest of them decides: 34 sentences take 0.7 of the time that they take by 32,
and passages as long as then."""
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT = "sentence_embedding"
OPSET = 17
LARGEST_BYTES = 1_900_000_000
"""Of weights: one ONNX file holds two gigabytes."""
SAME = 1e-4
"""How far a number may lie from torch's."""
PROBES = ("rain", "Who chaired the council that met in Ostend on Friday?", "Näher am Meer", "The harbour. " * 200)
_log = logging.getLogger(__name__)


class Exported:
    """Texts to vectors of length 1; any number of threads may ask at once."""

    def __init__(self, file: Path, weights: Path, max_tokens: int) -> None:
        """`weights` is the folder of the model, for its tokenizer. Raises what ONNX Runtime does of a damaged file."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = _cores()  # named, or else each thread is held to one core
        # Threads that spin while they wait take the cores from the language model.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        self._names = [given.name for given in self._session.get_inputs()]
        self._padding = json.loads((weights / "config.json").read_text("utf8")).get("pad_token_id") or 0
        self._tokenizer = Tokenizer.from_file(str(weights / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)

    def encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        """One row for each text, in order; `prompt` is put before each."""
        encodings = self._tokenizer.encode_batch([prompt + text for text in texts])
        by_length = sorted(range(len(texts)), key=lambda at: len(encodings[at].ids))
        batches = [by_length[start : start + BATCH] for start in range(0, len(texts), BATCH)]
        vectors = [self._encode([encodings[at] for at in batch]) for batch in batches]
        return np.concatenate(vectors)[np.argsort(by_length)] if vectors else np.empty((0, 0), dtype=np.float32)

    def _encode(self, encodings: Sequence[Encoding]) -> Vectors:
        shape = len(encodings), max(len(encoding.ids) for encoding in encodings)
        ids, told, types = np.full(shape, self._padding), np.zeros(shape, dtype=int), np.zeros(shape, dtype=int)
        for row, encoding in enumerate(encodings):
            length = len(encoding.ids)
            ids[row, :length], told[row, :length], types[row, :length] = encoding.ids, 1, encoding.type_ids
        given = dict(zip(INPUTS, (ids, told, types), strict=True))
        (vectors,) = self._session.run([OUTPUT], {name: given[name] for name in self._names})
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def exported_file(weights: Path, kept: Path) -> Path:
    """Where the model in the folder `weights` is kept once it is exported; another name for other weights."""
    told = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in _files(weights)]
    return kept / f"{weights.name}-{sha256(repr((OUTPUT, told)).encode()).hexdigest()[:16]}.onnx"


def read_exported(file: Path, weights: Path, max_tokens: int) -> Exported | None:
    """What was exported before; None where there is none, or none that can be read, which is then removed."""
    if not file.is_file():
        return None
    try:
        return Exported(file, weights, max_tokens)
    except Exception as error:  # whatever a disk or a damaged file may raise: torch has all that is needed
        _log.warning("the embedder is exported anew: %s cannot be read (%s)", file, error)
        with suppress(OSError):
            file.unlink()
        return None


def export(model: Any, file: Path, weights: Path, max_tokens: int, prompts: Mapping[str, str]) -> Exported | None:
    """A SentenceTransformer in ONNX Runtime from now on, and in `file` for the next time; None where it has to stay in
    torch.
    """
    small = sum(path.stat().st_size for path in _files(weights)) < LARGEST_BYTES
    if not (small and find_spec("onnx") and model.device.type == "cpu"):
        return None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=file.parent) as folder:
            draft = Path(folder) / file.name
            _write(model, draft)
            exported = Exported(draft, weights, max_tokens)
            _compare(model, exported, prompts)
            os.replace(draft, file)
        return exported
    except Exception as error:  # whatever an exporter or a disk may raise: torch has all that is needed
        _log.warning("the embedder stays in torch, which is slower (%s)", error)
        return None


def encode_in_torch(model: Any, texts: Sequence[str], prompt: str) -> Vectors:
    """What `Exported.encode` does, by the SentenceTransformer itself."""
    vectors = model.encode(
        list(texts), prompt=prompt or None, batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False
    )
    return np.asarray(vectors, dtype=np.float32)


def _write(model: Any, file: Path) -> None:
    import torch

    class ByPosition(torch.nn.Module):
        """What the exporter wants: tensors in, one tensor out."""

        def __init__(self) -> None:
            super().__init__()
            self.all = deepcopy(model)
            self.all[0].model.set_attn_implementation("eager")  # in the form that ONNX Runtime knows as attention

        def forward(self, *tensors: torch.Tensor) -> Any:
            return self.all(dict(zip(names, tensors, strict=True)))[OUTPUT]

    given = model.preprocess(list(PROBES))
    names = [name for name in INPUTS if name in given]
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of the tracer, for branches that do not depend on the text
        torch.onnx.export(
            ByPosition().eval(),
            tuple(given[name] for name in names),
            file,
            input_names=names,
            output_names=[OUTPUT],
            dynamic_axes={**{name: {0: "texts", 1: "tokens"} for name in names}, OUTPUT: {0: "texts"}},
            opset_version=OPSET,
            dynamo=False,  # of the newer exporter's graph attention is not known as one: slower over passages
        )


def _compare(model: Any, exported: Exported, prompts: Mapping[str, str]) -> None:
    """Raises ValueError where it does not do what torch does, with each prompt and of one text as of several; a NaN is
    not the same as anything.
    """
    for prompt in {"", *prompts.values()}:
        for texts in (PROBES, PROBES[1:2]):
            if not np.abs(encode_in_torch(model, texts, prompt) - exported.encode(texts, prompt)).max() <= SAME:
                raise ValueError("what was exported gives other vectors")


def _files(weights: Path) -> list[Path]:
    return sorted(path for path in weights.rglob("*") if path.suffix in (".safetensors", ".bin", ".json"))


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
