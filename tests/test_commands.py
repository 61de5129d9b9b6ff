"""The commands that people type: each explains itself, and make says what is missing before it starts."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COMMANDS = {"-m ingest", "-m index", "-m answer", "-m eval", "-m eval calibrate", "-m byline", "app.py"}
PAGES = [ROOT / "README.md", *(page for page in (ROOT / "docs").glob("*.md") if page.name != "decisions.md")]
TARGETS = ["help", "chat", "test", "quick", "check", "eval", "bench", "clean"]
COMMAND = re.compile(r"python (-m [a-z_.]+|app\.py)(?![\w/])")
OF_OTHERS = {"-m pip", "-m venv", "-m pytest"}


def named_in(page: str) -> set[str]:
    """The commands in code blocks, and in backticks in tables."""
    named: set[str] = set()
    in_code = False
    for line in page.splitlines():
        if line.lstrip().startswith("```"):
            in_code = not in_code
        elif in_code:
            named.update(COMMAND.findall(line))
        elif line.lstrip().startswith("|"):
            named.update(COMMAND.findall(" ".join(re.findall(r"`[^`]*`", line))))
    return named - OF_OTHERS


def commands() -> list[str]:
    return sorted(COMMANDS.union(*(named_in(page.read_text("utf8")) for page in PAGES)))


def test_commands_are_found_in_a_page() -> None:
    page = """
Not in prose: `python -m prose`.
| command | does |
| `python -m index "Q?" [--k 10]` · `make eval` | not python -m outside |
```bash
python3 -m venv .venv
python app.py --port 0 && .venv/bin/python -m eval.report RUN
python -m pip install .
```
"""
    assert named_in(page) == {"-m index", "app.py", "-m eval.report"}


@pytest.mark.parametrize("command", commands())
def test_every_command_explains_itself(command: str) -> None:
    asked = [sys.executable, *command.split(), "--help"]
    ran = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=200)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith(f"usage: python {command}"), ran.stdout


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """As typed, even where make itself runs these tests."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=200
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What make looks at, and no .venv."""
    for name in ("Makefile", "requirements.txt", "requirements-dev.txt", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize("arguments", [(), ("help",)])
def test_make_help_lists_the_targets(checkout: Path, arguments: tuple[str, ...]) -> None:
    listed = [line.split()[:2] for line in make(checkout, *arguments).stdout.splitlines()]
    assert listed == [["make", target] for target in TARGETS]


def test_make_says_that_python_is_missing(checkout: Path) -> None:
    ran = make(checkout, "chat", "PYTHON=/nowhere/python")
    assert ran.returncode == 2 and "needs Python 3.11 or later, found: /nowhere/python" in ran.stderr
    assert not (checkout / ".venv").exists()


def test_make_says_that_python_is_too_old_or_cannot_make_a_venv(checkout: Path) -> None:
    python = checkout / "python"
    python.write_text('#!/bin/sh\ncase "$2" in *version_info*) exit ${OLD:-0};; *) exit 1;; esac\n')
    python.chmod(0o755)
    assert "apt-get install python3-venv" in make(checkout, "chat", f"PYTHON={python}").stderr
    python.write_text("#!/bin/sh\nexit 1\n")
    assert "needs Python 3.11 or later" in make(checkout, "chat", f"PYTHON={python}").stderr


def test_make_says_that_the_browser_is_missing(checkout: Path) -> None:
    tools = checkout / "tools"
    tools.mkdir()
    for tool in ("sh", "cat", "test"):
        (tools / tool).symlink_to(shutil.which(tool) or f"/bin/{tool}")
    program = shutil.which("make")
    assert program
    asked = [program, "test", f"PYTHON={sys.executable}"]
    ran = subprocess.run(asked, cwd=checkout, env={"PATH": str(tools)}, capture_output=True, text=True, timeout=200)
    assert ran.returncode == 2 and "apt-get install chromium" in ran.stderr
    assert not (checkout / ".venv").exists()


@pytest.fixture
def installed(checkout: Path) -> Path:
    """As after an install that went well; its Python is this one."""
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to(sys.executable)
    for stamp in ("made", "installed", "installed-dev"):
        (checkout / ".venv" / stamp).touch()
    return checkout


def installs(checkout: Path, target: str = "chat") -> list[str]:
    """What make would do before the command itself: make the venv, install."""
    planned = make(checkout, "--dry-run", target).stdout
    return [step for step in ("-m venv", "pip install") if step in planned]


def test_what_is_installed_is_not_installed_again(installed: Path) -> None:
    assert [installs(installed, target) for target in TARGETS[1:-1]] == [[]] * 6


def test_make_fetches_the_models_that_a_target_needs(installed: Path) -> None:
    """Those of the settings for the chat, the embedder alone for the quick tests."""
    fetched = {
        target: re.findall(r"-m byline *(.*)", make(installed, "--dry-run", target).stdout)
        for target in ("chat", "quick", "check")
    }
    assert fetched == {"chat": [""], "quick": ["all-MiniLM-L6-v2"], "check": []}


@pytest.mark.parametrize("file", ["requirements.txt", "constraints.txt"])
def test_newer_requirements_are_installed(installed: Path, file: str) -> None:
    later = (installed / ".venv" / "installed").stat().st_mtime + 10
    os.utime(installed / file, (later, later))
    assert installs(installed) == ["pip install"]


def test_an_install_that_was_cut_off_is_done_again_from_the_start(installed: Path) -> None:
    (installed / ".venv" / "installed").unlink()
    with subprocess.Popen(["sleep", "0"]) as gone:
        gone.wait()
    (installed / ".venv" / "installing").write_text(f"{gone.pid}\n")
    assert installs(installed) == ["-m venv", "pip install"]


def test_two_installs_do_not_meet(installed: Path) -> None:
    (installed / ".venv" / "installing").write_text(f"{os.getpid()}\n")
    ran = make(installed, "chat")
    assert ran.returncode == 2 and f"Process {os.getpid()} is installing into .venv" in ran.stderr


def test_a_venv_whose_python_is_gone_is_made_anew(installed: Path) -> None:
    (installed / ".venv" / "bin" / "python").unlink()
    (installed / ".venv" / "bin" / "python").symlink_to("/nowhere/python")
    assert installs(installed) == ["-m venv", "pip install"]
