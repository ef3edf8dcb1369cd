"""Running a net under LiteRT, and reading the output of detectors with anchors."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from unspoken.face.weights import FACE_BUNDLE, Bundle, bundle_members

__all__ = ["Net", "anchor_centres", "blend", "decode", "logistic"]


@contextmanager
def _quiet_errors() -> Iterator[None]:
    """Keep LiteRT's greeting, which no setting turns off, out of the user's error stream.

    Failures still come as exceptions.
    """
    try:
        kept = os.dup(2)
    except OSError:  # a process without an error stream has nothing to keep quiet
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


class Net:
    """One net on one thread.

    Parameters
    ----------
    member : str
        Its name in the bundle.
    bundle : Bundle
        The face's where left out.

    Raises
    ------
    AssetError
        If the weights are missing or altered.
    """

    def __init__(self, member: str, bundle: Bundle = FACE_BUNDLE) -> None:
        content = bundle_members(bundle)[member]
        with _quiet_errors():
            self._interpreter = Interpreter(model_content=content, num_threads=1)
            self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._outputs = [d["index"] for d in self._interpreter.get_output_details()]

    def __call__(self, x: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """All outputs for one input, in the net's order."""
        self._interpreter.set_tensor(self._input, x)
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(index) for index in self._outputs]


def logistic(logits: NDArray[np.floating]) -> NDArray[np.float64]:
    """Scores 0..1, same shape."""
    return np.asarray(1.0 / (1.0 + np.exp(-logits.astype(np.float64).clip(-100.0, 100.0))))


def anchor_centres(*grids: tuple[int, int]) -> NDArray[np.float32]:
    """Centres of a detector's anchors in parts of its patch.

    Parameters
    ----------
    *grids : tuple of int
        Cells along a side, and anchors in each cell.

    Returns
    -------
    ndarray of float32, shape (anchors, 2)
    """
    parts = []
    for cells, repeats in grids:
        centres = (np.arange(cells) + 0.5) / cells
        grid = np.stack(np.meshgrid(centres, centres), axis=-1).reshape(-1, 2)
        parts.append(np.repeat(grid, repeats, axis=0))
    return np.concatenate(parts).astype(np.float32)


def decode(
    regressors: NDArray[np.float32],
    logits: NDArray[np.float32],
    anchors: NDArray[np.float32],
    threshold: float,
    side: int,
) -> list[tuple[float, NDArray[np.float64], NDArray[np.float64]]]:
    """What a detector with anchors found.

    Parameters
    ----------
    regressors : ndarray, shape (1, anchors, 4 + 2 k)
        Middle of a box from its anchor, its size, and k keypoints from the anchor, patch pixels.
    logits : ndarray, shape (1, anchors, 1)
        Of the scores.
    anchors : ndarray, shape (anchors, 2)
        Centres (:func:`anchor_centres`).
    threshold : float
        Lowest score that counts.
    side : int
        Of the patch, pixels.

    Returns
    -------
    list of tuple
        Score, box (left, top, right, bottom) and keypoints (k, 2) of each find in parts of the
        patch, best first; empty when nothing was found.
    """
    scores = logistic(logits[0, :, 0])
    hit = np.flatnonzero(scores > threshold)
    if hit.size == 0:
        return []
    raw = regressors[0, hit].astype(np.float64)
    raw = raw.reshape(hit.size, -1, 2) / side
    middles, halves = raw[:, 0] + anchors[hit], raw[:, 1] / 2
    boxes = np.concatenate((middles - halves, middles + halves), axis=1)
    return blend(scores[hit], boxes, raw[:, 2:] + anchors[hit][:, None])


def blend(
    scores: NDArray[np.float64], boxes: NDArray[np.float64], keypoints: NDArray[np.float64]
) -> list[tuple[float, NDArray[np.float64], NDArray[np.float64]]]:
    """Weighted non-maximum suppression: each find is the score-weighted mean of its anchors.

    Parameters
    ----------
    scores : ndarray, shape (n,)
        0..1.
    boxes : ndarray, shape (n, 4)
        Left, top, right, bottom.
    keypoints : ndarray, shape (n, k, 2)
        In the same unit.

    Returns
    -------
    list of tuple
        Score, box and keypoints of each, best first.
    """
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    free = np.ones(scores.size, dtype=np.bool_)
    found = []
    for best in np.argsort(-scores, kind="stable"):
        if not free[best]:
            continue
        low = np.maximum(boxes[:, :2], boxes[best, :2])
        high = np.minimum(boxes[:, 2:], boxes[best, 2:])
        shared = np.clip(high - low, 0.0, None).prod(axis=1)
        mine = free & (shared / (area + area[best] - shared + 1e-9) > 0.3)
        mine[best] = True
        free &= ~mine
        weight = scores[mine] / scores[mine].sum()
        found.append(
            (
                float(scores[best]),
                np.einsum("i,ij->j", weight, boxes[mine]),
                np.einsum("i,ijk->jk", weight, keypoints[mine]),
            )
        )
    return found
