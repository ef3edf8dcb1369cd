"""What the simulator plants is what is in its pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from unspoken.bench.portrait import Portrait, load_portrait
from unspoken.bench.profiles import Blink, PlantedEvent, Speech, Sway
from unspoken.bench.simulate import Camera, FaceSimulator, Script
from unspoken.bench.warp import personal_fields
from unspoken.errors import UsageError
from unspoken.facs.basis import load_basis
from unspoken.facs.units import UNIT_INDEX, UNIT_KEYS
from unspoken.timing import Interval

STILL = Script()


@pytest.fixture(scope="module")
def portrait() -> Portrait:
    return load_portrait((480, 420), icd_px=54.0)


@pytest.fixture(scope="module")
def face(portrait: Portrait) -> FaceSimulator:
    """A person unlike the basis, filmed by a camera without noise."""
    return FaceSimulator(portrait.picture, portrait.points, seed=5)


def planted(units: dict[str, float], peak_icd: float) -> Script:
    """One expression with its apex at 0.2 s."""
    return Script(events=(PlantedEvent(units, 0.0, 0.2, 0.5, peak_icd),))


def flow_between(before: NDArray[np.uint8], after: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Dense optical flow, an instrument that knows nothing of the simulator."""
    grey = [cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in (before, after)]
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    dis.setFinestScale(0)
    return np.asarray(dis.calc(grey[0], grey[1], np.empty(0)), dtype=np.float32)


@pytest.mark.parametrize(
    "units",
    [
        {"AU4L": 1.0, "AU4R": 1.0},
        {"AU12L": 1.0},
        {"AU12R": 1.0},
        {"AU14R": 1.0},
        {"AU15L": 1.0, "AU15R": 1.0},
        {"AU1L": 1.0, "AU1R": 1.0, "AU2L": 1.0, "AU2R": 1.0},
    ],
    ids=lambda units: "+".join(units),
)
def test_optical_flow_measures_the_planted_displacement(
    face: FaceSimulator, units: dict[str, float]
) -> None:
    script = planted(units, peak_icd=0.05)
    flow = flow_between(face.render(STILL, 0.0), face.render(script, 0.2))
    (event,) = script.events
    expected = np.tensordot(face.event_amplitudes(event), face.warp.unit_px, 1)[:468]
    strong = np.linalg.norm(expected, axis=1) > 0.6 * 0.05 * face.warp.icd
    x, y = face.warp.points[:468][strong, :2].T.astype(np.float32)
    seen = cv2.remap(flow, x, y, cv2.INTER_LINEAR).reshape(-1, 2)
    # Flow cannot see along an edge: compare over all strongly moving points by least squares.
    gain = (seen * expected[strong]).sum() / (expected[strong] ** 2).sum()
    assert gain == pytest.approx(1.0, abs=0.1)


def test_the_fastest_point_travels_exactly_the_planted_distance(face: FaceSimulator) -> None:
    (event,) = planted({"AU9L": 1.0, "AU4R": 0.5}, 0.04).events
    moved = np.tensordot(face.event_amplitudes(event), face.warp.unit_px, 1)
    assert np.linalg.norm(moved, axis=1).max() == pytest.approx(0.04 * face.warp.icd)


def test_the_inverse_map_leads_back_to_where_the_points_came_from(face: FaceSimulator) -> None:
    """Even for a strong movement: what is at the moved point was at the original one."""
    amplitudes = np.zeros(len(UNIT_KEYS))
    amplitudes[[UNIT_INDEX["AU12L"], UNIT_INDEX["AU12R"]]] = 0.5
    where = face.warp.inverse_map(amplitudes, np.zeros(6))
    start = face.warp.points[:468, :2]
    moved = start + np.tensordot(amplitudes, face.warp.unit_px, 1)[:468]
    x, y = moved.T.astype(np.float32)
    back = cv2.remap(where, x, y, cv2.INTER_LINEAR).reshape(-1, 2)
    error = np.linalg.norm(back - start, axis=1)
    assert np.percentile(error, 95) < 0.06 * np.linalg.norm(moved - start, axis=1).max()


def test_the_planted_movement_peaks_at_its_apex(face: FaceSimulator) -> None:
    script = planted({"AU4L": 1.0, "AU4R": 1.0}, 0.05)
    still = face.render(STILL, 0.0).astype(int)
    times = np.arange(0.0, 0.55, 0.05)
    change = [np.abs(face.render(script, t) - still).sum() for t in times]
    assert times[int(np.argmax(change))] == pytest.approx(0.2)
    assert change[0] == 0
    assert change[-1] == 0


def test_nothing_changes_outside_the_face(face: FaceSimulator) -> None:
    busy = Script(
        events=(PlantedEvent({"AU12L": 1.0}, 0.0, 0.2, 0.5, 0.06),),
        blinks=(Blink(0.0, 0.5),),
        speech=(Speech(Interval(0.0, 2.0), seed=1),),
    )
    hull = face.warp.points[:468, :2]
    centre = hull.mean(axis=0)
    outline = cv2.convexHull((centre + 1.45 * (hull - centre)).astype(np.float32))
    inside = np.zeros(face.picture.shape[:2], dtype=np.uint8)
    cv2.fillConvexPoly(inside, outline.astype(np.int32), 1)
    for time_s in (0.1, 0.2, 0.7):
        changed = (face.render(busy, time_s) != face.picture).any(axis=2)
        assert changed[inside > 0].any()
        assert not changed[inside == 0].any()


