"""A refusal names what is missing and what there is, and nothing else."""

from answer.refusal import refusal
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


def test_an_empty_collection_says_how_to_fill_it(settings: Settings) -> None:
    with open_index(settings) as index:
        assert "python -m ingest" in refusal("anything?", index)
