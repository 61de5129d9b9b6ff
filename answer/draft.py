"""What the model wrote from one reading, its quotes, and what speaks against it, as far as words alone tell."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from answer.cite import CitedSentence, cite
from answer.evidence import Sentence
from answer.llm import Reply
from answer.misfit import NOT_STATED, misfit, says_nothing
from byline.records import Passage
from byline.sentences import sentence_spans

WORTH_ASKING_AGAIN = 0.3
"""A model that declined is asked once more where it was this sure, or surer, that the answer is stated."""
_YES_OR_NO = re.compile(r"^\W*(?:yes|no)\b\W*", re.I)
_BARE = "it only says yes or no, and not what the passages say"
_DECLINED = "Read once more what they say, and answer from it."
_UNPROVEN = "No passage says that."
_ENDS = ".!?\"'”’)"


@dataclass(frozen=True, slots=True)
class Draft:
    """`stated` is how sure the model was, when it first began to write, that the passages state the answer; `later`
    whether it had found none in what it read before; `mended` whether it was asked once more.
    """

    evidence: Sequence[Sentence]
    text: str
    stated: float
    cited: tuple[CitedSentence, ...]
    problem: str | None
    later: bool = False
    mended: bool = False

    @property
    def declines(self) -> bool:
        return says_nothing(self.text)

    @property
    def wrong(self) -> str | None:
        """What the model is told when it is asked again; None where there is nothing to gain, or nothing wrong."""
        if self.declines:
            return _DECLINED if self.stated >= WORTH_ASKING_AGAIN else None
        if self.problem is None:
            return None
        return _UNPROVEN if self.problem == uncited(self.cited) else f"No: {self.problem}."


def draft_of(
    reply: Reply,
    evidence: Sequence[Sentence],
    question: str,
    searched: str,
    earlier: str,
    passages: Sequence[Passage] = (),
) -> Draft:
    """`searched` is the question as it stands alone, `earlier` what was asked before it.

    Quotes come from the evidence, else from what was found besides of the articles that were read.
    """
    text, stated = _without_yes(_whole_sentences(reply.text)), 1 - reply.chance_of(NOT_STATED)
    if says_nothing(text):
        # A refusal in other words than those of the examples says nothing about how near it was to an answer.
        stated = stated if text.lower().startswith(NOT_STATED) else 0.0
        return Draft(evidence, text, stated, (), "the model finds no answer in the passages")
    read = {sentence.passage.chunk.article.id for sentence in evidence}
    beyond = [passage for passage in passages if passage.chunk.article.id in read]
    cited = tuple(cite(text, searched, evidence, beyond))
    bare = _BARE if _YES_OR_NO.fullmatch(text) else None
    return Draft(evidence, text, stated, cited, bare or uncited(cited) or misfit(question, said(cited), earlier))


def said(cited: Sequence[CitedSentence]) -> str:
    return " ".join(sentence.text for sentence in cited)


def uncited(cited: Sequence[CitedSentence]) -> str | None:
    return None if all(sentence.citations for sentence in cited) else "a sentence of it stands in no article"


def _without_yes(text: str) -> str:
    """Without the "Yes," that no article says, where the answer goes on with what one does."""
    rest = _YES_OR_NO.sub("", text)
    return rest[0].upper() + rest[1:] if rest and rest != text else text


def _whole_sentences(text: str) -> str:
    """Without the stump of a sentence that ran into the limit of tokens, where a whole one stands before it; in a list,
    none ends with a stop.
    """
    spans = sentence_spans(text)
    if len(spans) > 1 and text[spans[-1][1] - 1] not in _ENDS and text[spans[-2][1] - 1] in _ENDS:
        spans = spans[:-1]
    return " ".join(text[start:end] for start, end in spans)
