"""The whole index on real parts: what is put in is found, stays in step, and survives being opened again."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from byline.errors import StoreError, StoreLocked, StoreMismatch
from byline.records import Article, Chunk
from byline.settings import Settings
from index import ArticleIndex, Filters, open_index
from index.__main__ import main

HARBOUR = Article(
    "harbour", "New harbour opens", "The harbour of Ostend opened. Mayor Ana Ruiz cut the ribbon.", digest="1"
)
CHIPS = Article(
    "chips", "Chip plant", "A chip plant will be built. It costs 40 million euros.", published=date(2024, 5, 1)
)


def whole(article: Article) -> tuple[Article, list[Chunk]]:
    end = len(article.text)
    return article, [Chunk(f"{article.id}#0-{end}", article, 0, end, article.text)]


@pytest.fixture
def index(settings: Settings) -> Iterator[ArticleIndex]:
    with open_index(settings) as opened:
        opened.replace([whole(HARBOUR), whole(CHIPS)])
        yield opened


def test_a_search_brings_whole_articles_with_true_offsets(index: ArticleIndex) -> None:
    best = index.search("who opened the port?", k=1)[0]
    assert best.chunk.article == HARBOUR
    assert [best.chunk] == whole(HARBOUR)[1]
    assert "meaning" in best.found_by
    assert index.search("chip plant", k=1)[0].found_by == {"meaning", "words"}


def test_a_changed_article_is_found_by_its_new_words_only(index: ArticleIndex) -> None:
    changed = replace(CHIPS, text="A shipyard will be built. It costs less.", digest="2")
    index.replace([whole(changed)])
    assert index.digests() == {"harbour": "1", "chips": "2"}
    assert set(index.counts().values()) == {2}
    assert index.search("shipyard", k=1)[0].chunk.article == changed
    assert index.occurrences("chip") == 1  # in the title


def test_a_removed_article_is_gone_everywhere(index: ArticleIndex) -> None:
    index.remove(["chips"])
    assert index.article("chips") is None
    assert set(index.counts().values()) == {1}
    assert [p.chunk.article.id for p in index.search("chip plant")] == ["harbour"]


KINDS = {
    "since": Filters(since=date(2024, 1, 20)),
    "until": Filters(until=date(2024, 1, 20)),
    "a span": Filters(since=date(2024, 1, 5), until=date(2024, 1, 25)),
    "source": Filters(source="Wire 2"),
    "language": Filters(language="de"),
    "article": Filters(article="a7"),
    "all": Filters(date(2024, 1, 3), date(2024, 2, 20), "wire 1", "en"),
    "none of them": Filters(source="Wire 1", language="fr"),
}


def fits(article: Article, filters: Filters) -> bool:
    """By brute force, from what Filters promises."""
    dated = filters.since is None and filters.until is None
    if article.published:
        dated = (filters.since or date.min) <= article.published <= (filters.until or date.max)
    source = filters.source is None or (article.source or "").lower() == filters.source.lower()
    return dated and source and filters.language in (None, article.language) and filters.article in (None, article.id)


def test_filters_are_exact_in_every_way_of_searching(settings: Settings) -> None:
    articles = [
        Article(
            f"a{n}",
            f"Council {n}",
            f"The council met for the {n}th time.",
            source=f"Wire {n % 3}",
            published=date.fromordinal(date(2024, 1, 1).toordinal() + 3 * n) if n % 5 else None,
            language="de" if n % 4 == 0 else "en",
        )
        for n in range(20)
    ]
    with open_index(settings) as index:
        index.replace([whole(article) for article in articles])
        for kind, filters in KINDS.items():
            fitting = {article.id for article in articles if fits(article, filters)}
            for ways in (("meaning", "words"), ("meaning",), ("words",)):
                found = index.search("when did the council meet?", 50, filters, ways)
                assert {passage.chunk.article.id for passage in found} == fitting, (kind, ways)


def test_latest_brings_the_newest_that_fits(index: ArticleIndex) -> None:
    second = replace(CHIPS, id="second", text="A chip plant was opened. It cost more.", published=date(2025, 5, 1))
    index.replace([whole(second)])
    assert index.search("What is the latest on the chip plant?", k=1)[0].chunk.article == second
    before = Filters(until=date(2025, 1, 1))
    assert index.search("What is the latest on the chip plant?", 1, before)[0].chunk.article == CHIPS


def test_a_title_that_says_nothing_gives_way_to_the_address(settings: Settings) -> None:
    untold = Article("i", "Index", "He is back.", "https://news.example/2024/adele-las-vegas-residency/index.html")
    with open_index(settings) as index:
        index.replace([whole(untold), whole(HARBOUR)])
        assert index.search("Adele residency", 1, ways=("words",))[0].chunk.article == untold


def test_what_is_stored_comes_back_field_by_field(settings: Settings) -> None:
    full = Article("i", "T", "Text.", "http://x.example/1", "Wire", date(2024, 1, 2), ("A", "B"), "en", "d", "other")
    with open_index(settings) as index:
        index.replace([whole(full)])
    with open_index(settings) as index:
        assert list(index.articles()) == [full]
        coverage = index.coverage()
        assert (coverage.articles, coverage.first, coverage.sources) == (1, date(2024, 1, 2), ("Wire",))


def test_another_build_is_refused_with_the_command_that_mends_it(settings: Settings) -> None:
    open_index(settings).close()
    with pytest.raises(StoreMismatch, match=r"chunk_tokens '96'.*'64'.*--rebuild"):
        open_index(settings.model_copy(update={"chunk_tokens": 64}))
    with open_index(settings.model_copy(update={"chunk_tokens": 64}), rebuild=True) as rebuilt:
        assert rebuilt.digests() == {}


def test_an_index_that_is_refused_leaves_nothing_open(settings: Settings) -> None:
    open_index(settings).close()
    with pytest.raises(StoreMismatch):
        open_index(settings.model_copy(update={"chunk_tokens": 64}))
    by_then = time.monotonic() + 10  # Chroma and tantivy close their files in threads of their own
    while still_open := open_files(settings.data):
        assert time.monotonic() < by_then, still_open
        time.sleep(0.05)
    with open_index(settings):
        assert open_files(settings.data)


def test_a_part_that_cannot_be_closed_leaves_no_other_open(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise StoreError("no room left")

    index = open_index(settings)
    monkeypatch.setattr(index._words.chunks, "close", fail)
    with pytest.raises(StoreError, match="no room left"):
        index.close()
    assert not any(Path(file).name.startswith("articles.sqlite") for file in open_files(settings.data))
    open_index(settings).close()


def open_files(folder: Path) -> set[str]:
    """Those under `folder` that this process holds open."""
    there = {(status.st_dev, status.st_ino): str(file) for file in folder.rglob("*") if (status := file.stat())}
    held = set()
    for descriptor in range(3, 512):
        with contextlib.suppress(OSError):
            status = os.fstat(descriptor)
            held.add((status.st_dev, status.st_ino))
    return {there[one] for one in there.keys() & held}


def test_another_format_is_no_damage_to_repair(settings: Settings) -> None:
    """The keyword index of another format cannot be opened; what mends it is a rebuild."""
    with open_index(settings) as index:
        index._shelf.write_manifest({"format": "1"})
    (settings.data / "keywords" / "meta.json").write_text("of before")
    for mend in (False, True):
        with pytest.raises(StoreMismatch, match=r"format '1'.*--rebuild"):
            open_index(settings, mend=mend)
    open_index(settings, rebuild=True).close()


def test_a_second_process_is_told_who_has_the_store(index: ArticleIndex, settings: Settings) -> None:
    command = [sys.executable, "-m", "index", "anything", "--data", str(settings.data)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert second.returncode == 1
    assert "is in use by process" in second.stderr
    assert "Traceback" not in second.stderr
    with pytest.raises(StoreLocked):
        open_index(settings)


def test_what_another_thread_closed_can_be_opened_again(settings: Settings) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(open_index(settings).close).result()
    with open_index(settings) as index:
        assert index.counts()["articles"] == 0


def test_a_folder_that_cannot_be_made_is_a_clear_error(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"file/data cannot be read or written .*try again"):
        open_index(settings.model_copy(update={"data": tmp_path / "file" / "data"}))
    (settings.data / "lock").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"data cannot be read or written .*try again"):
        open_index(settings)


def test_a_broken_store_is_a_clear_error(settings: Settings) -> None:
    settings.data.mkdir()
    (settings.data / "articles.sqlite").write_text("this is no database, and long enough to be read as one" * 20)
    with pytest.raises(StoreError, match="not a Byline store"):
        open_index(settings)


def test_many_threads_search_while_one_writes(index: ArticleIndex) -> None:
    """The editions have one chunk id and differ in length, so that a mix of two would be cut in the wrong place."""
    texts = [f"Version {n} of the shipyard.{' It costs euros.' * n}" for n in range(10)]
    editions = [replace(CHIPS, text=text, digest=text) for text in texts]
    index.remove(["chips"])

    def read() -> set[str]:
        found = [index.search("a chip plant or a shipyard", k=5) for _ in range(20)]
        return {passage.chunk.text for passages in found for passage in passages}

    with ThreadPoolExecutor(8) as pool:
        reading = [pool.submit(read) for _ in range(8)]
        for one in editions:
            index.replace([(one, [Chunk("chips#0", one, 0, len(one.text), one.text)])])
        seen = set[str]().union(*(one.result() for one in reading))
    assert seen & set(texts) and seen <= {HARBOUR.text, *texts}
    assert index.digests()["chips"] == texts[-1]


WIRED = replace(CHIPS, id="wired", published=date(2024, 6, 1), source="Wire", language="en")
"""The chip plant again, a month later, in a paper that says who it is."""


@pytest.fixture
def prints(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[str, str]]:
    """Types the command in a folder with three articles; gives what it prints, and what it says beside that."""
    monkeypatch.setenv("BYLINE_MODELS", str(settings.models))
    with open_index(settings) as index:
        index.replace([whole(HARBOUR), whole(CHIPS), whole(WIRED)])

    def run(*arguments: str) -> tuple[str, str]:
        assert main([*arguments, "--data", str(settings.data)]) == 0
        return capsys.readouterr()

    return run


def test_the_command_searches(prints: Callable[..., tuple[str, str]]) -> None:
    lines, _ = prints("the chip plant in the wire", "--k", "1", "--source", "wire")
    assert lines == f" 1. Chip plant (2024-06-01 · Wire · meaning+words)\n    {WIRED.text}\n\n"
    assert prints("harbour", "--k", "1")[0] == f" 1. New harbour opens (meaning+words)\n    {HARBOUR.text}\n\n"
    assert prints("anything", "--source", "nobody") == ("", "nothing found among 3 articles\n")


def test_the_command_prints_a_json_line_for_each_passage(prints: Callable[..., tuple[str, str]]) -> None:
    first, *others = (json.loads(line) for line in prints("harbour", "--json", "--k", "3")[0].splitlines())
    assert first.pop("score") > max(other["score"] for other in others) and len(others) == 2
    assert first == {
        "found_by": ["meaning", "words"],
        "article": "harbour",
        "title": "New harbour opens",
        "published": None,
        "source": None,
        "start": 0,
        "end": len(HARBOUR.text),
        "text": HARBOUR.text,
    }


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), {"harbour", "chips", "wired"}),
        (("--since", "2024-05-20"), {"wired"}),
        (("--until", "2024-05-20"), {"chips"}),
        (("--as-of", "2024-05-20"), {"chips"}),
        (("--as-of", "2024-07-01", "--until", "2024-05-20"), {"chips"}),
        (("--as-of", "2024-05-20", "--until", "2024-07-01"), {"chips"}),
        (("--source", "Wire"), {"wired"}),
        (("--language", "en"), {"wired"}),
        (("--article", "chips"), {"chips"}),
    ],
)
def test_each_option_of_the_command_narrows_the_search(
    prints: Callable[..., tuple[str, str]], options: tuple[str, ...], found: set[str]
) -> None:
    lines, _ = prints("chip plant or harbour", "--json", *options)
    assert {json.loads(line)["article"] for line in lines.splitlines()} == found
