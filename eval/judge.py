"""ragas's four metrics, judged by an open model on this machine. The only file that imports ragas, which takes 5 s.

Each of ragas's prompts is 340 to 1,290 tokens of instructions and examples before the case comes; read anew each time,
that is nearly all of a judge's time. So one metric is done with all cases before the next begins, one call at a time,
and the server still has that beginning from the call before. Faithfulness has two prompts in turn; two slots hold both.
"""

import asyncio
import math
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

os.environ["RAGAS_DO_NOT_TRACK"] = "true"  # read when it is imported

from ragas.embeddings.base import BaseRagasEmbedding
from ragas.llms.base import InstructorBaseRagasLLM
from ragas.metrics.collections import AnswerRelevancy, ContextPrecision, ContextRecall, Faithfulness
from ragas.metrics.collections.base import BaseMetric

from eval.judge_model import JudgeModel, Shape, Usage
from eval.run import Row
from eval.verdicts import Outcome, Verdict

JUDGED_PASSAGES = 3
"""The best passages that a judge reads: behind the instructions of ragas they still fit a slot of 4,096 tokens."""


class Embeds(Protocol):
    """What judging asks of an embedder."""

    def embed_question(self, text: str) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class Metric:
    """`asks` gives what ragas wants to know of a row. `of_answer`: there must be an answer to judge."""

    open: Callable[[InstructorBaseRagasLLM, BaseRagasEmbedding], BaseMetric]
    asks: Callable[[Row], Mapping[str, Any]]
    of_answer: bool


def _contexts(row: Row) -> list[str]:
    return [passage.text for passage in row.passages[:JUDGED_PASSAGES]]


def _faithfulness(row: Row) -> Mapping[str, Any]:
    return {"user_input": row.case.question, "response": row.text, "retrieved_contexts": _contexts(row)}


def _relevancy(row: Row) -> Mapping[str, Any]:
    return {"user_input": row.case.question, "response": row.text}


def _against_reference(row: Row) -> Mapping[str, Any]:
    reference = row.case.answers[0]
    return {"user_input": row.case.question, "reference": reference, "retrieved_contexts": _contexts(row)}


METRICS: Mapping[str, Metric] = {
    "faithfulness": Metric(lambda llm, _: Faithfulness(llm), _faithfulness, of_answer=True),
    # strictness 3 would ask the same thrice: at temperature 0 the replies are equal
    "answer_relevancy": Metric(lambda llm, e: AnswerRelevancy(llm, e, strictness=1), _relevancy, of_answer=True),
    "context_precision": Metric(lambda llm, _: ContextPrecision(llm), _against_reference, of_answer=False),
    "context_recall": Metric(lambda llm, _: ContextRecall(llm), _against_reference, of_answer=False),
}


def sample(rows: Sequence[Row], cases: int, seed: int = 0) -> list[Row]:
    """At most `cases` of the answerable ones, in the order of the file; the others have no reference to judge by."""
    answerable = [row for row in rows if row.case.answerable]
    chosen = random.Random(seed).sample(range(len(answerable)), min(cases, len(answerable)))
    return [answerable[at] for at in sorted(chosen)]


def judge(rows: Sequence[Row], model: JudgeModel, embedder: Embeds) -> Iterator[Verdict]:
    """A verdict for each metric and row, metric by metric, each as soon as it is there. Nothing stops at a failure."""
    llm, embedding = _Judge(model), _Embedding(embedder)
    for name, metric in METRICS.items():
        opened = metric.open(llm, embedding)
        for row in rows:
            yield _verdict(name, metric, opened, row, model)


def _verdict(name: str, metric: Metric, opened: BaseMetric, row: Row, model: JudgeModel) -> Verdict:
    if row.failed:
        return Verdict(row.case.id, name, "failed", error=row.error)
    if metric.of_answer and row.declined:
        return Verdict(row.case.id, name, "refused")
    if not row.passages:  # ragas refuses to judge nothing; nothing found is as bad as can be
        return Verdict(row.case.id, name, "scored", 0.0)
    started, before = time.monotonic(), model.usage
    value, error = None, None
    try:
        value = float(asyncio.run(opened.ascore(**metric.asks(row))).value)
    except Exception as problem:  # ragas raises what it likes; what it says becomes the failure's reason
        error = f"{type(problem).__name__}: {problem}"
    if value is not None and not math.isfinite(value):
        value, error = None, "ragas gave no number (NaN): the judge found no statement to judge"
    seconds, spent = time.monotonic() - started, _spent(before, model.usage)
    outcome: Outcome = "scored" if error is None else "failed"
    # the sum of cosines or of precisions can pass 1 by a rounding error
    bounded = None if value is None else min(1.0, max(0.0, value))
    return Verdict(
        row.case.id,
        name,
        outcome,
        bounded,
        error,
        seconds,
        spent.read,
        spent.reused,
        spent.written,
    )


def _spent(before: Usage, after: Usage) -> Usage:
    return Usage(after.read - before.read, after.reused - before.reused, after.written - before.written)


class _Judge(InstructorBaseRagasLLM):
    def __init__(self, model: JudgeModel) -> None:
        self._model = model

    def generate(self, prompt: str, response_model: type[Shape]) -> Shape:
        return self._model.reply(prompt, response_model)

    async def agenerate(self, prompt: str, response_model: type[Shape]) -> Shape:
        """Blocks: one call at a time is the point."""
        return self._model.reply(prompt, response_model)


class _Embedding(BaseRagasEmbedding):
    """Both sides are questions: the one that was asked, and the one that the judge guesses from the answer."""

    def __init__(self, embedder: Embeds) -> None:
        super().__init__()
        self._embedder = embedder

    def embed_text(self, text: str, **_: Any) -> list[float]:
        return [float(number) for number in self._embedder.embed_question(text)]

    async def aembed_text(self, text: str, **_: Any) -> list[float]:
        return self.embed_text(text)
