"""The index as a LlamaIndex retriever: a Passage becomes a NodeWithScore."""

import asyncio

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from byline.records import Passage
from index import ANY, ArticleIndex, Filters
from serve.passage_metadata import READ_BY_A_MODEL, passage_metadata


class LlamaIndexRetriever(BaseRetriever):
    """At most `k` nodes, best first, of the articles that `filters` lets through.

    LlamaIndex has no call for many questions at once; gather `aretrieve`, whose searches run side by side in threads.
    """

    def __init__(self, index: ArticleIndex, *, k: int = 10, filters: Filters = ANY) -> None:
        super().__init__()
        self._index, self._k, self._filters = index, k, filters

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [_node(passage) for passage in self._index.search(query_bundle.query_str, self._k, self._filters)]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


def _node(passage: Passage) -> NodeWithScore:
    chunk, metadata = passage.chunk, passage_metadata(passage)
    node = TextNode(
        id_=chunk.id,
        text=chunk.text,
        start_char_idx=chunk.start,
        end_char_idx=chunk.end,
        metadata=metadata,
        excluded_llm_metadata_keys=[key for key in metadata if key not in READ_BY_A_MODEL],
        excluded_embed_metadata_keys=[key for key in metadata if key not in READ_BY_A_MODEL],
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=chunk.article.id)},
    )
    return NodeWithScore(node=node, score=passage.score)
