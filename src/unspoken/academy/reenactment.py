"""Re-enactment: what was measured on a customer's face, acted by a face that does not exist.

Nothing of the picture is used, only the signals: amplitudes with their standard errors, head pose,
gaze, lids, and where nothing was measured. What is done to them:

* **Zero.** An amplitude counts from what is usual for this face: its running median. A muscle that
  is held for longer than that looks like rest, and so does a head that is always turned.
* **Smoothing within the errors.** A parabola over a sixth of a second (Savitzky & Golay 1964,
  doi 10.1021/ac60214a047), and never further from a measured value than its standard error.
* **Shrinkage.** An amplitude m with standard error s keeps the share 1 - (2 s / m)^2 and, below
  2 s, nothing (the non-negative garrote, Breiman 1995, doi 10.1080/00401706.1995.10484371). m is
  the local peak, so a movement keeps its shape. Units of an event keep all of theirs while it
  lasts: the spotter has told them from noise already, by more than one picture at a time.
* **Lids.** A blink closes the eyes fully; otherwise lids follow the measured opening of the eyes.
* **Gaps** stay gaps: the film says for each why nothing was measured.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from unspoken.academy.film import Film, Gap, Part
from unspoken.academy.measured import Measured, measured_rows
from unspoken.academy.people import Person, load_people
from unspoken.analysis import Analysis
from unspoken.errors import InputError, UsageError
from unspoken.facs.units import UNIT_KEYS
from unspoken.motion.evidence import GAPS
from unspoken.spotting.events import Event
from unspoken.timing import Interval

__all__ = ["GAP_WORDS", "LABEL", "LONGEST_S", "person_for", "reenact", "shrunk", "smoothed"]

Floats = NDArray[np.float64]
#: What is written into every picture.
LABEL = "synthetic re-enactment"
#: The longest film, seconds; of longer recordings a part is chosen.
LONGEST_S = 900.0
#: Why there is nothing to act, in words for people.
GAP_WORDS: dict[str, str] = {
    "no_face": "no face in view",
    "pose": "turned too far away",
    "occluded": "something before the face",
    "blurred": "picture too blurred",
    "too_small": "face too small",
    "cut": "cut in the recording",
    "no_picture": "pictures missing",
}
#: Half the running median's window, and how often it is taken; seconds.
_ZERO_HALF_S, _ZERO_STEP_S = 10.0, 2.0
#: Length of the smoothing parabola, and of what counts as the same movement; seconds.
_SMOOTH_S, _LOCAL_S = 0.17, 0.1
#: Standard errors below which an amplitude is taken for noise.
_NOISE = 2.0
#: Head pose comes from the mesh, at a lower rate than the pictures: smoothed over this, seconds.
_POSE_S = 0.12
#: The share of its usual opening an eye may lose before the lid moves.
_LID_REST = 0.12
#: How long before and after the eyes are shut their lids cannot be measured, seconds.
_LID_S = 0.1
_LIDS = ("AU5L", "AU5R", "AU7L", "AU7R")
_DRAWN = tuple(key for key in UNIT_KEYS if not key.startswith("AU45"))
_LEAST, _MOST = -0.5, 1.2
_DECIMALS = 4


@dataclass(frozen=True)
class Look:
    """How the film is drawn.

    Parameters
    ----------
    person : str
        A name of the face pack; "" takes one by the recording's digest.
    fps : Fraction or None
        Pictures a second, Hz; None takes the recording's own rate.
    size : int
        Side of the picture, pixels.
    """

    person: str = ""
    fps: Fraction | None = None
    size: int = 512


def reenact(
    analysis: Analysis,
    span: Interval | None = None,
    face_id: int | None = None,
    look: Look = Look(),
) -> Film:
    """Turn the signals of one face into a film.

    Parameters
    ----------
    analysis : Analysis
        With its signals.
    span : Interval, optional
        Which part, seconds on the recording's clock; all of it where left out.
    face_id : int, optional
        Which track; the customer that was measured longest where left out.
    look : Look

    Returns
    -------
    Film
        Its second 0 is `Film.starts_at_s` on the recording's clock.

    Raises
    ------
    InputError
        If nobody was measured, the part is too long or holds no picture, or signals are broken.
    SourceNotFound
        If there are no signals.
    UsageError
        If the person is not one to act with.
    """
    face = _face(analysis, face_id)
    span = _span(analysis, span)
    person = person_for(analysis.source.sha256, look.person)
    padded = Interval(span.start_s - _ZERO_HALF_S, span.end_s + _ZERO_HALF_S)
    rows = measured_rows(analysis, face, padded)
    inside = (rows.time_s >= span.start_s - 1e-6) & (rows.time_s <= span.end_s + 1e-6)
    if not inside.any():
        raise InputError(
            f"There is no picture from {span.start_s:g} to {span.end_s:g} s in the recording.",
            "Choose another part with --start and --end.",
        )
    courses = {**_units(rows, analysis.events, face), **_closures(rows, analysis.events, face)}
    shift = rows.time_s[inside] - span.start_s
    part = Part(
        identity=person,
        courses=_kept(shift, {key: course[inside] for key, course in courses.items()}),
        head=_kept(shift, {key: course[inside] for key, course in _head(rows).items()}),
        gaps=_gaps(rows, span),
    )
    fps = look.fps or _rate(analysis)
    seconds = max(span.duration_s, float(1 / fps))
    return Film(
        size=look.size, fps=fps, seconds=seconds, faces=[part], label=LABEL,
        starts_at_s=span.start_s,
    )  # fmt: skip


def person_for(digest: str, wanted: str = "") -> str:
    """Who acts: the one asked for, or one drawn by the recording's digest alone.

    Looks never decide, so that nobody can be told from the actor; and faces kept for tests do
    not act, because learners must not have seen them.

    Raises
    ------
    UsageError
        If the one asked for is not there or is kept for tests.
    """
    people = load_people()
    actors = [person.name for person in people if person.pool == "training"]
    if not wanted:
        drawn = int(hashlib.sha256(f"actor {digest}".encode()).hexdigest(), 16)
        return actors[drawn % len(actors)]
    _check_person(people, wanted, actors)
    return wanted


def _check_person(people: tuple[Person, ...], wanted: str, actors: list[str]) -> None:
    if wanted in actors:
        return
    kept = any(person.name == wanted for person in people)
    why = "is kept for tests" if kept else "is no face of the pack"
    raise UsageError(f"--person {wanted}: {why}.", f"There are {', '.join(actors)}.")


def _face(analysis: Analysis, wanted: int | None) -> int:
    measured = {face.face_id: face.measured_s for face in analysis.faces if face.measured_s > 0}
    if not measured:
        raise InputError(
            f"{analysis.folder or analysis.source.path}: no customer's face was measured, so there "
            "is nothing to re-enact.",
            "Tell who the customer is when analysing: --role 1=customer.",
        )
    if wanted is not None and wanted not in measured:
        there = ", ".join(str(face) for face in sorted(measured))
        raise UsageError(f"Face {wanted} was not measured.", f"Measured were: {there}.")
    return wanted if wanted is not None else max(measured, key=lambda face: measured[face])


def _span(analysis: Analysis, span: Interval | None) -> Interval:
    clock = analysis.clock
    whole = Interval(clock.start_s, clock.end_s)
    if span is not None:
        start, end = max(span.start_s, whole.start_s), min(span.end_s, whole.end_s)
        if end <= start:
            raise UsageError(
                f"{span.start_s:g} to {span.end_s:g} s lies outside the recording, which goes from "
                f"{whole.start_s:.2f} to {whole.end_s:.2f} s."
            )
        whole = Interval(start, end)
    if whole.duration_s > LONGEST_S:
        raise InputError(
            f"{whole.duration_s:.0f} s are too long for one film; at most {LONGEST_S:.0f} s.",
            "Choose a part with --start and --end, or a moment with --moment.",
        )
    return whole


def _rate(analysis: Analysis) -> Fraction:
    rate = analysis.clock.median_rate_hz
    known = next((r for r in (24, 25, 30, 48, 50, 60) if abs(r - rate) < 0.002 * r), 0)
    if known:
        exact = Fraction(known * 1000, 1001)
        return exact if abs(float(exact) - rate) < 0.0003 * known else Fraction(known)
    return Fraction(round(min(max(rate, 25.0), 120.0) * 1000), 1000)


def _units(rows: Measured, events: tuple[Event, ...], face: int) -> dict[str, Floats]:
    """Amplitudes to draw, over all rows."""
    shut = _near(rows.time_s, [e.interval for e in _of(events, face, blinks=True)], _LID_S)
    whole = {key: np.zeros(len(rows.time_s)) for key in _DRAWN}
    for run in rows.runs():
        time = rows.time_s[run]
        for key in _DRAWN:
            unit = UNIT_KEYS.index(key)
            value, error = rows.amplitude[unit, run], rows.error[unit, run]
            if key in _LIDS:
                value = _bridged(time, value, shut[run])
            centred = value - _zero(time, value)
            sure = _sure(time, events, face, key)
            whole[key][run] = shrunk(time, smoothed(time, centred, error), error, sure)
    return {key: np.clip(course, _LEAST, _MOST) for key, course in whole.items()}


def _of(events: tuple[Event, ...], face: int, *, blinks: bool) -> list[Event]:
    return [e for e in events if e.face_id == face and (e.kind == "blink") == blinks]


def _near(time: Floats, spans: list[Interval], margin: float) -> NDArray[np.bool_]:
    near = np.zeros(len(time), dtype=bool)
    for span in spans:
        near |= (time >= span.start_s - margin) & (time <= span.end_s + margin)
    return near


def _sure(time: Floats, events: tuple[Event, ...], face: int, key: str) -> Floats:
    """1 while an event that names this unit lasts, 0 away from all; straight in between."""
    sure = np.zeros(len(time))
    for event in _of(events, face, blinks=False):
        if key in event.action_units:
            away = np.maximum(event.onset_s - time, time - event.offset_s)
            sure = np.maximum(sure, np.clip(1.0 - away / _LOCAL_S, 0.0, 1.0))
    return sure


def _bridged(time: Floats, value: Floats, hidden: NDArray[np.bool_]) -> Floats:
    """Straight lines over what cannot be measured."""
    if hidden.all() or not hidden.any():
        return value if not hidden.all() else np.zeros_like(value)
    return np.asarray(np.interp(time, time[~hidden], value[~hidden]))


def _zero(time: Floats, value: Floats) -> Floats:
    """Running median, straight between the instants it is taken at."""
    steps = np.arange(time[0], time[-1] + _ZERO_STEP_S, _ZERO_STEP_S)
    medians = [
        np.median(value[(time >= t - _ZERO_HALF_S) & (time <= t + _ZERO_HALF_S)]) for t in steps
    ]
    return np.asarray(np.interp(time, steps, medians))


def smoothed(time_s: Floats, value: Floats, error: Floats) -> Floats:
    """A running parabola that stays within one standard error of every value.

    Parameters
    ----------
    time_s, value, error : ndarray, shape (n,)
        Seconds, amplitudes and their standard errors, without gaps.

    Returns
    -------
    ndarray, shape (n,)
        The values themselves where there are too few for a parabola.
    """
    from scipy.signal import savgol_filter

    if len(value) < 3:
        return value
    step = float(np.median(np.diff(time_s)))
    window = 2 * round(_SMOOTH_S / step / 2) + 1 if step > 0 else 0
    if window < 5 or window > len(value):
        return value
    smooth = savgol_filter(value, window, 2, mode="interp")
    return np.asarray(np.clip(smooth, value - error, value + error))


def shrunk(time_s: Floats, value: Floats, error: Floats, sure: Floats) -> Floats:
    """Take from every amplitude what its error alone could have made.

    Parameters
    ----------
    time_s, value, error : ndarray, shape (n,)
        Seconds, amplitudes and their standard errors.
    sure : ndarray, shape (n,)
        0 shrinks as described above, 1 leaves the value.

    Returns
    -------
    ndarray, shape (n,)
        Never further from 0 than `value`, never of the other sign.
    """
    from scipy.ndimage import maximum_filter1d, uniform_filter1d

    if not len(value):
        return value
    step = float(np.median(np.diff(time_s))) if len(value) > 1 else _LOCAL_S
    window = 2 * max(0, round(_LOCAL_S / max(step, 1e-3))) + 1
    peak = maximum_filter1d(np.abs(value), window)
    share = np.maximum(0.0, 1.0 - (_NOISE * error / np.maximum(peak, 1e-9)) ** 2)
    share = uniform_filter1d(share, window)
    return np.asarray(value * np.maximum(share, sure))


def _closures(rows: Measured, events: tuple[Event, ...], face: int) -> dict[str, Floats]:
    """How far the lids are down: 0 at the usual opening, 1 shut."""
    opening = rows.eye_opening
    known = np.isfinite(opening)
    closed = np.zeros(len(opening))
    if known.any():
        usual = max(float(np.median(opening[known])), 1e-3)
        lost = np.clip(1.0 - opening[known] / usual, 0.0, 1.0)
        closed[known] = np.maximum(0.0, lost - _LID_REST) / (1.0 - _LID_REST)
        for blink in _of(events, face, blinks=True):
            own = known & _near(rows.time_s, [blink.interval], _LID_S)
            if own.any() and closed[own].max() > 0:
                closed[own] /= closed[own].max()
    return {"AU45L": closed, "AU45R": closed}


def _head(rows: Measured) -> dict[str, Floats]:
    """Pose and gaze from what is usual; smooth."""
    from scipy.ndimage import gaussian_filter1d

    step = float(np.median(np.diff(rows.time_s))) if len(rows.time_s) > 1 else 0.04
    found = {}
    for axis, values in rows.head.items():
        known = np.isfinite(values)
        if not known.any():
            continue
        full = np.interp(rows.time_s, rows.time_s[known], values[known])
        centred = full - np.median(values[known])
        wide = _POSE_S if axis.endswith("_deg") else _POSE_S / 4
        course = gaussian_filter1d(centred, wide / max(step, 1e-3))
        found[axis] = np.clip(course, -1, 1) if axis.startswith("gaze") else course
    return found


def _kept(time: Floats, courses: dict[str, Floats]) -> dict[str, list[tuple[float, float]]]:
    """Courses as knots, without those in the middle of a level stretch; none for all zeros."""
    kept = {}
    for key, course in courses.items():
        values = np.round(course, _DECIMALS) + 0.0
        if not values.any():
            continue
        turns = np.ones(len(values), dtype=bool)
        turns[1:-1] = (values[1:-1] != values[:-2]) | (values[1:-1] != values[2:])
        kept[key] = [
            (round(float(t), 6), float(v)) for t, v in zip(time[turns], values[turns], strict=True)
        ]
    return kept


def _gaps(rows: Measured, span: Interval) -> list[Gap]:
    """Stretches without evidence, seconds from the film's beginning."""
    found: list[Gap] = []
    for start, end, reason in rows.missing():
        start, end = max(start, span.start_s), min(end, span.end_s)
        if end > start:
            found.append(
                Gap(
                    start_s=round(start - span.start_s, 6),
                    end_s=round(end - span.start_s, 6),
                    word=GAP_WORDS[reason],
                )
            )
    return found


assert set(GAPS) - {""} <= set(GAP_WORDS)
