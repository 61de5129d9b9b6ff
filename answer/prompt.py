"""What the language model reads. The system prompt and the examples never change, so its server reads them once.

The examples are invented, and lead a small model further than any instruction: to answer in a few words of the
passages, and to say when they do not state it (`docs/decisions.md` has the figures).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from answer.evidence import Sentence
from answer.llm import Message
from byline.days import in_words
from byline.records import Article, Chunk, Citation, Turn

SYSTEM = (
    "You answer questions for a newspaper from passages of its articles, in a few of their words. "
    "Where the passages do not state what is asked, reply: not stated"
)

_BRIDGE = (
    "From “Harbour bridge reopens after repairs”, 3 May 2019:\n"
    "The Tarn bridge reopened to cars on 2 May after fourteen months of work. Mayor Elise Moreau and the engineer Karl "
    "Voss cut the ribbon. The council approved the repairs by 31 votes to 12.\n"
)
_UNION = (
    "From “Farmers' union elects a new head”, 12 March 2021:\n"
    "The union chose Ana Petrov, a beekeeper, as its head on Thursday. She follows Jon Aske, who led it for nine "
    "years.\n"
)
_MUSEUM = (
    "From “Museum buys early map”, 8 October 2022:\n"
    "The national museum paid 2.4 million pounds for the map of 1507 because no other copy is known.\n"
    "\n"
    "From “Castle shows its globe”, 4 May 2018:\n"
    "The castle at Orvel paid 900,000 pounds for a globe.\n"
)


@dataclass(frozen=True, slots=True)
class Example:
    passages: str
    question: str
    answer: str


EXAMPLES = (
    Example(_BRIDGE, "Who cut the ribbon at the bridge?", "Elise Moreau and Karl Voss"),
    Example(_BRIDGE, "How long is the bridge?", "not stated"),
    Example(_BRIDGE, "On which day did the bridge open to cars again?", "2 May 2019"),
    Example(_MUSEUM, "Which cost more, the map or the globe?", "the map, 2.4 million pounds against 900,000 pounds"),
    Example(_MUSEUM, "When did the castle buy the map?", "not stated"),
    Example(_BRIDGE, "How many voted against the repairs?", "12"),
    Example(f"{_UNION}\n{_MUSEUM}", "Who led the union before Ana Petrov?", "Jon Aske"),
    Example(_UNION, "Who leads the fishermen's union?", "not stated"),
    Example(_MUSEUM, "Why did the museum buy the map?", "no other copy is known"),
)


def answer_prompt(evidence: Sequence[Sentence], question: str, history: Sequence[Turn]) -> list[Message]:
    """Asks for the answer in a few words, or "not stated"."""
    return _prompt(_passages((s.passage.chunk.article, s.text) for s in evidence), f"Question: {question}", history)


def reading_prompt(citations: Sequence[Citation], question: str, history: Sequence[Turn]) -> list[Message]:
    """Asks the same of the cited passages alone: with less to read, a small model errs less."""
    return _prompt(_cited(citations), f"Question: {question}", history)


def again_prompt(
    evidence: Sequence[Sentence], question: str, history: Sequence[Turn], said: str, wrong: str
) -> list[Message]:
    """Asks once more, after a reply that was no answer, and says what was wrong with it, behind all that was read."""
    asked = f"{wrong} Question: {question}"
    return [*answer_prompt(evidence, question, history), Message("assistant", said), Message("user", asked)]


def proof_prompt(citations: Sequence[Citation], question: str) -> list[Message]:
    """Asks whether the cited passages answer the question; the reply is yes or no, and the answer is not named.

    It begins as `reading_prompt` does, passages and all, so that the server has read most of it.
    """
    asked = f"Do these passages state the answer to the question? Reply yes or no. Question: {question}"
    return _prompt(_cited(citations), asked, ())


def asked_prompt(answer: str, citations: Sequence[Citation] = ()) -> list[Message]:
    """Asks which question it is that has this answer, by the cited passages, or by none.

    It begins as `reading_prompt` does, too.
    """
    who = "do these passages" if citations else "does a newspaper"
    return _prompt(_cited(citations), f"Which question {who} answer with “{answer}”?", ())


def _chunks(citations: Sequence[Citation]) -> list[Chunk]:
    """Each once, in the order of their articles' first citations, then of the text."""
    chunks = {citation.passage.chunk.id: citation.passage.chunk for citation in citations}.values()
    articles = list(dict.fromkeys(chunk.article.id for chunk in chunks))
    return sorted(chunks, key=lambda chunk: (articles.index(chunk.article.id), chunk.start))


def _cited(citations: Sequence[Citation]) -> Iterator[str]:
    return _passages((chunk.article, chunk.text) for chunk in _chunks(citations))


def _prompt(passages: Iterable[str], last: str, history: Sequence[Turn]) -> list[Message]:
    messages = [Message("system", SYSTEM)]
    for example in EXAMPLES:
        asked = f"{example.passages}\nQuestion: {example.question}"
        messages += [Message("user", asked), Message("assistant", example.answer)]
    return [*messages, Message("user", "\n".join([*passages, *map(_earlier, history), last]))]


def _earlier(turn: Turn) -> str:
    answer = f"Earlier answer: {turn.answer}\n" if turn.answer else ""
    return f"Earlier question: {turn.question}\n{answer}"


def _passages(sentences: Iterable[tuple[Article, str]]) -> Iterator[str]:
    """Neighbours from one article come under one title."""
    for article, group in groupby(sentences, key=lambda pair: pair[0]):
        day = f", {in_words(article.published)}" if article.published else ""
        yield f"From “{article.title}”{day}:\n{' '.join(text for _, text in group)}\n"
