"""What is planted moves the skin by the stated amount, at the stated time, and nothing else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.recovery_clips import at, planting, portrait_frame, portrait_path
from unspoken.bench.recovery.planter import Planter
from unspoken.bench.recovery.recipes import FAMILIES, choose_recipes, part_of, recipes
from unspoken.bench.recovery.verify import measured_share
from unspoken.bench.warp import personal_fields
from unspoken.errors import UsageError
from unspoken.facs.basis import load_basis
from unspoken.facs.units import UNIT_INDEX

BASIS = load_basis()


@pytest.fixture(scope="module")
def planter() -> Planter:
    return Planter(portrait_path(), BASIS, personal_fields(BASIS, 0.25, seed=3))


def test_a_frame_in_which_nothing_moves_is_the_very_same_object(planter: Planter) -> None:
    frame = portrait_frame()
    assert planter.apply(frame, np.zeros(len(UNIT_INDEX))) is frame


@pytest.mark.parametrize("name", ["AU4", "AU12R", "fear 25"])
def test_pixels_outside_the_face_stay_as_they_are(planter: Planter, name: str) -> None:
    frame = portrait_frame()
    rooted = planter.root(planting(name, peak_icd=0.08))
    moved = planter.apply(frame, rooted.amplitudes(rooted.apex_s))
    middle = portrait_path().points[0, :468, :2].mean(axis=0)
    reach = np.abs(portrait_path().points[0, :468, :2] - middle).max(axis=0) * 1.5
    y, x = np.mgrid[0 : frame.height, 0 : frame.width]
    outside = (np.abs(x - middle[0]) > reach[0]) | (np.abs(y - middle[1]) > reach[1])
    assert outside.mean() > 0.2
    assert np.array_equal(moved.luma[outside], frame.luma[outside])
    assert not np.array_equal(moved.luma, frame.luma)
    assert moved.time_s == frame.time_s and moved.index == frame.index


def test_one_sided_movement_leaves_the_other_half_of_the_face_alone(planter: Planter) -> None:
    """L is the person's own left: the right half of the picture."""
    frame = portrait_frame()
    rooted = planter.root(planting("AU12L", peak_icd=0.08))
    moved = planter.apply(frame, rooted.amplitudes(rooted.apex_s))
    change = np.abs(moved.luma.astype(float) - frame.luma)
    nose = round(float(portrait_path().points[0, 1, 0]))
    assert change[:, nose:].sum() > 5 * change[:, :nose].sum()


@pytest.mark.parametrize("name", ["AU1", "AU5", "AU7", "AU10", "AU14L", "AU15", "happiness"])
@pytest.mark.parametrize("peak_icd", [0.025, 0.06])
def test_flow_measures_the_planted_displacement_back(
    planter: Planter, name: str, peak_icd: float
) -> None:
    """Within 10 %, by a method that knows nothing of faces."""
    frame = portrait_frame()
    rooted = planter.root(planting(name, peak_icd=peak_icd))
    amplitudes = rooted.amplitudes(rooted.apex_s)
    moved = planter.apply(frame, amplitudes)
    corner, shift = planter.displacement(0, amplitudes)
    assert np.linalg.norm(shift, axis=2).max() == pytest.approx(peak_icd * rooted.icd_px, rel=0.02)
    assert measured_share(frame.luma, moved.luma, corner, shift) == pytest.approx(1.0, abs=0.1)


def test_verification_notices_a_wrong_claim(planter: Planter) -> None:
    """A claim of twice the planted displacement is measured as half."""
    frame = portrait_frame()
    rooted = planter.root(planting("AU4", peak_icd=0.04))
    amplitudes = rooted.amplitudes(rooted.apex_s)
    moved = planter.apply(frame, amplitudes)
    corner, shift = planter.displacement(0, amplitudes)
    assert measured_share(frame.luma, moved.luma, corner, 2.0 * shift) == pytest.approx(
        0.5, abs=0.05
    )
    assert abs(measured_share(frame.luma, frame.luma, corner, shift)) < 0.05
    assert np.isnan(measured_share(frame.luma, frame.luma, corner, 0.0 * shift))


