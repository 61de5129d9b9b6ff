"""What is known of an answer before it is weighed."""

import pytest

from answer.abstain import covered, lead, names_missing
from byline.records import Article, Chunk, Passage


def test_a_name_that_the_passages_lack() -> None:
    passages = ["Ana Ruiz opened the harbour of Ostend in 2019.", "Korean ships came."]
    assert not names_missing("Who opened the harbour of Ostend in 2019?", passages)
    assert not names_missing("How many ships of Korea came?", passages)
    assert not names_missing("Which two ministers opened the harbour?", passages)
    assert names_missing("Who opened the harbour of Ghent?", passages)
    assert names_missing("Who opened the harbour in 2020?", passages)
    assert not names_missing("Which is larger, Ostend or Ghent?", passages)
    assert not names_missing("Travellers were glad. Sailors sang. Who opened the harbour of Ostend?", passages)
    assert not names_missing("Which Canadian novelist opened the harbour of Ostend?", passages)
    assert names_missing("Who opened the harbour of Ostend for Canada?", passages)
    assert names_missing("Ana Perez sang. Who opened the harbour of Ostend?", passages)


def test_an_amount_that_the_passages_lack() -> None:
    passages = ["The maker called back 2,925,968 cars, 12.8% of them red, to 21 thousand garages with 4,015 lifts."]
    assert not names_missing("Which maker called back 2.9 million cars?", passages)
    assert not names_missing("Which maker called back nearly three million cars to roughly 21,000 garages?", passages)
    assert not names_missing("What colour had 13 percent of the cars, and what had the 40 others?", passages)
    assert not names_missing("Which garages have 4000 lifts?", passages)
    assert names_missing("Which maker called back 10 million cars?", passages)
    assert names_missing("Which maker called back 30% of its cars?", passages)
    assert names_missing("Which maker sent them to 12.8 million garages?", passages)


def test_rare_words_of_the_question_count_more() -> None:
    chunks_with = {"harbour": 2, "opened": 400}.get
    question = "Who opened the harbour?"
    assert covered(question, ["A harbour was opened."], chunks_with) == pytest.approx(1)
    assert covered(question, ["The harbour is old."], chunks_with) > 0.8
    assert covered(question, ["It was opened on Monday."], chunks_with) < 0.2
    assert covered(question, ["Nothing of it."], chunks_with) == 0


def test_the_lead_is_over_the_next_article() -> None:
    def passage(article: str, score: float) -> Passage:
        return Passage(Chunk("c", Article(article, "T", "Text."), 0, 5, "Text."), score, frozenset({"words"}))

    assert lead([passage("a", 0.9), passage("a", 0.8), passage("b", 0.5)]) == pytest.approx(0.4)
    assert lead([passage("a", 0.9)]) == 0
