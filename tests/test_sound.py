"""The sound track says that somebody speaks; the mouth says whether this face does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.media.voices import hiss, voice, with_sound
from unspoken.pipeline import analyze


def test_a_voice_over_a_still_face_is_named_and_can_be_left_unheard(
    clip: Callable[[str], Path], tmp_path: Path
) -> None:
    sound = np.concatenate([hiss(0.8), voice(1.5, seed=2), hiss(0.7)])
    talked_to = with_sound(clip("quiet"), tmp_path / "talked-to.mp4", sound)
    analysis = analyze(talked_to, role="customer")
    (heard,) = [a for a in analysis.artefacts if a.kind == "voice"]
    assert heard.source == "sound" and 0.4 < heard.interval.start_s < 1.1
    assert heard.interval.end_s > 2.0 and "sound" in analysis.timings_s
    assert not [a for a in analysis.artefacts if a.kind == "speech"]
    deaf = analyze(talked_to, role="customer", sound=False)
    assert not [a for a in deaf.artefacts if a.kind in ("voice", "speech")]
    assert [e.onset_s for e in deaf.events] == [e.onset_s for e in analysis.events]
