"""Every knob, read once: from BYLINE_* in the environment, then `.env`, then the defaults here.

A setting nobody knows is refused, in `.env` and in the environment alike: a misspelt knob that is silently ignored is
worse than an error. `docs/settings.md` has a line for each, held by a test. Rooms take what they need as arguments.
"""

import difflib
import os
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from byline.errors import SettingsError

PREFIX = "BYLINE_"


class Settings(BaseSettings):
    """The description of each field is its line in `docs/settings.md`; `.env` may hold other programs' keys."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", dotenv_filtering="match_prefix", extra="forbid", frozen=True
    )

    data: Path = Field(Path("data"), description="folder of the index: vectors, keyword index and articles")
    models: Path = Field(Path("models"), description="folder of the model weights")
    embedder: str = Field("all-MiniLM-L6-v2", description="a known model, a folder, or a hub name")
    vectors: str = Field(
        "chroma", description="`chroma` (embedded in the data folder) or the address of a Chroma server"
    )
    vectors_api_key: SecretStr = Field(SecretStr("none"), description="token for the Chroma server, if it wants one")
    vectors_timeout_seconds: float = Field(30, gt=0, description="longest wait for an answer of the Chroma server")
    reranker: str = Field("off", description="`off` or `cross-encoder:FOLDER_OR_HUB_NAME`")
    llm: str = Field("llama.cpp:qwen2.5-coder-1.5b-instruct", description="the language model, as `KIND:NAME`")
    llm_api_key: SecretStr = Field(
        SecretStr("none"), description="key for the server of an `openai-like` model, if it wants one"
    )
    verifier: str = Field("words", description="`words` or `nli:FOLDER_OR_HUB_NAME`")
    chunk_tokens: int = Field(
        96, ge=32, le=8192, description="most tokens of a chunk, title included, as the embedder counts"
    )
    search_passages: int = Field(12, ge=1, le=100, description="passages that a search for an answer brings back")
    evidence_tokens: int = Field(
        240,
        ge=64,
        le=32768,
        description="most tokens of the best article that is read, and of what else was found where it needs more",
    )
    answer_tokens: int = Field(120, ge=16, le=4096, description="most tokens of an answer")
    llm_context_tokens: int = Field(
        8192,
        ge=1024,
        description="context of the model in process, shared by the questions side by side: each needs "
        "1600 + 2 × `evidence_tokens` + `answer_tokens`",
    )
    llm_slots: int = Field(
        2, ge=1, le=64, description="questions answered side by side, by the model in process or on another server"
    )
    llm_threads: int = Field(0, ge=0, description="threads of the model in process; 0 takes one for each core")
    read_ahead_elsewhere: bool = Field(
        False,
        description="whether a model of another server reads along while a question is typed, as the one in process",
    )
    llm_timeout_seconds: float = Field(
        300, gt=0, description="longest wait for a language model to say something; a slow machine reads for minutes"
    )
    question_max_characters: int = Field(2000, ge=100, description="longest question that is taken")
    host: str = Field("127.0.0.1", description="address on which the chat listens")
    port: int = Field(7860, ge=0, le=65535, description="port on which the chat listens; 0 takes a free one")


def read_settings(**overrides: object) -> Settings:
    """The settings, with `overrides` (None means "not given") on top.

    Raises SettingsError that names each bad or unknown setting and where it can be looked up.
    """
    _refuse_unknown_variables()
    try:
        return Settings(**{name: value for name, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(_describe(str(problem["loc"][0]), problem["msg"]) for problem in error.errors())
        raise SettingsError(f"{problems} (all settings: docs/settings.md)") from error


def _refuse_unknown_variables() -> None:
    """pydantic-settings forbids unknown keys in `.env` only; the environment is checked here."""
    for variable in os.environ:
        if variable.upper().startswith(PREFIX) and variable[len(PREFIX) :].lower() not in Settings.model_fields:
            raise SettingsError(f"{_describe(variable, 'unknown setting')} (all settings: docs/settings.md)")


def _describe(name: str, message: str) -> str:
    variable = name.upper() if name.upper().startswith(PREFIX) else PREFIX + name.upper()
    if "Extra inputs" in message or message == "unknown setting":
        known = [PREFIX + field.upper() for field in Settings.model_fields]
        nearest = difflib.get_close_matches(variable, known, n=1)
        return f"unknown setting {variable}" + (f"; did you mean {nearest[0]}?" if nearest else "")
    return f"{variable}: {message}"
