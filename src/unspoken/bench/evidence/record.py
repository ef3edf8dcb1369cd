"""What is kept of one copy at the level of evidence: traces, as one file of arrays."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from unspoken.filing import Batch

__all__ = ["CopyEvidence", "read_evidence", "write_evidence"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CopyEvidence:
    """Traces of one copy.

    Parameters
    ----------
    times_s : ndarray, shape (n,)
        Capture times, seconds.
    planted : ndarray, shape (n, units)
        What was planted, parts of the basis' full displacement: the amplitude of the basis field
        that comes nearest (least squares) to the planted person's.
    amplitude, error : ndarray of float32, shape (backends, n, units)
        Evidence; NaN in a gap.
    work_ms : ndarray, shape (backends,)
        Processor time per frame of the motion stage, milliseconds.
    head : ndarray, shape (n, 4)
        Yaw, pitch, roll (degrees) and opening of the mouth; NaN without a face.
    bound, bound_alone : ndarray, shape (units,)
        Cramer-Rao bounds (`unspoken.bench.evidence.bound`), median over sampled frames; NaN in a
        planted copy.
    noise : float
        Noise of the camera's pixels, grey levels, median over the same frames.
    failure : str
        Why there are no traces; "" when there are.
    """

    times_s: Floats
    planted: Floats
    amplitude: NDArray[np.float32]
    error: NDArray[np.float32]
    work_ms: Floats
    head: Floats
    bound: Floats
    bound_alone: Floats
    noise: float = float("nan")
    failure: str = ""


def failed(reason: str) -> CopyEvidence:
    """A copy that gave nothing."""
    none = np.zeros(0)
    return CopyEvidence(
        *(none, none, none.astype(np.float32), none.astype(np.float32), none, none, none, none),
        failure=reason,
    )


def write_evidence(found: CopyEvidence, plan: str, path: Path) -> None:
    """Save traces, whole or not at all, with the digest of the plan they belong to.

    Raises
    ------
    OutputError
        If they cannot be written.
    """
    buffer = io.BytesIO()
    content = {f.name: np.asarray(getattr(found, f.name)) for f in fields(found)}
    np.savez_compressed(buffer, **content, plan=np.asarray(plan), allow_pickle=False)
    with Batch(path.parent) as batch:
        batch.add_bytes(path.name, buffer.getvalue())


def read_evidence(path: Path, plan: str) -> CopyEvidence | None:
    """Traces of the given plan; None where there are none or they cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as file:
            if str(file["plan"]) != plan:
                return None
            content = {f.name: file[f.name] for f in fields(CopyEvidence)}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    content["noise"], content["failure"] = float(content["noise"]), str(content["failure"])
    return CopyEvidence(**content)
