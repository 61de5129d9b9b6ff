"""What a model wrote, and whether it is worth asking again."""

import pytest

from answer.draft import WORTH_ASKING_AGAIN, draft_of
from answer.evidence import Sentence, sentences_of
from answer.llm import Reply
from byline.records import Article, Chunk, Passage

HARBOUR = Article("a", "Harbour", "Ana Ruiz opened the harbour in 2019. It rained.")
PASSAGE = Passage(Chunk("a#0", HARBOUR, 0, len(HARBOUR.text), HARBOUR.text), 1.0, frozenset({"words"}))
EVIDENCE = [Sentence(PASSAGE, 0, 36), Sentence(PASSAGE, 37, 47)]


def test_a_draft_has_its_quotes_and_how_sure_the_model_was() -> None:
    draft = draft_of(Reply("Ana Ruiz", {"ana": 0.8, "not": 0.2}), EVIDENCE, "Who opened it?", "Who opened it?", "")
    assert draft.cited[0].citations[0].quote == "Ana Ruiz opened the harbour in 2019."
    assert draft.stated == pytest.approx(0.8)
    assert not draft.declines and draft.problem is None and draft.wrong is None


@pytest.mark.parametrize(("sure", "worth"), [(WORTH_ASKING_AGAIN + 0.01, True), (WORTH_ASKING_AGAIN - 0.01, False)])
def test_a_model_that_declined_is_asked_again_where_it_was_not_sure(sure: float, worth: bool) -> None:
    draft = draft_of(Reply("not stated", {"not": 1 - sure}), EVIDENCE, "Who opened it?", "Who opened it?", "")
    assert draft.declines and draft.cited == ()
    assert (draft.wrong is not None) == worth


def test_a_refusal_in_other_words_is_not_pressed() -> None:
    told = Reply("The passages do not mention it.", {"the": 0.95})
    draft = draft_of(told, EVIDENCE, "Who opened it?", "Who opened it?", "")
    assert draft.declines and draft.stated == 0 and draft.wrong is None


def test_a_draft_that_is_no_answer_says_what_is_wrong() -> None:
    asked = "When was the harbour opened?"
    assert "time" in str(draft_of(Reply("Ana Ruiz", {}), EVIDENCE, asked, asked, "").wrong)
    unproven = draft_of(Reply("Tom Lee", {}), EVIDENCE, "Who opened it?", "Who opened it?", "")
    assert unproven.wrong == "No passage says that."


def test_what_a_title_said_is_quoted_from_another_passage_of_its_article() -> None:
    fair = Article("f", "Harbour fair at Ostend", "The fair began. It was held at the harbour of Ostend.")
    read = Passage(Chunk("f#0", fair, 0, 15, fair.text[:15]), 1.0, frozenset({"words"}))
    found = Passage(Chunk("f#16", fair, 16, len(fair.text), fair.text[16:]), 0.9, frozenset({"words"}))
    evidence, where = [Sentence(read, 0, 15)], "Where was the fair?"
    assert draft_of(Reply("Ostend", {}), evidence, where, where, "").problem
    draft = draft_of(Reply("Ostend", {}), evidence, where, where, "", [read, found, PASSAGE])
    assert draft.problem is None and draft.cited[0].citations[0].quote == "It was held at the harbour of Ostend."


def test_the_stump_of_a_sentence_is_cut_off() -> None:
    draft = draft_of(Reply("Ana Ruiz opened it. It rained and the", {}), EVIDENCE, "Who?", "Who?", "")
    assert draft.text == "Ana Ruiz opened it."


def test_a_list_keeps_its_last_line() -> None:
    assert draft_of(Reply("Japan\nSingapore\nSouth Korea", {}), EVIDENCE, "Which?", "Which?", "").text.endswith(
        "South Korea"
    )


def test_a_yes_is_no_answer_and_what_follows_it_is() -> None:
    asked = "Did Ana Ruiz open the harbour?"
    told = draft_of(Reply("Yes, Ana Ruiz opened the harbour in 2019.", {}), EVIDENCE, asked, asked, "")
    assert (told.text, told.problem) == ("Ana Ruiz opened the harbour in 2019.", None)
    bare = draft_of(Reply("Yes.", {}), EVIDENCE, asked, asked, "")
    assert "only says yes or no" in str(bare.wrong)


def test_one_is_quoted_where_it_counts() -> None:
    fire = Article("f", "Fire", "The fire was put out by noon. One person died in the fire. It rained.")
    passage = Passage(Chunk("f#0", fire, 0, len(fire.text), fire.text), 1.0, frozenset({"words"}))
    asked = "How many people died in the fire?"
    draft = draft_of(Reply("one", {}), sentences_of([passage]), asked, asked, "")
    assert draft.problem is None and draft.cited[0].citations[0].quote == "One person died in the fire."
