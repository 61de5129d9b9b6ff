"""A second look at the best passages by a model that reads question and passage together. Off by default."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from byline.cross_encoder import PairScorer
from byline.errors import UnknownKind
from byline.models import model_path
from byline.records import Passage


class Reranker(Protocol):
    def rerank(self, question: str, passages: Sequence[Passage]) -> list[Passage]:
        """The same passages, best first, with the scores of the reranker."""


class CrossEncoderReranker:
    def __init__(self, scorer: PairScorer) -> None:
        self._scorer = scorer

    def rerank(self, question: str, passages: Sequence[Passage]) -> list[Passage]:
        if not passages:
            return []
        scores = self._scorer.scores([(question, passage.chunk.text) for passage in passages])
        ranked = [
            replace(passage, score=float(score), found_by=passage.found_by | {"reranker"})
            for passage, score in zip(passages, scores.reshape(len(passages)), strict=True)
        ]
        return sorted(ranked, key=lambda passage: -passage.score)


def open_off(_name: str, _models: Path) -> Reranker | None:
    return None


def open_cross_encoder(name: str, models: Path) -> Reranker | None:
    return CrossEncoderReranker(PairScorer(model_path(name, models)))


RERANKERS: dict[str, Callable[[str, Path], Reranker | None]] = {"off": open_off, "cross-encoder": open_cross_encoder}


def open_reranker(kind: str, models: Path) -> Reranker | None:
    """None where `kind` is off."""
    name, _, rest = kind.partition(":")
    if name not in RERANKERS:
        raise UnknownKind("reranker", kind, [*RERANKERS])
    return RERANKERS[name](rest, models)
