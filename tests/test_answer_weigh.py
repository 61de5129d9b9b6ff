"""How likely a draft is right: what raises and lowers its chance, and what makes it no answer at all."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from answer import BUILT_IN, open_language_model, open_verifier
from answer.draft import draft_of
from answer.evidence import sentences_of
from answer.llm import LanguageModel, Message, Reply
from answer.weigh import CONFIRMED, NOT_CONFIRMED, Weighed, Weigher
from byline.records import Answer
from byline.settings import Settings
from index import ArticleIndex

COUNCIL = "who co-chaired the council?"


@pytest.fixture
def weigh(sample_index: ArticleIndex, settings: Settings, tmp_path: Path) -> "Weigh":
    return Weigh(sample_index, settings, tmp_path)


class Weigh:
    """Weighs what a model wrote, by a model that says `again` of it, and yes or no of its proof."""

    def __init__(self, index: ArticleIndex, settings: Settings, folder: Path) -> None:
        self.index, self.settings, self.folder = index, settings, folder

    def __call__(self, written: str, again: str, proved: str, question: str = COUNCIL) -> tuple[Weigher, Weighed]:
        script = self.folder / "script.jsonl"
        lines = [{"when": "do these passages", "reply": proved}, {"reply": again}]
        script.write_text("\n".join(json.dumps(line) for line in lines))
        own = self.settings.model_copy(update={"llm": f"scripted:{script}"})
        verifier = open_verifier("words", self.folder)
        weigher = Weigher(self.index, self.index.embedder, open_language_model(own), verifier, own, BUILT_IN)
        passages = tuple(self.index.search(question, 12))
        draft = draft_of(Reply(written, {}), sentences_of(passages), question, question, "", passages)
        return weigher, weigher.weigh(Answer(question, question, passages=passages), draft, [])


def test_what_the_model_says_again_and_can_prove_is_likelier(weigh: Weigh) -> None:
    chances = [
        weigh("Thierry Breton", again, proved)[1].chance
        for again, proved in (("Thierry Breton", "yes"), ("Thierry Breton", "no"), ("not stated", "no"))
    ]
    assert chances == sorted(chances, reverse=True) and len(set(chances)) == 3


def test_another_reading_raises_or_lowers_the_chance_and_asks_nothing(weigh: Weigh) -> None:
    weigher, weighed = weigh("Thierry Breton", "Thierry Breton", "no")
    likelier, unlikelier = (weigher.reweigh(weighed, signal) for signal in (CONFIRMED, NOT_CONFIRMED))
    assert likelier.chance > weighed.chance > unlikelier.chance
    assert likelier.text == "Thierry Breton" and likelier.answer.citations == weighed.answer.citations


def test_what_no_article_says_has_no_chance_whatever_confirms_it(weigh: Weigh) -> None:
    weigher, weighed = weigh("Angela Merkel", "Angela Merkel", "yes")
    assert "withdrawn" in str(weighed.problem)
    assert weigher.reweigh(weighed, CONFIRMED).chance == 0


@pytest.mark.parametrize(
    ("written", "again", "proved", "question", "asks"),
    [
        ("Thierry Breton", "Thierry Breton", "no", COUNCIL, 2),
        ("Thierry Breton", "Thierry Breton", "no", "who co-chaired the council, Thierry Breton or Rishi Sunak?", 0),
        ("Thierry Breton", "Thierry Breton", "yes", COUNCIL, 0),
        ("Thierry Breton", "not stated", "no", COUNCIL, 0),
        ("Angela Merkel", "Angela Merkel", "yes", COUNCIL, 0),
    ],
)
def test_a_question_that_its_passages_do_not_foretell_is_answered_unlikely_and_asked_of_in_doubt_alone(
    weigh: Weigh, monkeypatch: pytest.MonkeyPatch, written: str, again: str, proved: str, question: str, asks: int
) -> None:
    asked: list[str] = []

    def foretells(_: LanguageModel, messages: Sequence[Message], text: str, *, aside: bool) -> float:
        assert text == COUNCIL and aside
        asked.append(messages[-1].text)
        return -3.0 if "these passages" in messages[-1].text else unread

    chances = []
    for unread in (-4.0, -3.2, -2.9):
        monkeypatch.setattr(LanguageModel, "foretells", foretells)
        _, weighed = weigh(written, again, proved, question)
        chances.append(weighed.chance)
        if asks:
            assert weighed.answer.signals["foretold"] == pytest.approx(-3.0 - unread)
    assert len(asked) == 3 * asks, "not of what is sure or declined either way, nor of a choice"
    assert not asks or chances[0] > chances[1] > chances[2]


def test_how_near_the_cited_passages_come_is_the_best_cosine_of_their_sentences(weigh: Weigh) -> None:
    _, weighed = weigh("Thierry Breton", "Thierry Breton", "yes")
    embedder = weigh.index.embedder
    sentences = sentences_of([citation.passage for citation in weighed.answer.citations])
    texts = [f"{sentence.passage.chunk.article.title}\n{sentence.text}" for sentence in sentences]
    cosines = [float(embedder.embed_question(COUNCIL) @ vector) for vector in embedder.embed_passages(texts)]
    assert weighed.answer.signals["near"] == pytest.approx(max(cosines), abs=1e-5)
    assert min(cosines) < max(cosines) < 1
