"""Events made by hand for tests of readings and signals."""

from __future__ import annotations

from unspoken.facs.units import UNIT_KEYS
from unspoken.spotting.events import Event, Kind


def event(
    *units: str,
    kind: Kind = "micro",
    at: float = 1.0,
    amplitude: float = 0.25,
    error: float = 0.02,
    flags: tuple[str, ...] = (),
    length: float = 0.4,
    masked: tuple[str, ...] = (),
    event_id: str = "1-1",
) -> Event:
    """An event with the given units at one amplitude; all others were measured, but for `masked`."""
    return Event(
        face_id=1,
        kind=kind,
        onset_s=at - 0.4 * length,
        apex_s=at,
        offset_s=at + 0.6 * length,
        onset_frame=0,
        apex_frame=0,
        offset_frame=0,
        action_units=dict.fromkeys(units, amplitude),
        snr=amplitude / error,
        false_alarms_per_min=0.1,
        flags=flags,
        event_id=event_id,
        unit_errors={key: error for key in UNIT_KEYS if key not in masked},
    )


def both(*codes: int) -> tuple[str, ...]:
    """Keys of both sides of units: ``both(4, 17)`` is AU4L, AU4R, AU17."""
    keys = []
    for code in codes:
        paired = f"AU{code}L" in UNIT_KEYS
        keys += [f"AU{code}L", f"AU{code}R"] if paired else [f"AU{code}"]
    return tuple(keys)
