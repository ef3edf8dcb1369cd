"""The worker behind `unspoken.sight`: reads a source, follows faces, hands both over.

Started as ``python -m unspoken.sight_worker`` with pipes for standard input and output; not meant
for people.
"""

from __future__ import annotations

import os
import pickle
import sys
import tempfile
import traceback
from pathlib import Path
from time import perf_counter
from typing import BinaryIO

import numpy as np

from unspoken.errors import UnspokenError
from unspoken.face import appearance
from unspoken.face.hands import HandNets
from unspoken.face.nets import Nets
from unspoken.face.tracks import FaceTracker
from unspoken.media.frame import Frame
from unspoken.media.source import Source, open_source
from unspoken.sight import Fault, FrameMessage, Outcome, Request, Start, slots_for
from unspoken.threads import single_threads

__all__ = ["main"]

#: Where mapped files never touch a disk, if the system has such a place.
_MEMORY = Path("/dev/shm")


def main() -> int:
    """Serve one request.

    Returns
    -------
    int
        0; errors travel through the pipe.
    """
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that libraries print may get between the answers
    requests = sys.stdin.buffer
    try:
        with single_threads():
            nets = _warm()
            request: Request = pickle.load(requests)
            with open_source(request.source, fps=request.settings.fps) as source:
                _serve(source, request, nets, requests, answers)
    except (BrokenPipeError, EOFError):
        pass  # started ahead and not needed, or the parent has gone
    except Exception as error:
        known = error if isinstance(error, UnspokenError) else None
        _tell(Fault(known, traceback.format_exc()), answers)
    return 0


def _warm() -> Nets:
    """Load what every request needs: there is time while the parent loads its own half."""
    import unspoken.media.video  # noqa: F401

    appearance.prepare()
    return Nets()


def _serve(
    source: Source, request: Request, nets: Nets, requests: BinaryIO, answers: BinaryIO
) -> None:
    decode_s = faces_s = 0.0
    error: BaseException | None = None
    tracker = FaceTracker(request.settings, nets, HandNets())
    planes: np.ndarray[tuple[int, int, int], np.dtype[np.uint8]] | None = None
    frames = iter(source)
    while True:
        began = perf_counter()
        try:
            frame = next(frames, None)
        except UnspokenError as raised:
            error, frame = raised, None
        seen = perf_counter()
        decode_s += seen - began
        if frame is None:
            break
        faces = tracker.push(frame)
        faces_s += perf_counter() - seen
        if planes is None:
            planes = _open(frame, answers)
        elif frame.index >= len(planes) and requests.read(1) != b"+":
            break
        np.copyto(planes[frame.index % len(planes)], frame.luma)
        flags = (frame.key_frame, frame.interlaced, frame.corrupt)
        _tell(FrameMessage(frame.index, frame.time_s, flags, frame.change, faces), answers)
    facts = source.finish_facts()
    _tell(Outcome(facts, source.clock, source.notes, decode_s, faces_s, error), answers)


def _tell(what: object, answers: BinaryIO) -> None:
    pickle.dump(what, answers, protocol=5)
    answers.flush()


def _open(frame: Frame, answers: BinaryIO) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    """Make the mapped file and tell the parent where it is."""
    slots = slots_for(frame.height, frame.width)
    shape = (slots, frame.height, frame.width)
    folder = _MEMORY if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) else None
    with tempfile.NamedTemporaryFile("wb", dir=folder, prefix="unspoken-", delete=False) as file:
        file.truncate(int(np.prod(shape)))
    planes = np.memmap(file.name, np.uint8, "r+", shape=shape)
    _tell(Start(file.name, slots, frame.height, frame.width, frame.full_range), answers)
    return planes


if __name__ == "__main__":
    raise SystemExit(main())
