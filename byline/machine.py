"""What a figure in seconds was measured on. A machine that is shared can be five times slower the next day."""

import os
import platform
import time
from pathlib import Path

ADDITIONS = 5_000_000


def machine() -> str:
    """Processor and cores, and how quick it is just now, by a loop that only Python's own speed decides."""
    start, total = time.perf_counter(), 0
    for number in range(ADDITIONS):
        total += number
    took = time.perf_counter() - start
    return f"{_processor()}, {os.cpu_count()} cores; {ADDITIONS // 1_000_000} million additions in Python: {took:.2f} s"


def _processor() -> str:
    """By the name that Linux gives it, where it does."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf8").splitlines() if told.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
