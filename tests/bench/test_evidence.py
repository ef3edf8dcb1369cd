"""The bench at the level of evidence: known traces in, the right figures out."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.bench.recovery_clips import planting
from tests.clips import film, portrait_template
from unspoken.bench.evidence.bound import amplitude_bound, temporal_noise
from unspoken.bench.evidence.campaign import QUICK_EVIDENCE, measure_evidence
from unspoken.bench.evidence.figures import Piece, sum_up_evidence
from unspoken.bench.evidence.measure import basis_share
from unspoken.bench.evidence.record import CopyEvidence, read_evidence, write_evidence
from unspoken.bench.evidence.tables import write_evidence_report
from unspoken.bench.evidence.tally import LAGS_S, Tally, noise_tally, planted_tally
from unspoken.bench.evidence.variants import VARIANTS, Variant, stream_of
from unspoken.bench.recovery.campaign import Campaign
from unspoken.bench.warp import personal_fields
from unspoken.errors import UsageError
from unspoken.facs.basis import load_basis
from unspoken.facs.units import UNIT_INDEX, UNIT_KEYS
from unspoken.motion.backend import Template
from unspoken.motion.direct import DirectAlignment, DirectOptions
from unspoken.motion.fields import HEAD_MODES
from unspoken.settings import Settings

UNITS = len(UNIT_KEYS)
RATE = 25.0


def traces(
    seconds: float = 4.0, noise: float = 0.0, claimed: float = 0.01, seed: int = 0
) -> CopyEvidence:
    """A single back end that sees nothing but white noise."""
    n = round(seconds * RATE)
    rng = np.random.default_rng(seed)
    shape = (1, n, UNITS)
    nothing = np.full(UNITS, np.nan)
    return CopyEvidence(
        times_s=np.arange(n) / RATE,
        planted=np.zeros((n, UNITS)),
        amplitude=(noise * rng.standard_normal(shape)).astype(np.float32),
        error=np.full(shape, claimed, np.float32),
        work_ms=np.array([1.0]),
        head=np.zeros((n, 4)),
        bound=nothing,
        bound_alone=nothing,
    )


def with_movement(seen: CopyEvidence, answers: dict[str, float]) -> CopyEvidence:
    """AU1 of `planting` is planted; each unit shows that much of it (amplitude per amplitude)."""
    one = planting("AU1", 1.5)
    course = np.array([one.weights(t) for t in seen.times_s])
    amplitude = seen.amplitude.copy()
    lead = course[:, UNIT_INDEX["AU1L"]]
    for key, answer in answers.items():
        amplitude[0, :, UNIT_INDEX[key]] += (answer * lead).astype(np.float32)
    # A template taken at another moment: another zero, drifting.
    amplitude[0] += (0.3 + 0.02 * seen.times_s)[:, None].astype(np.float32)
    fields = {f: getattr(seen, f) for f in ("times_s", "error", "work_ms", "head", "bound")}
    return CopyEvidence(**fields, planted=course, amplitude=amplitude, bound_alone=seen.bound_alone)


def test_gain_and_cross_talk_come_back_as_they_were_put_in() -> None:
    still = traces()
    basis = load_basis()
    moved = with_movement(still, {"AU1L": 0.8, "AU1R": 0.8, "AU2L": 0.1})
    # The two sides of a planting start apart; measured is the left one's course on both sides.
    tally = planted_tally(moved, still, 0, [planting("AU1", 1.5)], ["AU1"], [0.05])
    assert tally.plantings == 1
    gain = tally.gain_of / np.where(tally.gain_over > 0, tally.gain_over, np.nan)
    assert gain[UNIT_INDEX["AU1L"]] == pytest.approx(0.8, abs=0.01)
    answer = tally.answer_of[0] / tally.answer_over[0]
    ratio = answer[UNIT_INDEX["AU2L"]] / answer[UNIT_INDEX["AU1L"]]
    assert ratio == pytest.approx(0.1 / 0.8 * basis.peak("AU2L") / basis.peak("AU1L"), rel=0.02)
    assert np.abs(answer[UNIT_INDEX["AU26"]]) < 1e-3


def test_a_movement_too_near_the_end_of_the_footage_is_left_out() -> None:
    still = traces(1.6)
    assert planted_tally(still, still, 0, [planting("AU1", 1.5)], ["AU1"], [0.05]).plantings == 0


@pytest.mark.parametrize(("real", "share"), [(1.0, 0.68), (2.0, 0.38), (0.5, 0.95)])
def test_coverage_tells_whether_the_claimed_error_is_true(real: float, share: float) -> None:
    seen = traces(60.0, noise=real * 0.01, claimed=0.01)
    tally = noise_tally(seen, 0, np.ones(len(seen.times_s), bool), 1, 1)
    figures = sum_up_evidence(
        "direct", [Piece(0, 0, "still", tally)], {"AU1": ("AU1L", "AU1R")}, [0.05], 1.0, seed=0
    )[0]
    noise = [c for c in figures.calibration if c.what.startswith("noise")]
    assert len(noise) == len(LAGS_S)
    for row in noise:
        assert row.within.value == pytest.approx(share, abs=0.02)
        assert row.ratio == pytest.approx(real, rel=0.05)
    key = "AU4L"
    expected = real * 0.01 * load_basis().peak(key)
    assert figures.noise_icd[key] == pytest.approx(expected, rel=0.12)


def test_slow_drift_is_no_noise() -> None:
    seen = traces(20.0, claimed=0.01)
    drift = 0.2 * np.sin(2 * np.pi * seen.times_s / 20.0)
    seen.amplitude[0] += drift[:, None].astype(np.float32)
    tally = noise_tally(seen, 0, np.ones(len(seen.times_s), bool), 1, 1)
    assert np.sqrt(tally.noise / tally.frames).max() < 0.003


def test_frames_without_evidence_are_left_out() -> None:
    seen = traces(4.0, noise=0.01)
    seen.amplitude[0, 50:] = np.nan
    tally = noise_tally(seen, 0, np.ones(100, bool), 1, 1)
    assert tally.frames == 50
    nothing = noise_tally(seen, 0, np.zeros(100, bool), 1, 1)
    assert (nothing.frames, nothing.noise_z.sum()) == (0, 0)


def test_intervals_draw_clips_again_and_there_is_none_when_draws_cannot_differ() -> None:
    still = traces()
    tallies = [
        planted_tally(
            with_movement(still, {"AU1L": g, "AU1R": g}), still, 0, [planting("AU1", 1.5)],
            ["AU1"], [0.05],
        )
        for g in (0.6, 0.8, 1.0)
    ]  # fmt: skip
    names = {"AU1": ("AU1L", "AU1R")}
    apart = [Piece(i, 1, "still", t) for i, t in enumerate(tallies)]
    gain = sum_up_evidence("direct", apart, names, [0.05], 1.0, 0)[0].gain_by_unit["AU1L"]
    assert gain.low < gain.value == pytest.approx(0.8, abs=0.01)
    assert gain.high > gain.value
    alike = [Piece(i, 1, "still", tallies[0]) for i in range(3)]
    same = sum_up_evidence("direct", alike, names, [0.05], 1.0, 0)[0].gain_by_unit["AU1L"]
    assert np.isnan(same.low)
    single = sum_up_evidence("direct", apart[:1], names, [0.05], 1.0, 0)[0].gain_by_unit["AU1L"]
    assert np.isnan(single.low)


def test_adding_tallies_is_adding_sums() -> None:
    seen = traces(4.0, noise=0.01)
    tally = noise_tally(seen, 0, np.ones(100, bool), 2, 3)
    twice = Tally.empty(2, 3) + tally + tally
    assert twice.frames == 2 * tally.frames
    assert np.array_equal(twice.noise_z, 2 * tally.noise_z)


def test_a_persons_own_share_of_the_basis_is_one_for_the_basis_itself() -> None:
    basis = load_basis()
    assert basis_share(basis.fields.astype(np.float64)) == pytest.approx(1.0)
    share = basis_share(personal_fields(basis, 0.25, 3))
    assert np.abs(share - 1.0).max() > 0.05
    assert np.abs(share.mean() - 1.0) < 0.15


def test_noise_is_measured_where_movement_does_not_count(template: Template) -> None:
    rng = np.random.default_rng(1)
    now = template.crop
    shift = np.array([[1.0, 0.0, 0.1], [0.0, 1.0, 0.0]])
    moved = np.asarray(cv2.warpAffine(now, shift, now.shape, flags=cv2.INTER_CUBIC))
    noisy = [p + 2.0 * rng.standard_normal(p.shape).astype(np.float32) for p in (now, moved)]
    assert temporal_noise(*noisy) == pytest.approx(2.0, rel=0.25)
    assert temporal_noise(now, now) == pytest.approx(12**-0.5)
    assert np.isnan(temporal_noise(now[:4], now[:4]))


def test_the_bound_is_the_scatter_of_the_best_unbiased_estimate(template: Template) -> None:
    """Least squares on the linear model itself, many noises: its scatter is the bound."""
    together, alone = amplitude_bound(template, noise=2.0, scale=1.0)
    assert (together >= alone * 0.999).all()
    half, _ = amplitude_bound(template, noise=1.0, scale=1.0)
    assert half == pytest.approx(together / 2.0)
    finer, _ = amplitude_bound(template, noise=2.0, scale=2.0)
    assert finer == pytest.approx(together / 2.0)
    unit = UNIT_INDEX["AU1L"]
    field = template.fields.units[unit][template.fields.mask]
    gx = cv2.Sobel(template.crop, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    gy = cv2.Sobel(template.crop, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    column = field[:, 0] * gx[template.fields.mask] + field[:, 1] * gy[template.fields.mask]
    rng = np.random.default_rng(2)
    scatter: NDArray[np.float64] = np.array(
        [column @ (2.0 * rng.standard_normal(column.size)) for _ in range(400)]
    ) / float(column @ column)
    assert scatter.std() == pytest.approx(alone[unit], rel=0.12)


def test_traces_survive_the_disk_and_another_plans_do_not_count(tmp_path: Path) -> None:
    seen = traces(noise=0.01)
    write_evidence(seen, "plan one", tmp_path / "a.npz")
    back = read_evidence(tmp_path / "a.npz", "plan one")
    assert back is not None
    assert np.array_equal(back.amplitude, seen.amplitude)
    assert read_evidence(tmp_path / "a.npz", "plan two") is None
    (tmp_path / "a.npz").write_bytes(b"half a file")
    assert read_evidence(tmp_path / "a.npz", "plan one") is None


@pytest.mark.slow
def test_a_run_measures_most_of_what_it_planted_and_goes_on_where_it_was(tmp_path: Path) -> None:
    clip = film(tmp_path / "still.mp4", 7.0, size=(360, 300))
    campaign = Campaign((str(clip),), tmp_path / "out", QUICK_EVIDENCE)
    found = measure_evidence(campaign, ["direct", "points"])
    write_evidence_report(campaign.out, found)
    everything = {f.backend: f for f in found.figures if f.footage == "all"}
    assert everything["direct"].plantings >= 2
    assert 0.5 < everything["direct"].gain.value < 1.5
    assert everything["direct"].work_ms > 0.0
    before = (campaign.out / "evidence.json").read_bytes()
    page = (campaign.out / "evidence.html").read_text()
    assert "http" not in page.replace("http-equiv", "")
    assert json.loads(before)["schema"] == "unspoken.evidence"
    traces_before = {p: p.stat().st_mtime_ns for p in (campaign.out / "evidence").iterdir()}
    assert traces_before
    write_evidence_report(campaign.out, measure_evidence(campaign, ["direct", "points"]))
    assert (campaign.out / "evidence.json").read_bytes() == before
    after = {p: p.stat().st_mtime_ns for p in (campaign.out / "evidence").iterdir()}
    assert after == traces_before


def test_every_variant_differs_from_the_method_in_one_thing() -> None:
    plain = Variant()
    for name, one in VARIANTS.items():
        changed = [
            one.options != plain.options,
            one.policy != plain.policy,
            one.masked != plain.masked,
        ]
        assert sum(changed) == 1, name


def test_a_masked_opening_takes_its_pixels_out(template: Template) -> None:
    mesh = np.full((478, 3), 80.0)
    ring = VARIANTS["mouth opening masked"].masked[0]
    angle = np.linspace(0.0, 2.0 * np.pi, len(ring), endpoint=False)
    mesh[list(ring), :2] = np.column_stack((80 + 15 * np.cos(angle), 110 + 8 * np.sin(angle)))
    made = VARIANTS["mouth opening masked"].make(template, mesh)
    whole = DirectAlignment(template)
    assert isinstance(made, DirectAlignment)
    assert 100 < len(whole._order) - len(made._order) < 400


def test_a_part_left_out_stays_at_zero(template: Template) -> None:
    """The same turned crop: without parallax no head turn is measured."""
    turned = np.roll(template.crop, 1, axis=1)
    heads = [
        DirectAlignment(template, options).measure(turned).head
        for options in (DirectOptions(), DirectOptions(parallax=False))
    ]
    bent = [i for i, name in enumerate(HEAD_MODES) if name in {"yaw", "pitch", "nearer"}]
    assert np.abs(heads[0][bent]).max() > 1e-3
    assert np.abs(heads[1][bent]).max() < 1e-5


def test_an_unknown_name_is_refused_with_what_there_is() -> None:
    with pytest.raises(UsageError, match="no back end 'guess'"):
        stream_of("guess", 1, Settings())


@pytest.fixture(scope="module")
def template() -> Template:
    """The shipped portrait as a template."""
    return portrait_template()
