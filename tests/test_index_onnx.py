"""The default embedder in ONNX Runtime: the same vectors as torch's, without torch, which is there where it must be."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from index import Embedder, onnx_runtime, open_embedder

TEXTS = ["rain", "who co-chaired the council?", "The harbour of Ostend opened again on Friday. " * 60, "Näher am Meer"]


@pytest.fixture(scope="module")
def weights(models_folder: Path) -> Path:
    return models_folder / "all-MiniLM-L6-v2"


@pytest.fixture(scope="module")
def in_torch(weights: Path) -> SentenceTransformer:
    return SentenceTransformer(str(weights), device="cpu", local_files_only=True)


@pytest.fixture(scope="module")
def models(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder in which the embedder has been exported."""
    folder = tmp_path_factory.mktemp("models")
    open_embedder(str(weights), folder).embed_question("rain")
    return folder


@pytest.fixture
def exported(models: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to damage."""
    return Path(shutil.copytree(models, tmp_path / "models"))


def vectors_of_torch(model: SentenceTransformer, prompt: str | None = None) -> np.ndarray:
    return np.asarray(model.encode(TEXTS, prompt=prompt, normalize_embeddings=True, show_progress_bar=False))


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "onnx").iterdir())


def assert_same(embedder: Embedder, model: SentenceTransformer) -> None:
    np.testing.assert_allclose(embedder.embed_passages(TEXTS), vectors_of_torch(model), atol=1e-5)


def test_the_vectors_are_those_of_torch(weights: Path, models: Path, in_torch: SentenceTransformer) -> None:
    embedder = open_embedder(str(weights), models)
    assert_same(embedder, in_torch)
    np.testing.assert_allclose(embedder.embed_question(TEXTS[0]), vectors_of_torch(in_torch)[0], atol=1e-5)
    many = TEXTS * 5
    np.testing.assert_allclose(embedder.embed_passages(many), np.tile(vectors_of_torch(in_torch), (5, 1)), atol=1e-5)
    assert embedder.embed_passages([]).shape[0] == 0


def test_one_file_is_kept_beside_the_models(models: Path) -> None:
    assert [Path(name).suffix for name in kept(models)] == [".onnx"], "and nothing half-made"


def test_once_it_is_exported_torch_is_not_imported(weights: Path, models: Path) -> None:
    asked = (
        "import sys; from pathlib import Path; from index import open_embedder\n"
        "open_embedder(sys.argv[1], Path(sys.argv[2])).embed_question('rain')\n"
        "sys.exit(', '.join({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", asked, weights, models], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_was_exported_is_not_exported_again(
    weights: Path, models: Path, in_torch: SentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_runtime, "_write", None)
    before = kept(models)
    assert_same(open_embedder(str(weights), models), in_torch)
    assert kept(models) == before


def test_other_weights_are_exported_anew(weights: Path, exported: Path, tmp_path: Path) -> None:
    shutil.copytree(weights, other := tmp_path / weights.name)
    os.utime(other / "model.safetensors", (1, 1))
    before = set(kept(exported))
    open_embedder(str(other), exported).embed_question("rain")
    assert set(kept(exported)) > before


def test_what_a_model_wants_before_a_question_is_put_there(weights: Path, tmp_path: Path) -> None:
    shutil.copytree(weights, other := tmp_path / "prompted")
    config = other / "config_sentence_transformers.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "prompts": {"query": "query: ", "document": ""}}))
    embedder = open_embedder(str(other), tmp_path)
    prompted = SentenceTransformer(str(other), device="cpu", local_files_only=True)
    asked = np.stack([embedder.embed_question(text) for text in TEXTS])
    assert len(kept(tmp_path)) == 1
    np.testing.assert_allclose(asked, vectors_of_torch(prompted, "query: "), atol=1e-5)
    assert_same(embedder, prompted)
    assert np.abs(asked - vectors_of_torch(prompted)).max() > 0.01


def test_a_damaged_file_is_told_and_made_anew(
    weights: Path, exported: Path, in_torch: SentenceTransformer, caplog: pytest.LogCaptureFixture
) -> None:
    for file in (exported / "onnx").iterdir():
        file.write_bytes(file.read_bytes()[:1000])
    assert_same(open_embedder(str(weights), exported), in_torch)
    assert "exported anew" in caplog.text
    assert all(file.stat().st_size > 1000 for file in (exported / "onnx").iterdir())


def test_other_vectors_than_torch_gives_are_not_taken(
    weights: Path,
    in_torch: SentenceTransformer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(onnx_runtime, "SAME", -1.0)
    assert_same(open_embedder(str(weights), tmp_path), in_torch)
    assert "gives other vectors" in caplog.text
    assert kept(tmp_path) == []


def test_without_the_package_onnx_it_stays_in_torch(
    weights: Path, in_torch: SentenceTransformer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(onnx_runtime, "find_spec", lambda name: None)
    assert_same(open_embedder(str(weights), tmp_path), in_torch)
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_kept_it_stays_in_torch(
    weights: Path, in_torch: SentenceTransformer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "onnx").write_text("a file where the folder would be")
    assert_same(open_embedder(str(weights), tmp_path), in_torch)
    assert "stays in torch" in caplog.text
