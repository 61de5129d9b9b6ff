"""Runs: real index and Answerer over real articles, the model scripted; and the command as people type it."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
import test_eval_judge
from llm_stand_ins import model_stand_in

from answer import open_answerer
from byline.errors import CaseError, ModelServerDown
from byline.records import Answer, Article, Turn
from byline.settings import Settings
from eval import Case, Row, missing_articles, read_rows, run, write_row
from eval.__main__ import main
from eval.scores import correct
from index import ArticleIndex, open_index
from ingest import ingest

ROOT = Path(__file__).parent.parent
SKAGEN = "The lighthouse of Skagen was lit again on Monday after two years of repairs."
ARTICLES = {
    "skagen": SKAGEN + " It guides ships past the reef north of the town.",
    "tram": "Bergen opens a second tram line in November. The tunnel under the harbour took four years to dig.",
}
LIT = Case("lit", "Which lighthouse was lit again after two years of repairs?", ("Skagen",), ("news/skagen.md",))
CASES = [
    LIT,
    Case("broken", "Which tram line breaks the model?", ("second",), ("news/tram.md",)),
    Case("unknown", "Who won the cup in chess?", answerable=False),
]
SCRIPT = [
    {"when": "breaks the model", "reply": "the server is gone", "error": True},
    {"when": "do these passages", "reply": "yes"},
    {"when": "which lighthouse was lit again", "reply": "the lighthouse of Skagen"},
    {"reply": "not stated"},
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with articles, a case file with its gates, and a script of the model's replies."""
    folder = tmp_path_factory.mktemp("suite")
    (folder / "news").mkdir()
    for name, body in ARTICLES.items():
        (folder / "news" / f"{name}.md").write_text(f"---\ntitle: {name}\npublished: 2024-03-01\n---\n{body}\n", "utf8")
    lines = [
        {"id": case.id, "question": case.question, "answers": case.answers, "article_ids": case.articles}
        for case in CASES
    ]
    (folder / "cases.jsonl").write_text("\n".join(map(json.dumps, lines)), "utf8")
    (folder / "script.jsonl").write_text("\n".join(map(json.dumps, SCRIPT)), "utf8")
    return folder


@pytest.fixture(scope="module")
def rows(place: Path, models_folder: Path) -> list[Row]:
    """Of a run over the working folder, which has the index in `data` from then on."""
    settings = Settings(data=place / "data", models=models_folder, llm=f"scripted:{place / 'script.jsonl'}")
    with contextlib.chdir(place), open_index(settings) as index:
        assert {done.outcome for done in ingest(["news"], index)} == {"added"}
    with open_answerer(settings) as answerer:
        return list(run(CASES, answerer))


judge_server = test_eval_judge.server


def test_every_case_has_a_row_and_a_failure_stops_none(rows: list[Row]) -> None:
    assert [row.case for row in rows] == CASES
    lit, broken, unknown = rows
    assert broken.failed and broken.error and "the server is gone" in broken.error and not broken.declined
    assert unknown.declined and unknown.reason and not unknown.failed
    assert lit.passages[0].article == "news/skagen.md" and "lit again" in lit.passages[0].text
    assert 0 < lit.seconds["done"] < 60 and not lit.failed
    assert correct(lit) and lit.citations[0].quote == SKAGEN


def test_rows_are_read_back_as_they_were(rows: list[Row], tmp_path: Path) -> None:
    asked = replace(rows[0].case, asked=date(2024, 4, 1), history=(Turn("a?", "b é."),), kind="fact")
    rows = [replace(rows[0], case=asked), *rows[1:]]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(write_row, rows)), "utf8")
    assert read_rows(tmp_path) == read_rows(tmp_path / "rows.jsonl") == tuple(rows)


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match="no run to read"):
        read_rows(tmp_path)
    (tmp_path / "rows.jsonl").write_text('{"text": "no case"}\n')
    with pytest.raises(CaseError, match=r"rows\.jsonl, line 1: case: Field required"):
        read_rows(tmp_path)


