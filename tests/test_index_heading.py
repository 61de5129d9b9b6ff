"""What an article is about: its title, or the words of its address where the title says nothing."""

import pytest

from byline.records import Article
from index.heading import address_words, subject

ADDRESSES = {
    "https://news.example/2024/05/01/media/harbour-opens-at-last/index.html": "harbour opens at last",
    "https://news.example/story/money/new_chip_plant/88805132007/": "new chip plant",
    "https://news.example/live-news/port-news-07-12/h_c164ac931cc8414108b8bbae8f859e65": "port news 07 12",
    "https://news.example/": "",
    "": "",
}


@pytest.mark.parametrize("address", ADDRESSES)
def test_words_of_an_address(address: str) -> None:
    assert address_words(address or None) == ADDRESSES[address]


def test_a_title_that_speaks_of_the_text_is_the_subject() -> None:
    article = Article("a", "Harbours opened", "The harbour opens.", url="https://news.example/port-of-ostend")
    assert subject(article) == "Harbours opened"


def test_a_title_that_says_nothing_of_the_text_has_the_address_before_it() -> None:
    article = Article("a", "Index", "The harbour opens.", url="https://news.example/ostend-harbour/index.html")
    assert subject(article) == "ostend harbour Index"
    assert subject(Article("a", "Index", "The harbour opens.")) == "Index"
