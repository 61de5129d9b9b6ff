"""The first word of a question that was typed into the page, with and without reading ahead, side by side in one run.

    python -m bench.typed CASES.jsonl [--articles PATH] [--data DIR] [--most N] [--keys-per-second 5]

Each question is asked in both ways, the order alternating. Typing is simulated as the page sees it: at the end of a
word, at most once a second, the model reads ahead, and what is being read when Enter comes is cut off. Before each way
the server reads another question's passages, and each way has an Answerer of its own, so that neither profits from the
other. With --data only what is in that index is asked, unless --articles says what to ingest into it.
"""

import argparse
import contextlib
import json
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any

from answer import Answerer, Interruption, Sentence, interruptible, open_answerer, open_verifier
from byline.errors import LanguageModelError
from byline.machine import machine
from byline.records import Turn
from byline.settings import Settings, read_settings
from ingest import ingest

BETWEEN_READINGS_SECONDS = 1.0
FEWEST_WORDS = 3
ENTER_SECONDS = 0.3
"""Between the last key and Enter."""


def main() -> None:
    options = _arguments()
    cases = [json.loads(line) for line in options.cases.read_text("utf8").splitlines() if line.strip()]
    cases = cases[:: max(1, len(cases) // options.most)] if options.most else cases
    with TemporaryDirectory() as folder:
        settings = read_settings(data=options.data or f"{folder}/data")
        _measure(cases, settings, options)


def _measure(cases: Sequence[dict[str, Any]], settings: Settings, options: argparse.Namespace) -> None:
    with open_answerer(settings) as plain:
        list(ingest(options.articles or ([] if options.data else ["articles"]), plain.index))
        typed = Answerer(plain.index, plain.model, open_verifier(settings.verifier, settings.models), settings)
        plain.warm()
        rows = []
        for number, case in enumerate(cases):
            ways = {"plain": plain, "typed": typed}
            rows.append({"id": case["id"]} | _both_ways(ways, case, options.keys_per_second, number % 2 == 1))
            print(f"{number + 1}/{len(cases)}", rows[-1], flush=True)
    _report(rows, options.out)


def _both_ways(
    ways: dict[str, Answerer], case: dict[str, Any], keys_per_second: float, typed_first: bool
) -> dict[str, Any]:
    history = [Turn(turn["question"], turn["answer"]) for turn in case.get("history", [])]
    as_of = date.fromisoformat(case["asked"]) if case.get("asked") else None
    seconds: dict[str, Any] = {}
    for way in sorted(ways, reverse=typed_first):
        answerer = ways[way]
        _forget(answerer, case["id"] + way)
        read: list[Sentence] = []
        if way == "typed":
            _type(answerer, case["question"], history, as_of, keys_per_second, read)
        seconds[way] = _first_word(answerer, case["question"], history, as_of, read)
    return seconds


def _forget(answerer: Answerer, other: str) -> None:
    """The server keeps the fixed prompt, and no passages of this question."""
    answerer.read_ahead(f"What happened to the ship of the {other} in the harbour that year?")


def _type(
    answerer: Answerer,
    question: str,
    history: Sequence[Turn],
    as_of: date | None,
    keys: float,
    read: list[Sentence],
) -> None:
    typed, read_at = "", time.perf_counter()
    reading: Interruption | None = None
    for word in question.split():
        time.sleep((len(word) + 1) / keys)
        typed += f"{word} "
        if len(typed.split()) < FEWEST_WORDS or time.perf_counter() - read_at < BETWEEN_READINGS_SECONDS:
            continue
        if reading is not None:
            reading.set()
        reading = _begin(lambda text=typed: answerer.read_ahead(text, history, as_of, read))
        read_at = time.perf_counter()
    time.sleep(ENTER_SECONDS)
    if reading is not None:
        reading.set()


def _begin(read: Callable[[], None]) -> Interruption:
    begun: SimpleQueue[Interruption] = SimpleQueue()

    def run() -> None:
        with interruptible() as interruption, contextlib.suppress(LanguageModelError):
            begun.put(interruption)
            read()

    threading.Thread(target=run, daemon=True).start()
    return begun.get()


def _first_word(
    answerer: Answerer, question: str, history: Sequence[Turn], as_of: date | None, read: Sequence[Sentence]
) -> dict[str, float]:
    """Seconds to the sources and to the first word; to the refusal, where none is written."""
    with closing(answerer.ask(question, history, as_of, read=read)) as steps:
        for answer in steps:
            if "first_word" in answer.timings:
                break
    return {"sources": answer.timings["search"], "first_word": answer.timings["first_word"]}


def _report(rows: list[dict[str, Any]], out: Path) -> None:
    summary: dict[str, Any] = {"cases": len(rows), "machine": machine()}
    for way in ("plain", "typed"):
        summary[way] = {}
        for moment in ("sources", "first_word"):
            seconds = sorted(row[way][moment] for row in rows)
            p95 = seconds[int(0.95 * (len(seconds) - 1))]
            summary[way][moment] = {"median_s": statistics.median(seconds), "p95_s": p95}
    ratios = [row["plain"]["first_word"] / row["typed"]["first_word"] for row in rows]
    summary["plain_over_typed_median"] = statistics.median(ratios)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"summary": summary, "rows": rows}, indent=1))
    print(json.dumps(summary, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.typed", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", type=Path)
    parser.add_argument("--articles", nargs="+", help="default, without --data: articles")
    parser.add_argument("--data", type=Path, help="an index that is there; default: one made for this run")
    parser.add_argument("--most", type=int, default=None, help="only about N cases, evenly spaced over the suite")
    parser.add_argument("--keys-per-second", type=float, default=5.0)
    parser.add_argument("--out", type=Path, default=Path("runs/typed.json"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
