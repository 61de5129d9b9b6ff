"""What an error tells to run is meant for the store that it is about, not for the usual one."""

import re
import shlex
from pathlib import Path

import pytest

from byline.errors import StoreError, StoreMismatch
from byline.settings import Settings
from index import open_index


@pytest.fixture
def restored(settings: Settings, tmp_path: Path) -> Settings:
    """An empty store in a folder whose name a shell would cut in two."""
    settings = settings.model_copy(update={"data": tmp_path / "restored store"})
    open_index(settings).close()
    return settings


def advised(error: StoreError) -> tuple[str, str]:
    """The option that the command in an error has, and the folder that it would work on."""
    found = re.search(r"python -m (?:ingest|index) (.*)$", str(error))
    assert found, str(error)
    option, *_, data, folder = shlex.split(found[1])
    assert data == "--data"
    return option, folder


def test_another_chunk_size_says_which_folder_to_build_anew(restored: Settings) -> None:
    with pytest.raises(StoreMismatch) as caught:
        open_index(restored.model_copy(update={"chunk_tokens": 64}))
    assert advised(caught.value) == ("--rebuild", str(restored.data))


@pytest.mark.parametrize(
    ("file", "option"),
    [
        ("articles.sqlite", "--rebuild"),
        ("chroma/chroma.sqlite3", "--repair"),
        ("keywords/meta.json", "--repair"),
        ("articles/meta.json", "--repair"),
    ],
)
def test_what_cannot_be_opened_says_which_folder_to_mend(restored: Settings, file: str, option: str) -> None:
    (restored.data / file).write_bytes(b"garbage " * 999)
    with pytest.raises(StoreError) as caught:
        open_index(restored)
    assert advised(caught.value) == (option, str(restored.data))
