"""The door of evaluation: cases in, rows and scores out. `eval.judge` is loaded only where a judge is asked for.

cases.jsonl ─read_cases─► [Case] ─run─► [Row] ─score─► scores ─► report, gates ─► exit code
                                          └─compare─► with an earlier run
"""

from eval.cases import Case, read_cases, with_hidden
from eval.compare import Comparison, compare
from eval.correctness import is_right
from eval.gates import check, gates_path, read_gates
from eval.plain import PlainAnswerer
from eval.report import Report, as_json, as_markdown, as_text
from eval.run import Row, missing_articles, read_rows, run, write_row
from eval.scores import outcomes, score, score_by_kind
from eval.verdicts import JudgeScore, Verdict, summarise

__all__ = [
    "Case",
    "Comparison",
    "JudgeScore",
    "PlainAnswerer",
    "Report",
    "Row",
    "Verdict",
    "as_json",
    "as_markdown",
    "as_text",
    "check",
    "compare",
    "gates_path",
    "is_right",
    "missing_articles",
    "outcomes",
    "read_cases",
    "read_gates",
    "read_rows",
    "run",
    "score",
    "score_by_kind",
    "summarise",
    "with_hidden",
    "write_row",
]
