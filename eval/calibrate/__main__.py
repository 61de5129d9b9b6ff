"""`python -m eval calibrate CASES`: asks, fits, and leaves the fit where the collection is opened next."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from answer import open_answerer, read_calibration, write_calibration
from byline.errors import SettingsError
from byline.settings import Settings, read_settings
from eval.articles import refuse_failed
from eval.calibrate.fit import ask_twice, fit, questions, summary
from eval.run import Row, read_rows, write_row
from index import open_index
from ingest import ingest


def main(arguments: Sequence[str]) -> int:
    """Raises BylineError where there is nothing to fit to."""
    options = _parser().parse_args(arguments)
    out: Path = options.out
    settings = read_settings(data=options.data or (out / "index" if options.articles else None))
    if options.rows:
        rows = [row for folder in options.rows for row in read_rows(folder)]
    elif options.cases:
        rows = list(_asked(options.cases, options.articles, settings, out))
    else:
        raise SettingsError("nothing to fit to; give a file of questions, or runs of before with --rows")
    fitted = fit(rows, options.target)
    told = json.dumps(summary(fitted, read_calibration(settings.data)), indent=1)
    out.mkdir(parents=True, exist_ok=True)
    (out / "calibration-report.json").write_text(told + "\n", "utf8")
    print(told)
    if fitted.at(fitted.calibration.threshold)["wrong_shown"] > options.target:
        print(f"no threshold keeps wrong answers to {options.target}; the strictest was taken", file=sys.stderr)
    print(f"written to {write_calibration(fitted.calibration, settings.data)}, for whoever opens that folder")
    return 0


def _asked(place: Path, articles: str | None, settings: Settings, out: Path) -> Iterator[Row]:
    """Each row as it is done; all of them in rows.jsonl, for --rows."""
    cases = questions(place)
    out.mkdir(parents=True, exist_ok=True)
    if articles:
        with open_index(settings) as index:
            refuse_failed(ingest([articles], index))
    with open_answerer(settings) as answerer, (out / "rows.jsonl").open("w", encoding="utf8") as lines:
        for number, row in enumerate(ask_twice(cases, answerer), 1):
            print(write_row(row), file=lines, flush=True)
            print(f"\r{number} asked, of at most {2 * len(cases)}", end="", file=sys.stderr, flush=True)
            yield row
    print(file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval calibrate", description="When should it decline? Fit it.")
    parser.add_argument("cases", type=Path, metavar="CASES", nargs="?", help="a .jsonl of cases, or a question a line")
    parser.add_argument("--rows", type=Path, nargs="+", metavar="RUN", help="fit to these runs; nothing is asked")
    parser.add_argument("--target", type=float, default=0.05, help="most wrong answers, of all that is asked (0.05)")
    parser.add_argument("--articles", metavar="PATH", help="ingest these into an index of the run's own first")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the index (setting BYLINE_DATA)")
    parser.add_argument(
        "--out", type=Path, default=Path("runs/calibrate"), metavar="DIR", help="folder of this run (runs/calibrate)"
    )
    return parser
