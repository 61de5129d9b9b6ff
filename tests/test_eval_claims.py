"""Claims made of articles: each rule on a passage worked out by hand, and a whole run of the command."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from byline.errors import CaseError
from eval.claims.__main__ import main
from eval.claims.right import RIGHT
from eval.claims.sources import Pool, Source, names_in, read_sources
from eval.claims.wrong import WRONG
from eval.proportion import Proportion

SENTENCES = [
    "On Dec. 18, 2018, the mayor Ana Ruiz, who lives in Ostend, told Tom Lee that 43 ships had not come.",
    "The harbour is open, and the council has paid 12 million for it, which is more than it had wanted to pay.",
    "In the spring, the ferrymen of the town were asked about it by Nele Maes.",
    "The harbour of Ostend, which was built in a year, is open to ships.",
    "Later the mayor Ana Ruiz told Tom Lee about it.",
]
PASSAGE = "Harbour opens\n20 December 2018\nThe mayor Ana Ruiz spoke. " + " ".join(SENTENCES) + " It cost 99."
POOL = Pool({"a": ("Ana Ruiz",), "b": ("Karl Voss", "Elise Moreau")}, (("b", ", which made nobody in the town glad"),))


def made(kind: str, sentence: str) -> str | None:
    source = Source("a", "tuned", PASSAGE, sentence, "", ("Ana Ruiz", "Nele Maes"))
    return (WRONG | RIGHT)[kind](source, POOL, random.Random(1))


@pytest.mark.parametrize(
    ("kind", "sentence", "becomes"),
    [
        ("negation removed", 0, "told Tom Lee that 43 ships had come."),
        ("negation added", 1, "The harbour is not open"),
        ("roles swapped", 4, "Later the mayor Tom Lee told Ana Ruiz about it."),
        ("fact added, in words", 2, "by Nele Maes, which made nobody in the town glad."),
        ("number of the passage", 1, "43 million"),
        ("date otherwise", 0, "On 18 December 2018, the mayor"),
        ("number otherwise", 0, "that forty-three ships"),
        ("clause dropped", 3, "The harbour of Ostend is open to ships."),
        ("reordered", 2, "The ferrymen of the town were asked about it by Nele Maes in the spring."),
    ],
)
def test_each_rule_changes_one_thing(kind: str, sentence: int, becomes: str) -> None:
    assert becomes in str(made(kind, SENTENCES[sentence]))


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_made_false_is_not_the_sentence_any_more(kind: str) -> None:
    for sentence in SENTENCES:
        assert made(kind, sentence) != sentence


def test_names_are_runs_of_capitals_that_open_no_sentence() -> None:
    assert names_in("The mayor Ana Ruiz met Tom Lee on Monday in May.") == ["Ana Ruiz", "Tom Lee"]
    assert names_in("Negotiators met.") == []


def test_articles_without_sentences_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "a", "text": "Too short."}')
    with pytest.raises(CaseError, match="too few"):
        read_sources([str(tmp_path / "a.jsonl")], 0)


@pytest.mark.parametrize(
    "texts",
    [
        ("The mayor Ana Ruiz opened the harbour of the town in spring.", "The town has an old harbour and a new one."),
        ("The mayor has opened the harbour of the town in spring.", "The town has an old harbour and a new one."),
        ("The mayor Ana Ruiz opened the harbour in spring.", "The mayor Karl Voss opened the old harbour in spring."),
    ],
)
def test_articles_without_names_or_clauses_are_refused(tmp_path: Path, texts: tuple[str, ...]) -> None:
    lines = [json.dumps({"id": text[:20], "text": text, "language": "en"}) for text in texts]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    with pytest.raises(CaseError, match="need at least two and one"):
        read_sources([str(tmp_path / "a.jsonl")], 0)


def test_a_name_that_no_other_article_has_is_none() -> None:
    source = Source("a", "tuned", PASSAGE, SENTENCES[4], "", ("Ana Ruiz",))
    pool = Pool({"a": ("Ana Ruiz",), "b": ("Tom Lee",)}, POOL.tails)
    for rule in ("name of another article", "fact added, with a name"):
        assert WRONG[rule](source, pool, random.Random(1)) is None


def test_the_halves_are_the_same_with_every_seed() -> None:
    halves = [{source.article: source.half for source in read_sources(["articles"], seed)[0]} for seed in (0, 1)]
    assert halves[0] == halves[1] and set(halves[0].values()) == {"tuned", "reported"}


def test_an_interval_stays_open_where_everything_went_well() -> None:
    low, high = Proportion(10, 10).bounds
    assert 0.7 < low < 0.75 and high == pytest.approx(1.0)
    assert Proportion(0, 0).value is None and str(Proportion(1, 2)).startswith("0.50")


def test_the_command_reports_both_halves_and_is_the_same_in_another_process(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """There sets have another order."""
    (tmp_path / "articles.jsonl").write_text('{"id": "a", "text": "Nothing of use stands in this short article here."}')
    arguments = [str(tmp_path), "--each", "10", "--out"]
    assert main([*arguments, str(tmp_path / "one.json")]) == 0
    assert "found out: negation added" in capsys.readouterr().out
    command = [sys.executable, "-m", "eval.claims", *arguments, str(tmp_path / "two.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stderr
    one, two = (json.loads((tmp_path / name).read_text("utf8")) for name in ("one.json", "two.json"))
    assert one["claims"] == two["claims"]
    assert {claim["half"] for claim in one["claims"]} == {"tuned", "reported"}
    assert one["tables"]["reported"]["false_alarms"]["value"] <= 0.1
