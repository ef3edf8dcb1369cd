"""What a film plants, the engine finds: same unit, same time."""

from __future__ import annotations

from pathlib import Path

import pytest

import unspoken
from unspoken.academy.browser import find_chromium
from unspoken.academy.film import Film
from unspoken.academy.rendering import render_film
from unspoken.errors import UsageError

BROW, SMILE = (1.3, 1.7), (2.9, 3.3)


@pytest.mark.slow
def test_planted_micro_expressions_are_found_where_and_when_they_are(tmp_path: Path) -> None:
    """AU4, then AU12; inter-canthal distance about 41 pixels, head swaying."""
    try:
        find_chromium()
    except UsageError as error:
        pytest.skip(str(error))
    movements = [
        {"units": {unit: 0.5}, "onset_s": start, "offset_s": end}
        for unit, (start, end) in (("AU4", BROW), ("AU12", SMILE))
    ]
    face = {"identity": "f05", "movements": movements, "sway_deg": 0.5, "seed": 3}
    film = Film.model_validate({"size": 352, "fps": 30, "seconds": 4.4, "faces": [face]})
    render_film(film, tmp_path / "face.mp4")
    found = [e for e in unspoken.analyze(tmp_path / "face.mp4").events if e.kind == "micro"]
    for unit, (start, end) in (("AU4", BROW), ("AU12", SMILE)):
        near = [e for e in found if start - 0.1 < e.apex_s < end + 0.1]
        assert len(near) == 1, [(e.onset_s, e.offset_s, e.action_units) for e in found]
        # This face's smile is not the basis's smile, so other units of the mouth take a share.
        for side in "LR":
            assert near[0].action_units[unit + side] == pytest.approx(0.5, abs=0.25)
        assert near[0].onset_s == pytest.approx(start, abs=0.1)
        assert near[0].offset_s == pytest.approx(end, abs=0.1)
