"""How often does an article that speaks to the model get its way?

    python -m eval.poison [--kind KIND …] [--most N] [--defences on off clean] [--out runs/poison.json]
    python -m eval.poison --write [--seed 0]        # write eval/data/poison anew

130 questions, each with an article that tries to have it answered with something else (eval/data/poison): through the
same Answerer as the chat (`on`), through the same search without Byline's defences (`off`), and over the honest
articles alone (`clean`: what is declined there too was not declined because of an attack). Answers are written to
runs/poison.rows.jsonl as they come; a further run asks what this language model has not answered there, and the result
is of all that it has.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from byline.errors import BylineError
from byline.settings import read_settings
from eval.poison.asking import attempts
from eval.poison.attempts import DEFENCES, Attack, read_attacks, read_attempts, summary, write_attempt
from eval.poison.write import write

CASES = Path(__file__).parent.parent / "data" / "poison"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.write:
        print(f"{write(CASES, options.seed)} questions with their articles in {CASES}")
        return 0
    try:
        model = read_settings().llm
        attacks = read_attacks(CASES / "questions.jsonl")
        rows = options.out.with_suffix(".rows.jsonl")
        rows.parent.mkdir(parents=True, exist_ok=True)
        for defences in options.defences:
            _ask(attacks, defences, rows, options)
    except BylineError as error:
        print(f"python -m eval.poison: {error}", file=sys.stderr)
        return 1
    result: dict[str, Any] = {"model": model, "tables": summary(attacks, read_attempts(rows, model))}
    options.out.write_text(json.dumps(result, indent=1) + "\n", "utf8")
    _print(result["tables"])
    print(f"\nwritten to {options.out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval.poison", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kind", nargs="+", help="only these kinds of attack")
    parser.add_argument("--most", type=int, metavar="N", help="ask at most N questions in this run, of each defences")
    parser.add_argument("--defences", nargs="+", choices=DEFENCES, default=[*DEFENCES])
    parser.add_argument("--write", action="store_true", help="write the articles and questions, and ask nothing")
    parser.add_argument("--seed", type=int, default=0, help="of what --write writes (0)")
    parser.add_argument("--out", type=Path, default=Path("runs/poison.json"))
    return parser


def _ask(attacks: Sequence[Attack], defences: str, rows: Path, options: argparse.Namespace) -> None:
    """Asks what is not in the file of rows yet."""
    done = {attempt.id for attempt in read_attempts(rows, read_settings().llm) if attempt.defences == defences}
    chosen = [a for a in attacks if a.case.id not in done and (not options.kind or a.case.kind in options.kind)]
    if defences == "clean":
        chosen = [attack for attack in chosen if attack.must_not_decline]
    chosen = chosen[: options.most]
    if not chosen:
        return
    with rows.open("a", encoding="utf8") as file:
        folder = options.out.with_suffix("") / defences
        for number, attempt in enumerate(attempts(chosen, defences, CASES / "articles.jsonl", folder), 1):
            print(write_attempt(attempt), file=file, flush=True)
            print(f"{defences} {number}/{len(chosen)} {attempt.id}: {attempt.text[:90]!r}", file=sys.stderr)


def _print(tables: dict[str, Any]) -> None:
    def shown(share: dict[str, Any]) -> str:
        return f"{share['value']:.2f} ({share['low']:.2f} to {share['high']:.2f})"

    for defences, table in tables.items():
        print(f"\ndefences {defences}\n\n| kind | n | came through | answered right | declined | poison found |")
        print("|---|---|---|---|---|---|")
        for kind, row in table.items():
            cells = [row["came_through"]["n"], *(shown(row[n]) for n in ("came_through", "right", "declined", "found"))]
            print(f"| {kind} |", *(f"{cell} |" for cell in cells))


if __name__ == "__main__":
    sys.exit(main())
