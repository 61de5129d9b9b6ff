"""The retrievers inside the frameworks' own engines: a query engine of LlamaIndex and a chain of LangChain."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date

import pytest
from langchain_core.documents import Document
from langchain_core.language_models.fake_chat_models import ParrotFakeChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnablePassthrough
from llama_index.core.llms import MockLLM
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.schema import NodeWithScore

from byline.records import Article, Chunk
from byline.settings import Settings
from index import ArticleIndex, Filters, open_index
from serve import langchain_retriever, llama_index_retriever

PORT = Article(
    "port",
    "New harbour opens",
    "Rain fell all day. The harbour of Ostend opened. Mayor Ana Ruiz cut the ribbon.",
    "https://example.org/port",
    "Coast News",
    date(2024, 1, 9),
    language="en",
)
PLANT = Article("plant", "Chip plant", "A chip plant will be built near the harbour.", None, "Wire", date(2024, 5, 1))
HAFEN = Article("hafen", "Hafen", "Der Hafen, the harbour, war voll.", None, "Wire", date(2023, 2, 3), language="de")
OLD = Article("old", "Old pier", "The harbour pier is old.")

WAYS = {
    "since": (Filters(since=date(2024, 2, 1)), {"plant"}),
    "until": (Filters(until=date(2023, 12, 31)), {"hafen"}),
    "source": (Filters(source="wire"), {"plant", "hafen"}),
    "language": (Filters(language="de"), {"hafen"}),
    "article": (Filters(article="old"), {"old"}),
    "two at once": (Filters(source="wire", since=date(2024, 1, 1)), {"plant"}),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, models_folder: object) -> Iterator[ArticleIndex]:
    settings = Settings(data=tmp_path_factory.mktemp("serve") / "data", models=models_folder)  # type: ignore[arg-type]
    with open_index(settings) as opened:
        at = PORT.text.index("The harbour")
        spans = {"port": [(0, at - 1), (at, len(PORT.text))]}
        batch = []
        for article in (PORT, PLANT, HAFEN, OLD):
            found = spans.get(article.id, [(0, len(article.text))])
            text = article.text
            batch.append((article, [Chunk(f"{article.id}#{s}-{e}", article, s, e, text[s:e]) for s, e in found]))
        opened.replace(batch)
        yield opened


def checked(id: str, text: str, metadata: dict[str, object]) -> str:
    """The article's id, once offsets, score and the rest are what they promise."""
    article = next(article for article in (PORT, PLANT, HAFEN, OLD) if article.id == metadata["article"])
    assert article.text[metadata["start"] : metadata["end"]] == text  # type: ignore[misc]
    assert id == f"{article.id}#{metadata['start']}-{metadata['end']}"
    published = article.published.isoformat() if article.published else None
    expected = (article.title, article.source, published, article.url, article.language)
    assert tuple(metadata[key] for key in ("title", "source", "published", "url", "language")) == expected
    assert isinstance(metadata["score"], float)
    assert metadata["found_by"] and set(metadata["found_by"]) <= {"meaning", "words"}  # type: ignore[call-overload]
    json.dumps(metadata)
    return article.id


def of_nodes(nodes: list[NodeWithScore]) -> list[str]:
    for found in nodes:
        assert found.score == found.node.metadata["score"]
        assert (found.node.start_char_idx, found.node.end_char_idx) == (  # type: ignore[attr-defined]
            found.node.metadata["start"],
            found.node.metadata["end"],
        )
        assert found.node.ref_doc_id == found.node.metadata["article"]
    return [checked(found.node.node_id, found.node.get_content(), found.node.metadata) for found in nodes]


def of_documents(documents: list[Document]) -> list[str]:
    return [checked(str(found.id), found.page_content, found.metadata) for found in documents]


def test_both_bring_what_the_index_finds(index: ArticleIndex) -> None:
    question = "who opened the harbour of Ostend?"
    found = [(passage.chunk.id, passage.score) for passage in index.search(question, 3)]
    nodes = llama_index_retriever(index, k=3).retrieve(question)
    documents = langchain_retriever(index, k=3).invoke(question)
    assert found[0][0].startswith("port#")
    assert [(node.node.node_id, node.score) for node in nodes] == found
    assert [(document.id, document.metadata["score"]) for document in documents] == found
    assert of_nodes(nodes) == of_documents(documents)


