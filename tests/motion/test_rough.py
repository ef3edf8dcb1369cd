"""The rough look says which units a large movement may be looked for in."""

from __future__ import annotations

import numpy as np

from unspoken.face.nets import BLENDSHAPE_INDEX
from unspoken.facs.units import UNIT_INDEX, UNIT_KEYS
from unspoken.motion.rough import rough_change


def scores(**shapes: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    out = np.zeros(52, np.float32)
    for name, score in shapes.items():
        out[BLENDSHAPE_INDEX[name]] = score
    return out


def test_a_left_smile_frees_the_left_lip_corner_alone() -> None:
    moved = rough_change(scores(), scores(mouthSmileLeft=0.7))
    assert moved.shape == (len(UNIT_KEYS),)
    assert [UNIT_KEYS[i] for i in np.flatnonzero(moved)] == ["AU12L"]
    assert 0.4 < moved[UNIT_INDEX["AU12L"]] < 0.7


def test_it_counts_either_way_and_from_the_template_not_from_zero() -> None:
    smiling = scores(mouthSmileLeft=0.8, mouthSmileRight=0.8)
    assert not rough_change(smiling, smiling).any()
    assert rough_change(smiling, scores())[UNIT_INDEX["AU12R"]] > 0.5


def test_the_nets_own_unrest_frees_nothing() -> None:
    rng = np.random.default_rng(1)
    calm = rng.uniform(0.2, 0.5, 52).astype(np.float32)
    unrest = rng.uniform(-0.1, 0.1, 52).astype(np.float32)
    assert not rough_change(calm, calm + unrest).any()