@dataclass
class Replays:
    """An Answerer of given answers over the real index; it notes what it is asked, and breaks down for "down"."""

    index: ArticleIndex
    answers: Sequence[Answer]
    asked: tuple[object, ...] = ()
    without: tuple[str, ...] = ()

    def ask(
        self, question: str, history: Sequence[Turn] = (), as_of: date | None = None, without: Collection[str] = ()
    ) -> Iterator[Answer]:
        self.asked, self.without = (question, tuple(history), as_of), tuple(without)
        if question == "down":
            raise ModelServerDown("gone")
        yield from self.answers


def test_the_case_is_asked_on_its_day_with_its_history(sample_index: ArticleIndex) -> None:
    turns = (Turn("who?", "Lee."),)
    replays = Replays(sample_index, [Answer("where?", stage="done", abstained=True)])
    case = Case("x", "where?", answerable=False, asked=date(2024, 4, 1), history=turns)
    assert [row.declined for row in run([case], replays)] == [True]
    assert replays.asked == ("where?", turns, date(2024, 4, 1))


def test_what_is_hidden_is_left_out_of_the_search(sample_index: ArticleIndex) -> None:
    replays = Replays(sample_index, [Answer("where?", stage="done", abstained=True)])
    hidden = Case("x hidden", "where?", articles=("x.md",), answerable=False, hidden=True)
    assert [row.declined for row in run([hidden], replays)] == [True]
    assert replays.without == ("x.md",)


def test_of_a_quiz_the_nearest_choice_decides(sample_index: ArticleIndex) -> None:
    case = Case("x", "where?", ("Europe",), choices=("Europe", "South America"))
    for text, nearest in (("the European Union [1]", "Europe"), ("Brazil and Peru", "South America")):
        (row,) = run([case], Replays(sample_index, [Answer("where?", text=text, stage="done")]))
        assert (row.chosen, correct(row)) == (nearest, nearest == "Europe")


def test_what_was_written_is_kept_of_a_refusal(sample_index: ArticleIndex) -> None:
    answers = [Answer("q", text="In Seoul.", stage="writing"), Answer("q", text="No.", stage="done", abstained=True)]
    (row,) = run([Case("x", "q", ("Seoul",))], Replays(sample_index, answers))
    assert (row.text, row.written) == ("No.", "In Seoul.")


def test_what_other_articles_say_behind_an_answer_makes_it_no_righter(sample_index: ArticleIndex) -> None:
    answers = [
        Answer("q", text="In Rome [1]", stage="checking"),
        Answer("q", text="In Rome [1] Seoul. [2]", stage="done"),
    ]
    (row,) = run([Case("x", "q", ("Seoul",))], Replays(sample_index, answers))
    assert (row.text, row.written, correct(row)) == ("In Rome [1] Seoul. [2]", "In Rome [1]", False)


def test_an_answer_that_is_never_done_is_a_failure(sample_index: ArticleIndex) -> None:
    replays = Replays(sample_index, [Answer("q", text="In Seoul.", stage="checking")])
    unfinished, down = run([Case("x", "q", ("Seoul",)), Case("y", "down", ("Seoul",))], replays)
    assert unfinished.error and "ended at 'checking'" in unfinished.error and unfinished.text == ""
    assert down.error == "ModelServerDown: gone"


@pytest.mark.parametrize("shift", [0, 1])
def test_a_quote_is_compared_with_the_stored_article(sample_index: ArticleIndex, shift: int) -> None:
    """Even where the answer carries an article of its own that agrees with its quote."""
    from byline.records import Citation

    passage = sample_index.search("who co-chaired the council?", k=1)[0]
    article, start, end = passage.chunk.article, passage.chunk.start, passage.chunk.end
    told = replace(article, text="x" * shift + article.text)
    chunk = replace(passage.chunk, article=told, start=start + shift, end=end + shift)
    quote = told.text[start + shift : end + shift]
    citation = Citation(1, quote, replace(passage, chunk=chunk), start + shift, end + shift, supported=True)
    assert citation.verbatim
    replays = Replays(sample_index, [Answer("q", text="So. [1]", citations=(citation,), stage="done")])
    (row,) = run([Case("x", "q", ("so",))], replays)
    assert row.citations[0].verbatim == (shift == 0)


