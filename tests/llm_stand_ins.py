"""Small servers that speak the OpenAI and the Ollama protocol, for the kinds of model that are not in process."""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

TOPS = [{"token": token, "logprob": math.log(p), "bytes": None} for token, p in (("Yes", 0.6), ("No", 0.2))]
SHUT_SECONDS = 600
"""How long a shut gate holds whoever asks: longer than any test waits for what must not depend on it."""
LIKELY = {"content": [{**TOPS[0], "top_logprobs": TOPS}]}


class ModelStandIn(BaseHTTPRequestHandler):
    """Replies with its server's `reply`, word by word where a stream is asked for; knows the model `tiny` only."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.keys.append(self.headers["Authorization"])  # type: ignore[attr-defined]
        self.server.requests.append((self.path, asked))  # type: ignore[attr-defined]
        self.server.gate.wait(SHUT_SECONDS)  # type: ignore[attr-defined]
        if asked["model"] != "tiny":
            self._send(json.dumps({"error": {"message": f"model {asked['model']!r} not found"}}), status=404)
        elif self.path == "/v1/chat/completions":
            self._openai(asked)
        elif self.path == "/api/chat":
            self._ollama(asked)
        else:
            self._send("{}", status=404)

    @property
    def words(self) -> list[str]:
        words = self.server.reply.split(" ")  # type: ignore[attr-defined]
        return [word if at == 0 else " " + word for at, word in enumerate(words)]

    def _openai(self, asked: dict[str, Any]) -> None:
        about = {"id": "x", "created": 0, "model": "tiny"}
        if asked.get("stream"):
            parts: list[dict[str, Any]] = [
                {"index": 0, "delta": {"role": "assistant", "content": word}} for word in self.words
            ]
            if asked.get("logprobs"):
                parts[0]["logprobs"] = LIKELY
            lines = [{**about, "object": "chat.completion.chunk", "choices": [part]} for part in parts]
            self._send(
                "".join(f"data: {json.dumps(line)}\n\n" for line in lines) + "data: [DONE]\n\n", "text/event-stream"
            )
            return
        choice: dict[str, Any] = {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "".join(self.words)},
        }
        if asked.get("logprobs"):
            choice["logprobs"] = LIKELY
        self._send(json.dumps({**about, "object": "chat.completion", "choices": [choice]}))

    def _ollama(self, asked: dict[str, Any]) -> None:
        about = {"model": "tiny", "created_at": "2024-01-01T00:00:00Z"}
        if not asked.get("stream"):
            message = {"role": "assistant", "content": "".join(self.words)}
            self._send(json.dumps({**about, "message": message, "done": True}))
            return
        lines = [{**about, "message": {"role": "assistant", "content": word}, "done": False} for word in self.words]
        lines.append({**about, "message": {"role": "assistant", "content": ""}, "done": True})
        self._send("".join(json.dumps(line) + "\n" for line in lines), "application/x-ndjson")

    def _send(self, text: str, kind: str = "application/json", status: int = 200) -> None:
        body = text.encode()
        with suppress(ConnectionError):  # who asked has hung up
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing on the screen of whoever runs the tests."""


@contextmanager
def model_stand_in(reply: str) -> Iterator[ThreadingHTTPServer]:
    """Yields the server; `server.requests` holds (path, body) of each call, `server.keys` its Authorization,
    `server.url` the address.

    It answers as long as `server.gate` is open, and lets everybody wait while it is cleared.
    """
    server = ThreadingHTTPServer(("127.0.0.1", 0), ModelStandIn)
    server.reply, server.requests, server.keys, server.gate = reply, [], [], Event()  # type: ignore[attr-defined]
    server.gate.set()  # type: ignore[attr-defined]
    server.url = f"http://127.0.0.1:{server.server_address[1]}"  # type: ignore[attr-defined]
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.gate.set()  # type: ignore[attr-defined]
    server.shutdown()
    server.server_close()
