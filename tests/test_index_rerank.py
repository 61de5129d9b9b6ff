"""The reranker, with a tiny CrossEncoder that is made here: random weights, real code path."""

from itertools import islice, permutations
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

from byline.cross_encoder import PairScorer
from byline.errors import UnknownKind
from byline.records import Article, Chunk, Passage
from byline.settings import Settings
from index import open_index, open_reranker

WORDS = "chaired council rain fell".split()


@pytest.fixture(scope="module")
def tiny_cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "who", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    torch.manual_seed(0)
    # weights so large that every text has a score of its own
    config = BertConfig(vocab_size=len(vocabulary), num_labels=1, initializer_range=1.0, **sizes)
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
    assert [(p.chunk.id, p.score) for p in after] == ranked(tiny_cross_encoder, "who chaired", before)
    assert all(p.found_by == {"words", "reranker"} for p in after)
    assert reranker.rerank("who", []) == []


def ranked(folder: Path, question: str, passages: list[Passage]) -> list[tuple[str, Any]]:
    """(chunk id, score), best first, by what the model itself says of each pair alone."""
    scorer = PairScorer(folder)
    scored = {one.chunk.id: float(scorer.scores([(question, one.chunk.text)])[0]) for one in passages}
    assert len({round(score, 5) for score in scored.values()}) == len(scored), "no two of the test are alike"
    return [(id, pytest.approx(scored[id], abs=1e-6)) for id in sorted(scored, key=lambda id: -scored[id])]


def test_a_search_reranks_the_first_20_and_gives_the_best_of_them(tiny_cross_encoder: Path, settings: Settings) -> None:
    """Of 30 articles that have the same words in another order."""
    texts = [" ".join(order) for order in islice(permutations([*WORDS, "who"]), 0, 120, 4)]
    with open_index(settings) as index:
        index.replace([(one.chunk.article, [one.chunk]) for one in map(passage, texts)])
        before = index.search("who chaired the council?", k=30)
    assert len(before) == 30
    with open_index(settings.model_copy(update={"reranker": f"cross-encoder:{tiny_cross_encoder}"})) as index:
        after = index.search("who chaired the council?", k=5)
        assert len(index.search("who chaired the council?", k=30)) == 20
    expected = ranked(tiny_cross_encoder, "who chaired the council?", before[:20])
    assert [(one.chunk.id, one.score) for one in after] == expected[:5]
    assert {one.chunk.id for one in after} != {one.chunk.id for one in before[:5]}
    found_by = {one.chunk.id: one.found_by for one in before}
    assert all(one.found_by == found_by[one.chunk.id] | {"reranker"} for one in after)


def test_off_is_none_and_an_unknown_kind_names_the_known(tmp_path: Path) -> None:
    assert open_reranker("off", tmp_path) is None
    with pytest.raises(UnknownKind, match="cross-encoder"):
        open_reranker("colbert:x", tmp_path)
