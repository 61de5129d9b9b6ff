"""A question to a verified answer. `Answerer.ask` is the whole story; every step of it is one file of this room.

question + history ─► stand-alone question ─► search ─► evidence ─► model streams ─► cite ─► weigh ─► Answer
                                                                                       └─ unlikely? read more ┘
"""

import time
from collections.abc import Collection, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from answer.calibration import BUILT_IN, Calibration, read_calibration
from answer.cite import citations_of, marked, with_dissent
from answer.draft import Draft, draft_of
from answer.evidence import Evidence, Sentence, asks_about_now, choose_evidence
from answer.find import Found, find
from answer.follow_up import relevant_turns, stand_alone
from answer.llm import LanguageModel, Message, Reply
from answer.llm_kinds import open_language_model
from answer.misfit import agree, may_say_nothing, says_more
from answer.prompt import again_prompt, answer_prompt
from answer.refusal import refusal
from answer.small_talk import is_small_talk, small_talk, without_pleasantry
from answer.span import Span, span_meant
from answer.verify import Verifier, open_verifier
from answer.weigh import CONFIRMED, NOT_CONFIRMED, Weighed, Weigher, asked_before
from byline.closing import Closing
from byline.errors import QuestionError
from byline.records import Answer, Turn
from byline.settings import Settings
from index import ArticleIndex, Filters, RememberingEmbedder, open_index

