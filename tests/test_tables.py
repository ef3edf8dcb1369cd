"""The columns are the contract: their names, order and description."""

from __future__ import annotations

from pathlib import Path

from unspoken.facs.units import UNIT_KEYS
from unspoken.motion.evidence import GAPS
from unspoken.spotting.events import ARTEFACTS, FLAGS
from unspoken.tables import ARTEFACT_COLUMNS, EVENT_COLUMNS, SIGNAL_COLUMNS, data_dictionary

CONTRACT_EVENTS = (
    "event_id face_id kind onset_s apex_s offset_s onset_frame apex_frame offset_frame "
    "action_units snr false_alarms_per_min emotion emotion_probability flags"
)
CONTRACT_AFTER_UNITS = "yaw_deg pitch_deg roll_deg icd_px eye_opening mouth_opening quality gap"


def test_events_have_the_columns_of_the_contract_in_order() -> None:
    assert [column.name for column in EVENT_COLUMNS] == CONTRACT_EVENTS.split()


def test_signals_have_the_columns_of_the_contract_in_order() -> None:
    names = [column.name for column in SIGNAL_COLUMNS]
    assert names[:3] == ["time_s", "frame", "face_id"]
    assert names[3:38] == list(UNIT_KEYS)
    assert names[38:73] == [f"{key}_se" for key in UNIT_KEYS]
    assert names[73:81] == CONTRACT_AFTER_UNITS.split()


def test_amplitudes_are_single_and_times_double_precision() -> None:
    types = {column.name: column.dtype for column in SIGNAL_COLUMNS}
    assert types["time_s"] == "float64"
    assert {types[key] for key in UNIT_KEYS} == {"float32"}


def test_times_are_written_to_a_tenth_of_a_millisecond() -> None:
    decimals = {column.name: column.decimals for column in EVENT_COLUMNS}
    assert [decimals[name] for name in ("onset_s", "apex_s", "offset_s")] == [4, 4, 4]


def test_no_name_is_used_twice() -> None:
    for columns in (EVENT_COLUMNS, SIGNAL_COLUMNS, ARTEFACT_COLUMNS):
        names = [column.name for column in columns]
        assert len(set(names)) == len(names)


def test_every_code_a_cell_can_hold_is_explained() -> None:
    text = data_dictionary()
    for code in (*filter(None, GAPS), *ARTEFACTS, *FLAGS):
        assert f"`{code}`" in text


def test_the_page_about_the_columns_is_up_to_date(repository: Path) -> None:
    """Renew it with ``python -m unspoken.tables > docs/data-dictionary.md``."""
    page = repository / "docs" / "data-dictionary.md"
    assert page.read_text(encoding="utf-8") == data_dictionary()
