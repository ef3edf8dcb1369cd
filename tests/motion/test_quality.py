"""The figures about footage say what they claim to."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.motion.conftest import Portrait
from unspoken.motion.quality import FootageMeter, blockiness, edge_width, noise_level


@pytest.mark.parametrize("sigma", [1.0, 3.0, 8.0])
def test_planted_noise_is_measured_within_a_quarter(sigma: float) -> None:
    y, x = np.mgrid[0:120, 0:120]
    smooth = 100 + 0.3 * x + 20 * np.sin(y / 25.0)
    grey = (smooth + np.random.default_rng(1).normal(0, sigma, smooth.shape)).astype(np.float32)
    assert noise_level(grey) == pytest.approx(sigma, rel=0.25)


@pytest.mark.parametrize("blur", [1.0, 1.5, 2.5])
def test_the_blur_of_an_edge_is_measured_within_a_quarter(blur: float) -> None:
    step = np.zeros((100, 100), np.float32)
    step[:, 50:] = 200.0
    blurred = np.asarray(cv2.GaussianBlur(step, (0, 0), blur), dtype=np.float32)
    assert edge_width(blurred) == pytest.approx(blur, rel=0.25)


def test_a_flat_picture_has_no_edges() -> None:
    assert edge_width(np.full((50, 50), 90.0, np.float32)) == float("inf")


def test_blocks_of_eight_pixels_are_seen_and_a_smooth_picture_has_none() -> None:
    rng = np.random.default_rng(3)
    blocks = np.kron(rng.integers(90, 130, (12, 12)), np.ones((8, 8))).astype(np.uint8)
    ramp = np.tile(np.arange(96, dtype=np.uint8), (96, 1))
    assert blockiness(blocks, (0, 0, 96, 96)) > 5.0
    assert blockiness(ramp, (0, 0, 96, 96)) == pytest.approx(1.0)
    assert np.isnan(blockiness(ramp, (0, 0, 10, 10)))


def test_the_meter_looks_twice_a_second_and_knows_nothing_at_first(portrait: Portrait) -> None:
    meter = FootageMeter()
    assert all(np.isnan(v) for v in meter.medians())
    for frame in range(31):
        meter.push(portrait.frame, portrait.crop, portrait.points, frame / 30)
    noise, width, blocks = meter.medians()
    assert 0.0 < noise < 10.0
    assert 0.3 < width < 5.0
    assert 0.5 < blocks < 2.0
