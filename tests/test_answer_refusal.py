"""A refusal names what is missing and what there is, and nothing else."""

from datetime import date

from answer.refusal import refusal
from answer.span import span_of
from byline.settings import Settings
from index import ArticleIndex, open_index


def test_it_names_what_no_article_has(sample_index: ArticleIndex) -> None:
    text = refusal("who won the 2022 World Cup?", sample_index)
    assert "No article mentions “World Cup”." in text
    assert "16 articles from August 2022 to February 2025" in text
    assert "“Paris AI summit ends without American and British signatures”" in text


def test_names_that_the_articles_have_are_not_called_missing(sample_index: ArticleIndex) -> None:
    assert "No article mentions" not in refusal("How tall is Thierry Breton?", sample_index)
    assert "“kimchi”" in refusal("how do I make kimchi", sample_index)
    assert "No article mentions" not in refusal("Please describe the council", sample_index)


def test_an_empty_collection_says_how_to_fill_it(settings: Settings) -> None:
    with open_index(settings) as index:
        assert "python -m ingest" in refusal("anything?", index)


def test_it_says_which_days_were_asked_about(sample_index: ArticleIndex) -> None:
    question = "Who resigned this week?"
    then = refusal(question, sample_index, span_of(question, date(2024, 9, 17)))
    assert "“this week” is taken for 3 September 2024 to 17 September 2024." in then
    later = refusal(question, sample_index, span_of(question, date(2026, 9, 17)))
    assert "no article is that new: for an earlier time, ask with its date." in later
