"""What an engine knows at the end, in figures and in sentences."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from unspoken.face.weights import FACE_BUNDLE, HAND_BUNDLE
from unspoken.media.facts import ClockFacts
from unspoken.summary import FacePlaces, _quality_notes, software_versions

GOOD = ClockFacts(
    frames=300,
    start_s=0.0,
    end_s=10.0,
    median_rate_hz=30.0,
    container_rate_hz=30.0,
    jitter_s=0.0,
    longest_step_s=1 / 30,
    gaps=(),
    missing_frames=0,
    duplicate_frames=0,
    repeated_times=0,
    variable_rate=False,
    interlaced=False,
    truncated=False,
)


@dataclass
class Exposure:
    """As much of a measured face as the notes look at."""

    measured_s: float
    gaps_s: dict[str, float] = field(default_factory=dict)
    partly_s: float = 0.0


def notes(
    clock: ClockFacts = GOOD,
    exposure: Exposure | None = None,
    icd_px: float = 60.0,
    blocks: float = 1.0,
) -> str:
    customers = [exposure or Exposure(10.0)]
    return "\n".join(_quality_notes(customers, clock, icd_px, blocks))  # type: ignore[arg-type]


def test_a_hand_that_stays_before_the_face_is_worth_a_sentence() -> None:
    said = notes(exposure=Exposure(20.0, partly_s=5.0))
    assert said.startswith("For 25% of the measured time a hand was before part of the face.")
    assert notes(exposure=Exposure(20.0, partly_s=1.0)) == ""


def test_good_footage_needs_no_words() -> None:
    assert notes() == ""
    assert notes(exposure=Exposure(10.0, {"pose": 0.5, "no_face": 60.0})) == ""


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"median_rate_hz": 10.0}, "At 10 pictures a second micro-expressions cannot be timed"),
        ({"missing_frames": 1, "gaps": ((1.0, 1.1),)}, "Missing pictures: about 1, gaps: 1."),
        ({"duplicate_frames": 150}, "50% of the pictures repeat the one before"),
        ({"variable_rate": True}, "every picture was used at its own time"),
    ],
)
def test_what_is_wrong_with_a_clock_is_said(changed: dict[str, object], sentence: str) -> None:
    assert sentence in notes(replace(GOOD, **changed))  # type: ignore[arg-type]


def test_repeated_pictures_are_given_as_a_rate() -> None:
    assert "about 15 times a second" in notes(replace(GOOD, duplicate_frames=150))


def test_a_still_picture_is_called_one() -> None:
    assert notes(replace(GOOD, duplicate_frames=299)).startswith("All pictures are equal")


def test_small_faces_and_blocks_are_said() -> None:
    assert notes(icd_px=31.4).startswith("The face is small: 31 pixels")
    assert "Strong compression" in notes(blocks=1.5)


def test_unknown_figures_say_nothing() -> None:
    assert notes(icd_px=float("nan"), blocks=float("nan")) == ""


def test_the_main_reason_for_lost_time_is_named() -> None:
    said = notes(exposure=Exposure(6.0, {"pose": 3.0, "occluded": 1.0, "no_face": 50.0}))
    assert said.startswith("For 40% of the time in view")
    assert "mostly: the head is turned too far" in said


def test_nothing_measured_is_not_nothing_found() -> None:
    said = notes(exposure=Exposure(0.0, {"too_small": 8.0}))
    assert "Nothing could be measured: the face is too small" in said
    assert "nothing could have been found" in said


def test_every_reason_for_a_gap_has_words() -> None:
    from unspoken.motion.evidence import GAPS

    for gap in set(GAPS) - {"", "no_face"}:
        assert notes(exposure=Exposure(0.0, {gap: 1.0}))


def test_the_place_of_a_face_is_that_of_the_nearest_frame() -> None:
    transforms = np.arange(18, dtype=np.float32).reshape(3, 2, 3)
    places = FacePlaces(np.array([10, 11, 20], np.int64), transforms, 160)
    for frame, index in ((0, 0), (10, 0), (11, 1), (14, 1), (17, 2), (99, 2)):
        found = places.at(frame)
        assert found is not None and np.array_equal(found, transforms[index])


def test_a_face_that_was_never_cut_out_has_no_place() -> None:
    empty = FacePlaces(np.zeros(0, np.int64), np.zeros((0, 2, 3), np.float32), 160)
    assert empty.at(3) is None


def test_results_name_what_they_depend_on() -> None:
    found = software_versions()
    assert found["weights_sha256"] == FACE_BUNDLE.sha256
    assert found["hand_weights_sha256"] == HAND_BUNDLE.sha256
    assert {"unspoken", "python", "numpy", "opencv", "pyav", "litert", "scipy"} <= set(found)
