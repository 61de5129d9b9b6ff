"""The model in this process: llama.cpp through xllamacpp, whose server speaks the OpenAI protocol on a loopback port.

The only file that imports xllamacpp. The server, and not the bindings, is used because it keeps what it has read: the
system prompt is read once, and the check before an answer and the answer share one reading of the passages.
"""

import platform
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from types import ModuleType
from typing import Any

import httpx

from byline.errors import LanguageModelError, MissingPackage, SettingsError
from byline.settings import Settings

QUIET = 0
FIXED_TOKENS = 1600
"""Of a question: the rules and examples before it (970), its longest form and the turns it leans on."""
X86 = ("x86_64", "amd64")
TOKENISE_SECONDS = 60
"""It takes a millisecond, on a machine that has one to spare."""
CACHE_MIB = 512
"""For prompts that have left their slot, some fifteen of them. By default llama.cpp lets these grow to 8 GiB."""


def refuse_small_slots(settings: Settings) -> None:
    """Raises SettingsError where a question, with what is read a second time for it, may not fit its slot."""
    each = settings.llm_context_tokens // settings.llm_slots
    least = FIXED_TOKENS + 2 * settings.evidence_tokens + settings.answer_tokens
    if each < least:
        raise SettingsError(
            f"BYLINE_LLM_SLOTS={settings.llm_slots} leaves each question {each} tokens, and one may need {least}; "
            f"set BYLINE_LLM_CONTEXT_TOKENS={least * settings.llm_slots}, or fewer slots"
        )


class LlamaServer:
    """One loaded model. `address` is its OpenAI base URL, on loopback only. Dies with `close` or the process.

    Its slots are those for `slots` questions and, the last of them, one for what is asked besides.
    """

    def __init__(self, weights: Path, *, context_tokens: int, slots: int, threads: int) -> None:
        xllamacpp = _import()
        params = xllamacpp.CommonParams()
        params.model.path = str(weights)
        params.n_ctx = context_tokens * (slots + 1) // slots
        params.n_parallel = slots + 1
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        params.verbosity = QUIET
        params.warmup = True
        params.cache_ram_mib = CACHE_MIB
        # Weights laid out anew for wide writing: on x86 reading, which is what people wait for, is slower with them.
        params.no_extra_bufts = platform.machine().lower() in X86
        if threads:
            params.cpuparams.n_threads = threads
        # By default llama.cpp's threads spin while they wait for each other: with anything else running on the same
        # cores, both crawl.
        params.cpuparams.poll = params.cpuparams_batch.poll = 0
        try:
            self._server: Any | None = xllamacpp.Server(params)
        except RuntimeError as error:
            raise LanguageModelError(
                f"llama.cpp cannot load {weights} ({error}); check the file with: python -m byline --verify"
            ) from error
        self.address = f"{self._server.listening_address}/v1"

    def tokenise(self, text: str) -> list[int]:
        """The model's tokens of a text, with none added."""
        url = f"{self.address.removesuffix('/v1')}/tokenize"
        told = httpx.post(url, json={"content": text}, timeout=TOKENISE_SECONDS, trust_env=False)  # past any proxy
        tokens: list[int] = told.raise_for_status().json()["tokens"]
        return tokens

    def close(self) -> None:
        self._server = None


def exactly(tokens: Sequence[int]) -> str:
    """The grammar that these tokens alone fit. Probabilities are told as they were before it had its say."""
    return "root ::= " + " ".join(f"<[{token}]>" for token in tokens)


_SERVERS: dict[tuple[Path, int, int, int], LlamaServer] = {}
_STARTING = Lock()


def llama_server(weights: Path, *, context_tokens: int, slots: int, threads: int) -> LlamaServer:
    """The server of this process for these weights: a gigabyte is loaded once, however many Answerers are open."""
    key = (weights.resolve(), context_tokens, slots, threads)
    with _STARTING:
        if key not in _SERVERS:
            _SERVERS[key] = LlamaServer(weights, context_tokens=context_tokens, slots=slots, threads=threads)
        return _SERVERS[key]


def _import() -> ModuleType:
    try:
        import xllamacpp
    except ImportError as error:
        raise MissingPackage("the llama.cpp language model", "xllamacpp") from error
    return xllamacpp  # type: ignore[no-any-return]
