"""The judge: ragas itself, against a small server that can misbehave; and, slow, with the real default model."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from answer import open_language_model
from byline.errors import LanguageModelError, ModelRefused, ModelServerDown
from byline.settings import Settings
from eval import Case, Row, Verdict, summarise
from eval.judge import METRICS, judge, sample
from eval.judge_model import JudgeModel, bounded
from eval.run import FoundPassage
from index import Embedder

KOREA = (
    "The second EU-Korea Digital Partnership Council met in Brussels on 26 March 2024. "
    "Its co-chairs were Thierry Breton and Lee Jong-Ho."
)
INDIA = "The EU-India Trade and Technology Council was formally set up on 6 February 2023. It has three groups."


def answered(id: str, question: str, accepted: str, text: str, *passages: str) -> Row:
    found = tuple(FoundPassage(f"articles/{at}.md", None, passage) for at, passage in enumerate(passages))
    return Row(Case(id, question, (accepted,)), text, passages=found)


CHAIRS = answered(
    "chairs",
    "Who co-chaired the second EU-Korea council?",
    "Thierry Breton and Lee Jong-Ho",
    "Thierry Breton and Lee Jong-Ho co-chaired the second EU-Korea council.",
    KOREA,
    INDIA,
)
SET_UP = answered(
    "set up",
    "When was the EU-India Trade and Technology Council set up?",
    "6 February 2023",
    "The EU-India Trade and Technology Council was set up on 6 February 2023.",
    INDIA,
)
SHY = Row(SET_UP.case, declined=True, passages=SET_UP.passages)
BROKEN = Row(Case("broken", "q?", ("a",)), error="ModelServerDown: gone")

REPLIES: dict[str, Any] = {
    "StatementGeneratorOutput": {"statements": ["They co-chaired it.", "It met in Brussels."]},
    "NLIStatementOutput": {
        "statements": [
            {"statement": "They co-chaired it.", "reason": "stated", "verdict": 1},
            {"statement": "It met in Brussels.", "reason": "not stated", "verdict": 0},
        ]
    },
    "AnswerRelevanceOutput": {"question": CHAIRS.case.question, "noncommittal": 0},
    "ContextPrecisionOutput": {"reason": "it helps", "verdict": 1},
    "ContextRecallOutput": {"classifications": [{"statement": "Breton", "reason": "stated", "attributed": 1}]},
}


@dataclass
class Server:
    """An OpenAI server with a reply for each shape that it is asked for; replies in `spoilt` come first."""

    address: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    spoilt: dict[str, list[str | int]] = field(default_factory=dict)

    @property
    def shapes(self) -> list[str]:
        return [asked["response_format"]["json_schema"]["name"] for asked in self.asked]

    def reply(self, asked: dict[str, Any]) -> tuple[int, bytes]:
        self.asked.append(asked)
        shape = self.shapes[-1]
        spoilt = self.spoilt.get(shape, [])
        text = spoilt.pop(0) if spoilt else json.dumps(REPLIES[shape])
        if isinstance(text, int):
            return text, b'{"error": "out of order"}'
        said = {
            "choices": [{"message": {"content": text}}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 10},
            "timings": {"cache_n": 80},
        }
        return 200, json.dumps(said).encode()


@pytest.fixture
def server() -> Iterator[Server]:
    state = Server()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/chat/completions"
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, body = state.reply(asked)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    state.address = f"http://127.0.0.1:{listening.server_port}/v1"
    yield state
    listening.shutdown()
    listening.server_close()


@pytest.fixture
def model(server: Server) -> Iterator[JudgeModel]:
    opened = JudgeModel(server.address, "small")
    yield opened
    opened.close()


def judged(rows: list[Row], model: JudgeModel, embedder: Embedder) -> dict[tuple[str, str], Verdict]:
    return {(verdict.metric, verdict.case): verdict for verdict in judge(rows, model, embedder)}


def test_ragas_scores_by_what_the_model_says(model: JudgeModel, embedder: Embedder) -> None:
    values = {metric: verdict.value for (metric, _), verdict in judged([CHAIRS], model, embedder).items()}
    assert values["faithfulness"] == pytest.approx(0.5)
    assert values["answer_relevancy"] == pytest.approx(1.0, abs=1e-5), "the very question that was asked"
    assert values["context_precision"] == pytest.approx(1.0) and values["context_recall"] == 1.0
    assert list(values) == list(METRICS)


def test_one_metric_is_done_before_the_next(server: Server, model: JudgeModel, embedder: Embedder) -> None:
    judged([CHAIRS, SET_UP], model, embedder)
    faithfulness = ["StatementGeneratorOutput", "NLIStatementOutput"] * 2
    precision = ["ContextPrecisionOutput"] * 3  # of two passages, and of one
    others = [*["AnswerRelevanceOutput"] * 2, *precision, *["ContextRecallOutput"] * 2]
    assert server.shapes == faithfulness + others
    assert {(asked["temperature"], asked["model"]) for asked in server.asked} == {(0, "small")}


def test_every_string_list_and_number_has_an_end(server: Server, model: JudgeModel, embedder: Embedder) -> None:
    judged([CHAIRS], model, embedder)
    for asked in server.asked:
        text = json.dumps(asked["response_format"]["json_schema"]["schema"])
        for kind, bound in (("string", "maxLength"), ("array", "maxItems"), ("integer", "enum")):
            assert text.count(f'"type": "{kind}"') == text.count(f'"{bound}"')
        assert asked["max_tokens"] >= 720
    assert bounded({"type": "array", "items": {"type": "string"}}, 9, 2) == {
        "type": "array",
        "minItems": 1,
        "maxItems": 2,
        "items": {"type": "string", "maxLength": 9},
    }


def test_refused_and_failed_rows_are_counted_and_not_asked(
    server: Server, model: JudgeModel, embedder: Embedder
) -> None:
    verdicts = list(judge([CHAIRS, SHY, BROKEN], model, embedder))
    scores = {score.metric: score for score in summarise(verdicts)}
    faithfulness, recall = scores["faithfulness"], scores["context_recall"]
    assert (faithfulness.scored, faithfulness.refused, faithfulness.failed) == (1, 1, 1)
    assert faithfulness.mean_scored == pytest.approx(0.5) and faithfulness.mean_all == pytest.approx(0.5 / 3)
    assert (recall.scored, recall.refused, recall.failed) == (2, 0, 1), "what was found can be judged all the same"
    assert server.shapes.count("AnswerRelevanceOutput") == 1
    assert faithfulness.reused == pytest.approx(0.8) and verdicts[0].read_tokens == 200


def test_a_bad_reply_is_asked_for_once_more(server: Server, model: JudgeModel, embedder: Embedder) -> None:
    server.spoilt = {"AnswerRelevanceOutput": ['{"question": "Wh'], "ContextRecallOutput": ["", "[]"]}
    verdicts = judged([CHAIRS], model, embedder)
    assert verdicts["answer_relevancy", "chairs"].outcome == "scored" and model.usage.again == 3
    recall = verdicts["context_recall", "chairs"]
    assert recall.outcome == "failed" and recall.value is None
    assert recall.error and "no ContextRecallOutput in two replies" in recall.error
    assert summarise([recall])[0].mean_scored is None and summarise([recall])[0].mean_all == 0.0


def test_a_server_error_is_a_failure_and_the_others_go_on(
    server: Server, model: JudgeModel, embedder: Embedder
) -> None:
    server.spoilt = {"NLIStatementOutput": [500]}
    verdicts = judged([CHAIRS, SET_UP], model, embedder)
    assert [verdict.case for verdict in verdicts.values() if verdict.outcome == "failed"] == ["chairs"]
    failed = verdicts["faithfulness", "chairs"]
    assert failed.error and failed.error.startswith("ModelRefused") and "out of order" in failed.error


def test_no_number_from_ragas_is_a_failure(server: Server, model: JudgeModel, embedder: Embedder) -> None:
    server.spoilt = {"StatementGeneratorOutput": ['{"statements": []}']}
    verdict = judged([CHAIRS], model, embedder)["faithfulness", "chairs"]
    assert verdict.outcome == "failed" and verdict.error and "NaN" in verdict.error


def test_nothing_found_is_scored_0(server: Server, model: JudgeModel, embedder: Embedder) -> None:
    verdicts = judged([Row(SET_UP.case, declined=True)], model, embedder)
    assert [verdict.outcome for verdict in verdicts.values()] == ["refused", "refused", "scored", "scored"]
    assert verdicts["context_recall", "set up"].value == 0.0 and server.asked == []


def test_the_model_names_what_is_wrong(server: Server) -> None:
    from ragas.metrics.collections.context_precision.util import ContextPrecisionOutput as Shape

    server.spoilt = {"ContextPrecisionOutput": [404, "no", "no"]}
    with pytest.raises(ModelRefused, match=server.address):
        JudgeModel(server.address).reply("p", Shape)
    with pytest.raises(LanguageModelError, match="in two replies; the last was 'no'"):
        JudgeModel(server.address).reply("p", Shape)
    with pytest.raises(ModelServerDown, match="does not answer"):
        JudgeModel("http://127.0.0.1:9/v1").reply("p", Shape)


def test_the_sample_is_of_the_seed_and_of_the_answerable() -> None:
    rows = [Row(Case(str(at), "q", ("a",) if at % 2 else (), answerable=bool(at % 2))) for at in range(60)]
    chosen = [row.case.id for row in sample(rows, 10, seed=1)]
    assert chosen == [row.case.id for row in sample(rows, 10, seed=1)] == sorted(chosen, key=int)
    assert len(chosen) == 10 and all(int(id) % 2 for id in chosen)
    assert chosen != [row.case.id for row in sample(rows, 10, seed=2)]
    assert len(sample(rows, 1000)) == 30


@pytest.mark.slow
def test_of_the_second_case_the_server_reads_little_more_than_the_case_itself(
    server: Server, model: JudgeModel, settings: Settings, embedder: Embedder
) -> None:
    """The judge's prompts in its order, read by a small model: what is read again is up to the server and to what is
    asked. It writes nothing, since one that does not follow a grammar by itself takes a second for each token.
    """
    judged([CHAIRS, SET_UP], model, embedder)
    small = open_language_model(settings.model_copy(update={"llm": "llama.cpp:smollm2-135m-instruct"}))
    last = {}
    for shape, asked in zip(server.shapes, server.asked, strict=True):
        body = {"messages": asked["messages"], "max_tokens": 1, "temperature": 0}
        last[shape] = httpx.post(f"{small.address}/chat/completions", json=body, timeout=400).json()["timings"]
    assert last.keys() == REPLIES.keys()
    for shape, timings in last.items():
        assert timings["cache_n"] > 0.6 * (timings["cache_n"] + timings["prompt_n"]), (shape, timings)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_default_model_judges_without_a_failure(default_model: Settings, embedder: Embedder) -> None:
    """All four metrics."""
    language_model = open_language_model(default_model)
    assert language_model.address
    model = JudgeModel(language_model.address)
    verdicts = judged([SET_UP], model, embedder)
    model.close()
    assert [metric for metric, _ in verdicts] == list(METRICS)
    assert {verdict.outcome: verdict.error for verdict in verdicts.values()} == {"scored": None}
    assert all(verdict.value is not None and 0 <= verdict.value <= 1 for verdict in verdicts.values())
