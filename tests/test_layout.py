"""The layout, held by reading every import: who imports whom, and what stays at its edge.

Reads the source and imports nothing. `problems` is shown to find each kind of fault in small bad trees.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CALLER = frozenset({"byline", "ingest", "index", "answer"})
MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "byline": frozenset(),
    "index": frozenset({"byline"}),
    "ingest": frozenset({"byline", "index"}),
    "answer": frozenset({"byline", "index"}),
    "app": CALLER,
    "serve": CALLER,
    "eval": CALLER,
    "bench": CALLER | {"eval"},  # it measures with the scores of the suite
}
WITHOUT_A_DOOR = "byline"  # its files are what every room shares
DRAWS = frozenset({"app", "bench"})
PRINTS = ("print", "sys.stdout.write", "sys.stderr.write")
BY_STRING = ("importlib.import_module", "import_module", "__import__")
GLOBAL_SETTINGS = "LlamaIndex's global Settings falls back to OpenAI; pass the model in"
AT_ONE_EDGE = (
    "chromadb",
    "gradio",
    "ragas",
    "sentence_transformers.CrossEncoder",
    "sentence_transformers.SentenceTransformer",
    "sqlite3",
    "tantivy",
    "xllamacpp",
)


@dataclass(frozen=True)
class File:
    """One file of the product. `module` is its dotted name, `part` the room or caller that it belongs to."""

    path: Path
    module: str
    tree: ast.Module

    @property
    def part(self) -> str:
        return _part(self.module)

    def at(self, node: ast.AST) -> str:
        return f"{self.path.as_posix()}:{getattr(node, 'lineno', 1)}"


@dataclass(frozen=True)
class Import:
    """`from module import name`, or `import module` where name is None."""

    file: File
    node: ast.AST
    module: str
    name: str | None = None

    @property
    def dotted(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module


def problems(root: Path) -> list[str]:
    """One line for each fault of the tree."""
    files = {file.module: file for file in _files(root)}
    imports = [found for file in files.values() for found in _imports(file)]
    return [
        *_strange_places(files),
        *_backward_arrows(imports),
        *_past_doors(files, imports),
        *_rings(files, imports),
        *_drawing(files, imports),
        *_global_settings(files, imports),
        *_wide_edges(imports),
    ]


def _files(root: Path) -> Iterator[File]:
    folders = {root / name for name in MAY_IMPORT} | {door.parent for door in root.glob("*/__init__.py")}
    for path in sorted([*root.glob("*.py"), *(path for folder in folders for path in folder.rglob("*.py"))]):
        inside = path.relative_to(root)
        parts = inside.with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        yield File(inside, module, ast.parse(path.read_text("utf8"), str(path)))


def _imports(file: File) -> Iterator[Import]:
    """Those inside functions and under TYPE_CHECKING count too: an arrow is an arrow."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(file, node, alias.name)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield Import(file, node, _absolute(file, node), alias.name)
        elif (
            isinstance(node, ast.Call)
            and ast.unparse(node.func) in BY_STRING
            and isinstance(node.args[0], ast.Constant)
        ):
            yield Import(file, node, str(node.args[0].value))


