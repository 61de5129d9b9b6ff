"""`python -m byline` without a name, as make chat runs it: it brings the models of the settings, and no others."""

from collections.abc import Callable
from pathlib import Path

import pytest

from byline.__main__ import main
from byline.models import known_models
from byline.settings import Settings

DEFAULTS = ["all-MiniLM-L6-v2", "qwen2.5-coder-1.5b-instruct"]


@pytest.fixture
def brought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., list[str]]:
    """The models that it names with these settings, all of which are in the model folder, as holes of their size."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BYLINE_MODELS", "kept")
    for name in DEFAULTS:
        model = known_models()[name]
        for file in model.files:
            path = model.home(Path("kept")) / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as hole:
                hole.truncate(file.bytes)
    for own in ("mine.gguf", "embedder/a", "reranker/a", "judge/a"):
        Path(own).parent.mkdir(exist_ok=True)
        Path(own).write_bytes(b"weights")

    def run(**settings: str) -> list[str]:
        for name, value in settings.items():
            monkeypatch.setenv(f"BYLINE_{name.upper()}", value)
        assert main([]) == 0, capsys.readouterr().err
        lines = capsys.readouterr().out.splitlines()
        assert all(": ready, " in line for line in lines)
        return [line.partition(":")[0] for line in lines]

    return run


def test_without_a_name_the_default_models_are_brought(brought: Callable[..., list[str]]) -> None:
    defaults = Settings()
    assert [defaults.embedder, defaults.llm] == [DEFAULTS[0], f"llama.cpp:{DEFAULTS[1]}"]
    assert brought() == DEFAULTS


def test_each_model_that_the_settings_name_is_brought(brought: Callable[..., list[str]]) -> None:
    own = {"embedder": "embedder", "llm": "llama.cpp:mine.gguf", "reranker": "cross-encoder:reranker"}
    assert brought(**own, verifier="nli:judge") == ["embedder", "mine.gguf", "reranker", "judge"]


@pytest.mark.parametrize("llm", ["ollama:tiny", "openai-like:tiny@http://127.0.0.1:9/v1", "scripted:replies.jsonl"])
def test_of_a_model_that_is_served_elsewhere_nothing_is_brought(brought: Callable[..., list[str]], llm: str) -> None:
    assert brought(llm=llm) == DEFAULTS[:1]
