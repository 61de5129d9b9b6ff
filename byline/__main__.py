"""python -m byline: fetch the models that the settings ask for, or the named ones, and show how far it is."""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm  # type: ignore[import-untyped]

from byline.errors import BylineError
from byline.models import Progress, fetch, model_path, verify
from byline.settings import Settings, read_settings

FETCHED_KINDS = ("llama.cpp", "cross-encoder", "nli")  # kinds of a KIND:NAME setting whose NAME is a model to fetch


def main(arguments: list[str] | None = None) -> int:
    """0 when every model is there, 1 when one is not: the reason is the one line on stderr."""
    options = _parse(arguments)
    try:
        settings = read_settings(models=options.models)
        for name in options.model or _asked_for(settings):
            _fetch_one(name, settings.models, options.verify)
    except BylineError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m byline", description="Fetch model weights and check them.")
    parser.add_argument(
        "model", nargs="*", metavar="MODEL", help="a known name or ORG/NAME; default: those of the settings"
    )
    parser.add_argument("--models", type=Path, metavar="DIR", help="folder of the weights (setting BYLINE_MODELS)")
    parser.add_argument("--verify", action="store_true", help="read what is there again and compare its SHA-256")
    return parser.parse_args(arguments)


def _asked_for(settings: Settings) -> list[str]:
    kinds = [setting.partition(":") for setting in (settings.llm, settings.reranker, settings.verifier)]
    return [settings.embedder, *(name for kind, _, name in kinds if kind in FETCHED_KINDS and name)]


def _fetch_one(name: str, folder: Path, read_again: bool) -> None:
    started = time.monotonic()
    end = _draw(name, fetch(name, folder))
    state = _verified(name, folder) if read_again else "ready"
    size = f"{end.total_bytes / 1e6:,.0f} MB"
    seconds = time.monotonic() - started
    how = (
        f"in {model_path(name, folder).parent}"
        if end.source == "folder"
        else f"from the {end.source} in {seconds:.0f} s"
    )
    print(f"{name}: {state}, {size}, {how}")


def _verified(name: str, folder: Path) -> str:
    """What is true of it once it has been read. Raises ChecksumMismatch where its bytes are others."""
    read = _draw(name, verify(name, folder))
    return "verified" if read.total_bytes else "not verified, since nobody states its SHA-256"


def _draw(name: str, steps: Iterator[Progress]) -> Progress:
    """The last step. Nothing is drawn where the first is the last: the model is there."""
    first = progress = next(steps)
    if first.done_bytes == first.total_bytes:
        return first
    # what an earlier run brought is no part of this run's rate
    with tqdm(
        desc=name, total=first.total_bytes, initial=first.done_bytes, unit="B", unit_scale=True, leave=False
    ) as bar:
        for progress in steps:
            bar.set_postfix_str(progress.source, refresh=False)
            bar.update(progress.done_bytes - bar.n)
    return progress


if __name__ == "__main__":
    sys.exit(main())