LIKELY_ENOUGH = 0.7
"""The chance of being right from which no more is read for an answer that may be shown."""
WIDER = 4 / 3
"""Of the tokens of a reading, how many more are read for an answer that is not likely enough."""
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
        self._settings = settings
        self._embedder = RememberingEmbedder(index.embedder)
        self._weigher = Weigher(index, self._embedder, model, verifier, settings, calibration)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        as_of: date | None = None,
        without: Collection[str] = (),
        read: Sequence[Sentence] = (),
    ) -> Generator[Answer, None, None]:
        """Ever more complete Answers; the last is `done` and verified, or small talk without a citation. Closing the
        iterator stops the model.

        `as_of` hides what was published later, `without` the articles of these ids or URLs and their copies. What was
        `read` ahead is read on from, where it fits. Raises QuestionError before anything is searched, and the language
        model's errors while it writes.
        """
        typed = self._checked(question)
        with closing(self._answered(without_pleasantry(typed), history, as_of, without, read)) as answers:
            for answer in answers:
                yield replace(answer, question=typed)

    def _answered(
        self,
        question: str,
        history: Sequence[Turn],
        as_of: date | None,
        without: Collection[str],
        read: Sequence[Sentence],
    ) -> Generator[Answer, None, None]:
        clock, today = _Clock(), as_of or date.today()
        answer = Answer(question, model=self.model.name)
        yield answer
        if is_small_talk(answer.question):
            text = small_talk(answer.question, self.index.coverage())
            yield replace(answer, text=text, stage="done", timings=clock.mark("done"))
            return

        turns = relevant_turns(answer.question, history)
        answer = replace(answer, search_question=stand_alone(answer.question, turns))
        span = span_meant(answer.question, turns, today)
        found = self._found(answer.search_question, span, as_of, frozenset(without))
        answer = replace(answer, passages=found.passages, stage="writing", timings=clock.mark("search"))
        yield answer

        evidence = self._evidence(answer.search_question, answer.question if turns else None, found, read)
        if not evidence.readings:
            yield self._declined(answer, "nothing was found", span, clock)
            return

        draft = yield from self._drafted(answer, evidence.readings, turns, clock)
        if draft.declines:
            yield self._declined(answer, str(draft.problem), span, clock)
            return
        answer = replace(_with(answer, draft), timings=clock.mark("written"))
        yield answer
        weighed = self._weigher.weigh(answer, draft, turns)
        if weighed.chance < max(LIKELY_ENOUGH, self._weigher.threshold):
            weighed = yield from self._read_on(weighed, draft, evidence, turns, clock)
        yield weighed.answer
        yield self._decided(weighed, today, span, clock)

    def read_ahead(
        self,
        question: str,
        history: Sequence[Turn] = (),
        as_of: date | None = None,
        read: list[Sentence] | None = None,
    ) -> None:
        """Has the model's server read what `ask` would send, and keep it: the answer to this question begins sooner.

        `read` is what it has read ahead so far, of the same question with fewer words; it becomes what it reads now.
        Nothing is remembered here. Does nothing for a server of somebody else's, unless the settings say so.
        """
        if not (self.model.in_process or self._settings.read_ahead_elsewhere):
            return
        question, read = without_pleasantry(self._checked(question)), [] if read is None else read
        if is_small_talk(question):
            return
        turns = relevant_turns(question, history)
        searched = stand_alone(question, turns)
        found = self._found(searched, span_meant(question, turns, as_of or date.today()), as_of, frozenset())
        evidence = self._evidence(searched, question if turns else None, found, read)
        if evidence.readings:
            read[:] = evidence.readings[0]
            self.model.reply(answer_prompt(read, question, turns), 1)

    def warm(self) -> None:
        """Loads the embedder and the language model's fixed prompt, so that the first question waits for neither."""
        self._embedder.embed_question("warm")
        self.model.reply(answer_prompt([], "warm", []), 1)
        if self.model.has_slots:
            self.model.reply(answer_prompt([], "warm", []), 1, aside=True)

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
        best = replace(best, later=best.evidence is not readings[0])
        if best.wrong is None:
            return best
        prompt = again_prompt(best.evidence, answer.question, turns, best.text, best.wrong)
        again = yield from self._draft(prompt, best.evidence, answer, turns, clock)
        return replace(again, stated=best.stated, later=best.later, mended=True) if again.problem is None else best

    def _read_on(
        self, first: Weighed, draft: Draft, evidence: Evidence, turns: Sequence[Turn], clock: "_Clock"
    ) -> Generator[Answer, None, Weighed]:
        """Asks the same of a wider reading: the likelier of both answers. Where they agree, the one that says more,
        or the first.
        """
        cited = citations_of(first.cited)
        article = (cited[0] if cited else draft.evidence[0]).passage.chunk.article.id
        tokens = int(WIDER * self._settings.evidence_tokens)
        wider = evidence.wider(draft.evidence, article, self._embedder, tokens)
        if len(wider) == len(draft.evidence):
            return first
        answer = replace(first.answer, stage="reading on", signals=MappingProxyType({}))
        yield answer
        prompt = answer_prompt(wider, answer.question, turns)
        other = yield from self._draft(prompt, wider, answer, turns, clock, shown=False)
        same = not other.declines and agree(first.text, other.text, answer.question)
        confirmed = CONFIRMED if same else NOT_CONFIRMED
        first = self._weigher.reweigh(first, confirmed)
        fuller = same and says_more(other.text, first.text, answer.question)
        if other.problem or (same and not fuller and not first.problem):
            return first
        second = self._weigher.weigh(_with(answer, other), other, turns, confirmed)
        if fuller and second.chance >= self._weigher.threshold:
            return second
        return max(first, second, key=lambda weighed: weighed.chance)

    def _draft(
        self,
        prompt: Sequence[Message],
        evidence: Sequence[Sentence],
        answer: Answer,
        turns: Sequence[Turn],
        clock: "_Clock",
        shown: bool = True,
    ) -> Generator[Answer, None, Draft]:
        """Where it is not `shown` the answer stays as it is, and comes again with every token, so it can be stopped."""
        reply = Reply("", {})
        for reply in self.model.write(prompt, self._settings.answer_tokens):
            if not shown:
                yield answer
            elif not may_say_nothing(reply.text):
                yield replace(answer, text=reply.text.strip(), timings=clock.mark("first_word"))
        asked = answer.question, answer.search_question, asked_before(turns)
        return draft_of(reply, evidence, *asked, answer.passages)

    def _found(self, question: str, span: Span | None, as_of: date | None, without: frozenset[str]) -> Found:
        return find(self.index, question, self._settings.search_passages, Filters(until=as_of), without, span)

    def _evidence(self, question: str, leaning: str | None, found: Found, read: Sequence[Sentence]) -> Evidence:
        tokens = self._settings.evidence_tokens
        evidence = choose_evidence(question, found.passages, self._embedder, tokens, leaning, found.compared)
        return evidence.reading_on(read, self._embedder, tokens)

    def _checked(self, question: str) -> str:
        question = " ".join(question.split())
        most = self._settings.question_max_characters
        if not question:
            raise QuestionError("the question is empty; type one")
        if any("\ud800" <= letter <= "\udfff" for letter in question):
            raise QuestionError(
                "the question has half a character, as from a terminal that is not set to UTF-8; type it anew"
            )
        if len(question) > most:
            raise QuestionError(
                f"the question has {len(question)} characters and at most {most} are read; "
                "shorten it, or raise BYLINE_QUESTION_MAX_CHARACTERS"
            )
        return question

    def _decided(self, weighed: Weighed, today: date, span: Span | None, clock: "_Clock") -> Answer:
        """The done answer: every sentence supported by what it cites, and likely right; else a refusal."""
        answer, cited = weighed.answer, weighed.cited
        if weighed.problem:
            return self._declined(answer, weighed.problem, span, clock)
        if weighed.chance < self._weigher.threshold:
            return self._declined(answer, "what was found is too weak to answer from", span, clock)
        known_on = _known_on(answer, today, span)
        cited = with_dissent(cited, answer.search_question, answer.passages)
        answer = replace(answer, text=marked(cited), citations=citations_of(cited), known_on=known_on)
        return replace(answer, stage="done", timings=clock.mark("done"))

    def _declined(self, answer: Answer, reason: str, span: Span | None, clock: "_Clock") -> Answer:
        text = refusal(answer.question, self.index, span)
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


def _with(answer: Answer, draft: Draft) -> Answer:
    """As it is shown until it is weighed."""
    return replace(answer, text=marked(draft.cited), citations=citations_of(draft.cited), stage="checking")


def _known_on(answer: Answer, today: date, span: Span | None) -> date | None:
    """The day of the oldest article cited, where the question is how things stand, or what happened "this week", and
    that day is long past.
    """
    days = [citation.article.published for citation in answer.citations if citation.article.published]
    if not days:
        return None
    old = asks_about_now(answer.search_question) and (today - min(days)).days >= OLD_NEWS_DAYS
    return min(days) if old or (span and min(days) < span.since) else None
