"""Every kind of language model, opened by its name and asked over its real protocol."""

import json
import time
from itertools import islice, pairwise
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

import httpx
import pytest
from llm_stand_ins import model_stand_in
from pydantic import SecretStr

from answer import Interruption, LanguageModel, Message, interruptible, open_language_model
from byline.errors import (
    LanguageModelError,
    MissingPackage,
    ModelRefused,
    ModelServerDown,
    SettingsError,
    UnknownKind,
)
from byline.settings import Settings

ASK = [Message("system", "Be brief."), Message("user", "Where?")]


def opened(settings: Settings, llm: str) -> LanguageModel:
    return open_language_model(settings.model_copy(update={"llm": llm}))


def test_openai_like_streams_and_gives_probabilities(settings: Settings) -> None:
    with model_stand_in("In Ostend today") as server:
        model = opened(settings, f"openai-like:tiny@{server.url}/v1")
        replies = list(model.write(ASK, 16))
        assert [reply.text for reply in replies] == ["In", "In Ostend", "In Ostend today"]
        assert [reply.chance_of("yes") for reply in replies] == pytest.approx([0.6] * 3), "of the first token, in each"
        assert model.probability_of_yes(ASK) == pytest.approx(0.75)
        reply = model.reply(ASK, 16)
        assert reply.text == "In Ostend today"
        assert reply.chance_of("yes") == pytest.approx(3 * reply.chance_of("no"))
        assert reply.chance_of("in") == 0.0
        assert reply.likelihood == pytest.approx(0.6), "of the one token that the server tells of"
        assert replies[-1].likelihood is None
        assert model.foretells(ASK, "In Ostend") is None, "such a server cannot be held to a text"
        path, body = server.requests[0]
        assert path == "/v1/chat/completions"
        assert body["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Where?"}]
        assert (body["max_tokens"], body["temperature"]) == (16, 0.0)


def test_ollama_streams_and_says_yes_or_no(settings: Settings) -> None:
    with model_stand_in("No indeed") as server:
        model = opened(settings, f"ollama:tiny@{server.url}")
        assert list(model.write(ASK, 16))[-1].text == "No indeed"
        assert model.probability_of_yes(ASK) == 0.0
        assert model.reply(ASK, 16).chance_of("no") == 1.0
        path, body = server.requests[0]
        assert path == "/api/chat"
        assert body["options"]["num_predict"] == settings.answer_tokens


def test_scripted_replays_by_what_is_asked(settings: Settings, tmp_path: Path) -> None:
    script = tmp_path / "script.jsonl"
    lines = [
        {"when": "where?", "reply": "In Ostend"},
        {"when": "fail", "reply": "broken", "error": True},
        {"reply": "?"},
    ]
    script.write_text("\n".join(json.dumps(line) for line in lines))
    model = opened(settings, f"scripted:{script}")
    assert [reply.text for reply in model.write(ASK, 16)] == ["In", "In Ostend"]
    assert [reply.text for reply in model.write([Message("user", "When?")], 16)] == ["?"]
    assert model.probability_of_yes(ASK) is None
    with pytest.raises(LanguageModelError, match="broken"):
        list(model.write([Message("user", "fail")], 16))


def test_any_llamaindex_class_by_its_dotted_name(settings: Settings) -> None:
    model = opened(settings, 'llama_index.core.llms.mock.MockLLM:{"max_tokens": 3}')
    assert list(model.write([Message("user", "hello")], 16))[-1].text.split()[0] == "text"


@pytest.mark.slow
def test_llama_cpp_by_path_of_its_weights(settings: Settings, models_folder: Path) -> None:
    weights = next(models_folder.glob("SmolLM2*.gguf"))
    model = opened(settings, f"llama.cpp:{weights}")
    parts = list(model.write([Message("user", "Count from one to five.")], 12))
    assert len(parts) > 3
    assert all(later.text.startswith(earlier.text) for earlier, later in pairwise(parts))
    assert sum(parts[-1].first.values()) > 0.5
    whole = model.reply([Message("user", "Count from one to five.")], 12)
    assert sum(whole.first.values()) > 0.5
    assert whole.likelihood is not None and 0.5 < whole.likelihood <= 1
    sure = model.probability_of_yes([Message("user", "Reply yes or no: is ice hot?")])
    assert sure is not None and 0 < sure < 0.4, "it says no, as it does to most, with some doubt: 0.18"
    assert model.address is not None
    assert model.address.startswith("http://127.0.0.1:")


def test_how_likely_a_text_is_that_the_model_did_not_choose(settings: Settings, models_folder: Path) -> None:
    weights = next(models_folder.glob("SmolLM2*.gguf"))
    model = opened(settings, f"llama.cpp:{weights}")
    read = [Message("user", "The ferry to Ostend sank at noon. What sank at noon?")]
    likely, unlikely, same = (
        model.foretells(read, text, aside=True)
        for text in ("The ferry to Ostend sank.", "A goat ate my seven hats.", "The ferry to Ostend sank.")
    )
    assert likely is not None and unlikely is not None
    assert unlikely < likely - 2 < -2, "as logarithms, a token; not those of a grammar that fits nothing else: 0"
    assert likely == pytest.approx(same, abs=0.05)
    marked = model.foretells(read, "The ferry<|im_end|> sank.")
    assert marked is not None and marked > -20, "control tokens are read as text"


