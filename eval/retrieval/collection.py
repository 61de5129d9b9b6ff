"""Collections with questions that somebody else wrote: articles for ingest, and what is looked for.

Two forms: a folder with `articles.jsonl` and `questions.jsonl` (the case format), and a JSON file in the form of SQuAD
(Rajpurkar et al., EMNLP 2016), of which each paragraph becomes an article of its own, titled as its page.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from byline.errors import CaseError
from eval.cases import read_cases


@dataclass(frozen=True, slots=True)
class Sought:
    """A question and the ids or URLs of the articles that answer it, any of which is right. `asked` is its day."""

    id: str
    question: str
    articles: tuple[str, ...]
    asked: date | None = None


@dataclass(frozen=True, slots=True)
class Collection:
    """`articles` is the file to ingest; `questions` are the sets by name, the collection's own first."""

    articles: Path
    questions: Mapping[str, Sequence[Sought]]


def read_collection(place: Path, others: Sequence[Path], scratch: Path) -> Collection:
    """The collection at `place`, with further sets of questions over its articles. `scratch` is a folder to write in.

    Raises CaseError where a file is in neither form, or a set holds no question with an article.
    """
    own = place / "questions.jsonl" if place.is_dir() else place
    sets = {(place.name if path == own != place else path.stem): tuple(_sought(path)) for path in (own, *others)}
    if empty := [name for name, questions in sets.items() if not questions]:
        raise CaseError(f"{', '.join(empty)} holds no question with an article to find")
    if place.is_dir():
        return Collection(place / "articles.jsonl", sets)
    articles = scratch / "paragraphs.jsonl"
    lines = (json.dumps(article, ensure_ascii=False) for article in _paragraphs(_read(place), place))
    articles.write_text("\n".join(lines), "utf8")
    return Collection(articles, sets)


def _sought(path: Path) -> Iterator[Sought]:
    if path.suffix == ".jsonl":
        for case in read_cases(path):
            if case.answerable and case.articles:
                yield Sought(case.id, case.question, case.articles, case.asked)
        return
    for id, paragraph in _contexts(_read(path), path):
        for asked in paragraph["qas"]:
            yield Sought(asked["id"], asked["question"], (id,))


def _paragraphs(content: Any, path: Path) -> Iterator[dict[str, str]]:
    for id, paragraph in _contexts(content, path):
        yield {"id": id, "title": id.partition("#")[0].replace("_", " "), "text": paragraph["context"]}


def _contexts(content: Any, path: Path) -> Iterator[tuple[str, Any]]:
    """(id, paragraph). Ids count paragraphs, so that translations of one collection name the same ones."""
    try:
        for page in content["data"]:
            for number, paragraph in enumerate(page["paragraphs"]):
                yield f"{page['title']}#{number}", paragraph
    except (KeyError, TypeError) as error:
        raise CaseError(f"{path} is not in the form of SQuAD ({error!r}): data, paragraphs, context, qas") from error


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text("utf8"))
    except (OSError, ValueError) as error:
        raise CaseError(f"{path} cannot be read as JSON: {error}") from error
