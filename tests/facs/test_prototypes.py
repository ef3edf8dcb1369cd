"""Emotion prototypes are complete and speak of units that exist."""

from __future__ import annotations

import pytest

from unspoken.facs.prototypes import EMOTIONS, PROTOTYPES, Prototype, unit_keys
from unspoken.facs.units import ACTION_UNITS, UNIT_KEYS

NOT_MEASURED = {11, 13}


def test_every_emotion_has_a_prototype() -> None:
    assert {p.emotion for p in PROTOTYPES} == set(EMOTIONS)


@pytest.mark.parametrize("prototype", PROTOTYPES, ids=lambda p: p.emotion)
def test_every_unit_of_a_prototype_can_be_measured(prototype: Prototype) -> None:
    """Except for the deepened nasolabial fold (11), which is only ever a variant."""
    needed = {*prototype.core, *(code for group in prototype.alternatives for code in group)}
    assert needed
    assert all(unit_keys(code) for code in needed)
    assert all(unit_keys(code) for code in prototype.variants if code not in NOT_MEASURED)


def test_units_measured_together_share_their_keys() -> None:
    assert unit_keys(23) == unit_keys(24) == ("AU24",)
    assert unit_keys(27) == unit_keys(26) == ("AU26",)
    assert unit_keys(4) == ("AU4L", "AU4R")
    assert unit_keys(13) == ()


def test_every_measured_key_is_found_by_its_number() -> None:
    assert [key for unit in ACTION_UNITS for key in unit_keys(unit.code)] == list(UNIT_KEYS)


def test_contempt_is_one_sided() -> None:
    assert [p.emotion for p in PROTOTYPES if p.one_sided] == ["contempt"]