@pytest.mark.parametrize(
    ("llm", "error", "says"),
    [
        ("gpt9", UnknownKind, "openai-like:NAME"),
        ("magic:wand", UnknownKind, "known: "),
        ("openai-like:tiny", SettingsError, "@http"),
        ("llama.cpp:/nowhere/x.gguf", SettingsError, "no model file"),
        ("llama.cpp:acme/tiny-GGUF", SettingsError, "no model file acme/tiny-GGUF; download a .gguf file"),
        ("llama.cpp:no-such-model", UnknownKind, "qwen2.5-coder-1.5b-instruct"),
        ("scripted:/nowhere.jsonl", SettingsError, "cannot be read"),
        ("llama_index.llms.no_such_thing.Model", MissingPackage, "pip install llama-index-llms-no-such-thing"),
        ("llama_index.core.llms.mock.NoSuchClass", SettingsError, "cannot be opened"),
        ("json.JSONDecoder", SettingsError, "not a LlamaIndex LLM"),
    ],
)
def test_a_name_that_cannot_be_opened(settings: Settings, llm: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        opened(settings, llm)


@pytest.mark.parametrize("llm", ["openai-like:tiny@http://127.0.0.1:9/v1", "ollama:tiny@http://127.0.0.1:9"])
def test_a_server_that_is_down(settings: Settings, llm: str) -> None:
    model = opened(settings, llm)
    with pytest.raises(ModelServerDown, match="does not answer"):
        list(model.write(ASK, 8))
    with pytest.raises(ModelServerDown):
        model.probability_of_yes(ASK)


@pytest.mark.parametrize("kind", ["openai-like:tiny@{}/v1", "ollama:tiny@{}"])
def test_a_question_that_is_taken_back_hangs_up_on_the_server(settings: Settings, kind: str) -> None:
    asked: SimpleQueue[Interruption] = SimpleQueue()
    failed: list[Exception] = []

    def ask() -> None:
        with interruptible() as interruption:
            asked.put(interruption)
            try:
                model.reply(ASK, 8)
            except LanguageModelError as error:
                failed.append(error)

    with model_stand_in("x") as server:
        server.gate.clear()  # type: ignore[attr-defined]
        model = opened(settings, kind.format(server.url))
        asking = Thread(target=ask)
        asking.start()
        interruption = asked.get(timeout=200)
        deadline = time.monotonic() + 60
        while not server.requests and time.monotonic() < deadline:
            time.sleep(0.01)
        interruption.set()
        asking.join(40)
        ended = not asking.is_alive()
        server.gate.set()  # type: ignore[attr-defined]
        asking.join(60)
    assert server.requests and ended and len(failed) == 1


@pytest.mark.parametrize("kind", ["openai-like:tiny@{}/v1", "ollama:tiny@{}"])
def test_a_server_that_says_nothing_is_given_up_after_the_seconds_of_the_settings(
    settings: Settings, kind: str
) -> None:
    with model_stand_in("x") as server:
        server.gate.clear()  # type: ignore[attr-defined]
        model = opened(settings.model_copy(update={"llm_timeout_seconds": 0.5}), kind.format(server.url))
        asked = time.monotonic()
        with pytest.raises(ModelServerDown, match="does not answer"):
            model.reply(ASK, 8)
        assert time.monotonic() - asked < 40, "the gate is shut for ten minutes"


def test_the_key_of_the_settings_is_shown_to_an_openai_like_server(settings: Settings) -> None:
    with model_stand_in("x") as server:
        known = settings.model_copy(update={"llm_api_key": SecretStr("sesame")})
        model = opened(known, f"openai-like:tiny@{server.url}/v1")
        list(model.write(ASK, 8))
        model.reply(ASK, 8)
        assert server.keys == ["Bearer sesame"] * 2


def test_a_file_that_llama_cpp_cannot_load_is_named_and_how_to_check_it(settings: Settings, tmp_path: Path) -> None:
    weights = tmp_path / "broken.gguf"
    weights.write_bytes(b"GGUF" + bytes(1000))
    with pytest.raises(LanguageModelError, match=r"cannot load .*broken\.gguf.*python -m byline --verify"):
        opened(settings, f"llama.cpp:{weights}").reply(ASK, 8)


@pytest.mark.parametrize("kind", ["openai-like:other@{}/v1", "ollama:other@{}"])
def test_a_model_that_the_server_does_not_have(settings: Settings, kind: str) -> None:
    with model_stand_in("x") as server:
        model = opened(settings, kind.format(server.url))
        with pytest.raises(ModelRefused, match="not found"):
            list(model.write(ASK, 8))


@pytest.mark.slow
def test_a_reply_that_is_given_up_in_the_middle_frees_its_slot(settings: Settings, models_folder: Path) -> None:
    model = opened(settings, f"llama.cpp:{next(models_folder.glob('SmolLM2*.gguf'))}")
    assert model.address
    slots = model.address.removesuffix("/v1") + "/slots"

    def busy() -> bool:
        return any(slot["is_processing"] for slot in httpx.get(slots, timeout=200).json())

    began = time.monotonic()
    parts = model.write([Message("user", "List all the numbers from 1 to 2000: 1, 2, 3, 4, 5, 6, 7, 8,")], 2000)
    for _ in islice(parts, 40):
        pass
    given_up = time.monotonic()
    assert busy()
    parts.close()  # type: ignore[attr-defined]
    while busy():
        took = time.monotonic() - given_up
        assert took < 10 + 10 * (given_up - began), "the whole reply takes fifty times as long as its first 40 parts"
        time.sleep(0.1)


def test_more_slots_than_the_context_has_room_for_are_refused_with_what_to_set(settings: Settings) -> None:
    four = settings.model_copy(update={"llm_slots": 4})
    with pytest.raises(SettingsError, match=r"LLM_SLOTS=4 leaves each question 2048 .* BYLINE_LLM_CONTEXT_TOKENS=8800"):
        open_language_model(four)
    room = four.model_copy(update={"llm_context_tokens": 8800, "llm": "llama.cpp:/nowhere/model.gguf"})
    with pytest.raises(SettingsError, match="no model file"):
        open_language_model(room)
