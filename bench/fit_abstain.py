"""Fits the weights with which `answer/abstain.py` decides between an answer and a refusal, and says how well they do.

    python -m bench.fit_abstain eval/data/dev.jsonl [--articles articles] [--out runs/fit_abstain.json]
    python -m bench.fit_abstain --rows runs/fit_abstain.json       # fit once more on the signals of that run

A logistic regression over the signals of the cases whose answer came as far as being weighed; the label is whether that
answer was right. Its quality is that of ten-fold cross-validation. Never give it the suite that is reported.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict

from answer import WEIGHTS, feature, open_answerer
from byline.settings import read_settings
from eval import Case, is_right, read_cases
from ingest import ingest

NAMES = [name for name in WEIGHTS if name != "bias"]


def main() -> None:
    options = _arguments()
    if options.rows:
        rows = json.loads(options.rows.read_text("utf8"))["rows"]
    else:
        with tempfile.TemporaryDirectory() as folder:
            rows = _run(read_cases(options.cases), options.articles, Path(folder))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    result = fit(rows)
    options.out.write_text(json.dumps({"result": result, "rows": rows}, indent=1), "utf8")
    print(json.dumps(result, indent=1))


def fit(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The weights, and the area under the ROC curve of all signals together and of each alone."""
    weighed = [row for row in rows if "proved" in row["signals"]]
    x = np.array([[feature(name, row["signals"]) for name in NAMES] for row in weighed])
    y = np.array([row["right"] for row in weighed])
    model = LogisticRegression(C=1.0).fit(x, y)
    chance = cross_val_predict(LogisticRegression(C=1.0), x, y, cv=10, method="predict_proba")[:, 1]
    weights = {"bias": float(model.intercept_[0])} | {n: float(w) for n, w in zip(NAMES, model.coef_[0], strict=True)}
    return {
        "cases": len(rows),
        "weighed": len(weighed),
        "right": int(y.sum()),
        "weights": {name: round(weight, 3) for name, weight in weights.items()},
        "auc_cross_validated": round(float(roc_auc_score(y, chance)), 3),
        "auc_of_each": {name: round(float(roc_auc_score(y, x[:, at])), 3) for at, name in enumerate(NAMES)},
        "at_threshold": {str(t): _at(t, chance, y) for t in (0.3, 0.4, 0.5, 0.6, 0.7)},
    }


def _at(threshold: float, chance: np.ndarray, y: np.ndarray) -> dict[str, float]:
    shown = chance >= threshold
    kept, let_through = float((shown & y).sum() / max(1, y.sum())), float((shown & ~y).sum() / max(1, (~y).sum()))
    return {"right_kept": round(kept, 3), "wrong_shown": round(let_through, 3)}


def _run(cases: Sequence[Case], articles: str, folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    with open_answerer(read_settings(data=folder)) as answerer:
        list(ingest([articles], answerer.index))
        for case in cases:
            written = ""
            for answer in answerer.ask(case.question, case.history, case.asked):
                # The refusal takes the text's place, and here it is the withdrawn text that counts.
                written = written if answer.abstained else answer.text
            right = case.answerable and is_right(written, case.answers)
            rows.append({"id": case.id, "text": written, "right": right, "signals": dict(answer.signals)})
            print(f"{len(rows)}/{len(cases)} {case.id}", flush=True)
    return rows


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path, nargs="?", default=Path("eval/data/dev.jsonl"))
    parser.add_argument("--rows", type=Path, help="a run of before; nothing is asked anew")
    parser.add_argument("--articles", default="articles")
    parser.add_argument("--out", type=Path, default=Path("runs/fit_abstain.json"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
