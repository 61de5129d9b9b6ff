"""What the language model reads. The system prompt never changes, so its server reads it once.

The check of the evidence and the answer are two questions about the same sentences: all but the last line of the prompt
is shared, and read once.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from answer.evidence import Sentence
from answer.llm import Message
from byline.records import Article, Citation, Turn

SYSTEM = (
    "You answer questions for a newspaper from the passages of articles that you are given, and from nothing else. "
    "Answer in one short sentence, in the words of the passages."
)
"""It offers no way out such as "not stated": the default model took it for up to 11 of 40 answerable questions, while
the checks after it caught what it said without."""
PROOF_SYSTEM = "You check facts for a newspaper. Reply yes or no."


def check_prompt(evidence: Sequence[Sentence], question: str, history: Sequence[Turn]) -> list[Message]:
    """Asks whether the evidence states the answer; the reply is yes or no."""
    return _prompt(evidence, history, question, "Do the passages state the answer? Reply yes or no.")


def answer_prompt(evidence: Sequence[Sentence], question: str, history: Sequence[Turn]) -> list[Message]:
    """Asks for the answer, in one sentence."""
    return _prompt(evidence, history, question, "Answer:")


def proof_prompt(citations: Sequence[Citation], question: str) -> list[Message]:
    """Asks whether the cited passages answer the question; the reply is yes or no. The answer is not named."""
    asked = f"{_cited(citations)}\n\nDoes this passage state the answer to the question: {question}"
    return [Message("system", PROOF_SYSTEM), Message("user", asked)]


def claim_prompt(citations: Sequence[Citation], claim: str) -> list[Message]:
    """Asks whether the cited passages prove the claim; the reply is yes or no. Begins as `proof_prompt` does."""
    asked = f"{_cited(citations)}\n\nClaim: {claim}\n\nDoes the passage prove every part of this claim?"
    return [Message("system", PROOF_SYSTEM), Message("user", asked)]


def _cited(citations: Sequence[Citation]) -> str:
    """The passages around the quotes, each once: a quote alone often says "it" of what the sentence before named."""
    passages = {citation.passage.chunk.id: citation.passage.chunk for citation in citations}.values()
    return "\n".join(f"From “{chunk.article.title}”: {chunk.text}" for chunk in passages)


def _prompt(evidence: Sequence[Sentence], history: Sequence[Turn], question: str, ask: str) -> list[Message]:
    earlier = [f"Earlier question: {turn.question}\nEarlier answer: {turn.answer}\n" for turn in history]
    return [
        Message("system", SYSTEM),
        Message("user", "\n".join([*_passages(evidence), *earlier, f"Question: {question}", ask])),
    ]


def _passages(evidence: Sequence[Sentence]) -> Iterator[str]:
    def article_of(sentence: Sentence) -> Article:
        return sentence.passage.chunk.article

    for article, sentences in groupby(evidence, key=article_of):
        day = f", {article.published.day} {article.published:%B %Y}" if article.published else ""
        yield f"From “{article.title}”{day}:\n{' '.join(sentence.text for sentence in sentences)}\n"
