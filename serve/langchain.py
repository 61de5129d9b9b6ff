"""The index as a LangChain retriever: a Passage becomes a Document."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from byline.records import Passage
from index import ANY, ArticleIndex, Filters
from serve.passage_metadata import passage_metadata


class LangChainRetriever(BaseRetriever):
    """At most `k` documents, best first, of the articles that `filters` lets through.

    `ainvoke`, `batch` and `abatch` are LangChain's own: searches run side by side in its threads. One call may narrow
    differently: `retriever.invoke(question, filters=Filters(since=day), k=3)`.
    """

    index: ArticleIndex
    k: int = 10
    filters: Filters = ANY

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        filters: Filters | None = None,
    ) -> list[Document]:
        passages = self.index.search(query, k or self.k, self.filters if filters is None else filters)
        return [_document(passage) for passage in passages]


def _document(passage: Passage) -> Document:
    return Document(id=passage.chunk.id, page_content=passage.chunk.text, metadata=passage_metadata(passage))
