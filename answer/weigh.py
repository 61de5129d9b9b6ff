"""How likely a draft is right: it is asked again of what it cites, its claims are checked, and all is weighed.

draft ─► the same question of the cited passages alone ─► every claim checked by code ─► "is it stated?" ─► chance
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from answer.abstain import covered, lead, names_missing
from answer.calibration import UNRELATED, Calibration
from answer.cite import CitedSentence, check, citations_of, marked
from answer.draft import Draft, draft_of, said, uncited
from answer.evidence import sentences_of, titled
from answer.llm import LanguageModel
from answer.misfit import NOT_STATED, agree, another_of_its_kind, contradict, misfit, offers_choice, says_nothing
from answer.prompt import asked_prompt, proof_prompt, reading_prompt
from answer.verify import Verifier
from byline.days import in_words
from byline.records import Answer, Turn
from byline.settings import Settings
from index import ArticleIndex, Embedder

WITHDRAWN = "the model's answer was withdrawn: "
CONFIRMED, NOT_CONFIRMED = 1.0, -1.0


@dataclass(frozen=True, slots=True)
class Weighed:
    """A draft that was judged: `answer` has its text, citations and signals. With a `problem` it is no answer at all,
    and its chance of being right 0.
    """

    answer: Answer
    cited: Sequence[CitedSentence]
    problem: str | None = None

    @property
    def chance(self) -> float:
        return 0.0 if self.problem else self.answer.signals["chance"]

    @property
    def text(self) -> str:
        """Without marks."""
        return said(self.cited)


class Weigher:
    """Asks the model twice for each draft that has no problem by its words alone."""

    def __init__(
        self,
        index: ArticleIndex,
        embedder: Embedder,
        model: LanguageModel,
        verifier: Verifier,
        settings: Settings,
        calibration: Calibration,
    ) -> None:
        """`embedder` has embedded the sentences of what was found a moment ago, and best remembers them."""
        self._index = index
        self._embedder = embedder
        self._model = model
        self._verifier = verifier
        self._settings = settings
        self._calibration = calibration

    @property
    def threshold(self) -> float:
        return self._calibration.threshold

    def weigh(self, answer: Answer, draft: Draft, turns: Sequence[Turn], confirmed: float = 0.0) -> Weighed:
        """`confirmed` is the signal of that name: what another reading says of this draft."""
        known = {"stated": draft.stated, "later": float(draft.later), "mended": float(draft.mended)}
        answer = with_signals(answer, **known, confirmed=confirmed)
        if draft.problem:
            return Weighed(answer, draft.cited, WITHDRAWN + draft.problem)
        cited: Sequence[CitedSentence] = draft.cited
        reading = reading_prompt(citations_of(cited), answer.question, turns)
        again = self._model.reply(reading, self._settings.answer_tokens, aside=True)
        agreed = agree(said(cited), again.text, answer.question)
        if contradict(said(cited), again.text, answer.question) and not turns and not says_nothing(again.text):
            asked = answer.question, answer.search_question, ""
            cited = draft_of(again, draft.evidence, *asked, answer.passages).cited
        read = [s.passage.chunk.article for s in draft.evidence] if offers_choice(answer.question) else []
        cited = check(cited, answer.search_question, self._verifier, read)
        answer = replace(answer, text=marked(cited), citations=citations_of(cited))
        if problem := _problem(answer, cited, turns):
            return Weighed(answer, cited, WITHDRAWN + problem)
        answer = with_signals(
            answer,
            proved=self._model.probability_of_yes(proof_prompt(answer.citations, answer.question), aside=True),
            reread=1 - again.chance_of(NOT_STATED),
            likelihood=again.likelihood,
            agreed=float(agreed),
            found=answer.passages[0].score if self._settings.reranker == "off" else None,
            **self._covering(answer),
        )
        if self._depends_on_foretold(answer):
            answer = with_signals(answer, foretold=self._foretold(answer, said(cited)))
        return self.reweigh(Weighed(answer, cited), confirmed)

    def reweigh(self, weighed: Weighed, confirmed: float) -> Weighed:
        """The same, now that another reading has confirmed it, or not. Asks nothing."""
        answer = with_signals(weighed.answer, confirmed=confirmed)
        if weighed.problem is None:
            answer = with_signals(answer, chance=self._calibration.chance_of_right(answer.signals))
        return replace(weighed, answer=answer)

    def _depends_on_foretold(self, answer: Answer) -> bool:
        """Whether it would be shown if all went well, and would not if its question is not foretold.

        Not of a choice: its answer stands in the question, and foretells it by itself.
        """
        chance = self._calibration.chance_of_right
        unrelated = chance({**answer.signals, "foretold": UNRELATED})
        decides = unrelated < self.threshold <= chance({**answer.signals, "confirmed": CONFIRMED})
        return decides and not offers_choice(answer.question)

    def _foretold(self, answer: Answer, text: str) -> float | None:
        read = self._model.foretells(asked_prompt(text, answer.citations), answer.question, aside=True)
        unread = self._model.foretells(asked_prompt(text), answer.question, aside=True)
        return None if read is None or unread is None else read - unread

    def _covering(self, answer: Answer) -> dict[str, float]:
        """The signals of how much of the question is found in what is cited."""
        passages = [f"{c.article.title}\n{c.passage.chunk.text}" for c in answer.citations]
        articles = _articles(answer)
        occurrences = cache(self._index.occurrences)  # asked for the same words twice
        return {
            "covered": covered(answer.search_question, passages, occurrences),
            "covered_whole": covered(answer.search_question, articles, occurrences),
            "lead": lead(answer.passages),
            "names_missing": float(names_missing(answer.question, articles)),
            "near": self._near(answer),
        }

    def _near(self, answer: Answer) -> float:
        passages = {c.passage.chunk.id: c.passage for c in answer.citations}.values()
        vectors = self._embedder.embed_passages([titled(sentence) for sentence in sentences_of(list(passages))])
        return float((vectors @ self._embedder.embed_question(answer.search_question)).max())


def with_signals(answer: Answer, **signals: float | None) -> Answer:
    known = {name: value for name, value in signals.items() if value is not None}
    return replace(answer, signals=MappingProxyType({**answer.signals, **known}))


def asked_before(turns: Sequence[Turn]) -> str:
    return " ".join(turn.question for turn in turns)


def _problem(answer: Answer, cited: Sequence[CitedSentence], turns: Sequence[Turn]) -> str | None:
    """Why a checked answer is none; None where every sentence is proven and nothing speaks against it."""
    if not all(citation.verbatim for citation in answer.citations):
        return "a quote does not stand in its article"
    if not all(citation.supported for citation in answer.citations):
        return "a name or number in it stands in no cited passage"
    return (
        uncited(cited)
        or misfit(answer.question, said(cited), asked_before(turns))
        or another_of_its_kind(answer.question, _articles(answer))
    )


def _articles(answer: Answer) -> list[str]:
    """The whole text that each citation stands in, with the day of its article."""
    articles = {citation.article.id: citation.article for citation in answer.citations}.values()
    return [f"{article.title}\n{in_words(article.published)}\n{article.text}" for article in articles]
