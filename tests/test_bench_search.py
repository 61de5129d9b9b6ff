"""The benches of the search, on a store of a few articles: what they build is sound, and their figures are true."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from bench.large_store import build
from bench.search_speed import measure
from byline.records import Article, Chunk, digest
from byline.settings import Settings
from index import open_index

TEXTS = {
    "harbour": "The harbour of Ostend opened on Monday. Mayor Ana Ruiz cut the ribbon.",
    "chips": "A chip plant will be built in Ghent. It costs 40 million euros.",
    "rain": "Rain fell all week. The river rose by two metres.",
}


def article_of(id: str, day: int) -> tuple[Article, list[Chunk]]:
    article = Article(id, f"On {id}", TEXTS[id], source="wire", published=date(2024, 3, day), language="en")
    article = replace(article, digest=digest(article))
    middle = article.text.index(".") + 1
    spans = ((0, middle), (middle + 1, len(article.text)))
    return article, [Chunk(f"{id}#{start}-{end}", article, start, end, article.text[start:end]) for start, end in spans]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory, models_folder: Path) -> Iterator[Path]:
    """For reading, with the settings that the benches read."""
    folder = tmp_path_factory.mktemp("bench")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("BYLINE_MODELS", str(models_folder))
        with open_index(Settings(data=folder / "small", models=models_folder)) as small:
            small.replace([article_of(id, day) for day, id in enumerate(TEXTS, 1)])
        for chunks in (10, 24):
            build(folder / "small", folder / "large", chunks)
        yield folder / "large"


def test_a_large_store_is_the_small_one_over_and_over(large: Path, settings: Settings) -> None:
    with open_index(settings.model_copy(update={"data": large})) as index:
        assert index.counts()["articles"] == 24 and len(index.digests()) == 12
        faults = [str(fault).partition(": ")[0] for fault in index.check()]
        assert faults == ["vectors"] * 18  # of the copies; all else is sound
        chunks = {article.id: some for article, some in index.everything()}
        true = index.vectors(chunks["harbour"])
        cosines = [
            float(true[0] @ index.vectors(some)[0]) for id, some in chunks.items() if id.startswith("harbour?copy")
        ]
        assert len(cosines) == 3 and all(0.8 < cosine < 0.95 for cosine in cosines)
        assert {str(some[0].article.published) for id, some in chunks.items() if id.startswith("harbour")} == {
            "2024-03-01",
            "2024-02-23",
            "2024-02-16",
            "2024-02-09",
        }


def test_the_figures_are_those_of_brute_force(large: Path, settings: Settings) -> None:
    """On a copy: it writes."""
    shutil.copytree(large, settings.data)
    told = measure(settings.data, ["who opened the harbour?", "what did it rain?"], 1.0)
    assert (told["chunks"], told["articles"]) == (24, 12)
    for kind, row in told["filters"].items():
        assert (row["recall@10_of_exact"], row["strays"]) == (1.0, 0), kind
    assert told["filters"]["one article"]["chunks_that_fit"] == 2
    assert told["filters"]["until, half"]["chunks_that_fit"] in range(12, 24)
    busy = told["threads"]["while_one_writes"]
    assert busy["errors"] == busy["not_of_one_edition"] == 0
    assert busy["chunks_written"] > 0 and busy["searches_a_second"] > 0
    with open_index(settings) as index:
        assert all(not article.digest.startswith("edition") for article in index.articles())
