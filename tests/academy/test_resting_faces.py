"""Faces at rest look at rest, also to a net that knows nothing of how they were made."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from unspoken.academy.film import Film
from unspoken.academy.people import load_people
from unspoken.academy.rendering import Studio, decoded
from unspoken.face.nets import BLENDSHAPES, Blendshapes, Nets, Region
from unspoken.media.frame import Frame
from unspoken.server.pages import STATIC

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (STATIC / "vendor" / "versions.json").is_file(),
        reason="the pages' libraries are missing (Node.js 20 or later, then: make web)",
    ),
]
SIDE = 384
STERN = ("browDownLeft", "browDownRight", "mouthFrownLeft", "mouthFrownRight", "noseSneerLeft")


def frame_of(picture: NDArray[np.uint8]) -> Frame:
    """A picture as the face nets take it."""
    planes = cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420)
    half = SIDE // 2
    blue, red = (
        np.ascontiguousarray(planes[from_row : from_row + SIDE // 4]).reshape(half, half)
        for from_row in (SIDE, SIDE + SIDE // 4)
    )
    luma = np.ascontiguousarray(planes[:SIDE])
    return Frame(0, 0.0, luma.astype(np.uint8), (blue.astype(np.uint8), red.astype(np.uint8)))


def scores(picture: NDArray[np.uint8], nets: Nets, shapes: Blendshapes) -> dict[str, float]:
    """Scores of the face in a picture by name."""
    frame = frame_of(picture)
    points, _presence = nets.mesh.run(frame, nets.detector.find(frame)[0].region)
    points, _presence = nets.mesh.run(frame, Region.around_points(points))
    return dict(zip(BLENDSHAPES, shapes.run(points).tolist(), strict=True))


def test_no_face_frowns_at_rest_and_a_lowered_brow_is_told_from_it() -> None:
    nets, shapes = Nets(), Blendshapes()

    def seen(studio: Studio, name: str, units: dict[str, float]) -> dict[str, float]:
        moved = [{"units": units}] if units else []
        face = {"identity": name, "movements": moved}
        studio.load(Film.model_validate({"size": SIDE, "seconds": 1.0, "faces": [face]}))
        return scores(decoded(studio.picture(0.5)), nets, shapes)

    with Studio() as studio:
        rest = {person.name: seen(studio, person.name, {}) for person in load_people()}
        frown = seen(studio, "m08", {"AU4": 0.6})
    stern = {name: max(found[key] for key in STERN) for name, found in rest.items()}
    assert {name: score for name, score in stern.items() if score > 0.45} == {}
    assert frown["browDownLeft"] > stern["m08"] + 0.2
