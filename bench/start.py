"""How long a second `make chat` takes to the page: from the command to the first HTTP 200 of its address.

    python -m bench.start [--times 5] [--out runs/start.json]

The first start, which ingests articles/ into an empty folder, is not counted. All proxies lead nowhere, so a start that
asked the web would fail or wait.
"""

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from byline.machine import machine

PATIENCE_SECONDS = 120
NOWHERE = "http://127.0.0.1:9"


def main() -> None:
    options = _arguments()
    with tempfile.TemporaryDirectory() as data:
        print(f"first, into an empty folder: {seconds_to_page(data):.1f} s", flush=True)
        rows = []
        for number in range(options.times):
            load = os.getloadavg()[0]
            rows.append({"seconds": seconds_to_page(data), "load_before": load})
            print(f"{number + 1}/{options.times}: {rows[-1]['seconds']:.1f} s at a load of {load:.1f}", flush=True)
    seconds = [row["seconds"] for row in rows]
    summary = {
        "times": len(rows),
        "machine": machine(),
        "median_s": statistics.median(seconds),
        "worst_s": max(seconds),
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"summary": summary, "rows": rows}, indent=1))
    print(json.dumps(summary))


def seconds_to_page(data: str) -> float:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    names = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
    settings = {"BYLINE_DATA": data, "BYLINE_PORT": str(port), **dict.fromkeys(names, NOWHERE)}
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    began = time.perf_counter()
    with subprocess.Popen(
        ["make", "chat"], env=os.environ | settings, stdout=subprocess.DEVNULL, start_new_session=True
    ) as chat:
        try:
            while time.perf_counter() - began < PATIENCE_SECONDS and chat.poll() is None:
                try:
                    if direct.open(f"http://127.0.0.1:{port}/", timeout=10).status == 200:
                        return time.perf_counter() - began
                except (urllib.error.URLError, ConnectionError):
                    time.sleep(0.02)
            raise SystemExit(f"no page at port {port} after {time.perf_counter() - began:.0f} s; run: make chat")
        finally:
            os.killpg(chat.pid, signal.SIGINT)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.start", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("runs/start.json"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
