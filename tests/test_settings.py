"""Settings: a knob that is misspelt or out of range stops the start, and docs/settings.md has the line of each."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from byline.errors import SettingsError
from byline.settings import PREFIX, Settings, read_settings

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"


@pytest.fixture
def dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `.env` in the working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / ".env"


def line(name: str) -> str:
    """The line of a setting, as docs/settings.md has it."""
    field = Settings.model_fields[name]
    default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
    return f"| {name} | `{PREFIX}{name.upper()}` | `{default}` | {field.description} |"


def test_the_flag_beats_the_environment_beats_dotenv_beats_the_default(
    dotenv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_settings().port == 7860
    dotenv.write_text("BYLINE_PORT=1111\nBYLINE_HOST=localhost\n")
    assert read_settings().port == 1111
    monkeypatch.setenv("BYLINE_PORT", "2222")
    assert (read_settings().port, read_settings().host) == (2222, "localhost")
    assert read_settings(port=3333, host=None).port == 3333


def test_an_unknown_variable_is_refused_with_the_nearest_name(dotenv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYLINE_EMBEDER", "x")
    with pytest.raises(SettingsError, match=r"unknown setting BYLINE_EMBEDER; did you mean BYLINE_EMBEDDER\?"):
        read_settings()


def test_an_unknown_key_in_dotenv_is_refused_with_the_nearest_name(dotenv: Path) -> None:
    dotenv.write_text("BYLINE_CHUNK_TOKEN=100\n")
    with pytest.raises(SettingsError, match=r"unknown setting BYLINE_CHUNK_TOKEN; did you mean BYLINE_CHUNK_TOKENS\?"):
        read_settings()


def test_a_key_of_another_program_in_dotenv_is_passed_over(dotenv: Path) -> None:
    """One `.env` serves several programs (Docker Compose, HF_TOKEN): what lacks our prefix is not ours to judge, even
    where it bears the name of a setting, as PORT often does."""
    dotenv.write_text("OTHER=1\nHF_TOKEN=hf_x\nPORT=5432\nBYLINE_HOST=localhost\n")
    assert (read_settings().host, read_settings().port) == ("localhost", 7860)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("BYLINE_PORT", "many"), ("BYLINE_PORT", "70000"), ("BYLINE_LLM_SLOTS", "0"), ("BYLINE_LLM_TIMEOUT_SECONDS", "0")],
)
def test_a_bad_value_names_its_variable(
    variable: str, value: str, dotenv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = rf"^{variable}: Input should be .*docs/settings\.md"
    dotenv.write_text(f"{variable}={value}\n")
    with pytest.raises(SettingsError, match=told):
        read_settings()
    dotenv.unlink()
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=told):
        read_settings()
    monkeypatch.delenv(variable)
    with pytest.raises(SettingsError, match=told):
        read_settings(**{variable.removeprefix(PREFIX).lower(): value})


def test_every_bad_value_is_named_at_once(dotenv: Path) -> None:
    dotenv.write_text("BYLINE_PORT=many\nBYLINE_LLM_SLOTS=0\n")
    with pytest.raises(SettingsError, match=r"BYLINE_LLM_SLOTS: .*BYLINE_PORT: |BYLINE_PORT: .*BYLINE_LLM_SLOTS: "):
        read_settings()


def test_settings_are_frozen(settings: Settings) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1  # type: ignore[misc]


def test_the_key_of_a_server_is_not_shown() -> None:
    assert "hunter2" not in repr(read_settings(llm_api_key="hunter2"))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_has_its_line_in_the_docs(name: str) -> None:
    assert line(name) in PAGE.read_text("utf8").splitlines()


def test_the_docs_have_no_line_for_a_setting_that_is_gone() -> None:
    rows = re.findall(r"^\| (\w+) \| `BYLINE_", PAGE.read_text("utf8"), re.MULTILINE)
    assert rows == list(Settings.model_fields)


def test_the_docs_name_no_variable_that_is_unknown() -> None:
    named = set(re.findall(r"\bBYLINE_[A-Z_]*[A-Z]\b", PAGE.read_text("utf8"))) - {"BYLINE_NAME"}
    assert named == {PREFIX + name.upper() for name in Settings.model_fields}
