"""Case files: one question a line, with what a right answer has to say and where it stands. Knows no answers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from byline.errors import CaseError
from byline.records import Turn
from ingest import normalise_url

HIDDEN = " hidden"
"""Behind the id of a case that is asked with its articles hidden."""


@dataclass(frozen=True, slots=True)
class Case:
    """`answers` are alternatives, any of which is right; empty exactly when the articles do not state an answer.

    `articles` are the ids or normalised URLs of articles that do; where they are `hidden`, the case is asked as if
    they were not there. `asked` is the day on which the question is asked. `history` is oldest first. `choices` are
    those of a quiz, among them an accepted answer: then the answer is right that comes nearest to it.
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    answerable: bool = True
    asked: date | None = None
    history: tuple[Turn, ...] = ()
    kind: str | None = None
    choices: tuple[str, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class _Line:
    """A line as it stands in the file; keys of other names are left alone."""

    id: str
    question: str
    answers: tuple[str, ...] = ()
    article_ids: tuple[str, ...] = ()
    article_urls: tuple[str, ...] = ()
    answerable: bool | None = None
    asked: date | None = None
    history: tuple[Turn, ...] = ()
    kind: str | None = None
    choices: tuple[str, ...] = ()


_LINE = TypeAdapter(_Line)


def read_cases(path: Path) -> tuple[Case, ...]:
    """The cases, in order. Raises CaseError with the line's number and what is wrong in it."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"the case file {path} cannot be read: {error}") from error
    cases = tuple(_cases(path, lines))
    if not cases:
        raise CaseError(f"{path} holds no case; it needs one JSON object a line with id, question and answers")
    return cases


def with_hidden(cases: Iterable[Case]) -> Iterator[Case]:
    """Each case, and after each that names the articles that answer it a second one in which they are hidden.

    That one keeps its answers, by which it is known where another article states one too.
    """
    for case in cases:
        yield case
        if case.answerable and case.articles:
            yield replace(case, id=f"{case.id}{HIDDEN}", answerable=False, choices=(), hidden=True)


def _cases(path: Path, lines: Sequence[str]) -> Iterator[Case]:
    first_with: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            case = _case(_LINE.validate_json(line, strict=True))
        except ValidationError as error:
            raise CaseError(f"{path}, line {number}: {describe_problems(error)}") from error
        except CaseError as error:
            raise CaseError(f"{path}, line {number}: {error}") from error
        if (earlier := first_with.setdefault(case.id, number)) != number:
            raise CaseError(
                f"{path}, line {number}: the id {case.id!r} is taken by line {earlier}; give it one of its own"
            )
        yield case


def _case(line: _Line) -> Case:
    answerable = bool(line.answers) if line.answerable is None else line.answerable
    for name, value in (("id", line.id), ("question", line.question)):
        if not value.strip():
            raise CaseError(f"{name} is empty")
    if any(not answer.strip() for answer in line.answers):
        raise CaseError("answers holds an empty string, which every answer would match")
    if answerable and not line.answers:
        raise CaseError("answerable is true, but there are no answers to compare with")
    if line.answers and not answerable:
        raise CaseError("answerable is false, but there are answers; take one of the two out")
    if wrong := next((url for url in line.article_urls if not normalise_url(url)), None):
        raise CaseError(f"article_urls holds {wrong!r}, which is no http(s) address; a path belongs in article_ids")
    if line.choices and not set(line.choices) & set(line.answers):
        raise CaseError("none of the choices is one of the answers")
    articles = (*line.article_ids, *map(normalise_url, line.article_urls))
    return Case(
        line.id,
        line.question,
        line.answers,
        articles,
        answerable,
        line.asked,
        line.history,
        line.kind,
        line.choices,
    )


def describe_problems(error: ValidationError) -> str:
    """`answers.0: Input should be a valid string (got 5); …`, the first three of them."""
    problems = []
    for problem in error.errors()[:3]:
        place = ".".join(map(str, problem["loc"]))
        got = "" if problem["type"] in ("missing", "json_invalid") else f" (got {str(problem['input'])[:60]!r})"
        problems.append(f"{place}: {problem['msg']}{got}" if place else problem["msg"])
    return "; ".join(problems)