def test_an_empty_script_is_the_still_picture(face: FaceSimulator) -> None:
    assert np.array_equal(face.render(STILL, 1.23), face.picture)


def test_a_closed_eye_shows_no_iris(face: FaceSimulator) -> None:
    """The dark iris is gone when the lids are down, and the brow has not moved."""
    open_eye = face.render(STILL, 0.0)
    shut = face.render(Script(blinks=(Blink(0.0, 0.4),)), 0.14)
    for iris in (468, 473):
        x, y = np.round(face.warp.points[iris, :2]).astype(int)
        patch = np.s_[y - 2 : y + 3, x - 2 : x + 3]
        assert shut[patch].mean() > open_eye[patch].mean() + 40
    x, y = np.round(face.warp.points[105, :2]).astype(int)
    assert np.array_equal(
        open_eye[y - 4 : y + 3, x - 4 : x + 4], shut[y - 4 : y + 3, x - 4 : x + 4]
    )


def test_the_same_time_gives_the_same_picture_in_any_order(portrait: Portrait) -> None:
    script = Script(sway=Sway(seed=2), blinks=(Blink(0.1, 0.3),))
    camera = Camera(flicker_hz=7.0, flicker_depth=0.02)
    one = FaceSimulator(portrait.picture, portrait.points, seed=9, camera=camera)
    two = FaceSimulator(portrait.picture, portrait.points, seed=9, camera=camera)
    first = [one.render(script, t) for t in (0.0, 0.2, 0.4)]
    second = [two.render(script, t) for t in (0.4, 0.2, 0.0)][::-1]
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    other = FaceSimulator(portrait.picture, portrait.points, seed=10, camera=camera)
    assert not np.array_equal(other.render(script, 0.2), first[1])


def test_noise_grows_with_brightness_as_the_camera_says(portrait: Portrait) -> None:
    camera = Camera(read_noise=1.0, shot_noise=0.05)
    grey = np.full((420, 480, 3), 40, dtype=np.uint8)
    grey[:, 240:] = 200
    filmed = FaceSimulator(grey, portrait.points, camera=camera)
    a, b = (filmed.render(STILL, t).astype(float)[..., 1] for t in (0.0, 0.1))
    for part, level in ((np.s_[:, :240], 40), (np.s_[:, 240:], 200)):
        spread = (a - b)[part].std() / np.sqrt(2.0)
        # Rounding to whole grey levels adds 1/12.
        assert spread == pytest.approx(np.sqrt(1.0 + 0.05 * level + 1 / 6), rel=0.06)


def test_a_swaying_head_moves_but_its_surroundings_stay(face: FaceSimulator) -> None:
    where = face.warp.inverse_map(np.zeros(len(UNIT_KEYS)), np.array([0.1, 0.0, 0, 0, 0, 0]))
    x, y = np.round(face.warp.points[4, :2]).astype(int)
    assert where[y, x, 0] - x == pytest.approx(-0.1 * face.warp.icd, rel=0.02)
    assert abs(where[0, 0, 0]) < 0.2


def test_turning_the_head_moves_the_nose_more_than_the_cheeks(face: FaceSimulator) -> None:
    """Parallax: to the person's own left is towards the right of the picture."""
    turned = face.warp.inverse_map(np.zeros(len(UNIT_KEYS)), np.array([0, 0, 0, 0.05, 0, 0]))
    tip, cheek = (np.round(face.warp.points[k, :2]).astype(int) for k in (4, 454))
    by = [-(turned[y, x, 0] - x) for x, y in (tip, cheek)]
    assert by[0] > by[1] + 0.02 * face.warp.icd
    assert by[0] > 0.0


@pytest.mark.parametrize("deviation", [0.2, 0.3])
def test_people_differ_from_the_basis_by_as_much_as_asked(deviation: float) -> None:
    basis = load_basis()
    theirs = personal_fields(basis, deviation, seed=4)
    size = np.linalg.norm(basis.fields, axis=2)
    moving = size > 0.3 * size.max(axis=1, keepdims=True)
    relative = np.linalg.norm(theirs - basis.fields, axis=2)[moving] / size[moving]
    assert np.sqrt((relative**2).mean()) == pytest.approx(deviation, rel=0.25)
    assert np.array_equal(personal_fields(basis, 0.0, seed=4), basis.fields)


def test_wrong_pictures_and_meshes_are_refused(portrait: Portrait) -> None:
    with pytest.raises(UsageError, match="8-bit RGB"):
        FaceSimulator(portrait.picture[..., 0], portrait.points)
    with pytest.raises(UsageError, match="face mesh"):
        FaceSimulator(portrait.picture, portrait.points[:468])
