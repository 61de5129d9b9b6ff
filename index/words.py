"""By words: the keyword index of chunks and that of whole articles, each written with what is searched along.

A whole article is searched too, since the words of a question lie scattered over its chunks. To its keyword index it
is a chunk that goes from end to end and has the article's id.
"""

from collections.abc import Callable, Sequence
from contextlib import closing

from byline.records import Article, Chunk
from index.articles import Batch
from index.heading import address_words, subject
from index.keywords import KeywordIndex

LEAD_CHARACTERS = 600
"""What an article says first counts twice in the search for whole articles."""


class Words:
    """Of the two, `chunks` decides which passage is shown, `articles` which article it is of."""

    def __init__(self, chunks: KeywordIndex, articles: KeywordIndex, heading: Callable[[Article], str]) -> None:
        self.chunks, self.articles = chunks, articles
        self._heading = heading

    def replace(self, batch: Batch, removed: Sequence[str] = ()) -> None:
        """Afterwards both hold the articles as they are here, and none of those with the ids `removed`."""
        self.replace_chunks(batch, removed)
        self.replace_articles(batch, removed)

    def replace_chunks(self, batch: Batch, removed: Sequence[str] = ()) -> None:
        ids = [*removed, *(article.id for article, _ in batch)]
        chunks = [chunk for _, some in batch for chunk in some]
        headings = [heading for article, some in batch for heading in [self._heading(article)] * len(some)]
        self.chunks.replace(ids, chunks, headings)

    def replace_articles(self, batch: Batch, removed: Sequence[str] = ()) -> None:
        articles = [article for article, _ in batch]
        ids = [*removed, *(article.id for article in articles)]
        self.articles.replace(ids, [whole(article) for article in articles], [_headline(one) for one in articles])

    def remove(self, articles: Sequence[str]) -> None:
        self.replace([], articles)

    def clear(self) -> None:
        self.chunks.clear()
        self.articles.clear()

    def close(self) -> None:
        with closing(self.articles):
            self.chunks.close()


def whole(article: Article) -> Chunk:
    return Chunk(article.id, article, 0, len(article.text), article.text)


def _headline(article: Article) -> str:
    """What is searched along with the whole text, and so counts twice."""
    return f"{subject(article)}\n{address_words(article.url)}\n{article.text[:LEAD_CHARACTERS]}"
