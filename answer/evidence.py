"""The sentences that the language model reads: the best of the best article, and only then the rest.

On two cores the default model reads 55 to 85 tokens a second, so what it reads is what the user waits for. Sentences
of several passages hold the answer more often than as many tokens of whole passages, and one article is read as rightly
as several in half the time (`docs/decisions.md`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from answer.orders import is_order, speaks_to_model
from byline.records import Passage
from byline.sentences import sentence_spans
from index import Embedder, content_words, stem

WORD_BONUS, RANK_MALUS = 0.05, 0.01
"""Added to a sentence's cosine for each word shared with the question; taken from it for each place of its passage."""
PASSAGE_WEIGHT, NEIGHBOUR_WEIGHT = 0.6, 0.6
"""Of the passage's score in the search, and of the best cosine among its sentences: what answers often stands beside
the sentence that names what is asked about."""
NEWEST_BONUS = 0.1
"""For the newest article of those found, where the question asks how things stand; the oldest gets none of it."""
EACH_COMPARED = 0.75
"""Of the tokens of one article, for each of two."""
OTHERS_SHARE = 0.67
"""Of the tokens of the second reading, for other articles than the best, which has the rest for what it still holds."""
READ_ON = 1.5
"""Of the tokens of a reading, how many it may have where it begins with what was read while the question was typed."""
HEADER_TOKENS = 12
"""What a prompt spends around the title of an article."""

_NOW = (
    r"next(?! (?:to|day|morning|door)\b)|latest|newest|current|currently|now|upcoming|most recent|(?<!USA )today"
    r"|so far(?! (?:that|as)\b)"
)
_ASKS_ABOUT_NOW = re.compile(rf"\b({_NOW})\b", re.I)
_WANTS_THE_NEWEST = re.compile(rf"\b({_NOW}|planned)\b", re.I)
_COMPARES = re.compile(
    r"^of .+ and .+,|\bboth\b|\b(?:of|between) the two\b|\bin common\b"
    r"|\b(?:earlier|later|larger|smaller|bigger|longer|shorter|higher|lower|more|fewer|less) (?:one\b|than\b(?! "
    r"(?:about |roughly |nearly |some )?(?:[$€£¥]? ?\d|(?:an?|half|one|two|ten|dozens|hundreds|thousands)\b)))",
    re.I,
)
_ASKS = re.compile(r"\b(?:how|who|whom|whose|what|when|where|why|which)\b", re.I)
OPENING = r"^\W*(?:(?:and|but|so) )?"
TAKES_NOT, STANDS_ALONE = "is|are|was|were|did|does|do|has|have|had|would|should|could", "will|can|may|might"
"""Patterns: what a question may begin with before what it asks, and the verbs that ask for a yes or a no, of which some
have an "n't" without changing.
"""
_OFFERS = re.compile(
    rf"{OPENING}(?:which (?:is|are|was|were|of|one|had|has|came|did|does)|whether|{TAKES_NOT}|{STANDS_ALONE})\b", re.I
)
_BEFORE_SIDES = re.compile(r".*(?:,|:(?= ))")
_MORE_OF_THE_SAME = re.compile(r"(?:more|less|fewer|so|not|both)\b", re.I)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a passage; `start` and `end` count characters of the article."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.passage.chunk.article.text[self.start : self.end]

    @property
    def place(self) -> tuple[str, int, int]:
        """The same for the same sentence of two searches."""
        return self.passage.chunk.article.id, self.start, self.end

    @property
    def stems(self) -> frozenset[str]:
        return stems_of(self.text)


