"""What is said instead of an answer: that the articles do not say, which name none has, which days were asked
about, and what they do cover.
"""

from datetime import date
from itertools import groupby

from answer.span import Span
from byline.days import in_words
from index import ArticleIndex, Coverage, content_words

_ASKING = frozenset("please tell explain summarise summarize describe list show give".split())
"""Words that ask, which no article need have."""


def refusal(question: str, index: ArticleIndex, span: Span | None = None) -> str:
    """Plain text, for people. Names only what is really in the collection. `span` is that of the question."""
    coverage = index.coverage()
    if not coverage.articles:
        return what_is_covered(coverage)
    sentences, unknown = ["The articles do not say."], _unknown_names(question, index)
    if unknown:
        sentences.append(f"No article mentions {_listed([f'“{word}”' for word in unknown], 'or')}.")
    if span:
        sentences.append(_asked_days(span, coverage))
    return " ".join([*sentences, what_is_covered(coverage)])


def _asked_days(span: Span, coverage: Coverage) -> str:
    asked = f"“{span.words}” is taken for {in_words(span.since)} to {in_words(span.until)}"
    if coverage.last and coverage.last < span.since:
        return f"{asked}, and no article is that new: for an earlier time, ask with its date."
    return f"{asked}."


def what_is_covered(coverage: Coverage) -> str:
    """How many articles there are, from when to when, and the newest titles; where there are none, how to add some."""
    if not coverage.articles:
        return "There are no articles yet. Add some with: python -m ingest PATH_OR_URL"
    count = "one article" if coverage.articles == 1 else f"{coverage.articles} articles"
    span = ""
    if coverage.first and coverage.last:
        span = f" from {_month(coverage.first)} to {_month(coverage.last)}"
    titles = f", among them {_listed([f'“{title}”' for title in coverage.titles], 'and')}" if coverage.titles else ""
    return f"The collection covers {count}{span}{titles}."


def _unknown_names(question: str, index: ArticleIndex) -> list[str]:
    """At most three names of the question of which some word is in no article; where it names nothing, such words."""
    words = [word.strip(".,;:?!\"'“”‘’()") for word in question.split()]
    words = [word for word in words if word.lower() not in _ASKING]
    runs = [" ".join(run) for named, run in groupby(words, key=_is_name) if named]
    candidates = runs or [word for word in words if len(word) > 3]
    unknown = [name for name in candidates if any(not index.occurrences(word) for word in content_words(name))]
    return list(dict.fromkeys(unknown))[:3]


def _is_name(word: str) -> bool:
    return word[:1].isupper() and bool(content_words(word))


def _listed(things: list[str], word: str) -> str:
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} {word} {things[-1]}"


def _month(day: date) -> str:
    return f"{day:%B %Y}"
