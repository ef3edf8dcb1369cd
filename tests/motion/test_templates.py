"""Templates are replaced when they must be, and the zero stays where it was."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.motion.conftest import Portrait, amplitude_for, noisy
from unspoken.face.nets import BLENDSHAPE_INDEX
from unspoken.face.observation import Pose
from unspoken.facs.units import UNIT_INDEX
from unspoken.motion.backend import Backend, Template
from unspoken.motion.crop import crop_transform
from unspoken.motion.direct import DirectAlignment
from unspoken.motion.templates import Look, TemplatePolicy, TemplatePool

FRONT, TURNED = Pose(0.0, 0.0, 0.0), Pose(20.0, 0.0, 0.0)


class Pool:
    """A pool over the portrait that counts the templates it makes."""

    def __init__(self, portrait: Portrait, policy: TemplatePolicy | None = None) -> None:
        self.portrait = portrait
        self.made = 0
        self.resting = np.zeros(52, np.float32)
        self.transform = crop_transform(portrait.points, 160)
        self.pool = TemplatePool(self.make, policy or TemplatePolicy())

    def make(self, look: Look) -> Backend:
        self.made += 1
        return DirectAlignment(Template(look.crop, self.portrait.template.fields))

    def read(
        self,
        crop: NDArray[np.float32],
        time_s: float,
        pose: Pose = FRONT,
        icd_px: float = 60.0,
        hand_since_s: float = np.inf,
    ) -> NDArray[np.float32]:
        portrait = self.portrait
        look = Look(
            *(crop, portrait.points, self.transform, pose, icd_px, self.resting, time_s),
            covered_since_s=hand_since_s,
        )
        return self.pool.read(look).amplitude


def test_one_template_serves_a_quiet_face(portrait: Portrait) -> None:
    pool = Pool(portrait)
    for frame in range(60):
        pool.read(noisy(portrait.crop, frame), frame / 30)
    assert pool.made == 1


def test_a_turned_head_gets_a_template_of_its_own_and_finds_the_old_one_again(
    portrait: Portrait,
) -> None:
    pool = Pool(portrait)
    for frame, pose in enumerate([FRONT] * 20 + [TURNED] * 20 + [FRONT] * 20):
        pool.read(noisy(portrait.crop, frame), frame / 30, pose)
    assert pool.made == 2


def test_a_face_that_comes_nearer_gets_a_new_template(portrait: Portrait) -> None:
    pool = Pool(portrait)
    for frame in range(40):
        pool.read(noisy(portrait.crop, frame), frame / 30, icd_px=60.0 if frame < 20 else 90.0)
    assert pool.made == 2


def test_amplitudes_do_not_jump_when_the_template_changes(portrait: Portrait) -> None:
    """A raised brow stays as raised as it was when the head's turn brings a new template."""
    pool = Pool(portrait)
    raised = amplitude_for("AU1L", 0.05, portrait.template)
    up = portrait.moved({"AU1L": raised})
    for frame in range(30):
        pool.read(noisy(portrait.crop, frame), frame / 30)
    before = [pool.read(noisy(up, f), f / 30)[UNIT_INDEX["AU1L"]] for f in range(30, 60)]
    after = [pool.read(noisy(up, f), f / 30, TURNED)[UNIT_INDEX["AU1L"]] for f in range(60, 80)]
    assert pool.made == 2
    assert np.mean(before[10:]) == pytest.approx(raised, rel=0.3)
    assert np.mean(after) == pytest.approx(np.mean(before[10:]), rel=0.15)


def test_offsets_fade_over_tens_of_seconds(portrait: Portrait) -> None:
    pool = Pool(portrait)
    up = portrait.moved({"AU1L": amplitude_for("AU1L", 0.05, portrait.template)})
    for frame in range(30):
        pool.read(noisy(portrait.crop, frame), frame / 30)
    for frame in range(30, 60):
        pool.read(noisy(up, frame), frame / 30)
    turned = pool.read(noisy(up, 60), 2.0, TURNED)[UNIT_INDEX["AU1L"]]
    late = [pool.read(noisy(up, s), float(s), TURNED)[UNIT_INDEX["AU1L"]] for s in range(3, 90)]
    assert late[-1] < 0.3 * turned


def test_a_lasting_change_of_the_picture_brings_a_new_template(portrait: Portrait) -> None:
    """Glasses put on: a third of the face no longer looks like the template, and stays so."""
    pool = Pool(portrait)
    glasses = portrait.crop.copy()
    glasses[45:70, 30:130] = 30.0
    for frame in range(40):
        pool.read(noisy(portrait.crop, frame), frame / 30)
    assert pool.made == 1
    for frame in range(40, 100):
        pool.read(noisy(glasses, frame), frame / 30)
    assert pool.made == 2


