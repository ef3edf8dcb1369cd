"""Settings: defaults that work, and nothing that makes no sense."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from unspoken.settings import Settings


def test_all_settings_have_defaults_and_a_description() -> None:
    Settings()
    assert not [name for name, f in Settings.model_fields.items() if not f.description]


def test_settings_do_not_change_once_made() -> None:
    with pytest.raises(ValidationError):
        Settings().fps = 30.0  # type: ignore[misc]


@pytest.mark.parametrize(
    "wrong",
    [
        {"crop_px": 10},
        {"crop_px": 4000},
        {"false_alarms_per_min": 0.0},
        {"false_alarms_per_min": float("nan")},
        {"fps": 0.0},
        {"fps": float("inf")},
        {"max_faces": 0},
        {"backend": "magic"},
        {"protocol": "loose"},
        {"role": {"1": "boss"}},
        {"max_yaw_deg": 120.0},
        {"no_such_setting": 1},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)


@given(
    st.builds(
        dict,
        crop_px=st.integers(80, 320),
        false_alarms_per_min=st.floats(1e-6, 60.0),
        fps=st.none() | st.floats(0.1, 1000.0),
        max_faces=st.integers(1, 16),
        protocol=st.sampled_from(["onset", "strict"]),
        role=st.dictionaries(st.sampled_from(["1", "left", "all"]), st.just("customer")),
    )
)
def test_settings_survive_the_way_to_json_and_back(options: dict[str, Any]) -> None:
    chosen = Settings(**options)
    assert Settings.model_validate_json(chosen.model_dump_json()) == chosen


def test_the_command_line_has_the_same_defaults() -> None:
    """They are written there again because loading Settings would delay --help."""
    from unspoken import cli

    defaults = Settings()
    options = inspect.signature(cli.analyze).parameters
    assert options["backend"].default == defaults.backend
    assert options["false_alarms"].default == defaults.false_alarms_per_min
    assert options["protocol"].default == defaults.protocol
    assert options["max_faces"].default == defaults.max_faces
    assert options["crop"].default == defaults.crop_px
    assert inspect.signature(cli.faces).parameters["max_faces"].default == defaults.max_faces


def test_the_command_line_knows_its_own_names_for_settings() -> None:
    from unspoken import cli

    assert set(cli._OPTION_OF) <= set(Settings.model_fields)
