"""The pipeline, with the real index in a fresh folder: what is stored after each run, and what each run costs."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from test_ingest_read import deny_listing

from byline.records import Article, Chunk
from byline.settings import Settings
from index import ArticleIndex, open_index
from ingest import Ingested, ingest
from ingest.__main__ import main

ROOT = Path(__file__).parent.parent
BODIES = {
    "lighthouse": "The lighthouse of Skagen was lit again on Monday after two years of repairs. It guides "
    "ships past the reef.",
    "tram": "Bergen opens a second tram line in November. The tunnel under the harbour took four years to dig "
    "and line.",
    "seeds": "A vault in Svalbard received seeds of wild barley from Ethiopia on Tuesday. They are kept at "
    "minus 18 degrees.",
}


@dataclass
class Counting:
    """The real index, which also notes what it is asked to write; `fail_after` lets it break down."""

    index: ArticleIndex
    written: list[str] = field(default_factory=list)
    fail_after: int | None = None

    def __getattr__(self, name: str) -> object:
        return getattr(self.index, name)

    def replace(self, batch: Sequence[tuple[Article, Sequence[Chunk]]]) -> None:
        if self.fail_after is not None and len(self.written) >= self.fail_after:
            raise KeyboardInterrupt
        self.index.replace(batch)
        self.written += [article.id for article, _ in batch]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with `news/` in it."""
    monkeypatch.chdir(tmp_path)
    for name, body in BODIES.items():
        write(name, body)
    return tmp_path


@pytest.fixture
def index(settings: Settings) -> Iterator[Counting]:
    with open_index(settings) as opened:
        yield Counting(opened)


def write(name: str, body: str, published: str = "2024-03-01") -> Path:
    file = Path("news", f"{name}.md")
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"---\ntitle: About {name}\npublished: {published}\n---\n{body}\n")
    return file


def run(index: Counting, *places: str, prune: bool = False) -> dict[str, Ingested]:
    return {done.place: done for done in ingest(places or ["news"], index, prune=prune)}  # type: ignore[arg-type]


def outcomes(done: dict[str, Ingested]) -> dict[str, str]:
    return {Path(place).stem: one.outcome for place, one in done.items()}


def test_a_second_run_changes_nothing_and_embeds_nothing(place: Path, index: Counting) -> None:
    assert outcomes(run(index)) == dict.fromkeys(BODIES, "added")
    assert sorted(index.written) == [f"news/{name}.md" for name in sorted(BODIES)]
    index.written.clear()
    again = run(index)
    assert outcomes(again) == dict.fromkeys(BODIES, "unchanged") and index.written == []
    assert all(done.article and done.article.digest == index.digests()[done.article.id] for done in again.values())


def test_an_unchanged_run_never_opens_the_model(place: Path, index: Counting) -> None:
    run(index)
    script = (
        "import sys; from pathlib import Path; from byline.settings import Settings; from index import open_index\n"
        "from ingest import ingest\n"
        f"with open_index(Settings(data=Path('data'), models=Path({str(ROOT / 'models')!r}))) as index:\n"
        "    assert {done.outcome for done in ingest(['news'], index)} == {'unchanged'}\n"
        "assert 'torch' not in sys.modules and 'sentence_transformers' not in sys.modules\n"
    )
    index.index.close()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=place, env=environment)
    assert done.returncode == 0, done.stderr


def test_a_changed_file_is_updated_and_found_by_its_new_text(place: Path, index: Counting) -> None:
    run(index)
    index.written.clear()
    write(
        "tram", "Bergen has postponed its second tram line, because the tunnel leaks. It opens in the spring instead."
    )
    assert outcomes(run(index)) == {**dict.fromkeys(BODIES, "unchanged"), "tram": "updated"}
    assert index.written == ["news/tram.md"]
    [best, *_] = index.index.search("why was the tram postponed?", k=3)
    assert "leaks" in best.chunk.text
    assert not any(
        "four years to dig" in passage.chunk.text for passage in index.index.search("tunnel harbour dig", k=10)
    )


def test_a_bad_file_fails_and_the_others_go_on(place: Path, index: Counting) -> None:
    run(index)
    Path("news/tram.md").write_bytes(b"\x00\x01")
    Path("news/new.md").write_text("---\npublished: soon\n---\nText of some length, for a new article in the folder.")
    done = run(index)
    assert outcomes(done) == {**dict.fromkeys(BODIES, "unchanged"), "tram": "failed", "new": "failed"}
    assert "news/tram.md" in (done["news/tram.md"].error or "")
    assert outcomes(run(index, prune=True))["tram"] == "failed"
    assert "news/tram.md" in index.digests()


def test_files_of_other_kinds_in_a_folder_are_counted_and_a_missing_path_fails(place: Path, index: Counting) -> None:
    Path("news/photo.jpg").write_bytes(b"x")
    done = run(index, "news", "nowhere")
    assert done["news/photo.jpg"].outcome == "skipped" and done["news/photo.jpg"].error is None
    assert done["nowhere"].outcome == "failed" and "no such file" in (done["nowhere"].error or "")
    assert set(index.digests()) == {f"news/{name}.md" for name in BODIES}


def test_one_id_with_two_texts_in_one_run_is_a_failure_of_the_second(place: Path, index: Counting) -> None:
    Path("a.md").write_text("---\nid: same\ntitle: A\n---\n" + BODIES["tram"])
    Path("b.md").write_text("---\nid: same\ntitle: B\n---\n" + BODIES["seeds"])
    done = run(index, "a.md", "b.md", "a.md")
    assert done["b.md"].outcome == "failed" and "a.md" in (done["b.md"].error or "")
    stored = index.index.article("same")
    assert stored is not None and stored.title == "A"


