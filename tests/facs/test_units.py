"""The table of action units and its keys."""

from __future__ import annotations

import pytest

from unspoken.facs.units import ACTION_UNITS, UNIT_INDEX, UNIT_KEYS, unit_of


def test_keys_are_unique_and_in_a_fixed_order() -> None:
    """The order is the order of columns on disk."""
    assert len(UNIT_KEYS) == len(set(UNIT_KEYS)) == 35
    assert [UNIT_KEYS[UNIT_INDEX[key]] for key in UNIT_KEYS] == list(UNIT_KEYS)
    assert [unit.code for unit in ACTION_UNITS] == sorted(unit.code for unit in ACTION_UNITS)


@pytest.mark.parametrize("key", UNIT_KEYS)
def test_a_key_leads_back_to_its_unit_and_side(key: str) -> None:
    unit, side = unit_of(key)
    assert f"AU{unit.code}{side}" == key
    assert bool(side) == unit.paired


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        unit_of("AU17L")
