"""`python -m answer` as it is typed: what it prints of an answer, of a refusal, and with each option."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from answer.__main__ import main
from byline.records import Article, Chunk
from byline.settings import Settings
from index import open_index

LIT = "The lighthouse of Skagen was lit again on Monday after two years of repairs."
ARTICLES = [
    Article("skagen", "Lit again", f"{LIT} It guides\nships past the reef.", source="Wire", published=date(2024, 3, 1)),
    Article("tram", "A second line", "The next tram line opens in Bergen in November.", published=date(2024, 3, 5)),
]
SCRIPT = [
    {"when": "do these passages", "reply": "yes"},
    {"when": "which lighthouse", "reply": "the lighthouse of Skagen"},
    {"when": "where does the next", "reply": "The next tram line opens in Bergen."},
    {"reply": "not stated"},
]
QUESTION = "Which lighthouse was lit again after two years of repairs?"
Prints = Callable[..., str]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, models_folder: Path) -> Path:
    """A folder with an index of two articles in `data`, and a script of the model's replies."""
    folder = tmp_path_factory.mktemp("asked")
    (folder / "script.jsonl").write_text("\n".join(map(json.dumps, SCRIPT)), "utf8")
    with open_index(Settings(data=folder / "data", models=models_folder)) as index:
        for article in ARTICLES:
            end = len(article.text)
            index.replace([(article, [Chunk(f"{article.id}#0-{end}", article, 0, end, article.text)])])
    return folder


@pytest.fixture
def prints(
    store: Path, models_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Prints:
    monkeypatch.setenv("BYLINE_MODELS", str(models_folder))

    def run(*arguments: str, data: Path = store / "data") -> str:
        done = main([*arguments, "--data", str(data), "--llm", f"scripted:{store / 'script.jsonl'}"])
        printed = capsys.readouterr()
        assert (done, printed.err) == (0, ""), "nothing is drawn where there is no terminal"
        return printed.out

    return run


def test_an_answer_is_printed_with_the_line_that_proves_it(prints: Prints) -> None:
    answer, quote, about = prints(QUESTION).splitlines()
    assert "Skagen" in answer and answer.endswith("[1]")
    assert quote == f"  [1] “{LIT}”"
    assert about == "      Lit again, 2024-03-01, Wire"


def test_a_refusal_is_printed_with_its_reason(prints: Prints) -> None:
    said, why = prints("Who won the chess cup in Reykjavik?").splitlines()
    assert said.startswith("The articles do not say.") and "covers 2 articles" in said
    assert why.startswith("  (declined: ") and why.endswith(")")


def test_what_comes_next_in_old_articles_is_printed_with_their_day(prints: Prints) -> None:
    question = "Where does the next tram line open?"
    assert prints(question, "--as-of", "2025-03-01").startswith(
        "As of 5 March 2024: The next tram line opens in Bergen"
    )
    assert prints(question, "--as-of", "2024-03-06").startswith("The next tram line opens in Bergen")


def test_json_is_the_whole_answer_each_article_once(prints: Prints) -> None:
    answer = json.loads(prints(QUESTION, "--json"))
    assert (answer["question"], answer["stage"], answer["abstained"]) == (QUESTION, "done", False)
    (citation,) = answer["citations"]
    assert citation["quote"] == LIT == answer["articles"]["skagen"]["text"][citation["start"] : citation["end"]]
    assert (citation["number"], citation["article"], citation["published"]) == (1, "skagen", "2024-03-01")
    assert answer["passages"][0]["article"] == "skagen" and answer["passages"][0]["found_by"] == ["meaning", "words"]
    assert answer["articles"].keys() == {"skagen", "tram"} and answer["timings"]["done"] > 0


def test_as_of_hides_what_was_published_later(prints: Prints) -> None:
    answer = json.loads(prints(QUESTION, "--json", "--as-of", "2024-03-03"))
    assert answer["articles"].keys() == {"skagen"} and not answer["abstained"]
    before = json.loads(prints(QUESTION, "--json", "--as-of", "2024-02-01"))
    assert before["abstained"] and before["passages"] == before["citations"] == []


def test_an_empty_index_says_how_to_fill_it(prints: Prints, tmp_path: Path) -> None:
    assert "python -m ingest" in prints(QUESTION, data=tmp_path / "empty")


def test_an_error_is_one_line_and_exit_1(
    store: Path, models_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BYLINE_MODELS", str(models_folder))
    assert main([QUESTION, "--data", str(store / "data"), "--llm", "scripted:nowhere.jsonl"]) == 1
    told = capsys.readouterr()
    assert told.out == "" and told.err.count("\n") == 1
    assert told.err.startswith("python -m answer: the script nowhere.jsonl cannot be read")
