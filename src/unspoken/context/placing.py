"""Putting the rows of a file on the recording's clock, and saying what does not fit.

Nothing is cut, moved or left out: a row that cannot be placed is an error, everything odd is a
notice with its line.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from unspoken.context.clock import UNITS_S, Stamp, parse_date
from unspoken.context.faults import Faults, Where
from unspoken.context.rows import Found, Options, Row
from unspoken.errors import UsageError
from unspoken.timing import clock_text

__all__ = ["PlacedRow", "place_rows", "recording_start", "say_oddities"]

#: Rounding in files: neighbours that miss each other by less than this touch.
_TOUCHING_S = 0.05
#: More rows than this share outside the recording mean that the clock is another one.
_WRONG_CLOCK_SHARE = 0.5
#: Nor can a time so many recordings away be on its clock.
_FAR_PAST = 20.0
#: When the last row ends before this share of a long recording, minutes may stand for seconds.
_EARLY_SHARE = 1.0 / 40.0
_LONG_S = 120.0


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row with times in seconds; on the file's clock until the offset is added."""

    row: Row
    start_s: float
    end_s: float


def recording_start(text: str) -> Stamp | None:
    """The date and time of day at second 0; None for "".

    Raises
    ------
    UsageError
        If it is no date.
    """
    if not text:
        return None
    try:
        return parse_date(text)
    except ValueError as error:
        raise UsageError(
            f'--recording-start: expected a date and time, found "{text}".',
            "Write it as 2026-03-05T10:00:00, with +01:00 or Z where the file's times have it.",
        ) from error


def place_rows(found: Found, options: Options, end_s: float, *, free: bool) -> list[PlacedRow]:
    """Times in seconds for every row.

    Parameters
    ----------
    found : Found
        Rows as written; faults are added.
    options : Options
        Unit and start of the recording, by the user's word.
    end_s : float
        End of the recording for a last row without one, seconds; NaN when unknown.
    free : bool
        Whether an offset will be looked for, so that dates may count from the first row.

    Returns
    -------
    list of PlacedRow
        In the order of the file; rows with errors are left out (and the file is refused).
    """
    forms = {row.start.form for row in found.rows}
    if "date" in forms and len(forms) > 1:
        odd = next(row for row in found.rows if row.start.form != "date")
        found.faults.error(odd.where, "a time without a date among times with one")
        return []
    zero = _zero(found, options, free) if forms == {"date"} else 0.0
    if zero is None:
        return []
    unit_s = UNITS_S[options.unit or found.unit or "s"]
    placed = []
    following = _following(found.rows)
    for index, row in enumerate(found.rows):
        start_s = _seconds(row.start, unit_s, zero)
        end = row.end if row.end is not None else following.get(index)
        later = end_s if row.end is None and end is None and not row.point else start_s
        stop_s = _seconds(end, unit_s, zero) if end is not None else later
        if stop_s < start_s:
            if row.end is None:
                stop_s = start_s
            else:
                found.faults.error(
                    row.where, f"ends at {stop_s:g} s, before it starts at {start_s:g} s"
                )
                continue
        placed.append(PlacedRow(row, start_s, start_s if math.isnan(stop_s) else stop_s))
    return placed


def _following(rows: list[Row]) -> dict[int, Stamp]:
    """For rows without an end: when the next row of the same kind starts."""
    open_rows = [i for i, row in enumerate(rows) if row.end is None and not row.point]
    if not open_rows:
        return {}
    order = sorted(range(len(rows)), key=lambda i: rows[i].start.value, reverse=True)
    latest: dict[tuple[str, str], Stamp] = {}
    ends: dict[int, Stamp] = {}
    for index in order:
        row = rows[index]
        key = (row.kind, row.speaker)
        if key in latest:
            ends[index] = latest[key]
        latest[key] = row.start
    return {index: ends[index] for index in open_rows if index in ends}


def _seconds(stamp: Stamp, unit_s: float, zero: float) -> float:
    if stamp.form == "number":
        return stamp.value * unit_s
    # Doubles that count from 1970 are good to a microsecond.
    return round(stamp.value - zero, 6) if stamp.form == "date" else stamp.value


def _zero(found: Found, options: Options, free: bool) -> float | None:
    """The date at second 0, as seconds since 1970; None (and an error) when nobody says."""
    start = recording_start(options.recording_start)
    first = found.rows[0]
    if start is not None:
        if start.zoned != first.start.zoned:
            which = "says its time zone" if first.start.zoned else "names no time zone"
            found.faults.error(
                first.where, f"the file {which}; write --recording-start in the same way"
            )
            return None
        return start.value
    if free:
        return min(row.start.value for row in found.rows)
    found.faults.error(
        first.where,
        "the times are dates, not seconds of the recording; say when the recording began with "
        "--recording-start, or let --offset auto find it",
    )
    return None


