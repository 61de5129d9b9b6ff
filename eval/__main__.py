"""`python -m eval CASES.jsonl`: runs a suite, prints its scores, and exits with 1 where a gate fails."""

import argparse
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from answer import Answerer, open_answerer
from byline.errors import BylineError, SettingsError
from byline.machine import machine
from byline.settings import Settings, read_settings
from eval.articles import refuse_failed
from eval.calibrate.__main__ import main as calibrate
from eval.cases import Case, read_cases, with_hidden
from eval.compare import compare
from eval.gates import check, gates_path, read_gates
from eval.report import Report, as_json, as_markdown, as_text
from eval.run import Asks, Row, missing_articles, read_rows, run, write_row
from eval.scores import MEASURES, outcomes, score, score_by_kind
from eval.verdicts import Verdict, summarise
from index import Embedder, open_index
from ingest import ingest

ROOT = Path(__file__).parent.parent
SUITES = Path(__file__).parent / "data"
Item = TypeVar("Item")
BESIDE = {name: MEASURES[name] for name in ("correct", "right", "wrong_shown")}
"""What the plain query engine is compared by: it names no passages and never declines."""


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every gate holds, 1 when one fails or the suite cannot be run; argparse exits with 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if given[:1] == ["calibrate"]:
            return calibrate(given[1:])
        options = _parser().parse_args(given)
        return _evaluate(options)
    except BylineError as error:
        print(f"python -m eval: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the rows so far are in rows.jsonl", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval",
        description="How good are the answers to these cases?",
        epilog="python -m eval calibrate --help: fit to your articles when an answer is declined",
    )
    parser.add_argument(
        "cases", type=Path, metavar="CASES.jsonl", help="one case a line; docs/evaluation.md has the keys"
    )
    parser.add_argument(
        "--judge", action="store_true", help="have ragas's four metrics judged as well, by the model itself"
    )
    parser.add_argument(
        "--hide", action="store_true", help="ask each answerable case a second time, with its articles hidden"
    )
    parser.add_argument(
        "--plain", action="store_true", help="have a plain LlamaIndex query engine answer the cases as well"
    )
    parser.add_argument("--resume", action="store_true", help="go on with the run in --out where it was stopped")
    parser.add_argument("--judge-cases", type=_count, default=10, metavar="N", help="cases that the judge sees (10)")
    parser.add_argument("--judge-model", metavar="NAME@URL", help="another judge: a model behind an OpenAI server")
    parser.add_argument("--seed", type=int, default=0, help="of the intervals and of the judge's cases (0)")
    parser.add_argument("--baseline", type=Path, metavar="RUN", help="folder of an earlier run to compare with")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of this run (runs/SUITE-TIME)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the index (setting BYLINE_DATA)")
    parser.add_argument(
        "--articles",
        metavar="PATH",
        help="ingest these into an index of the run's own first (for the suites of eval/data: articles)",
    )
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of cases; give 1 or more")
    return int(text)


def _evaluate(options: argparse.Namespace) -> int:
    if options.resume and not options.out:
        raise SettingsError("--resume goes on with the run in a folder; name it with --out")
    cases, gates = read_cases(options.cases), read_gates(gates_path(options.cases))
    if options.hide:
        cases = tuple(with_hidden(cases))
    earlier = read_rows(options.baseline) if options.baseline else None
    out: Path = options.out or Path("runs") / f"{options.cases.stem}-{datetime.now():%Y%m%d-%H%M%S}"
    settings = _prepare(options, out)
    with open_answerer(settings) as answerer:
        judge_at = _judge_at(options.judge_model, answerer) if options.judge else None  # refused before the run
        plain = _run_plain(cases, answerer, settings, out, options.resume) if options.plain else []
        rows = _run(cases, answerer, out / "rows.jsonl", options.resume)
        verdicts = _judge(options, settings, rows, answerer.index.embedder, judge_at, out) if judge_at else []
        about = _about(options, settings, answerer)
    scores, judged = score(rows, options.seed), summarise(verdicts)
    comparison = compare(rows, earlier, str(options.baseline), options.seed) if earlier else None
    checked = check(gates, scores, judged, comparison)
    by_kind = score_by_kind(rows, options.seed)
    beside = compare(rows, plain, "the plain query engine", options.seed, BESIDE) if plain else None
    report = Report(about, rows, scores, by_kind, outcomes(rows), judged, comparison, checked, beside)
    (out / "scores.json").write_text(json.dumps(as_json(report), indent=2, ensure_ascii=False) + "\n", "utf8")
    (out / "report.md").write_text(as_markdown(report), "utf8")
    print(as_text(report))
    print(f"\n{len(rows)} cases in {out}")
    return 0 if report.passed else 1