@dataclass(frozen=True, slots=True)
class Evidence:
    """`readings` are what the model reads, one after the other, until it finds an answer; `ranked` is every sentence
    of what was found, best first. Both are empty where nothing was found.
    """

    readings: tuple[list[Sentence], ...]
    ranked: Sequence[Sentence]

    def reading_on(self, read: Sequence[Sentence], embedder: Embedder, tokens: int) -> "Evidence":
        """The same, but its first reading begins with what the model has just been given to read, for the question as
        far as it was typed, and what is new comes behind: only that has still to be read.

        Itself where the one or the other is of several articles, they are of two or of two versions of one, or both
        are too much.
        """
        if not read or not self.readings:
            return self
        found = {sentence.place: sentence for sentence in self.ranked}
        together = list({s.place: found.get(s.place, s) for s in [*read, *self.readings[0]]}.values())
        articles = {(s.passage.chunk.article.id, s.passage.chunk.article.digest) for s in together}
        if len(articles) > 1 or sum(embedder.count_tokens([s.text for s in together])) > READ_ON * tokens:
            return self
        return replace(self, readings=(together, *self.readings[1:]))

    def wider(self, reading: Sequence[Sentence], article: str, embedder: Embedder, tokens: int) -> list[Sentence]:
        """The reading and, behind it, the best of what this article still holds, as many tokens as that. Other articles
        lead a small model astray (`docs/decisions.md`), so theirs comes only where this one has been read to its end.

        The reading stands first and unchanged, so that a server that has read it reads on from there.
        """
        read = set(reading)
        unread = [sentence for sentence in self.ranked if sentence not in read]
        unread = [s for s in unread if s.passage.chunk.article.id == article] or unread
        return [*reading, *(_fitting(unread, embedder, tokens) if unread else [])]


