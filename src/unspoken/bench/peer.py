"""The peer: MediaPipe's FaceLandmarker in VIDEO mode, in an environment of its own.

It gets the same clip, the same nets (the bundle that ships with this package) and the same machine
in the same run. Its figures are for the landmarker's calls alone, and with decoding.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from unspoken.bench.processes import measure_process
from unspoken.errors import UsageError

__all__ = ["PeerRun", "check_peer", "read_peer_output", "run_peer"]


@dataclass(frozen=True, slots=True)
class PeerRun:
    """One pass of the peer over a clip.

    Parameters
    ----------
    version : str
        Of mediapipe.
    blendshapes : bool
        Whether it also gave blendshape scores.
    frames, faces : int
        Pictures seen, and pictures it found a face in.
    calls_s, calls_cpu_s : float
        Wall-clock and processor seconds inside ``detect_for_video``.
    loop_s : float
        Wall-clock seconds of the whole loop, decoding included.
    others : float or None
        See `unspoken.bench.processes.Usage`.
    """

    version: str
    blendshapes: bool
    frames: int
    faces: int
    calls_s: float
    calls_cpu_s: float
    loop_s: float
    others: float | None

    @property
    def frames_per_s(self) -> float:
        """Pictures a second, the landmarker's calls alone."""
        return self.frames / self.calls_s


def check_peer(python: Path) -> None:
    """See at once whether the peer can run, not after minutes of measuring.

    Raises
    ------
    UsageError
        If that Python cannot be started or has no mediapipe.
    """
    measure_process([str(python), "-I", "-c", "import cv2, mediapipe"])


def run_peer(python: Path, clip: Path, *, blendshapes: bool) -> PeerRun:
    """Run the peer over a clip.

    Parameters
    ----------
    python : Path
        Python of an environment with mediapipe.
    clip : Path
        Video file.
    blendshapes : bool
        Whether to ask for blendshape scores.

    Raises
    ------
    UsageError
        If that Python cannot run the peer.
    """
    package = files("unspoken")
    with (
        as_file(package / "bench" / "peer_script.py") as script,
        as_file(package / "weights" / "face_landmarker.task") as bundle,
    ):
        wanted = "with" if blendshapes else "without"
        # -I: nothing of this environment may reach into that one.
        used = measure_process([str(python), "-I", str(script), str(clip), str(bundle), wanted])
    return read_peer_output(used.output, blendshapes=blendshapes, others=used.others)


def read_peer_output(output: str, *, blendshapes: bool, others: float | None) -> PeerRun:
    """Understand what the peer printed.

    Raises
    ------
    UsageError
        If there is no line of figures, or the peer saw no picture.
    """
    lines = [line for line in output.splitlines() if line.startswith("{")]
    if not lines:
        raise UsageError("The peer printed no figures; is mediapipe installed in its environment?")
    figures = json.loads(lines[-1])
    if not figures["frames"]:
        raise UsageError("The peer could not decode a single picture of the clip.")
    return PeerRun(blendshapes=blendshapes, others=others, **figures)
