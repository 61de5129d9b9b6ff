"""The reranker, with a tiny CrossEncoder that is made here: random weights, real code path."""

from pathlib import Path

import pytest
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

from byline.errors import UnknownKind
from byline.records import Article, Chunk, Passage
from index import open_reranker


@pytest.fixture(scope="module")
def tiny_cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "who", "chaired", "council", "rain", "fell"]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = BertConfig(vocab_size=len(vocabulary), num_labels=1, **sizes)
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def passage(text: str) -> Passage:
    return Passage(Chunk(text, Article(text, "t", text), 0, len(text), text), 0.5, frozenset({"words"}))


def test_every_passage_comes_back_once_best_first(tiny_cross_encoder: Path, tmp_path: Path) -> None:
    reranker = open_reranker(f"cross-encoder:{tiny_cross_encoder}", tmp_path)
    assert reranker is not None
    before = [passage("rain fell"), passage("council chaired"), passage("who")]
    after = reranker.rerank("who chaired", before)
    assert {p.chunk.id for p in after} == {p.chunk.id for p in before}
    assert [p.score for p in after] == sorted((p.score for p in after), reverse=True)
    assert all(p.found_by == {"words", "reranker"} for p in after)
    assert reranker.rerank("who", []) == []


def test_off_is_none_and_an_unknown_kind_names_the_known(tmp_path: Path) -> None:
    assert open_reranker("off", tmp_path) is None
    with pytest.raises(UnknownKind, match="cross-encoder"):
        open_reranker("colbert:x", tmp_path)