def _absolute(file: File, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = file.module.split(".") if file.path.name == "__init__.py" else file.module.split(".")[:-1]
    return ".".join([*package[: len(package) - node.level + 1], *([node.module] if node.module else [])])


def _part(module: str) -> str:
    first = module.partition(".")[0]
    return "app" if first.startswith("app_") else first


def _strange_places(files: Mapping[str, File]) -> Iterator[str]:
    for file in files.values():
        if file.part not in MAY_IMPORT:
            yield f"{file.path.as_posix()}: {file.part} has no place in the layout"


def _backward_arrows(imports: list[Import]) -> Iterator[str]:
    for found in imports:
        source, target = found.file.part, _part(found.module)
        if target in (MAY_IMPORT.keys() | {"tests"}) - {source} - MAY_IMPORT.get(source, frozenset()):
            yield f"{found.file.at(found.node)}: {source} must not import {target}"


def _past_doors(files: Mapping[str, File], imports: list[Import]) -> Iterator[str]:
    for found in imports:
        room = _part(found.module)
        if room in (found.file.part, WITHOUT_A_DOOR) or room not in MAY_IMPORT:
            continue
        given = _given(files[room].tree) if room in files else set()
        if found.module != room or (found.name and found.name not in given):
            yield f"{found.file.at(found.node)}: {found.dotted} is behind the door of {room}; see its __all__"


def _given(tree: ast.Module) -> set[str]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def _rings(files: Mapping[str, File], imports: list[Import]) -> Iterator[str]:
    """Between files. `from room import name` leads to the file of that name if there is one, else to the door."""
    arrows: dict[str, set[str]] = {module: set() for module in files}
    for found in imports:
        target = found.dotted if found.dotted in files else found.module
        if target in files and target != found.file.module:
            arrows[found.file.module].add(target)
    done: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> Iterator[str]:
        if module in path:
            yield "import ring: " + " -> ".join([*path[path.index(module) :], module])
        elif module not in done:
            for target in sorted(arrows[module]):
                yield from walk(target, (*path, module))
            done.add(module)

    for module in sorted(arrows):
        yield from walk(module, ())


def _drawing(files: Mapping[str, File], imports: list[Import]) -> Iterator[str]:
    quiet = [file for file in files.values() if file.part not in DRAWS and file.path.name != "__main__.py"]
    for file in quiet:
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in PRINTS:
                yield f"{file.at(node)}: {ast.unparse(node.func)} in a room; work yields, callers draw"
            if isinstance(node, ast.keyword) and "progress" in (node.arg or "") and ast.unparse(node.value) == "True":
                yield f"{file.at(node.value)}: {node.arg}=True draws a progress bar in a room"
    for found in imports:
        if found.file in quiet and (_part(found.module) == "tqdm" or found.dotted.startswith("rich.")):
            yield f"{found.file.at(found.node)}: {found.module} draws in a room; work yields, callers draw"


def _global_settings(files: Mapping[str, File], imports: list[Import]) -> Iterator[str]:
    for found in imports:
        if found.dotted == "llama_index.core.Settings" or found.dotted.startswith("llama_index.core.settings"):
            yield f"{found.file.at(found.node)}: {GLOBAL_SETTINGS}"
    for file in files.values():
        cores = {"llama_index.core", *_names_of("llama_index.core", file.tree)}
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Attribute) and node.attr == "Settings" and ast.unparse(node.value) in cores:
                yield f"{file.at(node)}: {GLOBAL_SETTINGS}"


