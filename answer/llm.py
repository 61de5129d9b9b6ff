"""The language model, whichever kind the user picks: `KIND:NAME` to a LlamaIndex LLM, and the two things asked of it.

    llama.cpp:qwen2.5-coder-1.5b-instruct     weights that Byline fetched, or llama.cpp:PATH.gguf
    ollama:NAME[@URL]                         an Ollama server
    openai-like:NAME@URL                      vLLM, LM Studio, llama-server and others that speak the OpenAI protocol
    scripted:FILE.jsonl                       given replies
    PACKAGE.MODULE.CLASS[:{"json": "kwargs"}] any LlamaIndex LLM class

LlamaIndex's global `Settings` is never touched: it falls back to OpenAI without asking.
"""

import importlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

import httpx

from answer.interrupt import given_up_at_once, refuse_if_interrupted, watched
from answer.llama_server import llama_server, refuse_small_slots
from answer.orders import without_control_tokens
from answer.slots import Slots, slots_of
from byline.errors import (
    LanguageModelError,
    MissingPackage,
    ModelRefused,
    ModelServerDown,
    SettingsError,
    UnknownKind,
)
from byline.models import model_path
from byline.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

Role = Literal["system", "user", "assistant"]
OLLAMA = "http://127.0.0.1:11434"
YES_OR_NO_TOKENS = 3
LEAST_LIKELY = 1e-6
"""A token's probability is taken for no less; some servers give 0."""


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """`first` holds the probability of each likely first token, in lower case; empty where the server gives none.

    `likelihood` is how sure the model was of its words: the geometric mean of its tokens' probabilities, 0 to 1
    (length-normalised likelihood, Malinin and Gales, ICLR 2021). None where the server gives none, and in a stream.
    """

    text: str
    first: Mapping[str, float]
    likelihood: float | None = None

    def chance_of(self, word: str) -> float:
        """How likely a reply was that begins with this word, 0 to 1; without probabilities, 1 or 0 by the reply."""
        if self.first:
            return self.first.get(word, 0.0)
        words = self.text.lower().split()
        return float(bool(words) and words[0].strip(".,!:*") == word)