def say_oddities(rows: list[PlacedRow], found: Found, length_s: float, *, overlaps: bool) -> None:
    """Add notices, and an error where the clock must be another one.

    Parameters
    ----------
    rows : list of PlacedRow
        On the recording's clock, in the order of the file.
    found : Found
        Where they come from.
    length_s : float
        Length of the recording, seconds; NaN when unknown.
    overlaps : bool
        Whether overlaps and gaps within a kind are worth a word: in timelines, not in speech.
    """
    if not rows:
        return
    faults = found.faults
    _say_missing_ends(rows, faults)
    _say_order(rows, faults)
    if overlaps:
        _say_overlaps_and_gaps(rows, faults)
    _say_outside(rows, faults, length_s)


def _say_missing_ends(rows: list[PlacedRow], faults: Faults) -> None:
    missing = [r for r in rows if r.row.end is None and not r.row.point]
    if missing:
        faults.notice(
            missing[0].row.where,
            f"{len(missing)} of {len(rows)} rows give no end; each was taken to last until the "
            "next of its kind, the last until the end of the recording",
        )


def _say_order(rows: list[PlacedRow], faults: Faults) -> None:
    back = [b for a, b in zip(rows, rows[1:], strict=False) if b.start_s < a.start_s]
    if back:
        faults.notice(
            back[0].row.where,
            f"rows are not in order of time ({len(back)} of {len(rows)} start before the row "
            "above); they were put in order",
        )


def _say_overlaps_and_gaps(rows: list[PlacedRow], faults: Faults) -> None:
    gaps: list[tuple[Where, float, str]] = []
    kinds: dict[str, list[PlacedRow]] = {}
    for row in sorted(rows, key=lambda r: r.start_s):
        kinds.setdefault(row.row.kind, []).append(row)
    for same in kinds.values():
        reach: PlacedRow | None = None
        for row in same:
            if row.row.point:
                continue
            if reach is not None and row.start_s < reach.end_s - _TOUCHING_S:
                faults.notice(
                    row.row.where,
                    f'"{row.row.text}" starts {reach.end_s - row.start_s:.2f} s before '
                    f'"{reach.row.text}" ends; both were kept',
                )
            elif reach is not None and row.start_s > reach.end_s + _TOUCHING_S:
                gaps.append((row.row.where, row.start_s - reach.end_s, reach.row.text))
            if reach is None or row.end_s > reach.end_s:
                reach = row
    if gaps:
        where, longest_s, after = max(gaps, key=lambda gap: gap[1])
        total_s = sum(gap[1] for gap in gaps)
        faults.notice(
            where,
            f"stretches without a segment: {len(gaps)}, {total_s:.1f} s in all; the longest "
            f'({longest_s:.1f} s) lies before this row, after "{after}"',
        )


def _say_outside(rows: list[PlacedRow], faults: Faults, length_s: float) -> None:
    early = [r for r in rows if r.start_s < 0.0]
    if math.isnan(length_s):
        return
    last_s = max(r.end_s for r in rows)
    outside = [r for r in rows if r.start_s >= length_s or r.end_s < 0.0]
    if len(outside) > _WRONG_CLOCK_SHARE * len(rows) or last_s > _FAR_PAST * length_s:
        first = outside[0] if outside else max(rows, key=lambda r: r.end_s)
        faults.error(first.row.where, _other_clock(rows, length_s, len(outside)))
        return
    for row in outside:
        faults.notice(
            row.row.where,
            f'"{row.row.text[:40]}" lies outside the recording ({clock_text(row.start_s)} of '
            f"{clock_text(length_s)}); it was kept",
        )
    past = [r for r in rows if r.start_s < length_s < r.end_s - _TOUCHING_S]
    for row in past:
        faults.notice(
            row.row.where,
            f'"{row.row.text[:40]}" ends {row.end_s - length_s:.1f} s after the recording; it was '
            "kept as it is",
        )
    if early and not outside:
        faults.notice(early[0].row.where, "starts before the recording; it was kept as it is")
    if len(rows) > 3 and length_s > _LONG_S and last_s < _EARLY_SHARE * length_s:
        faults.notice(
            0,
            f"everything ends by {last_s:.3g} s of {length_s:.0f} s; if the numbers are minutes, "
            "say so with --unit min",
        )


def _other_clock(rows: list[PlacedRow], length_s: float, outside: int) -> str:
    """What the clock may be, for times of which most lie outside the recording."""
    first_s, last_s = min(r.start_s for r in rows), max(r.end_s for r in rows)
    found = (
        f"{outside} of {len(rows)} rows lie outside the recording: they run from {first_s:g} s to "
        f"{last_s:g} s, and it lasts {length_s:.3f} s. "
    )
    numbers = all(r.row.start.form == "number" for r in rows)
    if numbers and first_s >= 0 and last_s / 1000.0 <= 1.2 * length_s:
        return found + "They look like milliseconds: say so with --unit ms"
    if last_s - first_s <= 1.2 * length_s:
        return found + (
            "The clock may have begun at another moment: say how many seconds to add with "
            f"--offset (about {-first_s:.0f}), or let --offset auto find it"
        )
    return found + "Is it the timeline of another recording? Is the unit right (--unit)?"
