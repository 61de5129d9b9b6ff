"""docs/keeping.md, word for word: checked, repaired, backed up, restored; and no backup of a store that is in use."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from byline.records import Article, Chunk
from byline.settings import Settings
from index import open_index

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(r"^```bash\n(.*?)^```", (ROOT / "docs" / "keeping.md").read_text("utf8"), re.MULTILINE | re.DOTALL)
ARTICLE = Article("harbour", "New harbour", "The harbour of Ostend opened. Mayor Ana Ruiz cut the ribbon.", digest="1")


@pytest.fixture
def settings(tmp_path: Path, models_folder: Path) -> Settings:
    (tmp_path / "models").symlink_to(models_folder)
    settings = Settings(data=tmp_path / "data", models=models_folder)
    with open_index(settings) as index:
        end = len(ARTICLE.text)
        index.replace([(ARTICLE, [Chunk(f"harbour#0-{end}", ARTICLE, 0, end, ARTICLE.text)])])
    return settings


def run(block: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    return subprocess.run(
        ["bash", "-ec", block], cwd=folder, env=environment, capture_output=True, text=True, timeout=400
    )


def test_each_block_of_the_page_runs(settings: Settings, tmp_path: Path) -> None:
    ran = [run(block, tmp_path) for block in BLOCKS]
    assert [done.returncode for done in ran] == [0, 0, 0, 0], [done.stderr for done in ran]
    check, repair, _, restore = (done.stdout for done in ran)
    assert "sound: 1 articles" in check and "0 faults" in repair and "sound: 1 articles" in restore
    restored = settings.model_copy(update={"data": tmp_path / "restored"})
    with open_index(settings) as before, open_index(restored) as after:
        assert list(before.articles()) == list(after.articles()) == [ARTICLE]
        assert before.search("who cut the ribbon?") == after.search("who cut the ribbon?") != []


def test_a_store_in_use_is_not_backed_up(settings: Settings, tmp_path: Path) -> None:
    backup = next(block for block in BLOCKS if "tar -czf" in block)
    with open_index(settings):
        done = run(backup, tmp_path)
    assert done.returncode == 1 and "failed to get lock" in done.stderr
    assert not (tmp_path / "backup.tar.gz").exists()
