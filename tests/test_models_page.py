"""docs/models.md has every kind of language model, and every known model with its size."""

import re
from pathlib import Path

from answer.llm_kinds import LLMS
from byline.models import known_models

PAGE = (Path(__file__).parent.parent / "docs" / "models.md").read_text("utf8")


def test_the_page_has_every_kind() -> None:
    table = PAGE.partition("| `BYLINE_LLM` | is |")[2].partition("\n\n")[0]
    kinds = re.findall(r"^\| `([\w.-]+):?", table, re.MULTILINE)
    assert set(kinds) == {*LLMS, "PACKAGE.MODULE.CLASS"}


def test_the_page_has_every_known_model_with_its_size() -> None:
    sizes = dict(re.findall(r"^\| `([\w.-]+)` \|.*\| ([\d.]+) GB \|$", PAGE, re.MULTILINE))
    assert sizes == {name: f"{model.total_bytes / 1e9:.2f}" for name, model in known_models().items()}
