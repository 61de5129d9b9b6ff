"""What an article is about, in a line: the words that are embedded and searched along with each of its chunks."""

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from byline.records import Article
from index.keywords import content_words, stem

_FILE_ENDING = re.compile(r"\.\w{2,5}$")
_BETWEEN_WORDS = re.compile(r"[-_+ ]+")
# A word, a short number, or a word with a short number behind it; no id of hexadecimal digits.
_READABLE = re.compile(r"[^\W\d]{2,}|\d{1,4}|[^\W\d]+\d{1,2}")


def subject(article: Article) -> str:
    """The title; before it the words of the address, where the title says nothing of the text.

    Of 800 news articles 79 are titled "Index", after the last part of their address, and 76 of 103 questions are about
    one of them; the part before it is `adele-las-vegas-residency-new-dates`.
    """
    return article.title if _speaks_of_text(article) else f"{address_words(article.url)} {article.title}".strip()


def address_words(url: str | None) -> str:
    """The part of the path with the most words, of such the last, as words; nothing where no part has any."""
    parts = [_words(part) for part in unquote(urlsplit(url or "").path).split("/")]
    return " ".join(max(reversed(parts), key=_long_words))


def _speaks_of_text(article: Article) -> bool:
    stems = (stem(word) for word in content_words(article.title) if len(word) > 2)
    return any(re.search(rf"\b{re.escape(word)}", article.text, re.IGNORECASE) for word in stems)


def _words(part: str) -> list[str]:
    words = [word for word in _BETWEEN_WORDS.split(_FILE_ENDING.sub("", part)) if _READABLE.fullmatch(word)]
    return words if _long_words(words) else []


def _long_words(words: Iterable[str]) -> int:
    return sum(len(word) > 2 and word.isalpha() for word in words)