def _prepare(options: argparse.Namespace, out: Path) -> Settings:
    """The settings of the run, its folder made and its articles ingested."""
    articles = options.articles
    if articles is None and options.data is None and options.cases.resolve().parent == SUITES:
        articles = str(ROOT / "articles")
    settings = read_settings(data=options.data or (out / "index" if articles else None))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"cannot write to {out}: {error}; choose another folder with --out") from error
    if articles:
        with open_index(settings) as index:
            refuse_failed(_drawn(ingest([articles], index), "ingest"))
    return settings


def _run_plain(cases: Sequence[Case], answerer: Answerer, settings: Settings, out: Path, resume: bool) -> list[Row]:
    """The cases as they are; hidden articles and earlier turns are nothing that such an engine knows of."""
    from eval.plain import PlainAnswerer

    folder, asked = out / "plain", [case for case in cases if not case.hidden and not case.history]
    file = out / "plain.jsonl"
    done = _rows_of_before(file) if resume else {}
    if done.keys() >= set(asked):
        return [done[case] for case in asked]
    shutil.rmtree(folder, ignore_errors=True)
    return _run(asked, PlainAnswerer(answerer, settings, folder), file, resume)


def _run(cases: Sequence[Case], answerer: Asks, file: Path, resume: bool) -> list[Row]:
    """One row a case, written to the file as it is done. With `resume`, rows that the file has are not run again."""
    if missing := missing_articles(cases, answerer.index):
        told = f"the index lacks {len(missing)} of the articles that the cases name, such as {missing[0]}"
        print(f"python -m eval: {told}; they count as not found", file=sys.stderr)
    rows = _rows_of_before(file) if resume else {}
    left = [case for case in cases if case not in rows]
    with file.open("a" if rows else "w", encoding="utf8") as lines:
        for row in _drawn(run(left, answerer), "run", len(left)):
            rows[row.case] = row
            print(write_row(row), file=lines, flush=True)
    return [rows[case] for case in cases]


def _rows_of_before(file: Path) -> dict[Case, Row]:
    """Those of a run that was stopped, perhaps in the middle of a line, which is taken off."""
    if not file.is_file():
        return {}
    written = file.read_bytes()
    whole = written[: written.rfind(b"\n") + 1]
    if whole != written:
        file.write_bytes(whole)
    return {row.case: row for row in read_rows(file)}


def _judge(
    options: argparse.Namespace,
    settings: Settings,
    rows: Sequence[Row],
    embedder: Embedder,
    judge_at: tuple[str, str],
    out: Path,
) -> list[Verdict]:
    from eval.judge import METRICS, judge, sample
    from eval.judge_model import JudgeModel

    model = JudgeModel(*judge_at, settings.llm_api_key.get_secret_value())
    seen = sample(rows, options.judge_cases, options.seed)
    verdicts = []
    with (out / "judge.jsonl").open("w", encoding="utf8") as file:
        for verdict in _drawn(judge(seen, model, embedder), "judge", len(seen) * len(METRICS)):
            verdicts.append(verdict)
            print(json.dumps(asdict(verdict), ensure_ascii=False), file=file, flush=True)
    model.close()
    return verdicts


def _judge_at(asked: str | None, answerer: Answerer) -> tuple[str, str]:
    """Address and name of the judge's model. Raises SettingsError where there is no server to ask."""
    if asked is not None:
        name, at, url = asked.rpartition("@")
        if not at or not url.startswith(("http://", "https://")):
            raise SettingsError(f"--judge-model {asked} lacks an address; write NAME@http://HOST:PORT/v1")
        return url, name
    if answerer.model.address is None:
        raise SettingsError(
            f"{answerer.model.name} has no OpenAI server that could judge; name one: --judge-model NAME@http://HOST:PORT/v1"
        )
    return answerer.model.address, answerer.model.served_as


def _about(options: argparse.Namespace, settings: Settings, answerer: Answerer) -> dict[str, str]:
    judge = options.judge_model or answerer.model.name
    return {
        "suite": options.cases.stem,
        "run": f"{datetime.now():%Y-%m-%d %H:%M}",
        "model": answerer.model.name,
        "embedder": settings.embedder,
        "reranker": settings.reranker,
        "verifier": settings.verifier,
        "articles": str(answerer.index.coverage().articles),
        "machine": machine(),
        "seed": str(options.seed),
    } | ({"judge": judge} if options.judge else {})


def _drawn(items: Iterable[Item], label: str, total: int | None = None) -> Iterator[Item]:
    from tqdm import tqdm  # type: ignore[import-untyped]

    return iter(tqdm(items, label, total, file=sys.stderr, disable=not sys.stderr.isatty(), leave=False))


if __name__ == "__main__":
    sys.exit(main())
