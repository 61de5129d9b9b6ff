"""Cases through the same Answerer as the chat, one row each. Knows nothing of what makes a row good.

Case ─► Answerer.ask ─► the last Answer ─► Row ─► rows.jsonl
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from answer import without_marks
from byline.errors import BylineError, CaseError
from byline.records import Answer, Article, Citation, Turn
from eval.cases import Case, describe_problems
from eval.correctness import is_right
from index import Embedder


class HoldsArticles(Protocol):
    """What a run asks of the index."""

    @property
    def embedder(self) -> Embedder: ...
    def article(self, id: str, /) -> Article | None: ...
    def articles(self) -> Iterator[Article]: ...


class Asks(Protocol):
    """What a run asks of the Answerer."""

    @property
    def index(self) -> HoldsArticles: ...
    def ask(
        self, question: str, history: Sequence[Turn] = ..., as_of: date | None = ..., without: Collection[str] = ...
    ) -> Iterator[Answer]: ...


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage as it was found; `url` is that of its article."""

    article: str
    url: str | None
    text: str


@dataclass(frozen=True, slots=True)
class ShownCitation:
    """`verbatim` is measured against the article as it is stored, not against what the answer carries."""

    number: int
    article: str
    url: str | None
    quote: str
    verbatim: bool
    supported: bool | None


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one case. `passages` are best first. `seconds` are the answer's timings, since the question;
    `signals` what it was declined by, or not. `written` is what the model had written, also where it was declined.
    `chosen` is the one of the case's choices to which that comes nearest by the embedder.

    A failed row has an `error` and nothing else: it neither declined nor answered.
    """

    case: Case
    text: str = ""
    declined: bool = False
    reason: str | None = None
    passages: tuple[FoundPassage, ...] = ()
    citations: tuple[ShownCitation, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    signals: Mapping[str, float] = field(default_factory=dict)
    model: str = ""
    error: str | None = None
    written: str = ""
    chosen: str | None = None

    @property
    def failed(self) -> bool:
        return self.error is not None


_ROW = TypeAdapter(Row)


def run(cases: Iterable[Case], answerer: Asks) -> Iterator[Row]:
    """One row a case, in order, each as soon as it is done. A case that raises a BylineError becomes a failed row."""
    for case in cases:
        try:
            yield _row(case, *_last(case, answerer), answerer.index)
        except BylineError as error:
            yield Row(case, error=f"{type(error).__name__}: {error}")


def missing_articles(cases: Sequence[Case], index: HoldsArticles) -> list[str]:
    """The articles that the cases name and the index lacks. Raises CaseError where it lacks every one of them."""
    named = list(dict.fromkeys(article for case in cases for article in case.articles))
    held = {name for article in index.articles() for name in (article.id, article.url)}
    missing = [name for name in named if name not in held]
    if named and len(missing) == len(named):
        raise CaseError(
            f"the index holds none of the {len(named)} articles that the cases name, such as {missing[0]}; "
            "ingest them first, or give their folder: --articles PATH"
        )
    return missing


def says_right(row: Row) -> bool:
    """Whether what was written, shown or not, says an accepted string, or comes nearest to one of the choices."""
    said = row.written or ("" if row.declined else row.text)
    return is_right(said, row.case.answers) or row.chosen in row.case.answers


def answered_elsewhere(row: Row) -> bool:
    """Whether a case with hidden articles was rightly answered all the same: another article states it too."""
    return row.case.hidden and not row.declined and says_right(row)


def write_row(row: Row) -> str:
    """One line of rows.jsonl, without its line end."""
    return _ROW.dump_json(row).decode()


def read_rows(path: Path) -> tuple[Row, ...]:
    """The rows of an earlier run: its folder, or its rows.jsonl. Raises CaseError where they are not in the format."""
    file = path / "rows.jsonl" if path.is_dir() else path
    try:
        lines = file.read_text("utf8").splitlines()
    except OSError as error:
        raise CaseError(f"no run to read in {path} ({error}); give the folder that an earlier run wrote") from error
    rows = []
    for number, line in enumerate(lines, 1):
        try:
            rows.append(_ROW.validate_json(line))
        except ValidationError as error:
            raise CaseError(f"{file}, line {number}: {describe_problems(error)}") from error
    return tuple(rows)


def _last(case: Case, answerer: Asks) -> tuple[Answer, str]:
    """The done answer, and the text before a refusal took its place, or what other articles say came behind it."""
    stage, written = "nothing", ""
    without = case.articles if case.hidden else ()
    for answer in answerer.ask(case.question, history=case.history, as_of=case.asked, without=without):
        if answer.stage == "done":
            return answer, written or ("" if answer.abstained else answer.text)
        stage, written = answer.stage, answer.text
    raise BylineError(f"the answer ended at {stage!r}, before it was done")


def _row(case: Case, answer: Answer, written: str, index: HoldsArticles) -> Row:
    return Row(
        case,
        text=answer.text,
        declined=answer.abstained,
        reason=answer.reason,
        passages=tuple(
            FoundPassage(passage.chunk.article.id, passage.chunk.article.url, passage.chunk.text)
            for passage in answer.passages
        ),
        citations=tuple(_citation(citation, index) for citation in answer.citations),
        seconds=dict(answer.timings),
        signals=dict(answer.signals),
        model=answer.model,
        written=written,
        chosen=_nearest(written, case.choices, index.embedder) if case.choices and written else None,
    )


def _nearest(text: str, choices: Sequence[str], embedder: Embedder) -> str:
    """The choice that comes nearest to the text by meaning."""
    cosines = embedder.embed_passages(choices) @ embedder.embed_question(without_marks(text))
    return choices[int(cosines.argmax())]


def _citation(citation: Citation, index: HoldsArticles) -> ShownCitation:
    article = index.article(citation.article.id)
    verbatim = (
        bool(citation.quote) and article is not None and article.text[citation.start : citation.end] == citation.quote
    )
    return ShownCitation(
        citation.number, citation.article.id, citation.article.url, citation.quote, verbatim, citation.supported
    )
