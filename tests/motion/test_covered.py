"""What lies behind a hand is not measured, and the rest is as if there were none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.motion.conftest import Portrait
from unspoken.face.observation import FaceObservation, HandOverFace
from unspoken.facs.basis import load_basis
from unspoken.facs.units import UNIT_KEYS
from unspoken.media.frame import Frame
from unspoken.motion.covered import covered_by
from unspoken.motion.stream import EvidenceStream
from unspoken.settings import Settings


def over(mask: np.ndarray) -> HandOverFace:
    return HandOverFace(np.asarray(mask, dtype=np.bool_), 1.5)


def test_without_a_hand_nothing_is_covered() -> None:
    assert covered_by(None) is None


def test_a_hand_on_the_lower_face_hides_its_units_and_leaves_the_brows() -> None:
    covered = covered_by(over(load_basis().points[:, 1] > 1.0))
    assert covered is not None
    hidden = {key for key, h in zip(UNIT_KEYS, covered.units, strict=True) if h}
    assert {"AU12L", "AU12R", "AU15L", "AU17", "AU25", "AU26"} <= hidden
    assert not {"AU1L", "AU2R", "AU4L", "AU5L", "AU45R"} & hidden
    assert covered.lower > 0.8 and covered.upper < 0.2 and covered.since_s == 1.5


def test_a_hand_on_one_side_leaves_the_other() -> None:
    points = load_basis().points
    covered = covered_by(over((points[:, 0] > 0.0) & (points[:, 1] > 0.5)))
    assert covered is not None
    of = dict(zip(UNIT_KEYS, covered.units.tolist(), strict=True))
    assert of["AU12L"] != of["AU12R"] and of["AU15L"] == of["AU12L"]


def test_a_hand_on_the_whole_face_hides_every_unit() -> None:
    covered = covered_by(over(np.ones(478)))
    assert covered is not None and covered.units.all()
    assert (covered.share, covered.upper, covered.lower) == (1.0, 1.0, 1.0)


def test_rows_under_a_hand_miss_its_units_and_keep_the_others(portrait: Portrait) -> None:
    plain = FaceObservation(1, portrait.points, portrait.pose, 0.99, True)
    hand = replace(plain, hand=over(load_basis().points[:, 1] > 1.0))
    frame = portrait.frame

    def last(seen: FaceObservation) -> np.ndarray:
        stream = EvidenceStream(1, Settings())
        for i in range(3):
            now = Frame(i, i / 30, frame.luma, frame.chroma, frame.full_range)
            row = stream.push(now, seen if i else plain)
        assert row.gap == "" and (row.scene is not None)
        assert (row.scene.covered is not None) == (seen is hand)
        missing = np.isnan(row.amplitude)
        assert np.array_equal(missing, np.isnan(row.error))
        assert row.claimed is not None and np.array_equal(missing, np.isnan(row.claimed))
        return row.amplitude

    free, under = last(plain), last(hand)
    seen = np.isfinite(under)
    assert np.isfinite(free).all() and 8 <= seen.sum() < len(UNIT_KEYS)
    assert under[seen] == pytest.approx(free[seen])
