"""The plain LlamaIndex pipeline, as its own tutorial builds it: what Byline is measured beside.

SentenceSplitter 1024/20, the same embedder through HuggingFaceEmbedding, a Chroma collection with cosine. The only file
that knows LlamaIndex's indices; its two packages are in requirements-dev.txt.
"""

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from byline.errors import MissingPackage
from byline.records import Article

if TYPE_CHECKING:
    from llama_index.core import VectorStoreIndex

NODES = 20


def plain_index(articles: Iterable[Article], model: Path, folder: Path) -> "VectorStoreIndex":
    """The articles, title before text, in an index of LlamaIndex that is kept in `folder`; `model` is the embedder's.

    Each node carries `article`, `url` and `day` (days since year 1) as metadata that is not embedded.
    """
    try:
        from llama_index.core import Document, StorageContext, VectorStoreIndex
        from llama_index.core.node_parser import SentenceSplitter
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding
        from llama_index.vector_stores.chroma import ChromaVectorStore
    except ImportError as error:
        raise MissingPackage("the plain pipeline", str(error.name).replace("_", "-").replace(".", "-")) from error

    documents = []
    for article in articles:
        told = {
            "article": article.id,
            "url": article.url or "",
            "day": article.published.toordinal() if article.published else 0,
        }
        text = f"{article.title}\n\n{article.text}"
        hidden = list(told)
        documents.append(
            Document(text=text, metadata=told, excluded_embed_metadata_keys=hidden, excluded_llm_metadata_keys=hidden)
        )
    store = ChromaVectorStore.from_params(
        "plain", persist_dir=str(folder), collection_kwargs={"configuration": {"hnsw": {"space": "cosine"}}}
    )
    return VectorStoreIndex.from_documents(
        documents,
        storage_context=StorageContext.from_defaults(vector_store=store),
        transformations=[SentenceSplitter(chunk_size=1024, chunk_overlap=20)],
        embed_model=HuggingFaceEmbedding(model_name=str(model)),
    )


def plain_ranking(index: "VectorStoreIndex") -> Callable[[str, date | None], list[tuple[str, str]]]:
    """A search: question and the last day that counts -> (id, URL) of the articles of the nearest NODES, best first."""
    from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters

    def search(question: str, until: date | None) -> list[tuple[str, str]]:
        upto = None
        if until:
            day = MetadataFilter(key="day", value=until.toordinal(), operator=FilterOperator.LTE)
            upto = MetadataFilters(filters=[day])
        retriever = index.as_retriever(similarity_top_k=NODES, filters=upto)
        found = [node.metadata for node in retriever.retrieve(question)]
        return list(dict.fromkeys((str(told["article"]), str(told["url"])) for told in found))

    return search
