"""Slots of the model's server: who gets which, and that a check leaves what was read of the question where it is."""

from pathlib import Path

import httpx
import pytest

from answer.llm import Message
from answer.llm_kinds import open_language_model
from answer.slots import Slots, slots_of
from byline.settings import Settings

READ = "The harbour of Ostend reopened for boats after long work in the spring. " * 6
CHECKED = "The harbour of Ostend was dug anew, and the town paid for it. " * 2


def number(taken: dict[str, dict[str, int]]) -> int | None:
    return taken.get("extra_body", {}).get("id_slot")


def test_the_first_free_slot_is_taken_and_given_back() -> None:
    slots = Slots(2)
    with slots.taken(aside=False) as first:
        with slots.taken(aside=False) as second, slots.taken(aside=False) as third, slots.taken(aside=True) as aside:
            assert [number(taken) for taken in (first, second, third, aside)] == [0, 1, None, 2]
        with slots.taken(aside=False) as second:
            assert number(second) == 1
    with pytest.raises(ZeroDivisionError), slots.taken(aside=False):
        raise ZeroDivisionError
    with slots.taken(aside=False) as first:
        assert number(first) == 0


def test_who_shares_a_server_shares_its_slots(tmp_path: Path) -> None:
    with (
        slots_of(tmp_path / "a.gguf", 2).taken(aside=False),
        slots_of(tmp_path / "a.gguf", 2).taken(aside=False) as other,
    ):
        assert number(other) == 1
    assert slots_of(tmp_path / "b.gguf", 2) is not slots_of(tmp_path / "a.gguf", 2)


@pytest.mark.slow
def test_what_was_read_is_read_on_from_after_an_aside(settings: Settings) -> None:
    model = open_language_model(settings.model_copy(update={"llm": "llama.cpp:smollm2-135m-instruct"}))
    list(model.write([Message("user", f"{READ}\nWhat reopened?")], 8))
    checked = f"{READ[:40]}{CHECKED}"
    model.reply([Message("user", f"{checked}\nWhat was dug?")], 8, aside=True)
    model.probability_of_yes([Message("user", f"{checked}\nWas it dug? Reply yes or no.")], aside=True)
    body = {"messages": [{"role": "user", "content": f"{READ}And more.\nWhat reopened?"}], "max_tokens": 1}
    timings = httpx.post(f"{model.address}/chat/completions", json=body, timeout=200).json()["timings"]
    assert timings["prompt_n"] < 40 < timings["cache_n"]