def _eyes_shut(portrait: Portrait) -> NDArray[np.float32]:
    """The crop with skin where the eyes were."""
    shut = portrait.crop.copy()
    size = shut.shape[0]
    for start in (size // 5, 3 * size // 5):
        columns = slice(start, start + size // 5)
        shut[size // 3 : size // 2, columns] = np.median(shut[size // 2 : 2 * size // 3, columns])
    return shut


def test_a_blink_brings_no_new_template(portrait: Portrait) -> None:
    pool, shut = Pool(portrait), _eyes_shut(portrait)
    for frame in range(120):
        blinks = 40 <= frame % 60 < 50
        pool.read(noisy(shut if blinks else portrait.crop, frame), frame / 30)
    assert pool.made == 1


def test_a_changed_face_waits_for_open_eyes_before_it_is_a_template(portrait: Portrait) -> None:
    pool = Pool(portrait)
    changed = portrait.crop.copy()
    changed[40:90, 30:130] += 60.0 * (np.indices((50, 100)).sum(axis=0) % 8 < 4)
    closed = pool.resting.copy()
    closed[[BLENDSHAPE_INDEX[f"eyeBlink{side}"] for side in ("Left", "Right")]] = 1.0
    opened = pool.resting
    for frame in range(150):
        pool.resting = closed if frame >= 40 else opened
        pool.read(noisy(changed if frame >= 45 else portrait.crop, frame), frame / 30)
    assert pool.made == 1
    for frame in range(150, 200):
        pool.resting = opened
        pool.read(noisy(changed, frame), frame / 30)
    assert pool.made == 2


def test_a_policy_that_never_replaces_keeps_its_first_template(portrait: Portrait) -> None:
    pool = Pool(portrait, TemplatePolicy(90.0, 9.0, stale=False))
    for frame, pose in enumerate([FRONT] * 20 + [TURNED] * 20):
        pool.read(noisy(portrait.crop, frame), frame / 30, pose)
    assert pool.made == 1


def with_hand(portrait: Portrait) -> NDArray[np.float32]:
    """The portrait with something striped before mouth and chin."""
    crop = portrait.crop.copy()
    y = np.arange(crop.shape[0], dtype=np.float32)
    crop[95:, 40:120] = (110.0 + 60.0 * np.sin(y[95:] / 4.0))[:, None]
    return crop


@pytest.mark.parametrize("known_after_s", [0.0, 1.2])
def test_what_a_hand_hid_is_no_zero_when_it_has_gone(
    portrait: Portrait, known_after_s: float
) -> None:
    """The hand is there from 1 s to 4 s; it is known at once, or when a template holds it."""
    pool = Pool(portrait)
    hand = with_hand(portrait)
    quiet = np.array([pool.read(noisy(portrait.crop, f), f / 30) for f in range(30)])
    for frame in range(30, 120):
        since = 1.0 if frame / 30 >= 1.0 + known_after_s else np.inf
        pool.read(noisy(hand, frame), frame / 30, hand_since_s=since)
    after = np.array([pool.read(noisy(portrait.crop, f), f / 30) for f in range(120, 150)])
    moved = np.abs(np.median(after[5:], axis=0) - np.median(quiet[5:], axis=0))
    assert moved.max() < amplitude_for("AU12L", 0.02, portrait.template)
    assert pool.made == 2  # one with the hand in it; then the old one serves again


def test_a_face_first_seen_behind_a_hand_gets_a_template_without_it(portrait: Portrait) -> None:
    pool = Pool(portrait)
    hand = with_hand(portrait)
    for frame in range(30):
        pool.read(noisy(hand, frame), frame / 30, hand_since_s=0.0)
    after = np.array([pool.read(noisy(portrait.crop, f), f / 30) for f in range(30, 60)])
    assert pool.made == 2
    assert np.abs(np.median(after, axis=0)).max() < amplitude_for("AU12L", 0.02, portrait.template)


def test_a_template_with_a_hand_in_it_is_not_taken_up_again_later(portrait: Portrait) -> None:
    """Made for a turned head behind a hand; the head turns back before the hand goes."""
    pool = Pool(portrait)
    hand = with_hand(portrait)
    hand += portrait.crop.mean() - hand.mean()  # no darker, which would be a reason by itself
    pool.read(portrait.crop, 0.0)
    pool.read(hand, 1.0, TURNED, hand_since_s=0.5)
    pool.read(portrait.crop, 2.0, FRONT, hand_since_s=0.5)
    pool.read(portrait.crop, 3.0, FRONT)
    made = pool.made
    pool.read(portrait.crop, 4.0, TURNED)
    assert pool.made == made + 1
    assert pool.pool.active is not None and not pool.pool.active.hidden
