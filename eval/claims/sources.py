"""Sentences of articles, each in the passage that would be cited for it, and what can be read off them by rule."""

import random
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from byline.days import in_words
from byline.errors import ArticleError, CaseError
from byline.records import Article
from byline.sentences import sentence_spans
from ingest import read_articles

PASSAGE_WORDS = 75
"""About as long as a chunk of the index, which has at most 96 tokens."""
TRIES = 100
Half = Literal["tuned", "reported"]
MONTHS = "January February March April May June July August September October November December".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
SHORT_MONTHS = ("Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")
_MONTH = "|".join(re.escape(month) for month in dict.fromkeys([*MONTHS, *SHORT_MONTHS]))
DATE = re.compile(rf"\b(?P<month>{_MONTH}) (?P<day>\d{{1,2}})\b(?!,\d)(?:, (?P<year>\d{{4}})\b)?")
NUMBER = re.compile(r"(?<![\w.,$€£/:#-])\d{1,3}(?:,\d{3})+(?![\w,-])|(?<![\w.,/:#-])\d+(?:\.\d+)?(?![\w/:-]|[.,]\d)")
NAME = re.compile(r"\b[A-Z][a-zà-ÿ]+(?:[-’'][A-Z][a-zà-ÿ]+)?(?: (?:[A-Z]\. )?[A-Z][a-zà-ÿ]+(?:[-’'][A-Z][a-zà-ÿ]+)?)*")
NEGATION = re.compile(r"\b(?:not|never|no|none|nobody|nothing|neither|nor|without|cannot)\b|n['’]t\b", re.I)
_NO_NAMES = frozenset(MONTHS + WEEKDAYS) | frozenset(
    (
        "The This That There These Those They But And She He It We You In On At As If When While After Before For With"
        " From By To His Her Its Our Their My What Who How Why Where Some Many Most More One Two All Both Not No So Now"
        " Then Here An Of Mr Mrs Ms Dr"
    ).split()
)


@dataclass(frozen=True, slots=True)
class Source:
    """`passage` as it would be cited, with title and day; `before` is the sentence before this one, in the passage."""

    article: str
    half: Half
    passage: str
    sentence: str
    before: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """What false claims are made with. `names` are those of each article."""

    names: dict[str, tuple[str, ...]]
    tails: tuple[tuple[str, str], ...]

    def name_elsewhere(self, source: Source, chance: random.Random) -> str | None:
        """A name of two words that the passage lacks; None where no article drawn in TRIES has one."""
        for _ in range(TRIES):
            article = chance.choice(list(self.names))
            names = [name for name in self.names[article] if name not in source.passage and " " in name]
            if article != source.article and names:
                return chance.choice(names)
        return None


def read_sources(places: Sequence[str], seed: int) -> tuple[list[Source], Pool]:
    """Every sentence that can be used, shuffled. Raises CaseError where an article cannot be read, or none can."""
    sources: list[Source] = []
    names: dict[str, tuple[str, ...]] = {}
    for place, article in read_articles(places):
        if isinstance(article, ArticleError):
            raise CaseError(f"{place}: {article}")
        if article.language in (None, "en"):
            names[article.id] = tuple(dict.fromkeys(names_in(article.text)))
            sources += _of_article(article, names[article.id], _half(article))
    if len(names) < 2 or not sources:
        raise CaseError(f"{', '.join(places)} hold too few English sentences to make claims of")
    random.Random(seed).shuffle(sources)
    tails = [(source.article, tail) for source in sources for tail in _tails(source.sentence)]
    named = {id: some for id, some in names.items() if any(" " in name for name in some)}
    if len(named) < 2 or not tails:
        raise CaseError(
            f"{', '.join(places)} hold {len(named)} English articles with a name of two words and {len(tails)}"
            " sentences that end in a clause like “, which is more than before.”; they need at least two and one"
        )
    return sources, Pool(named, tuple(tails))


def _half(article: Article) -> Half:
    """Whatever the seed: else another one would report on articles that the check was tuned on, with seed 0."""
    return "tuned" if zlib.crc32(f"0 {article.id}".encode()) % 2 else "reported"


def _of_article(article: Article, names: tuple[str, ...], half: Half) -> Iterator[Source]:
    day = in_words(article.published)
    spans = sentence_spans(article.text)
    for at, (start, end) in enumerate(spans):
        sentence = article.text[start:end]
        if not _can_be_used(sentence):
            continue
        first = last = at
        while first > 0 and _words(article, spans, first - 1, last) <= PASSAGE_WORDS and at - first < 2:
            first -= 1
        while last + 1 < len(spans) and _words(article, spans, first, last + 1) <= PASSAGE_WORDS:
            last += 1
        text = article.text[spans[first][0] : spans[last][1]]
        before = article.text[slice(*spans[at - 1])] if at > first else ""
        yield Source(article.id, half, f"{article.title}\n{day}\n{text}", sentence, before, names)


def _words(article: Article, spans: Sequence[tuple[int, int]], first: int, last: int) -> int:
    return len(article.text[spans[first][0] : spans[last][1]].split())


def _can_be_used(sentence: str) -> bool:
    words = sentence.split()
    plain = not re.search(r"[\"“”:;()\[\]|—\n]", sentence) and sentence.endswith(".")
    return plain and 8 <= len(words) <= 32 and sentence[0].isupper()


def names_in(sentence: str) -> list[str]:
    """Runs of capitals, in order. One word that opens the sentence is none; a month or a weekday neither."""
    found = []
    for match in NAME.finditer(sentence):
        words = match.group().split()
        while words and words[0] in _NO_NAMES:
            words = words[1:]
        opens = match.start() == 0 and len(words) == 1 and len(match.group().split()) == 1
        if words and not opens and words[0] not in _NO_NAMES and len(words[-1]) > 2:
            found.append(" ".join(words))
    return found


def _tails(sentence: str) -> Iterator[str]:
    """A last clause without names and numbers: “, which is more than before”."""
    found = re.search(r", (?:which|who|where|because|while|after|as|but|so|with) [a-z ,'’-]{25,90}(?=\.$)", sentence)
    if found and not NEGATION.search(found.group()):
        yield found.group()
