"""A real `chroma run`, on a free loopback port."""

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import httpx

START_SECONDS = 120
"""Of a machine that does much else; one that does nothing takes two."""


class ChromaServer:
    """Starts in a `with`; may be killed and started again on the same port and folder, or made to hang."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self.folder = folder / "server"

    def start(self) -> None:
        chroma = Path(sys.executable).with_name("chroma")
        command = [str(chroma), "run", "--path", str(self.folder), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"chroma run ended with {self.process.returncode}"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        self.kill()
        raise AssertionError(f"chroma run did not start within {START_SECONDS} s")

    def new_database(self) -> str:
        """The address of an empty store: as good as a server of its own, for a request instead of a start."""
        name = f"test-{uuid4().hex}"
        made = httpx.post(
            f"{self.address}/api/v2/tenants/default_tenant/databases", json={"name": name}, timeout=START_SECONDS
        )
        made.raise_for_status()
        return f"{self.address}/default_tenant/{name}"

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def hang(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def __enter__(self) -> "ChromaServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