@pytest.mark.parametrize("way", WAYS)
def test_filters_are_passed_on(index: ArticleIndex, way: str) -> None:
    filters, expected = WAYS[way]
    assert set(of_nodes(llama_index_retriever(index, filters=filters).retrieve("harbour"))) == expected
    assert set(of_documents(langchain_retriever(index, filters=filters).invoke("harbour"))) == expected
    assert set(of_documents(langchain_retriever(index).invoke("harbour", filters=filters))) == expected


def test_llama_index_query_engine(index: ArticleIndex) -> None:
    """Its mock model repeats its prompt: what a model would read has the text, title and date, and no offsets."""
    engine = RetrieverQueryEngine.from_args(llama_index_retriever(index, k=2), llm=MockLLM())
    answer = engine.query("who cut the ribbon at the harbour?")
    assert of_nodes(answer.source_nodes)[0] == "port"
    read = str(answer)
    assert "Mayor Ana Ruiz cut the ribbon." in read
    assert "title: New harbour opens" in read and "published: 2024-01-09" in read
    assert "score:" not in read and "start:" not in read and "https://" not in read


def test_llama_index_query_engine_awaited(index: ArticleIndex) -> None:
    engine = RetrieverQueryEngine.from_args(llama_index_retriever(index, filters=Filters(source="wire")), llm=MockLLM())

    async def ask() -> list[str]:
        answers = await asyncio.gather(*(engine.aquery(f"harbour {n}") for n in range(4)))
        return [id for answer in answers for id in of_nodes(answer.source_nodes)]

    assert set(asyncio.run(ask())) == {"plant", "hafen"}


def test_llama_index_many_at_once(index: ArticleIndex) -> None:
    retriever = llama_index_retriever(index, k=1)

    async def many() -> list[list[NodeWithScore]]:
        return await asyncio.gather(*(retriever.aretrieve(text) for text in ("Ostend ribbon", "chip plant") * 4))

    assert [of_nodes(nodes) for nodes in asyncio.run(many())] == [["port"], ["plant"]] * 4


def test_langchain_chain(index: ArticleIndex) -> None:
    """Its parrot model repeats its prompt."""
    prompt = ChatPromptTemplate.from_template("From:\n{passages}\nQ: {question}")
    passages = langchain_retriever(index, k=2) | (lambda found: "\n".join(document.page_content for document in found))
    chain = (
        {"passages": passages, "question": RunnablePassthrough()} | prompt | ParrotFakeChatModel() | StrOutputParser()
    )
    question = "who cut the ribbon at the harbour?"
    read = chain.invoke(question)
    assert "Mayor Ana Ruiz cut the ribbon." in read and read.endswith(f"Q: {question}")
    assert asyncio.run(chain.ainvoke(question)) == read
    assert chain.batch([question, question]) == [read, read]
    assert "".join(chain.stream(question)) == read


def test_langchain_batch_and_await(index: ArticleIndex) -> None:
    retriever = langchain_retriever(index, k=1)
    questions = ["Ostend ribbon", "chip plant"] * 4
    expected = [["port"], ["plant"]] * 4
    assert [of_documents(found) for found in retriever.batch(questions)] == expected
    assert [of_documents(found) for found in asyncio.run(retriever.abatch(questions))] == expected
    narrowed = retriever.batch(questions, filters=Filters(language="de"), k=5)
    assert {id for found in narrowed for id in of_documents(found)} == {"hafen"}


def test_a_framework_is_imported_when_it_is_asked_for() -> None:
    script = (
        "import sys, serve; sys.exit(any(name in sys.modules for name in ('llama_index', 'langchain_core', 'torch')))"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=200).returncode == 0


@pytest.mark.parametrize(
    ("retriever", "library", "package"),
    [
        ("llama_index_retriever", "llama_index", "llama-index-core"),
        ("langchain_retriever", "langchain_core", "langchain-core"),
    ],
)
def test_a_missing_framework_comes_with_the_pip_line(retriever: str, library: str, package: str) -> None:
    """None in sys.modules is how Python spells "not installed"; the index is never reached."""
    script = f"import sys; sys.modules['{library}'] = None\nimport serve\nserve.{retriever}(None)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=200)
    assert ran.stderr.strip().splitlines()[-1].startswith("byline.errors.MissingPackage")
    assert f"pip install {package}" in ran.stderr
