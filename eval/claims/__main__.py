"""How well does the check tell a false sentence from a true one?

    python -m eval.claims NEWS_FOLDER [--articles articles] [--seed 0] [--each 60] [--out runs/claims.json]

Makes sentences from the folder's articles.jsonl and from the sample articles, afresh and by rule: half of them say what
their passage says, half are false in one way each. The verifier of the settings sees each with its passage, as an
answer's sentence is seen with what it cites. Articles fall into two halves, the same with every seed: the check was
tuned on the one, and the other is reported.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from answer import open_verifier
from byline.errors import BylineError
from byline.settings import read_settings
from eval.claims.right import RIGHT
from eval.claims.sources import Half, Pool, Source, read_sources
from eval.claims.wrong import WRONG, Rule
from eval.proportion import Proportion

HALVES: tuple[Half, ...] = ("tuned", "reported")


@dataclass(frozen=True, slots=True)
class Claim:
    kind: str
    true: bool
    half: Half
    passage: str
    sentence: str
    let_pass: bool | None = None


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        settings = read_settings()
        verifier = open_verifier(settings.verifier, settings.models)
        sources, pool = read_sources([str(options.collection / "articles.jsonl"), options.articles], options.seed)
        drawn = made(sources, pool, options.each, options.seed)
        began = time.perf_counter()
        claims = [replace(claim, let_pass=verifier.supports(claim.passage, claim.sentence)) for claim in drawn]
        seconds = time.perf_counter() - began
    except BylineError as error:
        print(f"python -m eval.claims: {error}", file=sys.stderr)
        return 1
    tables: dict[str, Any] = {half: table([claim for claim in claims if claim.half == half]) for half in HALVES}
    result = {"verifier": settings.verifier, "seed": options.seed, "microseconds": 1e6 * seconds / len(claims)}
    options.out.parent.mkdir(parents=True, exist_ok=True)
    rows = [asdict(claim) for claim in claims]
    options.out.write_text(
        json.dumps(result | {"tables": tables, "claims": rows}, indent=1, ensure_ascii=False), "utf8"
    )
    _print(tables)
    print(f"\n{len(claims)} claims, {result['microseconds']:.0f} microseconds each; written to {options.out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m eval.claims", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("collection", type=Path, help="a folder with articles.jsonl")
    parser.add_argument("--articles", default="articles", help="more articles, a file or folder (articles)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--each", type=int, default=60, help="false sentences of each kind, in both halves (60)")
    parser.add_argument("--out", type=Path, default=Path("runs/claims.json"))
    return parser


def made(sources: Sequence[Source], pool: Pool, each: int, seed: int) -> list[Claim]:
    """The claims of all kinds, unchecked; as many true as false, and as many of each half, where there are so many."""
    claims = []
    rules = [(False, kind, rule, each) for kind, rule in WRONG.items()]
    rules += [(True, kind, rule, each * len(WRONG) // len(RIGHT)) for kind, rule in RIGHT.items()]
    for true, kind, rule, most in rules:
        for half in HALVES:
            some = [source for source in sources if source.half == half]
            for source, sentence in _of_kind(rule, some, pool, most // 2, random.Random(f"{seed} {kind} {half}")):
                claims.append(Claim(kind, true, half, source.passage, sentence))
    return claims


def _of_kind(
    rule: Rule, sources: Sequence[Source], pool: Pool, most: int, chance: random.Random
) -> list[tuple[Source, str]]:
    """At most one of an article: each is to be a draw of its own."""
    found: dict[str, tuple[Source, str]] = {}
    for source in sources:
        if source.article not in found and (sentence := rule(source, pool, chance)):
            found[source.article] = (source, sentence)
            if len(found) == most:
                break
    return list(found.values())


def table(claims: Sequence[Claim]) -> dict[str, Any]:
    """Precision and recall of "unsupported", recall of each kind of false sentence, false alarms of each true kind."""
    false, true = [c for c in claims if not c.true], [c for c in claims if c.true]
    flagged = [claim for claim in claims if not claim.let_pass]
    return {
        "precision": Proportion(sum(not claim.true for claim in flagged), len(flagged)).as_json(),
        "recall": _flagged(false),
        "false_alarms": _flagged(true),
        "found_out": {kind: _flagged([c for c in false if c.kind == kind]) for kind in WRONG},
        "false_alarms_of": {kind: _flagged([c for c in true if c.kind == kind]) for kind in RIGHT},
    }


def _flagged(claims: Sequence[Claim]) -> dict[str, Any]:
    return Proportion(sum(not claim.let_pass for claim in claims), len(claims)).as_json()


def _print(tables: Mapping[str, Mapping[str, Any]]) -> None:
    first = tables[HALVES[0]]
    print("| |", *(f"{half} |" for half in HALVES))
    print("|---|" + "---|" * len(HALVES))
    for name in ("precision", "recall", "false_alarms"):
        print(f"| {name} |", *(f"{_shown(some[name])} |" for some in tables.values()))
    for group, told in (("found_out", "found out"), ("false_alarms_of", "false alarm")):
        for kind in first[group]:
            print(f"| {told}: {kind} |", *(f"{_shown(some[group][kind])} |" for some in tables.values()))


def _shown(share: Mapping[str, Any]) -> str:
    return f"{share['value']:.2f} ({share['low']:.2f} to {share['high']:.2f}; {share['n']})" if share["n"] else "–"


if __name__ == "__main__":
    sys.exit(main())
