"""Once the models are there, nothing reaches the network, by what Byline does itself: these children have none of the
variables that keep those of other tests at home, and a proxy that notes who asks it for anything.

Shown by taking each out: NO_PROXY, RAGAS_DO_NOT_TRACK and ORT_DISABLE_TELEMETRY are held here, and of the two switches
of Gradio's analytics that one is there. HF_HUB_OFFLINE and Chroma's `anonymized_telemetry` are not: without them the
pinned versions, given a folder of weights and a folder of vectors, ask for nothing either.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread

import httpx
import pytest
import test_index_rerank
from conftest import ENVIRONMENT
from llm_stand_ins import model_stand_in

from byline.records import Article, Chunk
from byline.settings import Settings
from index import open_index

ROOT = Path(__file__).parent.parent
PROXIES = [name for name in ENVIRONMENT if name.lower().endswith("_proxy") and name.lower() != "no_proxy"]
tiny_cross_encoder = test_index_rerank.tiny_cross_encoder


class Proxy(ThreadingTCPServer):
    """Answers nobody; `heard` is what it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        self.heard: list[str] = []
        super().__init__(("127.0.0.1", 0), Asked)


class Asked(StreamRequestHandler):
    server: Proxy

    def handle(self) -> None:
        self.server.heard.append(self.rfile.readline().decode("latin1").strip())


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def started(proxy: Proxy, settings: Settings) -> Callable[..., subprocess.Popen[str]]:
    """Starts a child that has nothing to keep it at home but what it does itself."""
    kept = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    kept |= dict.fromkeys(PROXIES, f"http://127.0.0.1:{proxy.server_address[1]}")
    kept |= {"BYLINE_DATA": str(settings.data), "BYLINE_MODELS": str(settings.models)}

    def start(*arguments: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=kept | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


@pytest.fixture
def store(settings: Settings) -> None:
    article = Article("harbour", "New harbour opens", "The harbour of Ostend opened on Monday.", digest="1")
    with open_index(settings) as index:
        index.replace([(article, [Chunk("harbour#0", article, 0, len(article.text), article.text)])])


def test_a_child_that_asks_is_heard(proxy: Proxy, started: Callable[..., subprocess.Popen[str]]) -> None:
    script = "import httpx, urllib.request as u\nfor ask in (httpx.get, u.urlopen):\n"
    script += "    for url in ('https://example.com', 'http://127.0.0.1:9/here'):\n"
    script += "        try: ask(url)\n        except Exception: pass\n"
    started("-c", script).communicate(timeout=60)
    assert [line.split()[:2] for line in proxy.heard] == [
        ["CONNECT", "example.com:443"],
        ["GET", "http://127.0.0.1:9/here"],
    ] * 2


@pytest.mark.usefixtures("store")
def test_a_search_asks_for_nothing(
    proxy: Proxy, started: Callable[..., subprocess.Popen[str]], tiny_cross_encoder: Path, tmp_path: Path
) -> None:
    search = started(
        "-m", "index", "who opened it?", BYLINE_RERANKER=f"cross-encoder:{tiny_cross_encoder}", HOME=str(tmp_path)
    )
    told, _ = search.communicate(timeout=400)
    assert search.returncode == 0 and "New harbour opens (meaning+reranker" in told, told
    assert proxy.heard == []
    assert not list(tmp_path.rglob("*deviceid*")), "what ONNX Runtime keeps to know this machine again"


@pytest.mark.usefixtures("store")
def test_the_chat_asks_for_nothing(proxy: Proxy, started: Callable[..., subprocess.Popen[str]]) -> None:
    """Nor does it look for itself, or for a model on this machine, through a proxy."""
    with model_stand_in("yes") as server:
        chat = started("app.py", "--port", "0", BYLINE_LLM=f"openai-like:tiny@{server.url}/v1")
        assert chat.stdout
        try:
            said = chat.stdout.readline()
            address = re.search(r"http://127\.0\.0\.1:\d+", said)
            assert address, said
            page = httpx.get(address[0], trust_env=False)
            assert page.status_code == 200 and "Byline" in page.text
            while not server.requests:  # the model is warmed, once the page is there
                assert chat.poll() is None, chat.communicate()
                time.sleep(0.1)
        finally:
            chat.send_signal(signal.SIGINT)
            told, _ = chat.communicate(timeout=60)
    assert proxy.heard == [], told


def test_ragas_tells_nobody(proxy: Proxy, started: Callable[..., subprocess.Popen[str]]) -> None:
    script = "import eval.judge\nfrom ragas._analytics import IsCompleteEvent, track\n"
    child = started("-c", script + "track(IsCompleteEvent(event_type='judged'))\n")
    told, _ = child.communicate(timeout=200)
    assert child.returncode == 0, told
    assert proxy.heard == []
