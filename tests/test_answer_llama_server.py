"""What begins every prompt is read once, and not again by the next process."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from answer.llama_server import LlamaServer
from byline.models import model_path
from byline.settings import Settings

FIRST = [{"role": "user", "content": "The harbour of Ostend reopened for boats after long work in the spring. " * 20}]
SLOTS = 3

pytestmark = pytest.mark.slow


@contextmanager
def started(settings: Settings, kept: Path) -> Iterator[LlamaServer]:
    weights = model_path("smollm2-135m-instruct", settings.models)
    server = LlamaServer(weights, context_tokens=2048, slots=SLOTS - 1, threads=0, kept=kept)
    server.read_once(FIRST)
    yield server
    server.close()


def tokens_read(server: LlamaServer, slot: int) -> tuple[int, int]:
    """Of the first messages and a word more: those that were there, those that had to be read."""
    body = {"messages": [{**FIRST[0], "content": FIRST[0]["content"] + "Which?"}], "max_tokens": 1, "id_slot": slot}
    timings = httpx.post(f"{server.address}/chat/completions", json=body, timeout=200).json()["timings"]
    return timings["cache_n"], timings["prompt_n"]


def test_every_slot_has_it_at_once_and_so_has_the_next_process(settings: Settings, tmp_path: Path) -> None:
    kept = tmp_path / "read"
    for _ in range(2):
        with started(settings, kept) as server:
            for slot in range(SLOTS):
                there, read = tokens_read(server, slot)
                assert there > 250 > 20 > read, slot
        (file,) = kept.iterdir()
        written = file.stat().st_mtime_ns
    assert file.stat().st_mtime_ns == written


def test_a_damaged_file_is_read_anew_and_another_prompt_takes_its_place(settings: Settings, tmp_path: Path) -> None:
    with started(settings, tmp_path):
        (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    damaged = whole[:5000] + bytes([whole[5000] ^ 255]) + whole[5001:]
    file.write_bytes(damaged)
    with started(settings, tmp_path) as server:
        assert tokens_read(server, 2)[0] > 250
        (mended,) = tmp_path.iterdir()
        assert mended.read_bytes() != damaged and mended.stat().st_size == len(whole)
        server.read_once([{"role": "user", "content": "Another one."}])
        (other,) = tmp_path.iterdir()
    assert other.name != mended.name


def test_what_cannot_be_kept_is_read_by_each_question(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    taken = tmp_path / "read"
    taken.write_text("a file where the folder would be", "utf8")
    began = time.perf_counter()
    with started(settings, taken) as server:
        assert tokens_read(server, 0)[1] > 250
    assert "not kept" in caplog.text and time.perf_counter() - began < 120
