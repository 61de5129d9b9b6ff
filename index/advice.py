"""The commands that mend a store or make it anew, as errors name them: with the folder, which may not be the usual."""

import shlex
from pathlib import Path


def repair_command(data: Path) -> str:
    return f"python -m index --repair --data {shlex.quote(str(data))}"


def rebuild_command(data: Path) -> str:
    """PATH is for the reader to fill in: all that the index is to hold."""
    return f"python -m ingest --rebuild PATH --data {shlex.quote(str(data))}"
