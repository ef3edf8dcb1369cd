"""What is looked for: single units, both sides together, and units that belong together.

A channel is a weighted sum of units. Searching a small fixed set of them, each against the noise of
its own sum, finds a movement spread over several units that no unit shows clearly alone, and keeps
a one-sided movement apart from a two-sided one. AU45 is left to `unspoken.spotting.blinks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from unspoken.facs.units import ACTION_UNITS, UNIT_INDEX, UNIT_KEYS, unit_of

__all__ = ["AREAS", "CHANNELS", "CHANNEL_AREA", "EYE_UNITS", "SPEECH_UNITS", "Area", "Channel"]
__all__ += ["AREA_UNITS", "UNIT_AREA", "combine", "contributing_units"]

Area = Literal["upper", "lower"]
#: Parts of the face calibrated apart: speech moves the lower one only.
AREAS: tuple[Area, ...] = ("upper", "lower")
#: FACS numbers a blink moves by itself.
EYE_UNITS = frozenset({5, 6, 7, 45})
#: FACS numbers that articulation moves by itself.
SPEECH_UNITS = frozenset({16, 17, 18, 20, 22, 24, 25, 26, 28})
#: Action units that come together in the prototypes of Ekman, Friesen & Hager 2002.
_TOGETHER: tuple[tuple[int, ...], ...] = (
    (1, 2),
    (1, 4),
    (1, 2, 5),
    (4, 7),
    (6, 12),
    (9, 10),
    (4, 9),
    (15, 17),
    (17, 24),
)
_ONE_SIDED: tuple[tuple[int, ...], ...] = ((1, 2), (6, 12))

#: Unnamed units smaller than this part of the largest named one did not take part.
_LEAST_PART = 0.15
#: A side moved alone if the other moved less than this part of it, and the two are this many
#: standard errors apart.
_ONE_SIDED_SHARE, _APART = 0.4, 2.5

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Channel:
    """A sum of units looked for as one movement.

    Parameters
    ----------
    units : tuple of int
        Indices into `UNIT_KEYS`.
    area : {"upper", "lower"}
        Which calibration it counts in; lower as soon as one unit is.
    """

    units: tuple[int, ...]
    area: Area


def _area(key: str) -> Area:
    return "upper" if unit_of(key)[0].region in ("brow", "eye") else "lower"


def _channels() -> tuple[Channel, ...]:
    """All units alone (also AU45, to keep indices equal), pairs, groups, one-sided groups."""
    keys: list[tuple[str, ...]] = [(key,) for key in UNIT_KEYS]
    by_code = {unit.code: unit.keys for unit in ACTION_UNITS}
    keys += [unit.keys for unit in ACTION_UNITS if unit.paired and unit.code != 45]
    keys += [tuple(key for code in codes for key in by_code[code]) for codes in _TOGETHER]
    keys += [
        tuple(by_code[code][side] for code in codes) for codes in _ONE_SIDED for side in (0, 1)
    ]
    areas: list[Area] = ["lower" if "lower" in map(_area, group) else "upper" for group in keys]
    return tuple(
        Channel(tuple(UNIT_INDEX[key] for key in group), area)
        for group, area in zip(keys, areas, strict=True)
    )


#: The first ``len(UNIT_KEYS)`` channels are the units alone, in order.
CHANNELS: tuple[Channel, ...] = _channels()
UNIT_AREA: tuple[Area, ...] = tuple(_area(key) for key in UNIT_KEYS)
#: FACS numbers of each part of the face.
AREA_UNITS: dict[Area, frozenset[int]] = {
    area: frozenset(
        unit_of(key)[0].code for key, own in zip(UNIT_KEYS, UNIT_AREA, strict=True) if own == area
    )
    for area in AREAS
}
_BLINK = tuple(UNIT_INDEX[key] for key in ("AU45L", "AU45R"))
#: Channels of each area that may become an expression.
CHANNEL_AREA: dict[Area, NDArray[np.intp]] = {
    area: np.array(
        [i for i, c in enumerate(CHANNELS) if c.area == area and i not in _BLINK], dtype=np.intp
    )
    for area in AREAS
}
_MEMBERSHIP = np.zeros((len(CHANNELS), len(UNIT_KEYS)))
for _i, _channel in enumerate(CHANNELS):
    _MEMBERSHIP[_i, list(_channel.units)] = 1.0 / np.sqrt(len(_channel.units))
_N = len(UNIT_KEYS)


def combine(values: Array, error: Array, spread: Array) -> tuple[Array, Array]:
    """Sums of units for every channel, each unit first divided by its usual spread.

    Parameters
    ----------
    values, error : ndarray, shape (times, units, shapes)
        Amplitudes and standard errors.
    spread : ndarray, shape (units, shapes)
        Usual spread of each unit, same unit as `values`; how the sum weighs its members.

    Returns
    -------
    values, error : ndarray, shape (times, channels, shapes)
        Single-unit channels keep the unit of `values`; sums count in spreads. A sum with a member
        that cannot be measured is 0 with infinite error.
    """
    shape = (values.shape[0], len(CHANNELS), values.shape[2])
    out, out_error = np.empty(shape), np.full(shape, np.inf)
    out[:, :_N], out_error[:, :_N] = values, error
    scaled = values / spread[None]
    usable = np.isfinite(error)
    variance = np.where(usable, error / spread[None], 0.0) ** 2
    sums = _MEMBERSHIP[_N:]
    out[:, _N:] = np.tensordot(scaled, sums, axes=(1, 1)).transpose(0, 2, 1)
    total = np.tensordot(variance, sums**2, axes=(1, 1)).transpose(0, 2, 1)
    missing = np.tensordot((~usable).astype(np.float64), sums, axes=(1, 1)).transpose(0, 2, 1) > 0
    out_error[:, _N:] = np.sqrt(total)
    out[:, _N:][missing] = 0.0
    out_error[:, _N:][missing] = np.inf
    return out, out_error


def contributing_units(channel: int, z: Array, amplitude: Array) -> dict[str, float]:
    """Which units took part in a movement found in a channel.

    A unit takes part when it moved the right way and stands out on its own: at 2 standard
    deviations if the channel names it, at 3.5 and a good part of the best unit's clarity and size
    otherwise. Of a pair both sides take part, unless one moved less than 0.4 of the other and the
    difference is too large for noise: the movement was one-sided.

    Parameters
    ----------
    channel : int
        Index into `CHANNELS`.
    z, amplitude : ndarray, shape (units,)
        Signal-to-noise and amplitude of each unit around the apex.

    Returns
    -------
    dict of str to float
        Amplitudes, strongest first; at least one entry.
    """
    named = CHANNELS[channel].units
    best = max(float(np.max(z[list(named)])), 1.0)
    chosen = {u for u in named if z[u] >= max(2.0, 0.25 * best)}
    least = _LEAST_PART * max(float(np.max(amplitude[list(named)])), 0.0)
    clear = np.flatnonzero((z >= max(3.5, 0.45 * best)) & (amplitude >= least))
    chosen |= {int(u) for u in clear if u not in _BLINK}
    chosen = chosen or {max(named, key=lambda u: float(z[u]))}
    for unit in ACTION_UNITS:
        if unit.paired:
            left, right = (UNIT_INDEX[key] for key in unit.keys)
            _settle_side(chosen, left, right, z, amplitude)
    ordered = sorted(chosen, key=lambda u: -float(amplitude[u]))
    return {UNIT_KEYS[u]: float(amplitude[u]) for u in ordered}


def _settle_side(chosen: set[int], left: int, right: int, z: Array, amplitude: Array) -> None:
    """Name both sides of a pair, unless one clearly moved less than the other.

    Most movements are two-sided, and noise alone takes one side below what it needs to stand out.
    A side that was not measured is never added.
    """
    if not chosen & {left, right}:
        return
    weak, strong = (left, right) if amplitude[left] < amplitude[right] else (right, left)
    if not z[weak] or not z[strong]:
        return
    errors = amplitude[[weak, strong]] / z[[weak, strong]]
    apart = (amplitude[strong] - amplitude[weak]) / np.hypot(*errors)
    if amplitude[weak] < _ONE_SIDED_SHARE * amplitude[strong] and apart > _APART:
        chosen.discard(weak)
        chosen.add(strong)
    elif amplitude[weak] > 0:
        chosen |= {weak, strong}
