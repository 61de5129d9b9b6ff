"""A question to a verified answer. `Answerer.ask` is the whole story; every step of it is one file of this room.

question + history ─► stand-alone question ─► search ─► evidence ─► model streams ─► cite ─► reread ─► verify ─► Answer
"""

import time
from collections.abc import Collection, Generator, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
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
from answer.cite import CitedSentence, check, citations_of, marked, with_dissent
from answer.draft import Draft, draft_of, said, uncited
from answer.evidence import Sentence, asks_about_now, choose_evidence
from answer.find import Found, find
from answer.follow_up import relevant_turns, stand_alone
from answer.llm import LanguageModel, Message, Reply, open_language_model
from answer.prompt import again_prompt, answer_prompt, proof_prompt, reading_prompt
from answer.refusal import refusal
from answer.small_talk import is_small_talk, small_talk
from answer.verify import Verifier, open_verifier
from byline.closing import Closing
from byline.errors import QuestionError
from byline.records import Answer, Turn
from byline.settings import Settings
from index import ArticleIndex, Filters, open_index

OLD_NEWS_DAYS = 30
"""What is "next" or "latest" in articles older than this may have come to pass."""


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
        """Ever more complete Answers; the last is `done` and verified, or small talk without a citation. Closing the
        iterator stops the model.

        `as_of` hides what was published later, `without` the articles of these ids or URLs and their copies. Raises
        QuestionError before anything is searched, and the language model's errors while it writes.
        """
        clock = _Clock()
        answer = Answer(self._checked(question), model=self.model.name)
        yield answer
        if is_small_talk(answer.question):
            yield self._polite(answer, clock)
            return

        turns = relevant_turns(answer.question, history)
        answer = replace(answer, search_question=stand_alone(answer.question, turns))
        found = self._found(answer.search_question, as_of, frozenset(without))
        answer = replace(answer, passages=found.passages, stage="writing", timings=clock.mark("search"))
        yield answer

        readings = self._readings(answer.search_question, answer.question if turns else None, found)
        if not readings:
            yield self._declined(answer, "nothing was found", clock)
            return

        draft = yield from self._drafted(answer, readings, turns, clock)
        if draft.declines:
            yield self._declined(answer, str(draft.problem), clock)
            return
        later = float(draft.evidence is not readings[0])
        answer = _signalled(answer, stated=draft.stated, later=later, mended=float(draft.mended))
        answer = replace(answer, text=marked(draft.cited), citations=citations_of(draft.cited), stage="checking")
        answer = replace(answer, timings=clock.mark("written"))
        yield answer
        done = self._verified(answer, draft, turns, clock)
        yield done if done.abstained else replace(done, known_on=_known_on(answer, as_of or date.today()))

    def read_ahead(self, question: str, history: Sequence[Turn] = (), as_of: date | None = None) -> None:
        """Has the model's server read what `ask` would send, and keep it: the answer to this question begins sooner.

        Nothing is remembered here. Does nothing for a server of somebody else's, unless the settings say so.
        """
        if not (self.model.in_process or self._settings.read_ahead_elsewhere):
            return
        question = self._checked(question)
        if is_small_talk(question):
            return
        turns = relevant_turns(question, history)
        searched = stand_alone(question, turns)
        readings = self._readings(searched, question if turns else None, self._found(searched, as_of))
        if readings:
            self.model.reply(answer_prompt(readings[0], question, turns), 1)

    def warm(self) -> None:
        """Loads the embedder and the language model's fixed prompt, so that the first question waits for neither."""
        self.index.embedder.embed_question("warm")
        self.model.reply(answer_prompt([], "warm", []), 1)

    def _drafted(
        self, answer: Answer, readings: Sequence[Sequence[Sentence]], turns: Sequence[Turn], clock: "_Clock"
    ) -> Generator[Answer, None, Draft]:
        """What the model writes, shown as it grows: from the first reading in which it finds an answer, else the one
        where it came nearest to one. What is no answer is mended once: the model hears what is wrong with it.
        """
        drafts: list[Draft] = []
        for evidence in readings:
            prompt = answer_prompt(evidence, answer.question, turns)
            drafts.append((yield from self._draft(prompt, evidence, answer, turns, clock)))
            if not drafts[-1].declines:
                break
        best = drafts[-1] if not drafts[-1].declines else max(drafts, key=lambda one: one.stated)
        if best.wrong is None:
            return best
        prompt = again_prompt(best.evidence, answer.question, turns, best.text, best.wrong)
        again = yield from self._draft(prompt, best.evidence, answer, turns, clock)
        return replace(again, stated=best.stated, mended=True) if again.problem is None else best

    def _draft(
        self,
        prompt: Sequence[Message],
        evidence: Sequence[Sentence],
        answer: Answer,
        turns: Sequence[Turn],
        clock: "_Clock",
    ) -> Generator[Answer, None, Draft]:
        reply = Reply("", {})
        for reply in self.model.write(prompt, self._settings.answer_tokens):
            if not may_say_nothing(reply.text):
                yield replace(answer, text=reply.text.strip(), timings=clock.mark("first_word"))
        asked = answer.question, answer.search_question, _asked_before(turns)
        return draft_of(reply, evidence, *asked, answer.passages)

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

    def _verified(self, answer: Answer, draft: Draft, turns: Sequence[Turn], clock: "_Clock") -> Answer:
        """The done answer: every sentence supported by what it cites, and likely right; else a refusal."""
        if draft.problem:
            return self._declined(answer, f"the model's answer was withdrawn: {draft.problem}", clock)
        cited: Sequence[CitedSentence] = draft.cited
        again = self.model.reply(reading_prompt(answer.citations, answer.question, turns), self._settings.answer_tokens)
        agreed = agree(said(cited), again.text, answer.question)
        if contradict(said(cited), again.text, answer.question) and not turns and not says_nothing(again.text):
            asked = answer.question, answer.search_question, ""
            cited = draft_of(again, draft.evidence, *asked, answer.passages).cited
        read = [s.passage.chunk.article for s in draft.evidence] if offers_choice(answer.question) else []
        cited = check(cited, answer.search_question, self._verifier, read)
        answer = replace(answer, text=marked(cited), citations=citations_of(cited))
        articles = [f"{citation.article.title}\n{citation.article.text}" for citation in answer.citations]
        problem = _unsupported(cited) or misfit(answer.question, said(cited), _asked_before(turns))
        problem = problem or another_of_its_kind(answer.question, articles)
        if problem:
            return self._declined(answer, f"the model's answer was withdrawn: {problem}", clock)
        passages = [f"{c.article.title}\n{c.passage.chunk.text}" for c in answer.citations]
        occurrences = cache(self.index.occurrences)  # asked for the same words twice
        answer = _signalled(
            answer,
            proved=self.model.probability_of_yes(proof_prompt(answer.citations, answer.question)),
            reread=1 - again.chance_of(NOT_STATED),
            agreed=float(agreed),
            covered=covered(answer.search_question, passages, occurrences),
            covered_whole=covered(answer.search_question, articles, occurrences),
            found=answer.passages[0].score if self._settings.reranker == "off" else None,
            lead=lead(answer.passages),
            names_missing=float(names_missing(answer.question, passages)),
        )
        chance = self._calibration.chance_of_right(answer.signals)
        answer = _signalled(answer, chance=chance)
        if chance < self._calibration.threshold:
            return self._declined(answer, "what was found is too weak to answer from", clock)
        cited = with_dissent(cited, answer.search_question, answer.passages)
        answer = replace(answer, text=marked(cited), citations=citations_of(cited))
        return replace(answer, stage="done", timings=clock.mark("done"))

    def _polite(self, answer: Answer, clock: "_Clock") -> Answer:
        text = small_talk(answer.question, self.index.coverage())
        return replace(answer, text=text, stage="done", timings=clock.mark("done"))

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


def _known_on(answer: Answer, today: date) -> date | None:
    """The day of the oldest article cited, where the question is how things stand and that day is long past."""
    days = [citation.article.published for citation in answer.citations if citation.article.published]
    old = days and asks_about_now(answer.search_question) and (today - min(days)).days >= OLD_NEWS_DAYS
    return min(days) if old else None


def _asked_before(turns: Sequence[Turn]) -> str:
    return " ".join(turn.question for turn in turns)


def _unsupported(cited: Sequence[CitedSentence]) -> str | None:
    """Why the answer is not proven; None where every sentence is."""
    if not all(citation.verbatim for citation in citations_of(cited)):
        return "a quote does not stand in its article"
    if not all(citation.supported for citation in citations_of(cited)):
        return "a name or number in it stands in no cited passage"
    return uncited(cited)