def stems_of(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning."""
    return frozenset(stem(word) for word in content_words(text))


def titled(sentence: Sentence) -> str:
    """What is embedded of a sentence: alone it seldom names what it is about."""
    return f"{sentence.passage.chunk.article.title}\n{sentence.text}"


def sentences_of(passages: Sequence[Passage]) -> list[Sentence]:
    """Every sentence of the passages that tell something, read by the model or not."""
    return [
        Sentence(passage, passage.chunk.start + start, passage.chunk.start + end)
        for passage in passages
        if not (speaks_to_model(passage.chunk.text) or is_order(passage.chunk.article.title))
        for start, end in sentence_spans(passage.chunk.text)
    ]


def sides_of(question: str) -> tuple[str, ...]:
    """The two questions in one that compares: "which came first, A or B?" asks about A and about B; else none.

    Which cost more, the map or the globe? ─► "Which cost more, the map", "Which cost more, the globe?"

    Not "how many were killed or injured?" nor "30 or more people", which ask one thing.
    """
    left, choice, right = question.partition(" or ")
    before = _BEFORE_SIDES.match(left)
    head = before.group() if before else ""
    if not choice or (head and _ASKS.search(left[len(head) :])):
        return ()
    if not head and not (_OFFERS.search(question) and _may_be_side(right)):
        return ()
    return left, f"{head} {right}" if head else right


def _may_be_side(right: str) -> bool:
    """Whether what follows an "or" says enough to be searched: not that of "in force or not?", "a date or deadline"."""
    says = re.search(r"\b[A-Z]|\d", right) or len(content_words(right)) > 1
    return bool(says) and not _MORE_OF_THE_SAME.match(right)


def compares(question: str) -> bool:
    """Whether it is about two things at once, which often stand in two articles."""
    return bool(sides_of(question) or _COMPARES.search(question))


def asks_about_now(question: str) -> bool:
    """Whether it asks how things stand: "latest", "next", "so far"."""
    return bool(_ASKS_ABOUT_NOW.search(question))


def choose_evidence(
    question: str,
    passages: Sequence[Passage],
    embedder: Embedder,
    tokens: int,
    leaning: str | None = None,
    compared: Sequence[str] = (),
) -> Evidence:
    """What the model reads, and where it finds no answer in that, what it reads next.

    First the best sentences of the best article that fit `tokens`, then the best of the others and of what that one
    still holds. Two articles that are compared, those with the ids `compared` or else the best two, come in one
    reading, each with EACH_COMPARED of the tokens. So do all where it asks how things stand now, the newest first.

    `leaning` is the question as it was asked, where it leaned on earlier ones: half of a cosine is to it, for what it
    asks is drowned in what it leans on. The best sentence is always there, however long. Copies of an article add
    nothing and are passed over.
    """
    newness = _newness(question, passages)
    ranked = _ranked(question, passages, newness, embedder, leaning)
    if not ranked:
        return Evidence((), ())
    by_article: dict[str, list[Sentence]] = {}
    for sentence in ranked:
        by_article.setdefault(sentence.passage.chunk.article.id, []).append(sentence)
    best, *others = by_article
    if compared or compares(question):
        share, pair = int(EACH_COMPARED * tokens), [id for id in compared if id in by_article] or [best, *others[:1]]
        both = [sentence for id in pair for sentence in _fitting(by_article[id], embedder, share)]
        return Evidence((both,), ranked)
    if any(newness.values()):
        newest = sorted(_fitting(ranked, embedder, tokens), key=lambda s: -newness[s.passage.chunk.article.id])
        return Evidence((newest,), ranked)
    first = _fitting(by_article[best], embedder, tokens)
    read = set(first)
    unread = [sentence for sentence in by_article[best] if sentence not in read]
    rest = [sentence for sentence in ranked if sentence.passage.chunk.article.id != best]
    share = int(OTHERS_SHARE * tokens)
    of_rest, of_unread = (share, tokens - share) if rest and unread else (tokens, tokens)
    second = _fitting(rest, embedder, of_rest) + _fitting(unread, embedder, of_unread)
    return Evidence((first, second) if second else (first,), ranked)


def _fitting(ranked: Sequence[Sentence], embedder: Embedder, tokens: int) -> list[Sentence]:
    """The best that fit, with the titles of their articles, in the order of their articles, the best article first."""
    costs = dict(zip(ranked, embedder.count_tokens([sentence.text for sentence in ranked]), strict=True))
    titles = list(dict.fromkeys(sentence.passage.chunk.article.title for sentence in ranked))
    headers = {t: HEADER_TOKENS + n for t, n in zip(titles, embedder.count_tokens(titles), strict=True)}
    chosen: list[Sentence] = []
    articles: list[str] = []
    left = tokens
    for sentence in ranked:
        article = sentence.passage.chunk.article
        header = 0 if article.id in articles else headers[article.title]
        if costs[sentence] + header <= left or not chosen:
            chosen.append(sentence)
            left -= costs[sentence] + header
            if header:
                articles.append(article.id)
    return sorted(chosen, key=lambda s: (articles.index(s.passage.chunk.article.id), s.start))


def _ranked(
    question: str,
    passages: Sequence[Passage],
    newness: Mapping[str, float],
    embedder: Embedder,
    leaning: str | None,
) -> list[Sentence]:
    """Every sentence of the passages, best first."""
    placed = [
        (rank, sentence)
        for rank, passage in enumerate(passages)
        if not _repeats(passage, passages[:rank])
        for sentence in sentences_of([passage])
    ]
    if not placed:
        return []
    vectors = embedder.embed_passages([titled(sentence) for _, sentence in placed])

    asked_vector = embedder.embed_question(question)
    if leaning is not None:
        asked_vector = np.mean([asked_vector, embedder.embed_question(leaning)], axis=0, dtype=np.float32)
    stems, cosines = stems_of(question), [float(cosine) for cosine in vectors @ asked_vector]
    best: dict[int, float] = {}
    for (rank, _), cosine in zip(placed, cosines, strict=True):
        best[rank] = max(best.get(rank, -1.0), cosine)
    scores = [
        cosine
        + WORD_BONUS * len(stems & sentence.stems)
        + NEIGHBOUR_WEIGHT * best[rank]
        + PASSAGE_WEIGHT * sentence.passage.score
        - RANK_MALUS * rank
        + NEWEST_BONUS * newness[sentence.passage.chunk.article.id]
        for (rank, sentence), cosine in zip(placed, cosines, strict=True)
    ]
    return [placed[at][1] for at in sorted(range(len(placed)), key=lambda at: -scores[at])]


def _newness(question: str, passages: Sequence[Passage]) -> dict[str, float]:
    """0 (oldest) to 1 (newest) for each article found, by id; 0 for all where the question is not about now."""
    days = sorted({p.chunk.article.published for p in passages if p.chunk.article.published})
    newness = {p.chunk.article.id: 0.0 for p in passages}
    if _WANTS_THE_NEWEST.search(question) and len(days) > 1:
        for passage in passages:
            if passage.chunk.article.published:
                newness[passage.chunk.article.id] = days.index(passage.chunk.article.published) / (len(days) - 1)
    return newness


def _repeats(passage: Passage, better: Sequence[Passage]) -> bool:
    """Whether it comes from a copy of an article that already has a better passage."""
    article = passage.chunk.article
    story = article.same_as or article.id
    others = (other.chunk.article for other in better if other.chunk.article.id != article.id)
    return any(story in (other.id, other.same_as) for other in others)
