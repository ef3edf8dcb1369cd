"""Items for drills without a server, and the part of the face pack that travels with them."""

from __future__ import annotations

import json
from collections import Counter
from importlib.resources import files

import numpy as np
import pytest

from unspoken.academy.levels import LEVELS, level_named
from unspoken.academy.pack_excerpt import pack_excerpt
from unspoken.academy.people import Cast, load_people
from unspoken.academy.practice import practice_items
from unspoken.academy.rounds import TASKS, round_of
from unspoken.academy.stimuli import DURATIONS_S
from unspoken.errors import InputError

FACES = ("f01", "m02", "f04")


@pytest.mark.parametrize("task", TASKS)
def test_a_round_has_a_quarter_to_three_tenths_of_catch_trials(task: str) -> None:
    counts = round_of(task)
    assert 0.25 <= counts["none"] / sum(counts.values()) <= 0.30


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("level", [level.name for level in LEVELS])
def test_items_leave_room_for_the_longest_flash_and_move_nothing_of_it_themselves(
    task: str, level: str
) -> None:
    items = practice_items(task, level_named(level), FACES, np.random.default_rng(5), per_truth=2)
    assert Counter(i["truth"] for i in items) == {t: 2 * n for t, n in round_of(task).items()}
    for item in items:
        assert item["identity"] in FACES
        assert bool(item["catch"]) == (item["truth"] == "none") == (not item["apex"])
        assert item["lead_s"] + DURATIONS_S[-1] < item["whole_s"]
        talks = level == "speech" or item["catch"] == "speech"
        assert ("AU25" in item["units"]) == talks


def test_the_same_seed_gives_the_same_items_and_another_seed_others() -> None:
    def drawn(seed: int) -> str:
        rng = np.random.default_rng(seed)
        return json.dumps(practice_items("identify", LEVELS[0], FACES, rng, per_truth=2))

    assert drawn(1) == drawn(1) != drawn(2)


def test_every_face_comes_before_one_comes_again() -> None:
    items = practice_items("spot", LEVELS[0], FACES, np.random.default_rng(0), per_truth=3)
    for first in range(0, len(items) - 2, 3):
        assert {item["identity"] for item in items[first : first + 3]} == set(FACES)


def test_an_excerpt_has_all_of_its_people_and_nothing_of_the_others() -> None:
    training = Cast.of(load_people()).training
    found = pack_excerpt(training)
    index = json.loads(found["pack.json"])
    folder = files("unspoken.academy") / "faces"
    whole = json.loads((folder / "pack.json").read_text(encoding="utf-8"))
    content = (folder / "pack.bin").read_bytes()
    assert tuple(index["identities"]) == training
    tests = {n: p for n, p in whole["identities"].items() if n not in training}
    assert not {p["skin"] for p in tests.values()} & found.keys()
    assert {p["skin"] for p in index["identities"].values()} <= found.keys()
    assert len(found["pack.bin"]) < 0.65 * len(content)
    for key in ("points", "light"):
        kind, offset, length = whole["identities"]["f01"][key]
        moved = index["identities"]["f01"][key]
        size = {"i2": 2, "u1": 1}[kind] * length
        assert moved[1] % 4 == 0
        assert (
            found["pack.bin"][moved[1] : moved[1] + size] == content[offset : offset + size]
        )  # fmt: skip
        hidden = tests["f03"][key]
        theirs = content[hidden[1] : hidden[1] + {"i2": 2, "u1": 1}[kind] * hidden[2]]
        assert theirs not in found["pack.bin"]


def test_somebody_unknown_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="'nobody'"):
        pack_excerpt(["f01", "nobody"])
