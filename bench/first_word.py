"""Time to the first word: Byline beside a plain LlamaIndex pipeline, same model server, same questions, in one run.

    python -m bench.first_word [CASES.jsonl] [--articles articles] [--most N] [--out runs/first_word.json]

The plain one is what LlamaIndex's own tutorial builds: SentenceSplitter 1024/20, the same MiniLM, a Chroma collection,
a streaming query engine over the two nearest chunks. Each question goes to both in turn, the order alternating, so that
a busy machine slows both alike. The server forgets nothing in between: both profit from what it has read before.
"""

import argparse
import json
import statistics
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from answer import Answerer, open_answerer
from byline.machine import machine
from byline.records import Turn
from byline.settings import read_settings
from eval import PlainAnswerer
from ingest import ingest


def main() -> None:
    options = _arguments()
    cases = [json.loads(line) for line in options.cases.read_text("utf8").splitlines() if line.strip()]
    cases = cases[:: max(1, len(cases) // options.most)] if options.most else cases
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(data=Path(folder) / "data")
        with open_answerer(settings) as answerer:
            list(ingest([options.articles], answerer.index))
            answerer.warm()
            ways = {"byline": answerer, "plain": PlainAnswerer(answerer, settings, Path(folder) / "plain")}
            rows = []
            for number, case in enumerate(cases):
                order = sorted(ways, reverse=bool(number % 2))
                rows.append({"id": case["id"]} | {name: seconds(ways[name], case) for name in order})
                print(f"{number + 1}/{len(cases)}", *(f"{name} {rows[-1][name]:.1f} s" for name in ways), flush=True)
    _report(rows, options.out)


def seconds(answerer: Answerer | PlainAnswerer, case: dict[str, Any]) -> float:
    """To the model's first word; to the refusal, where none is written."""
    history = [Turn(turn["question"], turn["answer"]) for turn in case.get("history", [])]
    as_of = date.fromisoformat(case["asked"]) if case.get("asked") else None
    *_, answer = answerer.ask(case["question"], history, as_of)
    return answer.timings.get("first_word", answer.timings["done"])


def _report(rows: list[dict[str, Any]], out: Path) -> None:
    summary: dict[str, Any] = {"cases": len(rows), "machine": machine()}
    for name in ("byline", "plain"):
        seconds = sorted(row[name] for row in rows)
        summary[name] = {"median_s": statistics.median(seconds), "p95_s": seconds[int(0.95 * (len(seconds) - 1))]}
    ratios = [row["plain"] / row["byline"] for row in rows]
    summary["plain_over_byline_median"] = statistics.median(ratios)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"summary": summary, "rows": rows}, indent=1))
    print(json.dumps(summary, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.first_word", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", type=Path, nargs="?", default=Path("eval/data/sample.jsonl"))
    parser.add_argument("--articles", default="articles")
    parser.add_argument("--most", type=int, default=None, help="only about N cases, evenly spaced over the suite")
    parser.add_argument("--out", type=Path, default=Path("runs/first_word.json"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