def test_articles_that_are_not_there_are_named(sample_index: ArticleIndex) -> None:
    held = Case("a", "q", ("x",), ("articles/eu-chips-act.md",))
    lacking = Case("b", "q", ("x",), ("articles/nowhere.md",))
    assert missing_articles([held, lacking], sample_index) == ["articles/nowhere.md"]
    with pytest.raises(CaseError, match=r"none of the 1 articles .* such as articles/nowhere\.md"):
        missing_articles([lacking], sample_index)


class NoArticles:
    def article(self, id: str, /) -> Article | None:
        return None

    def articles(self) -> Iterator[Article]:
        return iter(())


def test_cases_that_name_no_article_need_none() -> None:
    assert missing_articles([CASES[-1]], NoArticles()) == []


@dataclass
class Typed:
    code: int
    out: str
    err: str


@pytest.fixture
def command(
    place: Path, models_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Typed]:
    """Types `python -m eval` in the working folder, with the scripted model unless another is named."""
    monkeypatch.chdir(place)
    monkeypatch.setenv("BYLINE_MODELS", str(models_folder))

    def run(*arguments: str, llm: str = "scripted:script.jsonl") -> Typed:
        monkeypatch.setenv("BYLINE_LLM", llm)
        code = main(arguments)
        return Typed(code, *capsys.readouterr())

    return run


def test_the_command_writes_a_run_and_draws_no_bar_where_there_is_no_terminal(place: Path, models_folder: Path) -> None:
    settings = {"BYLINE_LLM": "scripted:script.jsonl", "BYLINE_MODELS": str(models_folder), "PYTHONPATH": str(ROOT)}
    asked = [sys.executable, "-m", "eval", "cases.jsonl", "--articles", "news", "--out", "first"]
    ran = subprocess.run(asked, cwd=place, env=os.environ | settings, capture_output=True, text=True, timeout=600)
    assert ran.returncode == 0, ran.stderr
    assert "declined_answerable" in ran.stdout and "3 cases in first" in ran.stdout
    assert "Traceback" not in ran.stderr and "it/s" not in ran.stderr
    scores = json.loads((place / "first" / "scores.json").read_text("utf8"))
    assert scores["cases"] == 3 and scores["scores"]["failed"]["value"] == pytest.approx(1 / 3)
    assert scores["about"]["model"] == "scripted:script.jsonl"
    assert "the server is gone" in (place / "first" / "report.md").read_text("utf8")
    assert len(read_rows(place / "first")) == 3


def test_gates_decide_and_an_earlier_run_is_compared_with(
    command: Callable[..., Typed], rows: list[Row], place: Path, tmp_path: Path
) -> None:
    (tmp_path / "rows.jsonl").write_text("\n".join(map(write_row, rows)), "utf8")
    shutil.copy(place / "cases.jsonl", tmp_path)
    (tmp_path / "cases.gates.toml").write_text('[scores]\nfailed = "<= 0"\nrefusal_recall = ">= 1"\n')
    before = ("--baseline", str(tmp_path), "--out", str(tmp_path / "second"))
    again = command(str(tmp_path / "cases.jsonl"), "--data", str(place / "data"), *before)
    assert again.code == 1, again.err
    assert "FAIL  failed <= 0: 0.333" in again.out and "pass  refusal_recall >= 1: 1.000" in again.out
    assert "3 cases in both" in again.out and "worse (0): none" in again.out


