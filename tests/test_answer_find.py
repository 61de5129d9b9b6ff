"""What a question is searched by: the whole of it, each side of a comparison, and without what is to be left out."""

import json
from datetime import date
from pathlib import Path

from answer.find import find
from answer.span import span_of
from byline.settings import Settings
from index import ArticleIndex, Filters, open_index
from ingest import ingest

COUNCIL = "who co-chaired the council?"


def test_a_plain_question_is_one_search(sample_index: ArticleIndex) -> None:
    found = find(sample_index, COUNCIL, 12)
    assert list(found.passages) == sample_index.search(COUNCIL, 12)
    assert found.compared == ()


def test_a_comparison_finds_an_article_for_each_side(sample_index: ArticleIndex) -> None:
    found = find(sample_index, "Which came first, the US CHIPS and Science Act or the European Chips Act?", 12)
    assert set(found.compared) == {"articles/us-chips-act-signed.html", "articles/eu-chips-act.md"}
    assert len({passage.chunk.id for passage in found.passages}) == len(found.passages) >= 12
    assert set(found.compared) <= {passage.chunk.article.id for passage in found.passages}


def test_what_is_left_out_makes_room(sample_index: ArticleIndex) -> None:
    first = find(sample_index, COUNCIL, 12).passages[0].chunk.article.id
    after = find(sample_index, COUNCIL, 12, without=frozenset({first})).passages
    assert len(after) == 12
    assert first not in {passage.chunk.article.id for passage in after}


def test_a_copy_goes_with_its_article(settings: Settings, tmp_path: Path) -> None:
    text = "The lighthouse of Skagen was lit again on Monday after two years of repairs. " * 4
    for name, day in (("first", "2024-03-01"), ("copy", "2024-03-02"), ("third", "2024-03-03")):
        (tmp_path / f"{name}.md").write_text(f"---\ntitle: Lighthouse\npublished: {day}\n---\n{text}\n", "utf8")
    with open_index(settings) as index:
        list(ingest([str(tmp_path)], index))
        ids = [article.id for article in index.articles()]
        assert len({article.same_as for article in index.articles()} - {None}) == 1, "two repeat the first"
        assert len(find(index, "Which lighthouse was lit?", 12).passages) == 3
        for named in ids:
            assert not find(index, "Which lighthouse was lit?", 12, without=frozenset({named})).passages


def test_what_is_older_than_the_days_asked_about_is_left_out(settings: Settings, tmp_path: Path) -> None:
    lines = []
    for name, day in (("old", "2021-06-10"), ("new", "2022-06-10"), ("undated", "")):
        text = f"The {name} mayor of Ostend resigned on Monday after a quarrel about the harbour and its lights."
        lines.append(json.dumps({"id": name, "title": f"A {name} mayor", "published": day, "text": text}))
    (tmp_path / "mayors.jsonl").write_text("\n".join(lines) + "\n", "utf8")
    question = "Which mayor resigned this week?"
    with open_index(settings) as index:
        list(ingest([str(tmp_path / "mayors.jsonl")], index))

        def ids(today: date) -> set[str]:
            found = find(index, question, 12, span=span_of(question, today))
            return {passage.chunk.article.id for passage in found.passages}

        assert ids(date(2022, 6, 16)) == {"new", "undated"}
        assert ids(date(2026, 6, 16)) == {"undated"}
        index.remove(["undated"])
        assert ids(date(2026, 6, 16)) == {"old", "new"}, "an archive is read, and the answer says of when it is"


def test_what_is_old_does_not_crowd_out_the_days_asked_about(settings: Settings, tmp_path: Path) -> None:
    towns = [f"{first}{last}" for first in ("Nor", "Sud", "Hel", "Ost", "Wes", "Mar") for last in ("by", "wick", "ham")]
    lines = [
        {
            "id": f"{town} {number}",
            "title": f"Mayor of {town} resigns",
            "published": "2021-06-10",
            "text": f"The mayor of {town} resigned on Monday for the {number}th time: which mayor resigns so often?",
        }
        for town in towns
        for number in range(4, 8)
    ]
    new = {
        "id": "new",
        "title": "Harbour lit",
        "published": "2022-06-14",
        "text": "The harbour of Ostend was lit again.",
    }
    (tmp_path / "mayors.jsonl").write_text("\n".join(map(json.dumps, [*lines, new])) + "\n", "utf8")
    question = "Which mayor resigned this week?"
    with open_index(settings) as index:
        list(ingest([str(tmp_path / "mayors.jsonl")], index))
        found = find(index, question, 12, Filters(until=date(2022, 6, 16)), span=span_of(question, date(2022, 6, 16)))
        assert [passage.chunk.article.id for passage in found.passages] == ["new"]
