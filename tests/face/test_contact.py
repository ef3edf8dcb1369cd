"""The contact sheet shows every face once, with the numbers an analysis would give."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.face.scenes import Place, astronaut, film
from unspoken.errors import OutputError
from unspoken.face.contact import ContactSheet, contact_sheet
from unspoken.face.tracks import FaceTracker


@pytest.fixture(scope="module")
def sheet() -> ContactSheet:
    def script(t: float) -> list[Place]:
        rise = max(0.0, 420 - 500 * t)
        return [Place(astronaut(), 160, 240), Place(astronaut(), 480, 240 + rise, 1.1)]

    frames = film(script, 2.0)
    tracker = FaceTracker()
    numbers = {face.face_id for frame in frames for face in tracker.push(frame).faces}
    made = contact_sheet(frames)
    assert {tile.face_id for tile in made.tiles} == numbers
    return made


def test_every_face_has_one_tile_with_its_times_and_side(sheet: ContactSheet) -> None:
    first, second = sheet.tiles
    assert (first.face_id, first.side, first.first_s) == (1, "left", 0.0)
    assert (second.face_id, second.side) == (2, "right")
    assert 0.2 <= second.first_s <= 1.5  # further faces are looked for every second
    assert first.seen_s == pytest.approx(first.last_s - first.first_s, abs=0.01)


def test_the_table_is_a_line_per_face(sheet: ContactSheet) -> None:
    lines = sheet.table().splitlines()
    assert [line.split()[:2] for line in lines] == [["face", "1"], ["face", "2"]]
    assert "left" in lines[0] and "right" in lines[1]


def test_the_tile_shows_the_head_with_some_surroundings(sheet: ContactSheet) -> None:
    view = sheet.tiles[0].view
    assert view.shape == (240, 240, 3)
    skin = view[100:140, 100:140].reshape(-1, 3).mean(axis=0)
    assert skin[0] > skin[2] + 20  # the middle is skin: more red than blue


def test_the_sheet_is_written_as_a_picture(sheet: ContactSheet, tmp_path: Path) -> None:
    target = tmp_path / "fäces.png"
    sheet.save(target)
    picture = cv2.imdecode(np.frombuffer(target.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None and picture.shape[1] == 2 * 240
    assert list(tmp_path.iterdir()) == [target]  # nothing unfinished is left behind


def test_a_place_that_cannot_be_written_is_told(sheet: ContactSheet, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="contact sheet"):
        sheet.save(tmp_path / "missing" / "faces.png")


def test_no_frames_give_an_empty_sheet() -> None:
    empty = contact_sheet([])
    assert empty.tiles == () and empty.table() == "no face found"
    assert empty.image().ndim == 3
