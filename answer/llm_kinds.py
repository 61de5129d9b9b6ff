"""The kinds of language model that the user picks from: `KIND:NAME` to a LlamaIndex LLM.

    llama.cpp:qwen2.5-coder-1.5b-instruct     weights that Byline fetched, or llama.cpp:PATH.gguf
    ollama:NAME[@URL]                         an Ollama server
    openai-like:NAME@URL                      vLLM, LM Studio, llama-server and others that speak the OpenAI protocol
    scripted:FILE.jsonl                       given replies
    PACKAGE.MODULE.CLASS[:{"json": "kwargs"}] any LlamaIndex LLM class

Nothing heavy is imported before the model that needs it is opened.
"""

import importlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from answer.interrupt import watched
from answer.llama_server import LlamaServer, llama_server, refuse_small_slots
from answer.llm import LanguageModel
from answer.prompt import answer_prompt
from answer.slots import slots_of
from byline.errors import MissingPackage, SettingsError, UnknownKind
from byline.models import model_path
from byline.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

OLLAMA = "http://127.0.0.1:11434"


def open_llama_cpp(name: str, settings: Settings) -> LanguageModel:
    refuse_small_slots(settings)
    weights = Path(name) if "/" in name or name.endswith(".gguf") else model_path(name, settings.models)
    if not weights.is_file():
        raise SettingsError(f"no model file {weights}; download a .gguf file and give its path, or name a known model")

    def server() -> LlamaServer:
        return llama_server(
            weights,
            context_tokens=settings.llm_context_tokens,
            slots=settings.llm_slots,
            threads=settings.llm_threads,
            kept=settings.models / "read",
            first=[{"role": message.role, "content": message.text} for message in answer_prompt([], "", [])],
        )

    return LanguageModel(
        f"llama.cpp:{name}",
        lambda: _openai_like(name, server().address, settings),
        has_probabilities=True,
        in_process=True,
        slots=slots_of(weights.resolve(), settings.llm_slots),
        tokenise=lambda text: server().tokenise(text),
    )


def open_openai_like(name: str, settings: Settings) -> LanguageModel:
    model, at, url = name.rpartition("@")
    if not at or not url.startswith(("http://", "https://")):
        raise SettingsError(f"openai-like:{name} lacks an address; write openai-like:NAME@http://HOST:PORT/v1")
    return LanguageModel(f"openai-like:{name}", lambda: _openai_like(model, url, settings), has_probabilities=True)


def _openai_like(model: str, address: str, settings: Settings) -> "LLM":
    from llama_index.llms.openai_like import OpenAILike

    return OpenAILike(
        model=model,
        api_base=address,
        api_key=settings.llm_api_key.get_secret_value(),
        is_chat_model=True,
        context_window=settings.llm_context_tokens,
        temperature=0.0,
        timeout=settings.llm_timeout_seconds,
        max_retries=0,
        http_client=httpx.Client(**watched(settings.llm_timeout_seconds)),
    )


def open_ollama(name: str, settings: Settings) -> LanguageModel:
    try:
        from llama_index.llms.ollama import Ollama
        from ollama import Client
    except ImportError as error:
        raise MissingPackage("the language model ollama", "llama-index-llms-ollama") from error
    model, at, url = name.rpartition("@")
    llm = Ollama(
        model=model if at else name,
        client=Client(host=url if at else OLLAMA, **watched(settings.llm_timeout_seconds)),
        temperature=0.0,
        context_window=settings.llm_context_tokens,
        additional_kwargs={"num_predict": settings.answer_tokens},
    )
    return LanguageModel(f"ollama:{name}", lambda: llm, has_probabilities=False)


def open_scripted(name: str, _settings: Settings) -> LanguageModel:
    from answer.scripted import read_script

    llm = read_script(Path(name))
    return LanguageModel(f"scripted:{name}", lambda: llm, has_probabilities=False, in_process=True)


LLMS: Mapping[str, Callable[[str, Settings], LanguageModel]] = {
    "llama.cpp": open_llama_cpp,
    "ollama": open_ollama,
    "openai-like": open_openai_like,
    "scripted": open_scripted,
}


def open_language_model(settings: Settings) -> LanguageModel:
    """The model that `settings.llm` names. Raises UnknownKind, MissingPackage, SettingsError or ModelUnavailable."""
    kind, _, name = settings.llm.partition(":")
    if kind in LLMS and name:
        return LLMS[kind](name, settings)
    if "." in kind and kind not in LLMS:
        return _open_class(kind, name)
    raise UnknownKind("language model", settings.llm, [*(f"{kind}:NAME" for kind in LLMS), "PACKAGE.MODULE.CLASS"])


def _open_class(dotted: str, arguments: str) -> LanguageModel:
    from llama_index.core.llms import LLM

    module_name, _, class_name = dotted.rpartition(".")
    try:
        found = getattr(importlib.import_module(module_name), class_name)
        llm = found(**json.loads(arguments or "{}"))
    except ModuleNotFoundError as error:
        package = module_name if module_name.startswith(str(error.name)) else str(error.name)
        raise MissingPackage(f"the language model {dotted}", package.replace(".", "-").replace("_", "-")) from error
    except (AttributeError, TypeError, ValueError) as error:
        raise SettingsError(f"the language model {dotted}:{arguments} cannot be opened: {error}") from error
    if not isinstance(llm, LLM):
        raise SettingsError(f"{dotted} is not a LlamaIndex LLM class")
    return LanguageModel(dotted, lambda: llm, has_probabilities=False)
