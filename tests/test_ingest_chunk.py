"""Chunks: whole sentences that fit, with true offsets, and every character of the text exactly once."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from byline.errors import UnreadableArticle
from byline.records import Article, Chunk
from byline.sentences import sentence_spans
from ingest.chunk import CountsTokens, chunk
from ingest.pipeline import read_articles

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class FourCharacters:
    """Counts a token for every four characters of a word or part of it: a quick stand-in for a tokenizer."""

    max_tokens: int = 64

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [sum(-(-len(word) // 4) for word in re.findall(r"\w+|[^\w\s]", text)) for text in texts]


TEXT = (
    "The bridge was closed at noon. Dr. Weber said that it moved. Nobody was on it then.\n\n"
    "Why it moved\n\n"
    "Engineers point to the river. It rose by 1.5 metres in a day. The old piers stand in sand, and sand gives way.\n\n"
    "- one lane opens in May\n- the other in June\n\n"
    "What comes next\n\n"
    "A new bridge would cost 40 million euros. The state has not decided."
)


def chunks_of(text: str, *, title: str = "", tokens: CountsTokens | None = None, chunk_tokens: int = 40) -> list[Chunk]:
    return chunk(Article(id="bridge", title=title, text=text), title, tokens or FourCharacters(), chunk_tokens)


def assert_covers(text: str, chunks: Sequence[Chunk]) -> None:
    at = 0
    for piece in chunks:
        assert text[piece.start : piece.end] == piece.text == piece.text.strip() != ""
        assert not text[at : piece.start].strip()
        assert piece.id == f"{piece.article.id}#{piece.start}-{piece.end}"
        at = piece.end
    assert not text[at:].strip()


@pytest.mark.parametrize("chunk_tokens", [20, 32, 40, 60, 1000])
def test_every_character_lies_in_exactly_one_chunk_and_chunks_fit(chunk_tokens: int) -> None:
    tokens = FourCharacters(max_tokens=64)
    chunks = chunks_of(TEXT, tokens=tokens, chunk_tokens=chunk_tokens)
    assert_covers(TEXT, chunks)
    assert max(tokens.count_tokens([piece.text for piece in chunks])) <= min(chunk_tokens, 62)


def test_chunks_are_whole_sentences() -> None:
    starts = {start for start, _ in sentence_spans(TEXT)}
    ends = {end for _, end in sentence_spans(TEXT)}
    chunks = chunks_of(TEXT)
    assert len(chunks) > 2
    assert all(piece.start in starts and piece.end in ends for piece in chunks)


def test_the_heading_takes_its_share() -> None:
    title = "A bridge that moved by night and day"
    tokens = FourCharacters()
    long = "The river rose. " * 40
    with_title = chunks_of(long, title=title)
    assert all(sum(tokens.count_tokens([title, piece.text])) <= 40 for piece in with_title)
    assert len(with_title) > len(chunks_of(long))
    with pytest.raises(UnreadableArticle, match="title"):
        chunks_of(TEXT, title=title * 4)


@pytest.mark.parametrize("chunk_tokens", [24, 32, 40, 50])
def test_a_heading_stays_with_what_it_heads(chunk_tokens: int) -> None:
    for piece in chunks_of(TEXT, chunk_tokens=chunk_tokens):
        assert not piece.text.endswith(("Why it moved", "What comes next"))


def test_a_heading_moves_on_with_a_long_sentence() -> None:
    sentence = "It took " + "so very long and " * 8 + "so much work."
    chunks = chunks_of(f"Brief.\n\nThe wait\n\n{sentence}", chunk_tokens=42)
    assert [piece.text for piece in chunks] == ["Brief.", f"The wait\n\n{sentence}"]


def test_a_sentence_that_is_too_long_is_cut_at_clauses_then_words_then_anywhere() -> None:
    clauses = "the river rose, " * 12 + "and fell."
    pieces = chunks_of(clauses, chunk_tokens=37)
    assert_covers(clauses, pieces)
    assert len(pieces) > 1 and all(piece.text.endswith((",", ".")) for piece in pieces)
    words = "water " * 80
    assert_covers(words, chunks_of(words))
    assert all(set(piece.text.split()) == {"water"} for piece in chunks_of(words))
    endless = "x" * 1000
    assert_covers(endless, chunks_of(endless))
    assert all(FourCharacters().count_tokens([piece.text])[0] <= 40 for piece in chunks_of(endless))


def test_a_text_of_many_words_without_a_sentence_end_is_cut_too() -> None:
    listed = "barley oats rye and wheat " * 12_000
    began = time.monotonic()
    pieces = chunks_of(listed)
    assert time.monotonic() - began < 20
    assert_covers(listed, pieces)
    assert len(pieces) > 1000


def test_no_text_has_no_chunks() -> None:
    assert chunks_of("") == []


def test_the_sample_collection_fits_the_real_embedder(tmp_path: Path) -> None:
    """Cut as the product cuts it: the chunk size of the settings, and the heading that the index embeds before each."""
    from byline.settings import Settings
    from index import open_index

    settings = Settings(data=tmp_path / "data", models=ROOT / "models")
    with open_index(settings) as index:
        articles = [article for _, article in read_articles([str(ROOT / "articles")])]
        for article in articles:
            assert isinstance(article, Article)
            heading = index.heading(article)
            chunks = chunk(article, heading, index.embedder, index.chunk_tokens)
            assert_covers(article.text, chunks)
            lengths = index.embedder.count_tokens([f"{heading}\n{piece.text}" for piece in chunks])
            assert max(lengths) <= settings.chunk_tokens and max(lengths) + 2 <= index.embedder.max_tokens
    assert len(articles) >= 10
