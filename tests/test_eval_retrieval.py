"""Retrieval figures: measures worked out by hand, both forms of collection, and a whole run of the command."""

import json
from datetime import date
from math import log2
from pathlib import Path

import pytest

from byline.errors import CaseError
from eval.retrieval.__main__ import main
from eval.retrieval.collection import Sought, read_collection
from eval.retrieval.measures import Found, differences, estimates, places, values

SQUAD = {
    "data": [
        {
            "title": "Sea_Ports",
            "paragraphs": [
                {"context": "Ostend opened a new harbour.", "qas": [{"id": "1", "question": "What did Ostend open?"}]},
                {"context": "Ships bring bananas.", "qas": [{"id": "2", "question": "What do ships bring?"}]},
            ],
        }
    ]
}
NEWS = [
    {"url": "https://x.example/a", "title": "Harbour opens", "text": "Ostend opened its harbour.", "published": d}
    for d in ("2024-05-01",)
] + [
    {
        "url": "https://x.example/b",
        "title": "Harbour of Ostend closes",
        "text": "Ostend closed its harbour again.",
        "published": "2024-06-01",
    }
]
QUESTIONS = [
    {
        "id": "q",
        "question": "What happened to the harbour of Ostend?",
        "answers": ["opened"],
        "article_urls": ["https://x.example/a"],
        "asked": "2024-05-02",
    },
    {"id": "none", "question": "Who won?", "answers": []},
]


def test_measures_worked_out_by_hand() -> None:
    ranking = [("a", None), ("b", "https://b"), ("c", None)]
    found = [places("1", ranking, ["https://b", "c"]), places("2", ranking, ["a"]), places("3", ranking, ["z"])]
    assert found[0] == Found("1", (2, 3), 2)
    measured = {name: some.tolist() for name, some in values(found).items()}
    assert measured["recall@1"] == [0, 1, 0]
    assert measured["recall@3"] == [1, 1, 0]
    assert measured["mrr"] == [0.5, 1, 0]
    assert measured["ndcg@10"][0] == pytest.approx((1 / log2(3) + 1 / log2(4)) / (1 + 1 / log2(3)))
    assert estimates(found)["recall@1"].value == pytest.approx(1 / 3)


def test_a_difference_is_paired() -> None:
    some = [Found(str(n), (1,) if n % 2 else (), 1) for n in range(10)]
    same = differences(some, some)["mrr"]
    assert (same.value, same.low, same.high) == (0, 0, 0)
    assert differences(some, [Found(one.id, (), 1) for one in some])["recall@1"].value == 0.5


def test_paragraphs_become_articles(tmp_path: Path) -> None:
    path = tmp_path / "small.json"
    path.write_text(json.dumps(SQUAD))
    collection = read_collection(path, [], tmp_path)
    articles = [json.loads(line) for line in collection.articles.read_text("utf8").splitlines()]
    assert articles[1] == {"id": "Sea_Ports#1", "title": "Sea Ports", "text": "Ships bring bananas."}
    assert collection.questions["small"][1] == Sought("2", "What do ships bring?", ("Sea_Ports#1",))


def test_questions_without_an_article_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)))
    (questions,) = read_collection(tmp_path, [], tmp_path).questions.values()
    assert [(one.id, one.asked) for one in questions] == [("q", date(2024, 5, 2))]


def test_another_form_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text('{"rows": []}')
    with pytest.raises(CaseError, match="not in the form of SQuAD"):
        read_collection(tmp_path / "other.json", [], tmp_path)


def test_the_command_measures_all_ways_with_and_without_dates(
    tmp_path: Path, models_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BYLINE_MODELS", str(models_folder))
    (tmp_path / "articles.jsonl").write_text("\n".join(map(json.dumps, NEWS)))
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)))
    out = tmp_path / "result.json"
    done = main([str(tmp_path), "--out", str(out), "--data", str(tmp_path / "d")])
    told = capsys.readouterr()
    assert done == 0, told.err
    assert "byline − plain" in told.out
    sets = json.loads(out.read_text())["sets"]
    assert [list(table["ways"]) for table in sets.values()] == [["byline", "meaning", "words", "plain"]] * 2
    plain, dated = sets.values()
    assert plain["first_place"]["byline"] == {"q": 2}  # the later one has the question's words in its title
    assert set(way["q"] for way in dated["first_place"].values()) == {1}  # it was not yet published
