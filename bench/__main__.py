"""`python -m bench`: the measurements that the docs quote. Each is a command of its own, with `--help`."""

import runpy
import sys

BENCHES = ["bench.first_word", "bench.start"]
BY_THEMSELVES = ["bench.typed", "bench.keyword_engines", "bench.large_store", "bench.search_speed"]


def main() -> None:
    if any(argument in ("-h", "--help") for argument in sys.argv[1:]):
        print(__doc__)
        print("runs: ", ", ".join(BENCHES))
        print("take arguments, so run each by itself:", ", ".join(BY_THEMSELVES))
        return
    for bench in BENCHES:
        runpy.run_module(bench, run_name="__main__")


if __name__ == "__main__":
    main()
