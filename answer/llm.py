"""One language model and what is asked of it: a reply, how likely its words are, a yes or a no.

Which model it is, `answer/llm_kinds.py` says. LlamaIndex's global `Settings` is never touched: it falls back to OpenAI
without asking.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from statistics import fmean
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

import httpx

from answer.interrupt import given_up_at_once, refuse_if_interrupted
from answer.llama_server import exactly
from answer.orders import without_control_tokens
from answer.slots import Slots
from byline.errors import LanguageModelError, ModelRefused, ModelServerDown

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

Role = Literal["system", "user", "assistant"]
YES_OR_NO_TOKENS = 3
FORETOLD_TOKENS = 40
"""Of a text, how many are weighed: each takes as long as one that is written."""
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
        tokenise: Callable[[str], Sequence[int]] | None = None,
    ) -> None:
        self.name = name
        self.in_process = in_process
        self.has_slots = slots is not None
        self._slots = slots
        self._tokenise = tokenise
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
        likelihood = math.exp(_mean(max(at.logprob for at in likely) for likely in told)) if told else None
        return Reply((response.message.content or "").strip(), first, likelihood)

    def probability_of_yes(self, messages: Sequence[Message], *, aside: bool = False) -> float | None:
        """How sure the model is that its reply begins with yes rather than no; None where its reply has neither."""
        reply = self.reply(messages, YES_OR_NO_TOKENS, aside=aside)
        yes, no = reply.chance_of("yes"), reply.chance_of("no")
        return yes / (yes + no) if yes + no > 0.5 else None

    def foretells(self, messages: Sequence[Message], text: str, *, aside: bool = False) -> float | None:
        """How likely the model finds this text for its reply: the mean log-probability of a token, over the first
        FORETOLD_TOKENS. None where its server cannot be held to a text.
        """
        if self._tokenise is None:
            return None
        llm = self._llm
        try:
            refuse_if_interrupted()
            tokens = self._tokenise(without_control_tokens(text))[:FORETOLD_TOKENS]
            with self._slot(aside) as slot:
                held = {**slot.get("extra_body", {}), "grammar": exactly(tokens)}
                response = llm.chat(_chat(messages), **self._options(len(tokens)), extra_body=held)
            told: Any = response.raw
            content = told.choices[0].logprobs.content[: len(tokens)]
        except Exception as error:
            raise self._ours(error) from error
        return _mean(at.logprob for at in content)

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


def _first_of_stream(raw: Any) -> dict[str, float]:
    """The probabilities of a streamed reply's first token, which LlamaIndex leaves in the server's own words."""
    choices = getattr(raw, "choices", None) or []
    content = getattr(getattr(choices[0], "logprobs", None), "content", None) if choices else None
    return _by_word((at.token, at.logprob) for at in content[0].top_logprobs) if content else {}


def _mean(logprobs: Iterable[float]) -> float:
    """None of them taken for less than that of LEAST_LIKELY."""
    return fmean(max(logprob, math.log(LEAST_LIKELY)) for logprob in logprobs)


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