def test_colour_moves_with_brightness(planter: Planter) -> None:
    """All planes show one picture before; half the moved brightness is the moved colour after."""
    frame = portrait_frame()
    rooted = planter.root(planting("AU12", peak_icd=0.08))
    moved = planter.apply(frame, rooted.amplitudes(rooted.apex_s))
    assert frame.chroma is not None and moved.chroma is not None
    size = (frame.width // 2, frame.height // 2)
    expected = cv2.resize(moved.luma, size, interpolation=cv2.INTER_AREA).astype(float)
    before = np.abs(frame.chroma[0] - expected)
    for plane in moved.chroma:
        after = np.abs(plane - expected)
        assert after.mean() < 0.35 * before.mean()
        assert after.max() < 12.0


def test_every_unit_starts_inside_and_the_first_and_last_at_the_borders() -> None:
    one = planting("fear 25", onset_s=2.0, duration_s=0.4)
    assert not one.weights(2.0).any() and not one.weights(2.4).any()
    assert one.weights(2.004).any() and one.weights(2.396).any()
    early = one.weights(2.004) > 0
    assert 0 < early.sum() < len(one.units), "left and right, and the units, start apart"


@given(
    st.sampled_from(sorted(recipes())),
    st.floats(0.05, 3.0),
    st.sampled_from([0.0, 0.3]),
    st.floats(0.0, 1.0),
)
def test_weights_never_pull_and_never_exceed(
    name: str, duration_s: float, hold: float, part: float
) -> None:
    one = planting(name, duration_s=duration_s, hold_share=hold)
    weights = one.weights(one.onset_s + part * duration_s)
    assert (weights >= 0.0).all()
    mean = np.zeros(len(weights))
    for key, share in one.units.items():
        mean[UNIT_INDEX[key]] = share
    assert (weights <= 1.5 * mean + 1e-12).all()


def test_hold_keeps_full_strength() -> None:
    one = planting("AU4", duration_s=2.0, hold_share=0.3)
    full = one.span_at_full()
    assert full.duration_s >= 0.3 * 2.0
    middle = one.weights(0.5 * (full.start_s + full.end_s))
    assert middle.max() == pytest.approx(max(one.weights(t).max() for t in np.linspace(1, 3, 201)))


def test_planted_times_are_those_of_the_largest_displacement(planter: Planter) -> None:
    rooted = planter.root(planting("surprise", onset_s=1.0, duration_s=0.5))
    moments = np.linspace(1.0, 1.5, 251)
    warp = portrait_path()
    travel = [
        np.linalg.norm(planter.displacement(25, rooted.amplitudes(float(t)))[1], axis=2).max()
        for t in moments[::10]
    ]
    assert abs(moments[::10][int(np.argmax(travel))] - rooted.apex_s) < 0.04
    assert rooted.apex_frame == int(np.argmin(np.abs(warp.times_s - rooted.apex_s)))


def test_recipes_cover_singles_sides_and_all_prototypes() -> None:
    known = recipes()
    assert {r.family for r in known.values()} == set(FAMILIES)
    for emotion in ("happiness", "surprise", "fear", "anger", "disgust", "sadness", "contempt"):
        assert any(name.split()[0].startswith(emotion) for name in known), emotion
    assert set(known["AU12L"].units) == {"AU12L"}
    assert set(known["contempt 14R"].units) == {"AU14R"}
    assert known["AU4"].part == "upper" and known["AU12"].part == "lower"
    assert known["happiness"].part == part_of(known["happiness"].units) == "both"


def test_units_of_a_recipe_move_the_skin_alike() -> None:
    """Else the jaw, which travels furthest in the basis, would be all there is in surprise."""
    units = recipes()["surprise"].units
    travel = {key: share * BASIS.peak(key) for key, share in units.items()}
    assert travel["AU26"] == pytest.approx(travel["AU1L"], rel=1e-3)
    assert travel["AU5L"] == pytest.approx(0.5 * travel["AU1L"], rel=1e-3)


def test_recipes_are_chosen_by_name_or_family() -> None:
    assert choose_recipes(["AU4", "AU4"]) == ("AU4",)
    assert set(choose_recipes(["prototype"])) < set(choose_recipes(None))
    with pytest.raises(UsageError, match="nothing called 'AU99'"):
        choose_recipes(["AU99"])


def test_frames_of_the_path_are_planted_where_the_face_is(planter: Planter) -> None:
    """A frame index is looked up in the path, not assumed to be the first."""
    rooted = planter.root(planting("AU4"))
    one = planter.apply(at(portrait_frame(), 0), rooted.amplitudes(rooted.apex_s))
    two = planter.apply(at(portrait_frame(), 100), rooted.amplitudes(rooted.apex_s))
    assert np.array_equal(one.luma, two.luma), "the portrait's face does not move"
