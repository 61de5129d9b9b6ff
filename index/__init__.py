"""The door of the index: chunks go in, passages for a question come out.

from index import open_index
with open_index(settings) as index:
    for passage in index.search("who co-chaired the council?", k=5):
        print(passage.score, passage.chunk.article.title, passage.chunk.text)
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # ONNX Runtime reads it when it is imported, and else tells its maker

from index.article_index import WAYS, ArticleIndex, Way
from index.articles import Coverage
from index.asked import freshness
from index.check import Fault
from index.embed import EMBEDDERS, Embedder, Vectors, open_embedder
from index.filters import ANY, Filters
from index.keywords import content_words, stem
from index.opening import open_index
from index.remember import RememberingEmbedder
from index.rerank import RERANKERS, Reranker, open_reranker

__all__ = [
    "ANY",
    "EMBEDDERS",
    "RERANKERS",
    "WAYS",
    "ArticleIndex",
    "Coverage",
    "Embedder",
    "Fault",
    "Filters",
    "RememberingEmbedder",
    "Reranker",
    "Vectors",
    "Way",
    "content_words",
    "freshness",
    "open_embedder",
    "open_index",
    "open_reranker",
    "stem",
]
