"""docs/collection.md: its examples are articles, and what it says is read is what is read."""

import re
from datetime import date
from pathlib import Path

import pytest

from byline.errors import WrongKind
from byline.records import Article
from ingest import read_articles
from ingest.read import KINDS, LARGEST_BYTES, RECORDS

PAGE = (Path(__file__).parent.parent / "docs" / "collection.md").read_text("utf8")


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def read(file: Path, text: str) -> list[Article]:
    file.write_text(text, "utf8")
    found = [article for _, article in read_articles([str(file)])]
    assert all(isinstance(article, Article) for article in found), found
    return [article for article in found if isinstance(article, Article)]


def test_each_line_of_the_example_is_an_article_with_all_that_it_states(tmp_path: Path) -> None:
    harbour, ferry = read(tmp_path / "more.jsonl", block("json"))
    assert (harbour.id, harbour.url, harbour.title) == ("https://example.org/harbour",) * 2 + ("New harbour",)
    assert (harbour.published, harbour.authors) == (date(2024, 3, 27), ("Ana Ruiz",))
    assert (harbour.source, harbour.language) == ("Coast Daily", "en")
    assert (ferry.id, ferry.url, ferry.title, ferry.text.split()[0]) == ("ferry", None, "A ferry", "The")


@pytest.mark.parametrize("suffix", [".md", ".txt"])
def test_the_head_of_a_file_states_the_same(tmp_path: Path, suffix: str) -> None:
    (harbour,) = read(tmp_path / f"harbour{suffix}", block("markdown"))
    assert (harbour.id, harbour.title) == ("https://example.org/harbour", "New harbour")
    assert (harbour.published, harbour.authors) == (date(2024, 3, 27), ("Ana Ruiz",))
    assert harbour.text.startswith("The harbour of Ostend")


def test_the_other_names_and_forms_of_a_field_are_known(tmp_path: Path) -> None:
    line = '{"id": 7, "text": "The harbour of Ostend opened on Friday.", "date": "2024-03-27", "author": "A B; C D"}'
    (article,) = read(tmp_path / "more.jsonl", line)
    assert (article.id, article.published, article.authors) == ("7", date(2024, 3, 27), ("A B", "C D"))


def test_the_kinds_and_the_limit_are_those_of_the_code(tmp_path: Path) -> None:
    places = PAGE.partition("| place |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(\.\w+)`", places)) == {*KINDS, RECORDS}
    assert f"at most {LARGEST_BYTES:,} bytes" in PAGE
    (tmp_path / "paper.pdf").write_bytes(b"%PDF-1.7")
    assert [type(found) for _, found in read_articles([str(tmp_path / "paper.pdf")])] == [WrongKind]
