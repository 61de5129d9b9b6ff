"""A language model that replays given replies: an ordinary kind, for tests and for a demo without any weights.

`scripted:FILE.jsonl` holds one reply a line: `{"when": "words of the prompt", "reply": "…"}`. The first line whose
`when` occurs in the last message answers; a line without `when` answers everything. `"error": true` fails instead.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
)
from llama_index.core.llms.custom import CustomLLM

from byline.errors import SettingsError


class ScriptedLLM(CustomLLM):
    replies: list[dict[str, Any]]

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="scripted", is_chat_model=True)

    def _reply(self, prompt: str) -> str:
        for line in self.replies:
            if line.get("when", "").lower() in prompt.lower():
                if line.get("error"):
                    raise RuntimeError(line["reply"])
                return str(line["reply"])
        return ""

    def chat(self, messages: Sequence[ChatMessage], **_: Any) -> ChatResponse:
        return ChatResponse(message=ChatMessage(role="assistant", content=self._reply(messages[-1].content or "")))

    def stream_chat(self, messages: Sequence[ChatMessage], **_: Any) -> ChatResponseGen:
        text = ""
        for word in self._reply(messages[-1].content or "").split(" "):
            text += (" " if text else "") + word
            yield ChatResponse(message=ChatMessage(role="assistant", content=text), delta=word)

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        return CompletionResponse(text=self._reply(prompt))

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponseGen:
        yield self.complete(prompt)


def read_script(path: Path) -> ScriptedLLM:
    try:
        replies = [json.loads(line) for line in path.read_text("utf8").splitlines() if line.strip()]
    except (OSError, json.JSONDecodeError) as error:
        raise SettingsError(
            f'the script {path} cannot be read ({error}); it holds JSON lines {{"when": …, "reply": …}}'
        ) from error
    return ScriptedLLM(replies=replies)
