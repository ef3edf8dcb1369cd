"""Films the shipped portrait sitting still, listening and talking, for benches without people.

Usage: ``python scripts/film_portrait.py [FOLDER]`` (default ``.cache/portrait``).
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from unspoken.bench.portrait import load_portrait
from unspoken.bench.profiles import Blink, Speech, Sway
from unspoken.bench.simulate import Camera, FaceSimulator, Script
from unspoken.media.writer import ClipWriter
from unspoken.timing import Interval

SIZE, ICD_PX, RATE_HZ, SECONDS = (560, 440), 48.0, 30.0, 11.0
STILL = Sway(seed=1, shift_icd=0.008, roll_deg=0.1, yaw_deg=0.2, pitch_deg=0.15, scale=0.001)


def blinks(seed: int) -> tuple[Blink, ...]:
    """A blink every two to five seconds."""
    starts = np.cumsum(np.random.default_rng(seed).uniform(2.0, 5.0, 8))
    return tuple(Blink(float(t), 0.28) for t in starts if t < SECONDS - 1.0)


def scripts() -> dict[str, tuple[int, Script]]:
    """Which person, and what the person does, by the name of the clip."""
    speech = Speech(Interval(0.0, SECONDS), 13)
    return {
        "still": (11, Script(sway=STILL)),
        "listening": (12, Script(sway=Sway(seed=2), blinks=blinks(12))),
        "talking": (13, Script(sway=Sway(seed=3), blinks=blinks(13), speech=(speech,))),
    }


def main(arguments: list[str]) -> int:
    """Film what is missing; 0 when all clips are there."""
    root = Path(__file__).resolve().parent.parent
    into = Path(arguments[0]) if arguments else root / ".cache" / "portrait"
    into.mkdir(parents=True, exist_ok=True)
    portrait = load_portrait(SIZE, ICD_PX)
    for name, (seed, script) in scripts().items():
        path = into / f"{name}.mp4"
        if path.exists():
            continue
        face = FaceSimulator(portrait.picture, portrait.points, seed=seed, camera=Camera())
        clip = ClipWriter(path, SIZE, RATE_HZ, crf=20)
        for number in range(round(SECONDS * RATE_HZ)):
            clip.add(face.render(script, number / RATE_HZ))
        clip.close()
    print(f"portrait: {len(scripts())} clips in {into}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
