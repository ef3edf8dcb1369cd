"""Look at a clip before anything is planned: its clock, its face, how its copies are encoded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from unspoken.batch import result_name
from unspoken.bench.recovery.encoding import choose_encoding
from unspoken.bench.recovery.path import FacePath, follow_face
from unspoken.bench.recovery.plan import ClipFacts
from unspoken.errors import InputError
from unspoken.settings import Settings

__all__ = ["clip_keys", "survey_clip"]

#: Distance of planted movements from cuts and from the face's coming and going, seconds.
MARGIN_S = 0.5
#: Goal of the engine: faces at least this large, pixels between the inner eye corners.
_GOOD_ICD_PX = 40.0
_LEAST_ICD_PX = 20.0


def clip_keys(paths: Sequence[str]) -> list[str]:
    """Short names for the files of each clip, all different, in the order of the clips."""
    return [f"{number:02d}-{result_name(Path(path))[:60]}" for number, path in enumerate(paths, 1)]


def survey_clip(
    path: str, key: str, settings: Settings, crf: int | None = None
) -> tuple[ClipFacts, FacePath]:
    """Find out what the plan has to know of a clip.

    Parameters
    ----------
    path, key : str
        The clip and its short name.
    settings : Settings
        Of the engine: how far a head may turn, and the rate of a folder of pictures.
    crf : int, optional
        Quality of the copies instead of the source's.

    Returns
    -------
    ClipFacts, FacePath

    Raises
    ------
    InputError, UsageError
        If the clip cannot be used, with the reason.
    """
    found = follow_face(path, settings.fps)
    if len(found.times_s) < 2:
        raise InputError(f"{path}: expected a video, found a single picture.")
    usable = found.usable(MARGIN_S, settings.max_yaw_deg, settings.max_pitch_deg)
    if not usable:
        raise InputError(
            f"{path}: there is no stretch longer than {2 * MARGIN_S:g} s with a face that is "
            "turned to the camera."
        )
    if found.icd_px < _LEAST_ICD_PX:
        raise InputError(
            f"{path}: the face is too small, {found.icd_px:.0f} pixels between the inner eye "
            f"corners; {_LEAST_ICD_PX:.0f} are needed."
        )
    encoding = choose_encoding(path, found.times_s.tolist(), crf, settings.fps)
    facts = ClipFacts(
        key=key,
        name=Path(path).name,
        path=path,
        sha256=found.sha256,
        width=found.size[0],
        height=found.size[1],
        frames=len(found.times_s),
        duration_s=round(found.duration_s, 4),
        rate_hz=round(found.rate_hz, 4),
        icd_px=round(found.icd_px, 2),
        usable=tuple((round(u.start_s, 4), round(u.end_s, 4)) for u in usable),
        encoding=encoding,
        notes=(*encoding.notes, *_notes(found)),
    )
    return facts, found


def _notes(path: FacePath) -> list[str]:
    notes = []
    if path.icd_px < _GOOD_ICD_PX:
        notes.append(
            f"The face is small: {path.icd_px:.0f} pixels between the inner eye corners, where "
            f"{_GOOD_ICD_PX:.0f} or more are recommended."
        )
    if path.rate_hz < 19.5:
        notes.append(
            f"At {path.rate_hz:.3g} pictures a second the engine calls nothing a micro-expression."
        )
    return notes
