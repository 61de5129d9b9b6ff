"""The family of errors is the tree that byline/errors.py draws, and nobody has one of their own."""

import ast
import inspect
import re
from pathlib import Path

from byline import errors
from byline.errors import BylineError, MissingPackage, UnknownKind

ROOT = Path(__file__).parent.parent
ROOMS = ("byline", "ingest", "index", "answer", "serve", "eval")
BRANCH = re.compile(r"(?P<stem>(?:│   |    )*)(?:├── |└── )(?P<name>\w+)\s+(?P<meaning>\S.*)")


def drawn(tree: str) -> dict[str, tuple[str, str]]:
    """Name to parent and meaning, from a drawing."""
    path, found = ["BylineError"], {}
    for line in tree.splitlines():
        if branch := BRANCH.fullmatch(line):
            depth = len(branch["stem"]) // 4 + 1
            assert depth <= len(path), f"{line!r} hangs on nothing"
            path[depth:] = [branch["name"]]
            assert branch["name"] not in found, f"{branch['name']} is drawn twice"
            found[branch["name"]] = (path[depth - 1], branch["meaning"].strip())
    return found


def test_the_drawing_is_read() -> None:
    tree = "BylineError\n├── A   about a\n│   └── B   about b\n└── C   about c\n    └── D   about d\n"
    assert drawn(tree) == {
        "A": ("BylineError", "about a"),
        "B": ("A", "about b"),
        "C": ("BylineError", "about c"),
        "D": ("C", "about d"),
    }


def test_the_drawn_tree_is_the_real_one() -> None:
    real = {
        name: found.__bases__
        for name, found in inspect.getmembers(errors, inspect.isclass)
        if issubclass(found, BylineError) and found is not BylineError
    }
    tree = drawn(errors.__doc__ or "")
    assert {name: (parent,) for name, (parent, _) in tree.items()} == {
        name: tuple(base.__name__ for base in bases) for name, bases in real.items()
    }


def test_each_line_of_the_drawing_is_an_error_or_the_introduction() -> None:
    """A line that is drawn with other signs would be read as none."""
    lines = (errors.__doc__ or "").partition("\nBylineError\n")[2].splitlines()
    assert lines and all(BRANCH.fullmatch(line) for line in lines)


def test_every_error_of_ours_is_in_the_tree() -> None:
    family = {"BylineError", *drawn(errors.__doc__ or "")}
    strangers = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*.py"))
        if path != Path(errors.__file__)
        for node in ast.walk(ast.parse(path.read_text("utf8")))
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base).rpartition(".")[2] in family for base in node.bases)
    ]
    assert strangers == []


def test_an_unknown_kind_lists_the_known_ones() -> None:
    assert str(UnknownKind("reranker", "of", ["off", "cross-encoder"])) == (
        "unknown reranker 'of'; known: cross-encoder, off"
    )


def test_a_missing_package_comes_with_the_pip_line() -> None:
    assert str(MissingPackage("the reranker", "some-package")).endswith("run: pip install some-package")
    assert str(MissingPackage("reading", "a", "b")) == (
        "reading needs the Python packages 'a', 'b', which are not installed; run: pip install a b"
    )
