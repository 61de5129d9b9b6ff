"""The model in this process: llama.cpp through xllamacpp, whose server speaks the OpenAI protocol on a loopback port.

The only file that imports xllamacpp. The server, and not the bindings, is used because it keeps what it has read: the
system prompt is read once, and the check before an answer and the answer share one reading of the passages.
"""

import hashlib
import json
import logging
import os
import platform
from collections.abc import Mapping, Sequence
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
READING_SECONDS = 600
"""What begins every prompt is read in a quarter of a minute, on a machine that has nothing else to do."""
KEPT, KEY_LETTERS = "{weights}-{key}-{content}.read", 16
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

    Its slots are those for `slots` questions and, the last of them, one for what is asked besides. `kept` is the folder
    for what is read once.
    """

    def __init__(self, weights: Path, *, context_tokens: int, slots: int, threads: int, kept: Path) -> None:
        xllamacpp = _import()
        self._weights, self._kept, self._slots = weights, kept, slots + 1
        self._version = xllamacpp.__version__
        params = xllamacpp.CommonParams()
        params.slot_save_path = f"{kept}{os.sep}"
        params.model.path = str(weights)
        params.n_ctx = context_tokens * self._slots // slots
        params.n_parallel = self._slots
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
        tokens: list[int] = self._post("tokenize", {"content": text}, TOKENISE_SECONDS)["tokens"]
        return tokens

    def read_once(self, messages: Sequence[Mapping[str, str]]) -> None:
        """Has every slot begin with these messages, as every prompt does.

        What an earlier process has read of them, with these weights and this llama.cpp, lies in the folder `kept` under
        a name that holds its checksum: some 27 MB, there in a tenth of a second. Else they are read now and kept; where
        they cannot be kept, each slot reads them with its first question.
        """
        key = self._key(messages)
        try:
            self._kept.mkdir(parents=True, exist_ok=True)
            if not any(self._restored(file.name) for file in self._files(key) if _is_whole(file)):
                self._read(messages)
                self._restored(self._keep(key))
        except (OSError, httpx.HTTPError) as error:
            logging.getLogger(__name__).warning("what begins every prompt is not kept in %s: %s", self._kept, error)

    def _key(self, messages: Sequence[Mapping[str, str]]) -> str:
        about = self._weights.stat()
        told = [about.st_size, about.st_mtime_ns, self._version, [dict(message) for message in messages]]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:KEY_LETTERS]

    def _files(self, key: str) -> list[Path]:
        return sorted(self._kept.glob(KEPT.format(weights=self._weights.stem, key=key, content="*")))

    def _read(self, messages: Sequence[Mapping[str, str]]) -> None:
        body = {"messages": [dict(message) for message in messages], "max_tokens": 1, "id_slot": 0}
        self._post("v1/chat/completions", body, READING_SECONDS)

    def _keep(self, key: str) -> str:
        """The name of the file with what the first slot has read; those of other prompts and versions are removed."""
        new = self._kept / f"{os.getpid()}.part"
        self._post("slots/0?action=save", {"filename": new.name}, READING_SECONDS)
        for old in self._files("?" * KEY_LETTERS):
            old.unlink(missing_ok=True)
        file = new.replace(self._kept / KEPT.format(weights=self._weights.stem, key=key, content=_checksum(new)))
        return file.name

    def _restored(self, name: str) -> bool:
        """Whether every slot has what the file holds: not that of a context of another kind."""
        try:
            for slot in range(self._slots):
                self._post(f"slots/{slot}?action=restore", {"filename": name}, READING_SECONDS)
        except httpx.HTTPStatusError:
            return False
        return True

    def _post(self, path: str, body: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        url = f"{self.address.removesuffix('v1')}{path}"
        told = httpx.post(url, json=body, timeout=seconds, trust_env=False)  # past any proxy
        answer: dict[str, Any] = told.raise_for_status().json()
        return answer

    def close(self) -> None:
        self._server = None


def _checksum(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()[:32]


def _is_whole(file: Path) -> bool:
    return file.stem.endswith(_checksum(file))


def exactly(tokens: Sequence[int]) -> str:
    """The grammar that these tokens alone fit. Probabilities are told as they were before it had its say."""
    return "root ::= " + " ".join(f"<[{token}]>" for token in tokens)


_SERVERS: dict[tuple[Path, int, int, int], LlamaServer] = {}
_STARTING = Lock()


def llama_server(
    weights: Path, *, context_tokens: int, slots: int, threads: int, kept: Path, first: Sequence[Mapping[str, str]]
) -> LlamaServer:
    """The server of this process for these weights: a gigabyte is loaded once, however many Answerers are open. It has
    read the messages `first`, which begin every prompt.
    """
    key = (weights.resolve(), context_tokens, slots, threads)
    with _STARTING:
        if key not in _SERVERS:
            server = LlamaServer(weights, context_tokens=context_tokens, slots=slots, threads=threads, kept=kept)
            server.read_once(first)
            _SERVERS[key] = server
        return _SERVERS[key]


def _import() -> ModuleType:
    try:
        import xllamacpp
    except ImportError as error:
        raise MissingPackage("the llama.cpp language model", "xllamacpp") from error
    return xllamacpp  # type: ignore[no-any-return]
