"""The door of other apps: the index as a retriever of the framework that you already have.

from index import open_index
from serve import llama_index_retriever
with open_index(settings) as index:
    nodes = llama_index_retriever(index, k=5).retrieve("who co-chaired the council?")

Each framework is imported when its retriever is asked for, not before: an app needs only the one that it uses.
"""

from typing import TYPE_CHECKING

from byline.errors import MissingPackage
from index import ANY, ArticleIndex, Filters

if TYPE_CHECKING:
    from serve.langchain import LangChainRetriever
    from serve.llama_index import LlamaIndexRetriever

__all__ = ["langchain_retriever", "llama_index_retriever"]


def llama_index_retriever(index: ArticleIndex, *, k: int = 10, filters: Filters = ANY) -> "LlamaIndexRetriever":
    """A LlamaIndex `BaseRetriever` over the index, which stays yours to close. Raises MissingPackage."""
    try:
        from serve.llama_index import LlamaIndexRetriever
    except ModuleNotFoundError as error:
        raise MissingPackage("the LlamaIndex retriever", "llama-index-core") from error
    return LlamaIndexRetriever(index, k=k, filters=filters)


def langchain_retriever(index: ArticleIndex, *, k: int = 10, filters: Filters = ANY) -> "LangChainRetriever":
    """A LangChain `BaseRetriever` over the index, which stays yours to close. Raises MissingPackage."""
    try:
        from serve.langchain import LangChainRetriever
    except ModuleNotFoundError as error:
        raise MissingPackage("the LangChain retriever", "langchain-core") from error
    return LangChainRetriever(index=index, k=k, filters=filters)
