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
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from answer import Answerer, open_answerer
from byline.models import model_path
from byline.records import Turn
from byline.settings import Settings, read_settings
from eval import plain_index
from ingest import ingest

Timed = Callable[[dict[str, Any]], float]


def main() -> None:
    options = _arguments()
    cases = [json.loads(line) for line in options.cases.read_text("utf8").splitlines() if line.strip()]
    cases = cases[:: max(1, len(cases) // options.most)] if options.most else cases
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings(data=Path(folder) / "data")
        with open_answerer(settings) as answerer:
            list(ingest([options.articles], answerer.index))
            answerer.warm()
            ways = {"byline": byline_way(answerer), "plain": plain_way(answerer, settings, Path(folder) / "plain")}
            rows = []
            for number, case in enumerate(cases):
                order = sorted(ways, reverse=bool(number % 2))
                rows.append({"id": case["id"]} | {name: ways[name](case) for name in order})
                print(f"{number + 1}/{len(cases)}", *(f"{name} {rows[-1][name]:.1f} s" for name in ways), flush=True)
    _report(rows, options.out)


def byline_way(answerer: Answerer) -> Timed:
    """Seconds to the model's first word; to the refusal, where none is written."""

    def ask(case: dict[str, Any]) -> float:
        history = [Turn(turn["question"], turn["answer"]) for turn in case.get("history", [])]
        as_of = date.fromisoformat(case["asked"]) if case.get("asked") else None
        *_, answer = answerer.ask(case["question"], history, as_of)
        return answer.timings.get("first_word", answer.timings["done"])

    return ask


def plain_way(answerer: Answerer, settings: Settings, folder: Path) -> Timed:
    """LlamaIndex's defaults, over the same articles and the same language model."""
    from llama_index.llms.openai_like import OpenAILike

    index = plain_index(answerer.index.articles(), model_path(settings.embedder, settings.models), folder)
    llm = OpenAILike(
        model="same",
        api_base=answerer.model.address,
        api_key="none",
        is_chat_model=True,
        max_tokens=120,
        temperature=0.0,
    )
    engine = index.as_query_engine(llm=llm, streaming=True, similarity_top_k=2)

    def ask(case: dict[str, Any]) -> float:
        start = time.perf_counter()
        first = None
        for word in engine.query(case["question"]).response_gen:
            if first is None and word.strip():
                first = time.perf_counter() - start
        return first if first is not None else time.perf_counter() - start

    return ask


def _report(rows: list[dict[str, Any]], out: Path) -> None:
    summary: dict[str, Any] = {"cases": len(rows)}
    for name in ("byline", "plain"):
        seconds = sorted(row[name] for row in rows)
        summary[name] = {"median_s": statistics.median(seconds), "p95_s": seconds[int(0.95 * (len(seconds) - 1))]}
    ratios = [row["plain"] / row["byline"] for row in rows]
    summary["plain_over_byline_median"] = statistics.median(ratios)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"summary": summary, "rows": rows}, indent=1))
    print(json.dumps(summary, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path, nargs="?", default=Path("eval/data/sample.jsonl"))
    parser.add_argument("--articles", default="articles")
    parser.add_argument("--most", type=int, default=None, help="only about N cases, evenly spaced over the suite")
    parser.add_argument("--out", type=Path, default=Path("runs/first_word.json"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
