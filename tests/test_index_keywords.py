"""The keyword index, on real tantivy."""

import resource
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from byline.errors import StoreError
from byline.records import Article, Chunk
from index.filters import ANY, Filters
from index.keywords import KeywordIndex, content_words, stem


def chunk_of(id: str, text: str, published: date | None = None, source: str = "Wire") -> Chunk:
    return Chunk(
        f"{id}#0", Article(id, id, text, source=source, published=published, language="en"), 0, len(text), text
    )


@pytest.fixture
def keywords(tmp_path: Path) -> KeywordIndex:
    return KeywordIndex(tmp_path / "keywords")


def ids(found: list[tuple[str, float]]) -> list[str]:
    return [id for id, _ in found]


def test_stemmed_words_and_headings_are_found(keywords: KeywordIndex) -> None:
    chunks = [chunk_of("a", "Ministers signed the declaration."), chunk_of("b", "Rain fell on the harbour.")]
    keywords.replace(["a", "b"], chunks, ["Summit in Oslo", "Weather"])
    assert ids(keywords.search("who was signing declarations?", 5, ANY)) == ["a#0"]
    assert ids(keywords.search("oslo", 5, ANY)) == ["a#0"]
    assert keywords.search("the of and", 5, ANY) == []
    assert keywords.search("volcano", 5, ANY) == []


def test_query_syntax_in_a_question_is_plain_text(keywords: KeywordIndex) -> None:
    keywords.replace(["a"], [chunk_of("a", "A field of wheat.")], [""])
    assert ids(keywords.search('field:"wheat AND (NOT ]', 5, ANY)) == ["a#0"]


def test_rarer_words_weigh_more(keywords: KeywordIndex) -> None:
    chunks = [chunk_of(f"c{n}", "council meeting notes") for n in range(9)] + [chunk_of("x", "semiconductor notes")]
    keywords.replace([c.article.id for c in chunks], chunks, [""] * 10)
    assert ids(keywords.search("semiconductor council", 1, ANY)) == ["x#0"]


def test_words_that_stand_together_weigh_more(keywords: KeywordIndex) -> None:
    chunks = [
        chunk_of("apart", "The chip makers met at the plant."),
        chunk_of("near", "They met at the chip plant makers."),
    ]
    keywords.replace(["apart", "near"], chunks, ["", ""])
    found = keywords.search("a chip plant", 5, ANY)
    assert ids(found)[0] == "near#0"
    assert found[0][1] > found[1][1]


def test_a_score_is_a_share_of_what_the_words_could_reach(keywords: KeywordIndex) -> None:
    keywords.replace(["a"], [chunk_of("a", "volcano " * 50)], [""])
    assert 0.9 < keywords.search("volcano", 5, ANY)[0][1] < 1
    assert keywords.search("volcano glacier geyser", 5, ANY)[0][1] < 0.4


def test_it_persists_and_updates_in_place(tmp_path: Path) -> None:
    first = KeywordIndex(tmp_path)
    first.replace(["a", "b"], [chunk_of("a", "apples"), chunk_of("b", "bananas")], ["", ""])
    first.replace(["a"], [chunk_of("a", "apricots")], [""])
    first.replace(["b"], [], [])
    first.close()
    again = KeywordIndex(tmp_path)
    assert again.count() == 1
    assert ids(again.search("apricot", 5, ANY)) == ["a#0"]
    assert again.search("apple banana", 5, ANY) == []


def test_filters_narrow_and_do_not_score(keywords: KeywordIndex) -> None:
    early, late = chunk_of("early", "council", date(2024, 1, 5)), chunk_of("late", "council", date(2024, 2, 5), "Other")
    undated = replace(chunk_of("undated", "council"), id="undated#0")
    keywords.replace(["early", "late", "undated"], [early, late, undated], ["", "", ""])
    assert set(ids(keywords.search("council", 5, Filters(since=date(2024, 1, 6))))) == {"late#0"}
    assert set(ids(keywords.search("council", 5, Filters(until=date(2024, 1, 5))))) == {"early#0"}
    assert set(ids(keywords.search("council", 5, Filters(source="other")))) == {"late#0"}
    assert keywords.search("council", 5, Filters(article="late"))[0][1] == keywords.search("council", 5, ANY)[0][1]


def test_words(keywords: KeywordIndex) -> None:
    assert content_words("Who was the Minister?") == ["minister"]
    assert stem("ministers") == stem("minister")
    keywords.replace(["a"], [chunk_of("a", "Ministers met.")], [""])
    assert (keywords.chunks_with("minister"), keywords.chunks_with("king")) == (1, 0)


def test_a_full_disk_says_so_and_what_follows_is_written(keywords: KeywordIndex, tmp_path: Path) -> None:
    keywords.replace(["a"], [chunk_of("a", "apples")], [""])
    many, most = " ".join(f"word{n}" for n in range(5000)), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, most[1]))
    try:
        with pytest.raises(StoreError, match=r"keywords cannot be read or written .*; make room") as failed:
            keywords.replace(["b"], [chunk_of("b", many)], [""])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    keywords.replace(["c"], [chunk_of("c", "cherries")], [""])
    assert failed.traceback and {id for id, _ in keywords.fingerprints()} == {"a#0", "c#0"}
    keywords.close()
