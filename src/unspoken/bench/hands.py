"""How well hands before a face are found: by place, by size of the face, and where none is.

``python -m unspoken.bench.hands`` films the portrait, moving as a listener does, with a drawn hand
(`unspoken.bench.hand`) that comes to several places of the face, at several sizes of the face, and
lets the face tracker look for hands. ``--clips`` names footage of people without hands, in which
every hand that is found is false. ``--page docs/artefacts.md`` renews the table there.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from unspoken.bench.doc_page import check_place, show, told
from unspoken.bench.hand import Hand, eased
from unspoken.bench.portrait import load_portrait
from unspoken.bench.profiles import Blink, Sway
from unspoken.bench.simulate import Camera, FaceSimulator, Script
from unspoken.face.hands import HandNets
from unspoken.face.tracks import FaceTracker
from unspoken.media.frame import Frame
from unspoken.media.picture import Layout, Picture, to_frame
from unspoken.media.source import open_source
from unspoken.settings import Settings
from unspoken.timing import Interval

__all__ = ["PLACES", "Meeting", "film_hands", "look_at_clip", "meet", "table"]

Points = NDArray[np.float64]

#: Sizes of the face, pixels between the inner eye corners; the picture grows with it.
SIZES_PX = (30.0, 44.0, 60.0, 90.0, 120.0)
_PICTURE_ICD = (11.0, 8.2)
_FPS = 30.0
#: A hand every so many seconds, the first after so many, and how long one takes.
_EVERY_S, _FIRST_S, _LASTS_S, _QUICK_S = 3.5, 2.0, 1.8, 0.8
#: From the nose base to the finger tip (ICD), turn (degrees), view, and how long.
PLACES: dict[str, tuple[float, float, float, int, float]] = {
    "mouth, from below": (0.0, -0.3, 0.0, 0, _LASTS_S),
    "mouth, from the side": (-1.0, 0.2, -65.0, 0, _LASTS_S),
    "cheek and eye": (0.4, -1.6, -35.0, 0, _LASTS_S),
    "brows": (-0.8, -2.0, -70.0, 1, _LASTS_S),
    "chin": (-0.9, 1.0, -60.0, 1, _LASTS_S),
    "mouth, for 0.8 s": (-0.6, 0.3, -50.0, 0, _QUICK_S),
}


@dataclass(frozen=True, slots=True)
class Meeting:
    """One hand that was put before the face, and what was seen of it.

    Parameters
    ----------
    place : str
        Key of :data:`PLACES`.
    icd_px : float
        Size of the face.
    covered : float
        Part of the mesh points behind it at most, 0..1.
    delay_s : float
        From the first picture in which it covers the face to the first in which that is known;
        NaN when it never was.
    early_s : float
        By how much the start that is told precedes the true one, seconds (negative: it is late);
        NaN when it was not found.
    """

    place: str
    icd_px: float
    covered: float
    delay_s: float
    early_s: float

    @property
    def found(self) -> bool:
        """Whether it was found."""
        return bool(np.isfinite(self.delay_s))


def film_hands(icd_px: float, seed: int) -> tuple[Iterator[Frame], dict[str, Hand], Points]:
    """A person who listens, and hands that come one after the other.

    Returns
    -------
    frames : iterator of Frame
        As a camera gives them, not encoded.
    hands : dict of str to Hand
        By place.
    points : ndarray, shape (478, 2)
        Mesh of the face at rest, picture pixels.
    """
    size = (2 * round(0.5 * _PICTURE_ICD[0] * icd_px), 2 * round(0.5 * _PICTURE_ICD[1] * icd_px))
    portrait = load_portrait(size, icd_px)
    camera = Camera(read_noise=0.9, shot_noise=0.015)
    face = FaceSimulator(portrait.picture, portrait.points, seed=seed, camera=camera)
    x, y = (float(v) for v in portrait.points[2, :2])  # the nose's base
    hands = {}
    for i, (place, (right, down, turn, view, lasts)) in enumerate(PLACES.items()):
        span = Interval(_FIRST_S + i * _EVERY_S, _FIRST_S + i * _EVERY_S + lasts)
        tip = (x + right * icd_px, y + down * icd_px)
        hands[place] = Hand(span, *tip, icd_px, turn, view)
    seconds = _FIRST_S + len(PLACES) * _EVERY_S
    blinks = tuple(Blink(float(t), 0.25) for t in np.arange(1.0, seconds - 1.0, 3.1))
    script = Script(sway=Sway(seed=seed), blinks=blinks)

    def frames() -> Iterator[Frame]:
        layout = Layout(*size, 1.0, (0, False))
        for i in range(round(seconds * _FPS)):
            time_s = i / _FPS
            picture = face.render(script, time_s)
            for hand in hands.values():
                picture = hand(picture, time_s)
            stored = av.VideoFrame.from_ndarray(picture, format="rgb24")
            yield to_frame(Picture(stored, i, 1, True, False, False), i, time_s, layout)

    return frames(), hands, portrait.points[:, :2]


def _truly_covered(hand: Hand, points: Points, shape: tuple[int, int], time_s: float) -> float:
    """Part of the mesh at rest behind the hand as drawn."""
    if eased(time_s, hand.interval, 0.3) <= 0.0:
        return 0.0
    opacity = hand.opacity(shape, time_s)
    x, y = (np.round(points[:468, k]).astype(int) for k in (0, 1))
    inside = (x >= 0) & (y >= 0) & (x < shape[1]) & (y < shape[0])
    return float((opacity[y[inside], x[inside]] > 0.5).mean())


def meet(icd_px: float, seed: int) -> list[Meeting]:
    """Film, look, and compare with what was drawn."""
    frames, hands, points = film_hands(icd_px, seed)
    tracker = FaceTracker(Settings(), hands=HandNets())
    seen: list[tuple[float, float]] = []
    shape = (0, 0)
    for frame in frames:
        shape = frame.luma.shape
        for face in tracker.push(frame).faces:
            if face.hand is not None:
                seen.append((frame.time_s, face.hand.since_s))
    out = []
    for place, hand in hands.items():
        times = np.arange(hand.interval.start_s, hand.interval.end_s, 1.0 / _FPS)
        covered = np.array([_truly_covered(hand, points, shape, float(t)) for t in times])
        begins = float(times[np.argmax(covered > 0.02)])
        met = [s for s in seen if hand.interval.start_s <= s[0] <= hand.interval.end_s + 0.3]
        delay, early = (met[0][0] - begins, begins - met[0][1]) if met else (np.nan, np.nan)
        out.append(Meeting(place, icd_px, float(covered.max()), delay, early))
    return out


def look_at_clip(path: Path) -> tuple[float, int, float]:
    """Seconds with a face, stretches in which a hand was found before one, and their seconds."""
    tracker = FaceTracker(Settings(), hands=HandNets())
    watched = told = 0.0
    stretches, before, last = 0, -np.inf, None
    with open_source(path) as source:
        for frame in source:
            step = 0.0 if last is None else min(frame.time_s - last, 0.25)
            last = frame.time_s
            faces = tracker.push(frame).faces
            watched += step * bool(faces)
            if any(face.hand is not None for face in faces):
                stretches += frame.time_s - before > 0.3
                before = frame.time_s
                told += step
    return watched, stretches, told


def _row(name: str, some: Sequence[Meeting]) -> str:
    found = [m for m in some if m.found]
    covered = f"{100 * np.mean([m.covered for m in some]):.0f} %"

    def ms(values: list[float]) -> str:
        return f"{1000 * float(np.median(values)):.0f} ms" if values else "-"

    delay, early = ms([m.delay_s for m in found]), ms([m.early_s for m in found])
    return f"| {name} | {len(some)} | {len(found)} | {covered} | {delay} | {early} |"


def table(meetings: Sequence[Meeting], clips: dict[str, tuple[float, int, float]]) -> str:
    """The figures as Markdown."""
    lines = [
        "| hands | shown | found | of the face covered | known after | start told early by |",
        "|---|---|---|---|---|---|",
    ]
    for place in PLACES:
        lines.append(_row(place, [m for m in meetings if m.place == place]))
    for size in sorted({m.icd_px for m in meetings}):
        lines.append(_row(f"ICD {size:.0f} px", [m for m in meetings if m.icd_px == size]))
    if clips:
        lines += ["", "| clip | with a face | times a hand was told | for |", "|---|---|---|---|"]
        for name, (watched, stretches, told) in clips.items():
            lines.append(f"| {name} | {watched:.0f} s | {stretches} | {told:.1f} s |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Film, look, print the tables; see the module's text."""
    parser = argparse.ArgumentParser(prog="python -m unspoken.bench.hands")
    parser.add_argument("--sizes", type=float, nargs="+", default=list(SIZES_PX), help="ICD, px")
    parser.add_argument("--seeds", type=int, default=2, help="films of each size")
    parser.add_argument("--jobs", type=int, default=2, help="films worked on at the same time")
    parser.add_argument("--clips", type=Path, nargs="*", default=[], help="footage without hands")
    parser.add_argument("--page", type=Path, help="page whose figures are renewed")
    asked = parser.parse_args(arguments)
    return told(lambda: _measure(asked))


def _measure(asked: argparse.Namespace) -> None:
    if asked.page:
        check_place(asked.page, "hands")
    tasks = [(size, seed) for size in asked.sizes for seed in range(1, asked.seeds + 1)]
    with ProcessPoolExecutor(asked.jobs) as pool:
        sizes, seeds = zip(*tasks, strict=True)
        meetings = [m for some in pool.map(meet, sizes, seeds) for m in some]
        clips = dict(
            zip([p.name for p in asked.clips], pool.map(look_at_clip, asked.clips), strict=True)
        )
    show(table(meetings, clips), asked.page, "hands")


if __name__ == "__main__":
    raise SystemExit(main())
