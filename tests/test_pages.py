"""The pages hang together: each link of README.md, CHANGELOG.md and docs/ leads to a file, and to a heading in it.

docs/decisions.md lists each of its entries at the top, under what it is about.
"""

import re
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text("utf8"), flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """As GitHub makes them of headings: lower case, words and hyphens alone."""
    titles = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(prose(page)):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.is_file(), link
        assert not anchor or anchor in anchors(target), link


def test_a_heading_becomes_an_anchor(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# A\n```\n# no\n```\n## When it declines, fitted to *your* articles\n", "utf8")
    assert anchors(tmp_path / "page.md") == {"a", "when-it-declines-fitted-to-your-articles"}


def test_each_decision_is_listed_once_by_its_day_and_title() -> None:
    page = (ROOT / "docs" / "decisions.md").read_text("utf8")
    entries = re.findall(r"^## (\d{4}-\d\d-\d\d) · (.+)$", page, re.MULTILINE)
    lines = re.findall(r"^- (.+(?:\n  .+)*)", page.partition("\n## ")[0], re.MULTILINE)
    days = [date.fromisoformat(day) for day, _ in entries]
    assert days == sorted(days, reverse=True)
    listed = sorted(" ".join(line.split()) for line in lines)
    assert listed == sorted(f"{day.day} {day:%b} · {title}" for day, (_, title) in zip(days, entries, strict=True))
