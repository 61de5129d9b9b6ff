"""What the model reads: the sentences that matter, within the budget, once."""

from dataclasses import replace

from answer.evidence import choose_evidence
from byline.records import Article, Chunk, Passage
from index import Embedder

TEXT = "The harbour was opened by Ana Ruiz. Fish was sold all day. A band played. The weather was mild and dry."
ARTICLE = Article("a", "Harbour", TEXT)


def passage_of(article: Article) -> Passage:
    end = len(article.text)
    return Passage(Chunk(f"{article.id}#0", article, 0, end, article.text), 1.0, frozenset({"words"}))


def test_the_sentence_that_answers_comes_within_a_small_budget(embedder: Embedder) -> None:
    evidence = choose_evidence("who opened the harbour?", [passage_of(ARTICLE)], embedder, tokens=30)
    assert evidence[0].text == "The harbour was opened by Ana Ruiz."
    assert sum(embedder.count_tokens([s.text for s in evidence])) <= 30
    assert len(evidence) < 4


def test_sentences_stand_in_the_order_of_the_article(embedder: Embedder) -> None:
    evidence = choose_evidence("how was the weather, and who opened it?", [passage_of(ARTICLE)], embedder, tokens=200)
    assert [s.start for s in evidence] == sorted(s.start for s in evidence)
    assert len(evidence) == 4
    assert all(ARTICLE.text[s.start : s.end] == s.text for s in evidence)


def test_a_copy_is_not_read_twice(embedder: Embedder) -> None:
    copy = replace(ARTICLE, id="b", same_as="a")
    evidence = choose_evidence("who opened it?", [passage_of(copy), passage_of(ARTICLE)], embedder, tokens=200)
    assert {s.passage.chunk.article.id for s in evidence} == {"b"}


def test_the_best_sentence_comes_however_long(embedder: Embedder) -> None:
    long = Article("l", "T", "The mayor " + "and the clerk " * 100 + "met.")
    assert len(choose_evidence("who met?", [passage_of(long)], embedder, tokens=64)) == 1
    assert choose_evidence("who met?", [], embedder, tokens=64) == []