def _names_of(module: str, tree: ast.Module) -> Iterator[str]:
    """The names that a file gives to a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            package = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            yield from (alias.asname or alias.name for alias in node.names if package + alias.name == module)


def _wide_edges(imports: list[Import]) -> Iterator[str]:
    for edge in AT_ONE_EDGE:
        library, _, name = edge.partition(".")
        at = {
            found.file.path.as_posix()
            for found in imports
            if found.file.part != "bench"
            and _part(found.module) == library
            and (not name or found.name in (name, None) or found.dotted.startswith(f"{edge}."))
        }
        if len(at) > 1:
            yield f"{edge} is imported in more than one file: {', '.join(sorted(at))}"


def test_the_product_keeps_to_the_layout() -> None:
    assert problems(ROOT) == []


def test_there_is_a_product() -> None:
    """An empty walk would find no fault either."""
    assert {"byline.records", "index", "index.vectors", "ingest.pipeline", "answer.llm"} <= {
        file.module for file in _files(ROOT)
    }


DOORS = {
    "byline/__init__.py": "",
    "byline/records.py": "class Chunk: ...\n",
    "index/__init__.py": "from index.fuse import fuse\n__all__ = ['fuse']\n",
    "index/fuse.py": "from byline.records import Chunk\ndef fuse(): ...\ndef hidden(): ...\n",
    "index/__main__.py": "from tqdm import tqdm\nprint('fine here')\n",
    "ingest/__init__.py": "__all__ = []\n",
    "answer/__init__.py": "from index import fuse\n__all__ = []\n",
    "bench/__init__.py": "import sqlite3\nprint('fine here')\n",
    "app.py": "import app_page\nimport answer\n",
    "app_page.py": "import gradio\n",
    "tests/test_it.py": "from index.fuse import hidden\nimport sqlite3, tantivy\nprint()\n",
}
BAD = {
    "byline imports a room": ({"byline/a.py": "from index import fuse"}, "byline must not import index"),
    "two rooms meet": ({"ingest/a.py": "import answer"}, "ingest must not import answer"),
    "index looks back": ({"index/a.py": "def f():\n    from ingest import x"}, "index must not import ingest"),
    "a backward import for types alone": (
        {"index/a.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import answer"},
        "a.py:3: index must not import answer",
    ),
    "a backward import by string": (
        {"index/a.py": "import importlib\nimportlib.import_module('answer.llm')"},
        "index must not import answer",
    ),
    "a backward import with dots": ({"index/a.py": "from ..answer import x"}, "must not import"),
    "a room imports a caller": ({"answer/a.py": "import app_page"}, "answer must not import app"),
    "somebody imports eval": (
        {"eval/__init__.py": "", "serve/a.py": "import eval"},
        "serve must not import eval",
    ),
    "somebody imports the tests": ({"answer/a.py": "from tests.conftest import ROOT"}, "answer must not import tests"),
    "past the door to a file": ({"answer/a.py": "from index.fuse import fuse"}, "index.fuse.fuse is behind the door"),
    "past the door to a module": ({"app.py": "import index.fuse"}, "index.fuse is behind the door"),
    "a name the door does not give": ({"answer/a.py": "from index import hidden"}, "index.hidden is behind the door"),
    "a ring of two": (
        {"index/a.py": "import index.b", "index/b.py": "from index.a import x"},
        "import ring: index.a -> index.b -> index.a",
    ),
    "a ring through the door": ({"index/fuse.py": "import index"}, "import ring: index.fuse -> index -> index.fuse"),
    "a ring with a dot": (
        {"index/a.py": "from . import b", "index/b.py": "from .a import x"},
        "import ring: index.a -> index.b -> index.a",
    ),
    "a ring inside functions": (
        {"byline/a.py": "def f():\n    import byline.b", "byline/b.py": "def g():\n    import byline.a"},
        "import ring: byline.a -> byline.b -> byline.a",
    ),
    "print": ({"ingest/a.py": "def f():\n    print(1)"}, "ingest/a.py:2: print in a room"),
    "writing to the terminal": ({"ingest/a.py": "import sys\nsys.stderr.write('')"}, "sys.stderr.write in a room"),
    "a progress bar": ({"ingest/a.py": "from tqdm.auto import tqdm"}, "tqdm.auto draws in a room"),
    "somebody else's progress bar": ({"index/a.py": "f(show_progress_bar=True)"}, "draws a progress bar"),
    "global settings": ({"answer/a.py": "from llama_index.core import Settings"}, "global Settings"),
    "global settings by module": ({"answer/a.py": "from llama_index.core.settings import Settings"}, "global Settings"),
    "global settings by another name": (
        {"answer/a.py": "from llama_index import core as c\nprompt = c.Settings"},
        "answer/a.py:2: LlamaIndex's global Settings",
    ),
    "global settings by attribute": (
        {"bench/a.py": "import llama_index.core as core\ncore.Settings.llm = None"},
        "bench/a.py:2: LlamaIndex's global Settings",
    ),
    "a library in two files": (
        {"index/a.py": "import chromadb", "index/b.py": "from chromadb.config import Settings"},
        "chromadb is imported in more than one file: index/a.py, index/b.py",
    ),
    "half a library in two files": (
        {f"index/{name}.py": "from sentence_transformers import CrossEncoder" for name in "ab"},
        "sentence_transformers.CrossEncoder is imported in more than one file",
    ),
    "a stray package": ({"helpers/__init__.py": ""}, "helpers has no place in the layout"),
    "a stray file": ({"utils.py": ""}, "utils has no place in the layout"),
}


def plant(root: Path, tree: Mapping[str, str]) -> Path:
    for name, source in tree.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(source, "utf8")
    return root


def test_a_good_tree_has_no_problems(tmp_path: Path) -> None:
    assert problems(plant(tmp_path, DOORS)) == []


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_tree_is_found_out(fault: str, tmp_path: Path) -> None:
    added, said = BAD[fault]
    found = problems(plant(tmp_path, DOORS | added))
    assert any(said in problem for problem in found), found
