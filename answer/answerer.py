"""A question to a verified answer. `Answerer.ask` is the whole story; every step of it is one file of this room.

question + history ─► stand-alone question ─► search ─► evidence ─► model streams ─► cite ─► reread ─► verify ─► Answer
"""

import time
from collections.abc import Collection, Generator, Sequence
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from answer.abstain import (
    NOT_STATED,
    agree,
    another_of_its_kind,
    contradict,
    covered,
    lead,
    may_say_nothing,
    misfit,
    names_missing,
    offers_choice,
    says_nothing,
)
from answer.calibration import BUILT_IN, Calibration, read_calibration
from answer.cite import CitedSentence, check, citations_of, cite, marked, with_dissent
from answer.evidence import Sentence, choose_evidence
from answer.find import Found, find
from answer.follow_up import relevant_turns, stand_alone
from answer.llm import LanguageModel, Reply, open_language_model
from answer.prompt import answer_prompt, proof_prompt, reading_prompt
from answer.refusal import refusal
from answer.verify import Verifier, open_verifier
from byline.closing import Closing
from byline.errors import QuestionError
from byline.records import Answer, Turn
from byline.sentences import sentence_spans
from byline.settings import Settings
from index import ArticleIndex, Filters, open_index


class Answerer(Closing):
    """Any number of threads may ask at once; each `ask` is one question."""

    def __init__(
        self,
        index: ArticleIndex,
        model: LanguageModel,
        verifier: Verifier,
        settings: Settings,
        calibration: Calibration = BUILT_IN,
    ) -> None:
        self.index = index
        self.model = model
        self._verifier = verifier
        self._settings = settings
        self._calibration = calibration

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        as_of: date | None = None,
        without: Collection[str] = (),
    ) -> Generator[Answer, None, None]:
        """Ever more complete Answers; the last is `done` and verified. Closing the iterator stops the model.

        `as_of` hides what was published later, `without` the articles of these ids or URLs and their copies. Raises
        QuestionError before anything is searched, and the language model's errors while it writes.
        """
        clock = _Clock()
        answer = Answer(self._checked(question), model=self.model.name)
        yield answer

        turns = relevant_turns(answer.question, history)
        answer = replace(answer, search_question=stand_alone(answer.question, turns))
        found = self._found(answer.search_question, as_of, frozenset(without))
        answer = replace(answer, passages=found.passages, stage="writing", timings=clock.mark("search"))
        yield answer

        readings = self._readings(answer.search_question, answer.question if turns else None, found)
        if not readings:
            yield self._declined(answer, "nothing was found", clock)
            return

        reply = Reply("", {})
        for evidence in readings:
            for reply in self.model.write(
                answer_prompt(evidence, answer.question, turns), self._settings.answer_tokens
            ):
                if not may_say_nothing(reply.text):
                    answer = replace(answer, text=reply.text.strip(), timings=clock.mark("first_word"))
                    yield answer
            if not says_nothing(reply.text):
                break
        else:
            yield self._declined(answer, "the model finds no answer in the passages", clock)
            return
        answer = replace(answer, text=reply.text.strip(), timings=clock.mark("first_word"))
        answer = _signalled(answer, stated=1 - reply.chance_of(NOT_STATED), later=float(evidence is not readings[0]))

        cited = cite(_whole_sentences(answer.text), answer.search_question, evidence)
        answer = replace(answer, text=marked(cited), citations=citations_of(cited), stage="checking")
        answer = replace(answer, timings=clock.mark("written"))
        yield answer
        yield self._verified(answer, cited, evidence, turns, clock)

    def read_ahead(self, question: str, history: Sequence[Turn] = (), as_of: date | None = None) -> None:
        """Has the model's server read what `ask` would send, and keep it: the answer to this question begins sooner.

        Nothing is remembered here. Does nothing for a server of somebody else's, unless the settings say so.
        """
        if not (self.model.in_process or self._settings.read_ahead_elsewhere):
            return
        question = self._checked(question)
        turns = relevant_turns(question, history)
        searched = stand_alone(question, turns)
        readings = self._readings(searched, question if turns else None, self._found(searched, as_of))
        if readings:
            self.model.reply(answer_prompt(readings[0], question, turns), 1)

    def warm(self) -> None:
        """Loads the embedder and the language model's fixed prompt, so that the first question waits for neither."""
        self.index.embedder.embed_question("warm")
        self.model.reply(answer_prompt([], "warm", []), 1)

    def _found(self, question: str, as_of: date | None, without: frozenset[str] = frozenset()) -> Found:
        return find(self.index, question, self._settings.search_passages, Filters(until=as_of), without)

    def _readings(self, question: str, leaning: str | None, found: Found) -> tuple[list[Sentence], ...]:
        """What the model is to read, one after the other, until it finds an answer."""
        tokens, embedder = self._settings.evidence_tokens, self.index.embedder
        return choose_evidence(question, found.passages, embedder, tokens, leaning, found.compared)

    def _checked(self, question: str) -> str:
        question = " ".join(question.split())
        most = self._settings.question_max_characters
        if not question:
            raise QuestionError("the question is empty; type one")
        if len(question) > most:
            raise QuestionError(
                f"the question has {len(question)} characters and at most {most} are read; "
                "shorten it, or raise BYLINE_QUESTION_MAX_CHARACTERS"
            )
        return question

    def _verified(
        self,
        answer: Answer,
        cited: Sequence[CitedSentence],
        evidence: Sequence[Sentence],
        turns: Sequence[Turn],
        clock: "_Clock",
    ) -> Answer:
        """The done answer: every sentence supported by what it cites, and likely right; else a refusal."""
        earlier = " ".join(turn.question for turn in turns)
        problem = _uncited(cited) or misfit(answer.question, _said(cited), earlier)
        if problem:
            return self._declined(answer, f"the model's answer was withdrawn: {problem}", clock)
        again = self.model.reply(reading_prompt(answer.citations, answer.question, turns), self._settings.answer_tokens)
        agreed = agree(_said(cited), again.text)
        if contradict(_said(cited), again.text) and not turns and not says_nothing(again.text):
            cited = cite(_whole_sentences(again.text), answer.search_question, evidence)
        read = [s.passage.chunk.article for s in evidence] if offers_choice(answer.question) else []
        cited = check(cited, answer.search_question, self._verifier, read)
        answer = replace(answer, text=marked(cited), citations=citations_of(cited))
        articles = [f"{citation.article.title}\n{citation.article.text}" for citation in answer.citations]
        problem = _unsupported(cited) or misfit(answer.question, _said(cited), earlier)
        problem = problem or another_of_its_kind(answer.question, articles)
        if problem:
            return self._declined(answer, f"the model's answer was withdrawn: {problem}", clock)
        passages = [f"{c.article.title}\n{c.passage.chunk.text}" for c in answer.citations]
        answer = _signalled(
            answer,
            proved=self.model.probability_of_yes(proof_prompt(answer.citations, answer.question)),
            reread=1 - again.chance_of(NOT_STATED),
            agreed=float(agreed),
            covered=covered(answer.search_question, passages, self.index.occurrences),
            lead=lead(answer.passages),
            names_missing=float(names_missing(answer.question, passages)),
        )
        if self._calibration.chance_of_right(answer.signals) < self._calibration.threshold:
            return self._declined(answer, "what was found is too weak to answer from", clock)
        cited = with_dissent(cited, answer.search_question, answer.passages)
        answer = replace(answer, text=marked(cited), citations=citations_of(cited))
        return replace(answer, stage="done", timings=clock.mark("done"))

    def _declined(self, answer: Answer, reason: str, clock: "_Clock") -> Answer:
        text = refusal(answer.question, self.index)
        clock.mark("first_word")
        return replace(
            answer, text=text, citations=(), abstained=True, reason=reason, stage="done", timings=clock.mark("done")
        )

    def close(self) -> None:
        self.index.close()


