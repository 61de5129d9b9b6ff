"""docs/embedding.md, word for word, in a project that has Byline from its wheel and this checkout nowhere in sight."""

import importlib.metadata
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "embedding.md"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf8"))["project"]
BLOCKS = re.findall(r"^```(bash|python)\n(.*?)^```", PAGE.read_text("utf8"), re.MULTILINE | re.DOTALL)
OWN_ROOMS = ("byline", "ingest", "index", "answer", "serve", "eval")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip put Byline: a wheel of a copy of this checkout, without what it depends on."""
    copy, wheels, target = (tmp_path_factory.mktemp(name) for name in ("copy", "wheels", "target"))
    for name in ("pyproject.toml", "requirements.txt", *OWN_ROOMS):
        taken = ROOT / name
        shutil.copytree(taken, copy / name) if taken.is_dir() else shutil.copy(taken, copy)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    run([*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(copy)], copy)
    (wheel,) = wheels.glob("byline-*.whl")
    run([*pip, "install", "--no-deps", "--no-index", "--target", str(target), str(wheel)], target)
    return target


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of somebody else's, with the sample articles and the fetched models in it."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "articles").symlink_to(ROOT / "articles")
    (folder / "models").symlink_to(ROOT / "models")
    return folder


@pytest.fixture(scope="module")
def ingested(installed: Path, project: Path) -> str:
    """What the first block of the page says: it is a command, and fills the index of the project."""
    language, code = BLOCKS[0]
    assert language == "bash"
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return run(["bash", "-ec", code], project, {"PYTHONPATH": str(installed), "PATH": beside})


def run(command: list[str], cwd: Path, environment: Mapping[str, str] | None = None, given: str | None = None) -> str:
    environment = {**os.environ, **(environment or {})}
    done = subprocess.run(command, cwd=cwd, env=environment, input=given, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


ONE_BY_ONE = """
import json, sys
for code in json.load(sys.stdin):
    exec(compile(code, "a block", "exec"), {"__name__": "__main__"})
    print(end="\\0")
"""
"""In one process, which imports torch once; no block has a name from another."""


def test_each_example_of_the_page_runs(installed: Path, project: Path, ingested: str) -> None:
    assert "16 added" in ingested
    languages, codes = zip(*BLOCKS[1:], strict=True)
    assert set(languages) == {"python"}
    told = run([sys.executable, "-c", ONE_BY_ONE], project, {"PYTHONPATH": str(installed)}, json.dumps(codes))
    searched, queried, chained, rest = told.split("\0")
    assert rest == ""
    assert all("Korea" in out for out in (searched, queried)), told
    assert "Korea" in chained.partition("Question:")[0], chained
    assert chained.splitlines()[-1].startswith("[[") and "European Chips Act" in chained.splitlines()[-1]


def wanted(extras: tuple[str, ...] = ()) -> set[str]:
    """The distributions that pip would bring along, by following what each one installed here says that it requires."""
    texts = [*PROJECT["dependencies"], *(text for extra in extras for text in PROJECT["optional-dependencies"][extra])]
    waiting, found = [Requirement(text) for text in texts], set()
    while waiting:
        requirement = waiting.pop()
        key = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if key in found:
            continue
        found.add(key)
        for text in importlib.metadata.requires(requirement.name) or []:
            below = Requirement(text)
            contexts = [{"extra": extra} for extra in ("", *requirement.extras)]
            if below.marker is None or any(below.marker.evaluate(context) for context in contexts):
                waiting.append(below)
    return {name for name, _ in found}


def environment_of(names: set[str], folder: Path) -> Path:
    """A folder with these distributions alone, linked from where they are installed."""
    for name in names:
        distribution = importlib.metadata.distribution(name)
        for top in {file.parts[0] for file in distribution.files or () if file.parts[0] not in ("..", "__pycache__")}:
            if not (folder / top).exists():
                (folder / top).symlink_to(Path(str(distribution.locate_file(top))))
    return folder


SEARCH = """
import sys
from byline.errors import MissingPackage
from byline.settings import read_settings
from index import open_index
import serve
with open_index(read_settings(data="data")) as index:
    print(index.search("who co-chaired the council?", k=1)[0].chunk.article.title if "search" in sys.argv else "")
    for retriever in (serve.llama_index_retriever, serve.langchain_retriever):
        try:
            print("has", type(retriever(index)).__name__)
        except MissingPackage as error:
            print(error)
print(sorted(name for name in ("gradio", "ragas", "xllamacpp", "trafilatura") if name in sys.modules))
"""


@pytest.mark.parametrize("extra", ["", "llama-index", "langchain"])
@pytest.mark.usefixtures("ingested")
def test_the_index_needs_no_more_than_it_declares(installed: Path, project: Path, tmp_path: Path, extra: str) -> None:
    """In an environment of the declared packages alone the index searches, and a framework is there if asked for.

    With a framework beside it the index is opened only: it has the same packages, and more.
    """
    packages = environment_of(wanted((extra,) if extra else ()), tmp_path)
    opened = [sys.executable, "-S", "-c", SEARCH, *([] if extra else ["search"])]
    title, llama_index, langchain, loaded = run(
        opened, project, {"PYTHONPATH": f"{installed}{os.pathsep}{packages}"}
    ).splitlines()
    assert extra or "Korea" in title
    assert ("has LlamaIndexRetriever" if extra == "llama-index" else "pip install llama-index-core") in llama_index
    assert ("has LangChainRetriever" if extra == "langchain" else "pip install langchain-core") in langchain
    assert loaded == "[]"


def test_what_is_declared_is_what_is_pinned() -> None:
    """Each declared package is pinned in requirements.txt, at a version that the declaration allows."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / "requirements.txt").read_text("utf8").splitlines())
    pins = {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in lines if line}
    declared = [*PROJECT["dependencies"], *chain.from_iterable(PROJECT["optional-dependencies"].values())]
    for requirement in map(Requirement, declared):
        pin = pins.get(canonicalize_name(requirement.name))
        assert pin is not None, f"{requirement.name} is not pinned in requirements.txt"
        assert requirement.specifier.contains(pin), f"{requirement} leaves out {pin}, which is tested"
