"""A real face (scikit-image's public-domain portrait) with its mesh, and ways to move it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from unspoken.face.nets import Detector, Mesh
from unspoken.face.observation import Pose
from unspoken.face.pose import head_pose
from unspoken.facs.basis import load_basis
from unspoken.facs.units import UNIT_INDEX
from unspoken.media.frame import Frame
from unspoken.motion.backend import Template
from unspoken.motion.crop import canonical_icd_px, crop_luma, crop_transform, to_crop
from unspoken.motion.fields import build_fields
from unspoken.motion.stream import head_rotation

SIZE = 160


@dataclass(frozen=True)
class Portrait:
    """A still face: the frame, its mesh and pose, the aligned crop and its template."""

    frame: Frame
    points: NDArray[np.float32]
    pose: Pose
    crop: NDArray[np.float32]
    template: Template

    def moved(self, amplitudes: dict[str, float]) -> NDArray[np.float32]:
        """The crop after the given units contracted, in amplitude units of the basis."""
        units = self.template.fields.units
        shift = np.zeros(units.shape[1:], np.float32)
        for key, amplitude in amplitudes.items():
            shift += amplitude * units[UNIT_INDEX[key]]
        grid = np.stack(np.meshgrid(*[np.arange(SIZE, dtype=np.float32)] * 2), axis=2)
        back: NDArray[np.float32] = np.zeros_like(grid)
        for _ in range(8):  # where a pixel came from, by fixed-point iteration
            back = np.asarray(cv2.remap(shift, *split(grid - back), cv2.INTER_LINEAR))
        moved = cv2.remap(self.crop, *split(grid - back), cv2.INTER_CUBIC)
        return np.asarray(moved, dtype=np.float32)


def split(places: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The x and y planes of a map."""
    return np.ascontiguousarray(places[..., 0]), np.ascontiguousarray(places[..., 1])


def amplitude_for(key: str, icd: float, template: Template) -> float:
    """Amplitude whose largest displacement in the crop is `icd` inter-canthal distances."""
    field = template.fields.units[UNIT_INDEX[key]]
    return icd * canonical_icd_px(SIZE) / float(np.hypot(field[..., 0], field[..., 1]).max())


def noisy(crop: NDArray[np.float32], seed: int, sigma: float = 1.5) -> NDArray[np.float32]:
    """A crop with sensor noise, grey levels."""
    scatter = np.random.default_rng(seed).normal(0.0, sigma, crop.shape)
    return (crop + scatter).astype(np.float32)


@pytest.fixture(scope="session")
def portrait() -> Portrait:
    data = pytest.importorskip("skimage.data")
    grey = cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2GRAY)
    frame = Frame(0, 0.0, np.ascontiguousarray(cv2.resize(grey, None, fx=2, fy=2)), None, True)
    points, score = Mesh().run(frame, Detector().find(frame)[0].region)
    assert score > 0.5
    transform = crop_transform(points, SIZE)
    crop = crop_luma(frame, transform, SIZE)
    pose = head_pose(points)
    fields = build_fields(load_basis(), to_crop(transform, points), head_rotation(pose), SIZE)
    return Portrait(frame, points, pose, crop, Template(crop, fields))