def open_answerer(settings: Settings) -> Answerer:
    """The index in `settings.data` with the model of `settings.llm`, ready to ask; close it, or use it in a `with`."""
    model, calibration = open_language_model(settings), read_calibration(settings.data)
    verifier = open_verifier(settings.verifier, settings.models)
    return Answerer(open_index(settings), model, verifier, settings, calibration)


class _Clock:
    """Seconds since the question, by the name of what had happened."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._marks: dict[str, float] = {}

    def mark(self, name: str) -> MappingProxyType[str, float]:
        """Of a name that comes again, the first time counts."""
        self._marks.setdefault(name, time.perf_counter() - self._start)
        return MappingProxyType(dict(self._marks))


def _signalled(answer: Answer, **signals: float | None) -> Answer:
    known = {name: value for name, value in signals.items() if value is not None}
    return replace(answer, signals=MappingProxyType({**answer.signals, **known}))


def _said(cited: Sequence[CitedSentence]) -> str:
    return " ".join(sentence.text for sentence in cited)


def _uncited(cited: Sequence[CitedSentence]) -> str | None:
    return None if all(sentence.citations for sentence in cited) else "a sentence of it stands in no article"


def _unsupported(cited: Sequence[CitedSentence]) -> str | None:
    """Why the answer is not proven; None where every sentence is."""
    if not all(citation.verbatim for citation in citations_of(cited)):
        return "a quote does not stand in its article"
    if not all(citation.supported for citation in citations_of(cited)):
        return "a name or number in it stands in no cited passage"
    return _uncited(cited)


def _whole_sentences(text: str) -> str:
    """Without the stump of a sentence that ran into the limit of tokens, where a whole one stands before it."""
    spans = sentence_spans(text)
    if len(spans) > 1 and text[spans[-1][1] - 1] not in ".!?\"'”’)":
        spans = spans[:-1]
    return " ".join(text[start:end] for start, end in spans)
