"""The embedder's transformer in ONNX Runtime instead of torch: the same vectors, of a question in 0.4 of the time.

torch is slow at the small matrices of one question, and chromadb brings ONNX Runtime anyway (docs/decisions.md has the
figures). What is exported is kept beside the models, under a name that changes with the weights. Where a model cannot
be exported, or would give other vectors, it stays in torch.
"""

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

import onnxruntime
import torch

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT = "last_hidden_state"
OPSET = 17
LARGEST_BYTES = 1_900_000_000
"""Of weights: one ONNX file holds two gigabytes."""
SAME = 1e-4
"""How far a number may lie from torch's."""
PROBES = ("rain", "Who chaired the council that met in Ostend on Friday?", "The harbour opened again. " * 12)
_log = logging.getLogger(__name__)


def run_by_onnx(model: torch.nn.Sequential, weights: Path, kept: Path) -> bool:
    """Has ONNX Runtime do from now on what the transformer of a SentenceTransformer did in torch; False where it stays
    in torch.

    `weights` is the folder of the model, `kept` the folder of what was exported.
    """
    first: Any = model[0]
    text = {"method": "forward", "method_output_name": OUTPUT}
    known = getattr(first, "transformer_task", None) == "feature-extraction" and first.modality_config == {"text": text}
    files = sorted(path for path in weights.rglob("*") if path.suffix in (".safetensors", ".bin", ".json"))
    small = sum(path.stat().st_size for path in files) < LARGEST_BYTES
    if not (known and small and _on_processor(model) and find_spec("onnx")):
        return False
    file = kept / f"{weights.name}-{_fingerprint(files)}.onnx"
    try:
        if not file.is_file():
            _export(first, file)
        first.model = _Exported(file, first.model.config)
    except Exception as error:  # whatever an exporter, a disk or a damaged file may raise: torch has all that is needed
        _log.warning("the embedder stays in torch, which is slower (%s)", error)
        with suppress(OSError):
            file.unlink()
        return False
    return True


class _Exported(torch.nn.Module):
    """In the stead of a transformers model; any number of threads may call it."""

    def __init__(self, file: Path, config: Any) -> None:
        super().__init__()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        # Threads that spin while they wait take the cores from the language model.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        self._names = [given.name for given in self._session.get_inputs()]
        self.config = config

    def forward(self, **features: Any) -> Mapping[str, torch.Tensor]:
        (hidden,) = self._session.run([OUTPUT], {name: features[name].numpy() for name in self._names})
        return {OUTPUT: torch.from_numpy(hidden)}


class _ByPosition(torch.nn.Module):
    """What the exporter wants: tensors in, one tensor out."""

    def __init__(self, model: torch.nn.Module, names: Sequence[str]) -> None:
        super().__init__()
        self._model, self._names = model, names

    def forward(self, *tensors: torch.Tensor) -> Any:
        return self._model(**dict(zip(self._names, tensors, strict=True)), return_dict=True)[OUTPUT]


def _export(first: Any, file: Path) -> None:
    """Whole or not at all. Raises ValueError where it would not do what torch does."""
    model = deepcopy(first.model)
    model.set_attn_implementation("eager")  # attention in the form that ONNX Runtime knows as one
    given = first.preprocess(list(PROBES))
    names = [name for name in INPUTS if name in given]
    in_torch = _ByPosition(model, names).eval()
    file.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=file.parent) as folder, warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of the tracer, for branches that do not depend on the text
        draft = Path(folder) / file.name
        torch.onnx.export(
            in_torch,
            tuple(given[name] for name in names),
            draft,
            input_names=names,
            output_names=[OUTPUT],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in (*names, OUTPUT)},
            opset_version=OPSET,
            dynamo=False,  # of the newer exporter's graph attention is not known as one: slower over passages
        )
        exported = _Exported(draft, model.config)
        for tokens in (given, first.preprocess([PROBES[1]])):
            differ = in_torch(*(tokens[name] for name in names)) - exported(**tokens)[OUTPUT]
            if differ[tokens["attention_mask"].bool()].abs().max() > SAME:
                raise ValueError("what was exported gives other vectors")
        os.replace(draft, file)


def _on_processor(model: torch.nn.Module) -> bool:
    return all(weights.device.type == "cpu" for weights in model.parameters())


def _fingerprint(files: Sequence[Path]) -> str:
    """Another one for other weights, without reading them."""
    told = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return sha256(repr(told).encode()).hexdigest()[:16]
