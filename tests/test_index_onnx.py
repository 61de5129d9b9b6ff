"""The default embedder in ONNX Runtime: the same vectors as torch's, and torch where that cannot be."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from index import onnx_runtime, open_embedder
from index.onnx_runtime import run_by_onnx

TEXTS = ["rain", "who co-chaired the council?", "The harbour of Ostend opened again on Friday. " * 30, "Näher am Meer"]


@pytest.fixture(scope="module")
def weights(models_folder: Path) -> Path:
    return models_folder / "all-MiniLM-L6-v2"


@pytest.fixture
def model(weights: Path) -> SentenceTransformer:
    return SentenceTransformer(str(weights), device="cpu", local_files_only=True)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


def vectors(model: SentenceTransformer) -> np.ndarray:
    return np.asarray(model.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False))


def test_the_vectors_are_those_of_torch(model: SentenceTransformer, weights: Path, kept: Path) -> None:
    of_torch, before = vectors(model), type(model[0].model)
    assert run_by_onnx(model, weights, kept)
    assert type(model[0].model) is not before
    np.testing.assert_allclose(vectors(model), of_torch, atol=1e-5)
    np.testing.assert_allclose(model.encode(TEXTS[0]), of_torch[0], atol=1e-5)
    assert len(list(kept.iterdir())) == 1, "the file, and nothing half-made"


def test_what_was_exported_is_not_exported_again(
    model: SentenceTransformer, weights: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_by_onnx(model, weights, kept)
    monkeypatch.setattr(onnx_runtime, "_export", None)
    again = SentenceTransformer(str(weights), device="cpu", local_files_only=True)
    assert run_by_onnx(again, weights, kept)


def test_other_weights_are_exported_anew(model: SentenceTransformer, weights: Path, kept: Path, tmp_path: Path) -> None:
    run_by_onnx(model, weights, kept)
    shutil.copytree(weights, other := tmp_path / weights.name)
    os.utime(other / "model.safetensors", (1, 1))
    names = {path.name for path in kept.iterdir()}
    again = SentenceTransformer(str(other), device="cpu", local_files_only=True)
    assert run_by_onnx(again, other, kept)
    assert {path.name for path in kept.iterdir()} > names


def test_a_damaged_file_is_told_and_gone(
    model: SentenceTransformer, weights: Path, kept: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run_by_onnx(model, weights, kept)
    for file in kept.glob("*.onnx"):
        (tmp_path / file.name).write_bytes(file.read_bytes()[:1000])
    again = SentenceTransformer(str(weights), device="cpu", local_files_only=True)
    assert not run_by_onnx(again, weights, tmp_path)
    assert "stays in torch" in caplog.text
    np.testing.assert_allclose(vectors(again), vectors(model), atol=1e-5)
    assert run_by_onnx(again, weights, tmp_path), "the next time it is made anew"


def test_other_vectors_than_torch_gives_are_not_taken(
    model: SentenceTransformer, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_torch = vectors(model)
    monkeypatch.setattr(onnx_runtime, "SAME", -1.0)
    assert not run_by_onnx(model, weights, tmp_path)
    np.testing.assert_array_equal(vectors(model), of_torch)
    assert list(tmp_path.iterdir()) == []


def test_without_the_package_onnx_it_stays_in_torch(
    model: SentenceTransformer, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_runtime, "find_spec", lambda name: None)
    assert not run_by_onnx(model, weights, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_embedder_keeps_it_beside_the_models(weights: Path, tmp_path: Path) -> None:
    embedder = open_embedder(str(weights), tmp_path)
    embedder.embed_question("rain")
    assert [path.suffix for path in (tmp_path / "onnx").iterdir()] == [".onnx"]
