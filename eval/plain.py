"""A plain LlamaIndex query engine behind the Answerer's own verb, so that both run the same cases in one run.

It is what LlamaIndex's tutorial builds over `plain_index`: the two nearest nodes of 1,024 tokens, put before the same
language model with LlamaIndex's own prompt. It knows no days, cites nothing and never declines.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType

from answer import Answerer
from byline.errors import LanguageModelError, SettingsError
from byline.models import model_path
from byline.records import Answer, Turn
from byline.settings import Settings
from eval.retrieval.plain import plain_index
from index import ArticleIndex

NODES = 2


class PlainAnswerer:
    """The same articles, embedder and model server as `answerer`; the index of nodes is made anew in `folder`."""

    def __init__(self, answerer: Answerer, settings: Settings, folder: Path) -> None:
        """Raises SettingsError where the model has no OpenAI server, MissingPackage without requirements-dev.txt."""
        if answerer.model.address is None:
            raise SettingsError(f"{answerer.model.name} has no OpenAI server for the plain pipeline to ask")
        self.index: ArticleIndex = answerer.index
        nodes = plain_index(self.index.articles(), model_path(settings.embedder, settings.models), folder)
        from llama_index.llms.openai_like import OpenAILike

        llm = OpenAILike(
            model=answerer.model.served_as,
            api_base=answerer.model.address,
            api_key=settings.llm_api_key.get_secret_value(),
            is_chat_model=True,
            max_tokens=settings.answer_tokens,
            temperature=0.0,
            timeout=600.0,
            max_retries=0,
        )
        self._engine = nodes.as_query_engine(llm=llm, streaming=True, similarity_top_k=NODES)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        as_of: date | None = None,
        without: Collection[str] = (),
    ) -> Iterator[Answer]:
        """`history`, `as_of` and `without` are not heard: such an engine has no place for them.

        Raises LanguageModelError where its server fails, as when two nodes are more than the model can read.
        """
        start, text, first_word = time.perf_counter(), "", 0.0
        try:
            for word in self._engine.query(question).response_gen:  # type: ignore[union-attr]
                text += word
                first_word = first_word or (time.perf_counter() - start if text.strip() else 0.0)
                yield Answer(question, question, "writing", text.strip())
        except Exception as error:  # openai's, httpx's: whatever LlamaIndex lets through
            raise LanguageModelError(f"the plain query engine failed: {type(error).__name__}: {error}") from error
        done = time.perf_counter() - start
        seconds = MappingProxyType({"first_word": first_word or done, "done": done})
        yield Answer(question, question, "done", text.strip(), timings=seconds, model="plain")