class LanguageModel:
    """One model, loaded by the first thread that asks it something; the others wait for that.

    Raises ModelServerDown, ModelRefused or LanguageModelError, whatever library is underneath. `in_process` is whether
    nobody else uses it; `slots` are those of its server, where they can be chosen, and an aside then has its own.
    """

    def __init__(
        self,
        name: str,
        load: Callable[[], "LLM"],
        *,
        has_probabilities: bool,
        in_process: bool = False,
        slots: Slots | None = None,
    ) -> None:
        self.name = name
        self.in_process = in_process
        self.has_slots = slots is not None
        self._slots = slots
        self._load = load
        self._loading = Lock()
        self._loaded: LLM | None = None
        self._has_probabilities = has_probabilities

    @property
    def _llm(self) -> "LLM":
        with self._loading:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    @property
    def address(self) -> str | None:
        """The OpenAI base URL of its server, where it has one. Loads the model."""
        return getattr(self._llm, "api_base", None)

    @property
    def served_as(self) -> str:
        """What its server calls it."""
        return str(getattr(self._llm, "model", self.name))

    def write(self, messages: Sequence[Message], tokens: int) -> Iterator[Reply]:
        """The reply as it grows: each item is all of it so far. Closing the iterator frees the server's slot."""
        llm, options, first = self._llm, self._options(tokens), dict[str, float]()
        try:
            with (
                self._slot() as slot,
                closing(given_up_at_once(lambda: llm.stream_chat(_chat(messages), **options, **slot))) as parts,
            ):
                for part in parts:
                    first = first or _first_of_stream(part.raw)
                    yield Reply(part.message.content or "", first)
        except Exception as error:
            raise self._ours(error) from error

    def reply(self, messages: Sequence[Message], tokens: int, *, aside: bool = False) -> Reply:
        """The whole reply at once, with its probabilities where the server gives them.

        An `aside` leaves what the server has read of a question where it is, so that it can read on from there.
        """
        llm, options = self._llm, self._options(tokens)
        try:
            refuse_if_interrupted()
            with self._slot(aside) as slot:
                response = llm.chat(_chat(messages), **options, **slot)
        except Exception as error:
            raise self._ours(error) from error
        told = [likely for likely in response.logprobs or [] if likely]
        first = _by_word((at.token, at.logprob) for at in told[0]) if told else {}
        # At temperature 0 the token that is written is the likeliest.
        written = [max(max(at.logprob for at in likely), math.log(LEAST_LIKELY)) for likely in told]
        likelihood = math.exp(sum(written) / len(written)) if written else None
        return Reply((response.message.content or "").strip(), first, likelihood)

    def probability_of_yes(self, messages: Sequence[Message], *, aside: bool = False) -> float | None:
        """How sure the model is that its reply begins with yes rather than no; None where its reply has neither."""
        reply = self.reply(messages, YES_OR_NO_TOKENS, aside=aside)
        yes, no = reply.chance_of("yes"), reply.chance_of("no")
        return yes / (yes + no) if yes + no > 0.5 else None

    def _slot(self, aside: bool = False) -> AbstractContextManager[dict[str, Any]]:
        return self._slots.taken(aside) if self._slots else nullcontext({})

    def _options(self, tokens: int) -> dict[str, Any]:
        """Ollama reads its limits when it is opened; the OpenAI protocol with every call."""
        likely = {"logprobs": True, "top_logprobs": 20} if self._has_probabilities else {}
        return {"max_tokens": tokens, **likely} if self.address else {}

    def _ours(self, error: Exception) -> LanguageModelError:
        if isinstance(error, LanguageModelError):
            return error
        # By name: the libraries that raise these may not be installed, and must not be imported to find out.
        kind = type(error).__name__
        unreached = kind in ("APIConnectionError", "APITimeoutError")
        if unreached or isinstance(error, httpx.TransportError | ConnectionError):
            where = f" at {self.address}" if self.address else ""
            return ModelServerDown(
                f"the language model {self.name}{where} does not answer ({error}); start its server and ask again"
            )
        if hasattr(error, "status_code"):
            return ModelRefused(
                f"the language model {self.name} refused ({error}); check its name and its server's log"
            )
        return LanguageModelError(f"the language model {self.name} failed: {kind}: {error}")


def open_llama_cpp(name: str, settings: Settings) -> LanguageModel:
    refuse_small_slots(settings)
    weights = Path(name) if "/" in name or name.endswith(".gguf") else model_path(name, settings.models)
    if not weights.is_file():
        raise SettingsError(f"no model file {weights}; download a .gguf file and give its path, or name a known model")

    def load() -> "LLM":
        server = llama_server(
            weights, context_tokens=settings.llm_context_tokens, slots=settings.llm_slots, threads=settings.llm_threads
        )
        return _openai_like(name, server.address, settings)

    slots = slots_of(weights.resolve(), settings.llm_slots)
    return LanguageModel(f"llama.cpp:{name}", load, has_probabilities=True, in_process=True, slots=slots)


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


def _first_of_stream(raw: Any) -> dict[str, float]:
    """The probabilities of a streamed reply's first token, which LlamaIndex leaves in the server's own words."""
    choices = getattr(raw, "choices", None) or []
    content = getattr(getattr(choices[0], "logprobs", None), "content", None) if choices else None
    return _by_word((at.token, at.logprob) for at in content[0].top_logprobs) if content else {}


def _by_word(tokens: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Token and logarithm of its probability -> probability of each word, case and spaces aside."""
    words: dict[str, float] = {}
    for token, logprob in tokens:
        word = token.strip().lower()
        words[word] = words.get(word, 0.0) + math.exp(logprob)
    return words


def _chat(messages: Sequence[Message]) -> list[Any]:
    from llama_index.core.base.llms.types import ChatMessage

    return [ChatMessage(role=message.role, content=without_control_tokens(message.text)) for message in messages]