def test_a_run_goes_on_where_it_was_stopped(command: Callable[..., Typed], place: Path) -> None:
    ran = command("cases.jsonl", "--articles", "news", "--hide", "--out", "stopped")
    assert "5 cases in stopped" in ran.out, ran.err
    rows = place / "stopped" / "rows.jsonl"
    first, *_, last = rows.read_text("utf8").splitlines(keepends=True)
    rows.write_text(first.replace("guides", "guided") + last + first[:40], "utf8")
    again = command("cases.jsonl", "--articles", "news", "--hide", "--out", "stopped", "--resume")
    assert "5 cases in stopped" in again.out, again.err
    resumed = read_rows(rows)
    assert [row.case.id for row in resumed] == ["lit", "unknown", "lit hidden", "broken", "broken hidden"]
    assert "guided" in write_row(resumed[0]), "what was there is not asked again"
    assert resumed[2].declined and all(passage.article != "news/skagen.md" for passage in resumed[2].passages)


def test_the_plain_query_engine_answers_beside(command: Callable[..., Typed], tmp_path: Path) -> None:
    with model_stand_in("Not stated, though Skagen is near.") as server:
        model = f"openai-like:tiny@{server.url}/v1"
        ran = command("cases.jsonl", "--articles", "news", "--plain", "--out", str(tmp_path / "out"), llm=model)
        assert ran.code == 0, ran.err
        prompts = [body["messages"][-1]["content"] for _, body in server.requests]
    assert any("It guides ships past the reef" in prompt and LIT.question in prompt for prompt in prompts)
    assert "against the plain query engine" in ran.out and "3 cases in both" in ran.out
    rows = {row.case.id: row for row in read_rows(tmp_path / "out" / "plain.jsonl")}
    assert rows["lit"].text == "Not stated, though Skagen is near." and correct(rows["lit"])
    assert not rows["unknown"].declined
    beside = json.loads((tmp_path / "out" / "scores.json").read_text("utf8"))["beside"]["differences"]
    assert beside["correct"]["before"] == 0.5


def test_the_named_judge_judges_and_its_failures_are_a_gate(
    command: Callable[..., Typed], rows: list[Row], judge_server: test_eval_judge.Server, place: Path, tmp_path: Path
) -> None:
    """Of the two cases that can be judged one has failed, and counts as a failure of each metric."""
    shutil.copy(place / "cases.jsonl", tmp_path)
    (tmp_path / "cases.gates.toml").write_text('[judge]\nfailed = "<= 3"\n')
    judged = ("--judge", "--judge-model", f"small@{judge_server.address}", "--out", str(tmp_path / "out"))
    ran = command(str(tmp_path / "cases.jsonl"), "--data", str(place / "data"), *judged)
    assert ran.code == 1 and "FAIL  judge: failed <= 3: 4.000" in ran.out, ran.err
    assert {asked["model"] for asked in judge_server.asked} == {"small"}
    verdicts = [json.loads(line) for line in (tmp_path / "out" / "judge.jsonl").read_text("utf8").splitlines()]
    outcomes = {(verdict["metric"], verdict["case"]): (verdict["outcome"], verdict["value"]) for verdict in verdicts}
    assert len(outcomes) == 8 and outcomes["faithfulness", "lit"] == ("scored", 0.5)
    assert {outcome for (_, case), outcome in outcomes.items() if case == "broken"} == {("failed", None)}
    scores = json.loads((tmp_path / "out" / "scores.json").read_text("utf8"))
    assert scores["about"]["judge"] == f"small@{judge_server.address}"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.jsonl",), "the case file nowhere.jsonl cannot be read"),
        (("cases.jsonl", "--baseline", "nowhere"), "no run to read in nowhere"),
        (("cases.jsonl", "--data", "empty", "--out", "o"), "the index holds none of the 2 articles"),
        (("cases.jsonl", "--resume"), "name it with --out"),
        (("cases.jsonl", "--articles", "news", "--out", "p", "--judge"), "has no OpenAI server that could judge"),
        (("cases.jsonl", "--articles", "nonews", "--out", "q"), "cannot be ingested"),
    ],
)
def test_the_command_says_in_one_line_why_it_cannot(
    arguments: tuple[str, ...], said: str, command: Callable[..., Typed]
) -> None:
    ran = command(*arguments)
    assert ran.code == 1
    assert ran.err.startswith("python -m eval: ") and said in ran.err and ran.err.count("\n") == 1
