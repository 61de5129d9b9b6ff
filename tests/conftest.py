"""What every test stands on: no network but loopback, none of the user's own settings, the real parts as fixtures."""

import contextlib
import functools
import ipaddress
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_socket

from byline.errors import ModelUnavailable
from byline.models import known_models, model_path
from byline.settings import PREFIX, Settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from index import ArticleIndex, Embedder

ROOT = Path(__file__).parent.parent
MODELS = ROOT / "models"
LOOPBACK = {"127.0.0.1": {"127.0.0.1"}, "::1": {"::1"}, "localhost": {"127.0.0.1", "::1"}}
DEAD_PROXY = "http://127.0.0.1:9"  # port 9, discard: nothing listens, so a child process that asks the web is refused
ENVIRONMENT = {
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), DEAD_PROXY),
    **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), DEAD_PROXY),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), ",".join(LOOPBACK)),
    "HF_HUB_OFFLINE": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "RAGAS_DO_NOT_TRACK": "true",
}
real_getaddrinfo = socket.getaddrinfo


def pytest_configure() -> None:
    """Before any test module is imported, since libraries read these once. Child processes inherit the environment."""
    if (ROOT / ".env").exists():
        pytest.exit(f"the tests would read your settings; move {ROOT / '.env'} away while they run", returncode=2)
    for variable in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        del os.environ[variable]
    os.environ.update(ENVIRONMENT)
    socket.getaddrinfo = _look_up_on_loopback
    _block_network()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """Once more for each test, around its fixtures too: pytest-socket opens up again at the end of every test."""
    _block_network()
    return (yield)


def _block_network() -> None:
    pytest_socket.socket_allow_hosts(list(LOOPBACK), allow_unix_socket=True, resolution_cache=LOOPBACK)


def _look_up_on_loopback(host: Any, *args: Any, **kwargs: Any) -> Any:
    """pytest-socket lets names be looked up. Fails as it does without a network: some code has to live with that."""
    name = host.decode() if isinstance(host, bytes) else host
    if name not in (None, "", *LOOPBACK, socket.gethostname()):
        try:
            ipaddress.ip_address(name)
        except ValueError:
            raise socket.gaierror(socket.EAI_NONAME, f"{name}: no test looks up a name outside this machine") from None
    return real_getaddrinfo(host, *args, **kwargs)


@pytest.fixture(autouse=True)
def _own_hub(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that brings its own hub, on loopback, may ask it."""
    if "hub" in request.fixturenames:
        import huggingface_hub.constants

        monkeypatch.setenv("HF_HUB_OFFLINE", "0")
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)


@pytest.fixture(scope="session")
def _loaded_once() -> Iterator[None]:
    """The real embedder of each name and folder: the first index that needs its weights loads them for all."""
    from index import EMBEDDERS

    kind = "sentence-transformers"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(EMBEDDERS, kind, functools.cache(EMBEDDERS[kind]))
        yield


@pytest.fixture(scope="session")
def models_folder(_loaded_once: None) -> Path:
    """The real model folder of this checkout."""
    return MODELS


@pytest.fixture
def settings(tmp_path: Path, models_folder: Path) -> Settings:
    """The defaults, with an index of its own and the real model folder."""
    return Settings(data=tmp_path / "data", models=models_folder)


@pytest.fixture(scope="session")
def embedder(models_folder: Path) -> "Embedder":
    """The default embedder, loaded once."""
    from index import open_embedder

    default = _default("embedder")
    _need(default)
    return open_embedder(default, models_folder)


@pytest.fixture(scope="session")
def sample_data(tmp_path_factory: pytest.TempPathFactory, models_folder: Path) -> Path:
    """The closed index of the whole of articles/, to be copied: one process at a time has a folder open."""
    from index import open_index
    from ingest import ingest

    _need(_default("embedder"))
    settings = Settings(data=tmp_path_factory.mktemp("sample") / "data", models=models_folder)
    with contextlib.chdir(ROOT), open_index(settings) as index:  # ids of articles are relative to the working folder
        failed = [done for done in ingest(["articles"], index) if done.outcome == "failed"]
    assert not failed, failed
    return settings.data


@pytest.fixture(scope="session")
def sample_index(
    sample_data: Path, models_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> "Iterator[ArticleIndex]":
    """The index of the whole of articles/, for reading; a test that writes makes its own."""
    from index import open_index

    data = shutil.copytree(sample_data, tmp_path_factory.mktemp("sample-index") / "data")
    with contextlib.chdir(ROOT), open_index(Settings(data=data, models=models_folder)) as index:
        yield index


@pytest.fixture(scope="session")
def default_model(tmp_path_factory: pytest.TempPathFactory, models_folder: Path) -> Settings:
    """Settings with the real default language model, whose weights are there."""
    data = tmp_path_factory.mktemp("default-model") / "data"
    settings = Settings(data=data, models=models_folder, llm_timeout_seconds=600)
    _need(settings.llm.partition(":")[2])
    return settings


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """Module by module: Playwright keeps an event loop running."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        pytest.fail("these tests need a browser; run: apt-get install chromium", pytrace=False)
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=flags)
        yield browser
        browser.close()


def _default(setting: str) -> str:
    return str(Settings.model_fields[setting].default)


def _need(model: str) -> None:
    """Fails rather than skips: a suite that is green without its models proves nothing."""
    assert model in known_models()
    missing = ""
    try:
        model_path(model, MODELS)
    except ModelUnavailable as error:
        missing = str(error)
    if missing:
        pytest.fail(f"this test needs the real model {model}, which make test fetches: {missing}", pytrace=False)