def test_an_interrupted_run_loses_nothing_and_the_next_one_finishes_it(
    place: Path, index: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.pipeline.CHUNKS_PER_BATCH", 1)
    index.fail_after = 2
    with pytest.raises(KeyboardInterrupt):
        run(index)
    assert len(index.digests()) == 2
    index.fail_after = None
    assert sorted(outcomes(run(index)).values()) == ["added", "unchanged", "unchanged"]
    assert index.index.search("seeds of wild barley", k=1)[0].chunk.article.id == "news/seeds.md"


def test_prune_removes_what_is_gone_below_the_places_and_nothing_else(place: Path, index: Counting) -> None:
    Path("other.md").write_text(BODIES["tram"].replace("Bergen", "Oslo"))
    run(index, "news", "other.md")
    Path("news/tram.md").unlink()
    Path("other.md").unlink()
    assert "tram" not in outcomes(run(index))
    done = run(index, prune=True)
    assert done["news/tram.md"].outcome == "removed"
    assert set(index.digests()) == {"news/lighthouse.md", "news/seeds.md", "other.md"}
    assert run(index, "other.md", prune=True)["other.md"].outcome == "removed"
    assert set(index.digests()) == {"news/lighthouse.md", "news/seeds.md"}


def test_prune_removes_nothing_below_a_folder_that_cannot_be_listed(
    place: Path, index: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("news/closed").mkdir()
    Path("news/closed/oslo.md").write_text(BODIES["tram"].replace("Bergen", "Oslo"))
    run(index)
    Path("news/tram.md").unlink()
    deny_listing(Path("news/closed"), monkeypatch)
    done = run(index, prune=True)
    assert (done["news/closed"].outcome, done["news/tram.md"].outcome) == ("failed", "removed")
    assert set(index.digests()) == {"news/closed/oslo.md", "news/lighthouse.md", "news/seeds.md"}


def test_prune_of_a_mistyped_or_emptied_folder_removes_nothing(place: Path, index: Counting) -> None:
    run(index)
    before = index.digests()
    assert run(index, "new", prune=True)["new"].outcome == "failed"
    Path("empty").mkdir()
    assert run(index, "empty", prune=True)["empty"].outcome == "failed"
    for file in Path("news").iterdir():
        file.unlink()
    assert run(index, prune=True)["news"].outcome == "failed"
    assert index.digests() == before


def test_an_earlier_copy_that_comes_later_becomes_the_first(place: Path, index: Counting) -> None:
    run(index)
    write("earlier", BODIES["tram"], "2024-02-01")
    done = run(index)
    assert outcomes(done)["earlier"] == "added" and outcomes(done)["tram"] == "updated"
    tram, earlier = index.index.article("news/tram.md"), index.index.article("news/earlier.md")
    assert tram and earlier and (tram.same_as, earlier.same_as) == ("news/earlier.md", None)
    Path("news/earlier.md").unlink()
    assert outcomes(run(index, prune=True)) == {
        "lighthouse": "unchanged",
        "seeds": "unchanged",
        "tram": "updated",
        "earlier": "removed",
    }
    alone = index.index.article("news/tram.md")
    assert alone is not None and alone.same_as is None


@dataclass
class Typed:
    code: int
    out: str
    err: str


@pytest.fixture
def command(
    place: Path, models_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Typed]:
    """Types `python -m ingest` with an index in `data`."""
    monkeypatch.setenv("BYLINE_MODELS", str(models_folder))

    def run(*arguments: str) -> Typed:
        code = main([*arguments, "--data", "data"])
        return Typed(code, *capsys.readouterr())

    return run


def test_the_command_prints_a_json_line_for_each_article(command: Callable[..., Typed]) -> None:
    done = command("news", "--json")
    assert done.code == 0, done.err
    records = [json.loads(line) for line in done.out.splitlines()]
    assert {record["id"] for record in records} == {f"news/{name}.md" for name in BODIES}
    tram = next(record for record in records if record["title"] == "About tram")
    assert (tram["published"], tram["outcome"], tram["language"]) == ("2024-03-01", "added", "en")
    assert tram["text"] == BODIES["tram"] and tram["chunks"] == 1 and tram["error"] is None


def test_the_command_prints_a_table_and_exits_with_1_when_something_failed_and_2_on_usage(
    command: Callable[..., Typed],
) -> None:
    done = command("news", "nowhere.md")
    assert done.code == 1
    assert "About lighthouse" in done.out and "nowhere.md: no such file" in done.out
    assert "3 added" in done.out and "1 failed" in done.out
    with pytest.raises(SystemExit) as refused:
        command()
    assert refused.value.code == 2


def test_the_command_takes_out_what_is_gone_only_when_told_to(command: Callable[..., Typed]) -> None:
    command("news")
    Path("news/tram.md").unlink()
    assert "2 unchanged; 0 chunks written" in command("news").out
    assert "2 unchanged, 1 removed; 0 chunks written" in command("news", "--prune").out


def test_the_command_starts_with_an_empty_index_when_told_to(
    command: Callable[..., Typed], monkeypatch: pytest.MonkeyPatch
) -> None:
    command("news")
    monkeypatch.setenv("BYLINE_CHUNK_TOKENS", "64")
    refused = command("news/tram.md")
    assert refused.code == 1 and "--rebuild" in refused.err
    assert "1 added" in command("news/tram.md", "--rebuild").out
    rest = command("news").out
    assert "2 added" in rest and "1 unchanged" in rest


def test_an_error_of_the_settings_is_one_line_and_exit_1(
    command: Callable[..., Typed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BYLINE_CHUNK_TOKEN", "7")
    done = command("news")
    assert done.code == 1 and done.out == ""
    assert done.err.startswith("error: ") and len(done.err.splitlines()) == 1
