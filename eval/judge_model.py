"""A judge's model behind an OpenAI server, made to reply in JSON of a given shape and to come to an end.

A small model left alone gives prose, or a list without end. The server is sent the shape as a JSON schema in which
every string, list and number has a bound (llama.cpp turns it into a grammar, so that nothing else can be written), and
as many tokens as the bounds can need. A reply that is cut off all the same is asked for once more, in half the bounds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from byline.errors import LanguageModelError, ModelRefused, ModelServerDown

MOST_CHARACTERS = 240
MOST_ITEMS = 6
MOST_TOKENS = 900
"""Six items of two strings of 240 characters, at about four characters a token, come to 720."""
TIMEOUT_SECONDS = 900.0
"""On two cores that others use too, a reply of 127 tokens took 112 s."""

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens read, of which the server had `reused` from before; tokens written; replies that had to be asked again."""

    read: int = 0
    reused: int = 0
    written: int = 0
    again: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.read + other.read, self.reused + other.reused, self.written + other.written, self.again + other.again
        )


class JudgeModel:
    """`usage` grows with every call. `address` is the base URL of the server, which ends in /v1."""

    def __init__(self, address: str, name: str = "", api_key: str = "none") -> None:
        self.usage = Usage()
        self._name = name
        self._client = httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {api_key}"}, timeout=TIMEOUT_SECONDS
        )

    def reply(self, prompt: str, shape: type[Shape]) -> Shape:
        """Raises ModelServerDown, ModelRefused, or LanguageModelError where two replies do not have the shape."""
        problem: ValidationError | None = None
        for characters, items in ((MOST_CHARACTERS, MOST_ITEMS), (MOST_CHARACTERS // 2, MOST_ITEMS // 2)):
            text = self._ask(prompt, bounded(shape.model_json_schema(), characters, items), shape.__name__)
            try:
                return shape.model_validate_json(text)
            except ValidationError as error:
                problem = error
                self.usage += Usage(again=1)
        raise LanguageModelError(
            f"the judge gave no {shape.__name__} in two replies; the last was {text[:120]!r}"
        ) from problem

    def close(self) -> None:
        self._client.close()

    def _ask(self, prompt: str, schema: Mapping[str, Any], name: str) -> str:
        asked = {
            "model": self._name,
            "messages": [{"role": "user", "content": prompt}],
            "temperature": 0,
            "max_tokens": MOST_TOKENS,
            "response_format": {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": True}},
        }
        where = f"the judge's model at {self._client.base_url}"
        try:
            response = self._client.post("/chat/completions", json=asked)
            response.raise_for_status()
            said = response.json()
            text = str(said["choices"][0]["message"]["content"] or "")
        except httpx.HTTPStatusError as error:
            raise ModelRefused(f"{where} refused: {error.response.text[:300]}") from error
        except httpx.HTTPError as error:
            raise ModelServerDown(f"{where} does not answer ({error!r}); start its server and run again") from error
        except (ValueError, LookupError, TypeError) as error:
            raise LanguageModelError(f"{where} does not speak the OpenAI protocol: {response.text[:120]!r}") from error
        self.usage += _usage(said)
        return text


def bounded(schema: Any, characters: int, items: int) -> Any:
    """The schema with an end to each string and list. Every whole number that ragas asks for is a verdict, 0 or 1."""
    if isinstance(schema, list):
        return [bounded(part, characters, items) for part in schema]
    if not isinstance(schema, dict):
        return schema
    bounds: dict[str, dict[str, Any]] = {
        "string": {"maxLength": characters},
        "array": {"minItems": 1, "maxItems": items},
        "integer": {"enum": [0, 1]},
    }
    parts = {key: bounded(part, characters, items) for key, part in schema.items()}
    kind = schema.get("type")
    return parts | (bounds.get(kind, {}) if isinstance(kind, str) else {})


def _usage(said: Mapping[str, Any]) -> Usage:
    """From the OpenAI fields; llama.cpp gives the tokens that it had read before in `timings.cache_n` as well."""
    usage = said.get("usage") or {}
    details = usage.get("prompt_tokens_details") or {}
    reused = (said.get("timings") or {}).get("cache_n", details.get("cached_tokens") or 0)
    return Usage(int(usage.get("prompt_tokens") or 0), int(reused), int(usage.get("completion_tokens") or 0))
