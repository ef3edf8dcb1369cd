"""Films drawn by a real Chromium: exact times, labelled, offline, the same every time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from unspoken.academy.browser import Browser, find_chromium
from unspoken.academy.film import Film
from unspoken.academy.rendering import SYNTHETIC, Studio, decoded, render_film
from unspoken.cli import main
from unspoken.errors import AssetError, InputError, OutputError, UsageError
from unspoken.media.video import VideoSource

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def studio() -> Iterator[Studio]:
    try:
        find_chromium()
    except UsageError as error:
        pytest.skip(str(error))
    with Studio() as opened:
        yield opened


def film(*faces: dict[str, Any], size: int = 128, **more: Any) -> Film:
    return Film.model_validate({"size": size, "faces": list(faces), **more})


def still(studio: Studio, units: dict[str, float], **face: Any) -> NDArray[np.float64]:
    made = film({"identity": "f01", "movements": [{"units": units}], **face}, seconds=1.0)
    studio.load(made)
    return decoded(studio.picture(0.5)).astype(float)


def difference(a: NDArray[np.float64], b: NDArray[np.float64], rows: slice) -> float:
    """Mean difference within rows of the face, leaving the label out."""
    return float(np.abs(a - b)[rows, 30:98].mean())


BROW, EYES, MOUTH = slice(36, 54), slice(50, 62), slice(76, 96)


def test_a_clip_has_exact_times_and_says_it_is_synthetic(studio: Studio, tmp_path: Path) -> None:
    made = film({"identity": "m04"}, fps="30000/1001", seconds=0.2)
    assert render_film(made, tmp_path / "face.mp4", studio=studio) == 6
    with VideoSource(tmp_path / "face.mp4") as source:
        times = [frame.time_s for frame in source]
    assert times == pytest.approx([k * 1001 / 30000 for k in range(6)], abs=1e-9)
    with av.open(tmp_path / "face.mp4") as container:
        assert container.metadata["comment"] == SYNTHETIC


def test_a_folder_of_pictures_has_their_times(studio: Studio, tmp_path: Path) -> None:
    made = film({"identity": "f03"}, fps=50, seconds=0.06)
    assert render_film(made, tmp_path / "out", studio=studio) == 3
    table = (tmp_path / "out" / "times.csv").read_text().splitlines()
    assert table[1:] == ["000000.png,0.000000", "000001.png,0.020000", "000002.png,0.040000"]
    content = (tmp_path / "out" / "000002.png").read_bytes()
    assert b"tEXtComment\0Synthetic face" in content
    assert decoded(content).shape == (128, 128, 3)
    with pytest.raises(OutputError, match="empty folder"):
        render_film(made, tmp_path / "out", studio=studio)


def test_the_corner_of_the_picture_says_synthetic(studio: Studio) -> None:
    """Letters, lighter than the shirt they are on."""
    corner = still(studio, {})[114:126, 70:126].mean(axis=2)
    assert corner.max() > 170
    assert corner.min() < 80


def test_the_same_film_gives_the_same_pixels(studio: Studio) -> None:
    assert np.array_equal(still(studio, {"AU4": 0.5}), still(studio, {"AU4": 0.5}))


@pytest.mark.parametrize(
    ("units", "where", "elsewhere"),
    [
        ({"AU4": 1.0}, BROW, MOUTH),
        ({"AU1": 1.0, "AU2": 1.0}, BROW, MOUTH),
        ({"AU45": 1.0}, EYES, MOUTH),
        ({"AU12": 1.0}, MOUTH, BROW),
        ({"AU15": 1.0}, MOUTH, BROW),
    ],
)
def test_a_unit_changes_its_region(
    studio: Studio, units: dict[str, float], where: slice, elsewhere: slice
) -> None:
    neutral, moved = still(studio, {}), still(studio, units)
    assert difference(moved, neutral, where) > 3
    assert difference(moved, neutral, where) > 4 * difference(moved, neutral, elsewhere)


def test_the_persons_left_is_on_the_right_of_the_picture(studio: Studio) -> None:
    change = np.abs(still(studio, {"AU12L": 1.0}) - still(studio, {})).mean(axis=2)[:110]
    assert change[:, 64:].sum() > 3 * change[:, :64].sum()


def test_eyes_and_head_turn_to_the_persons_left(studio: Studio) -> None:
    neutral = still(studio, {})
    gaze = still(studio, {}, head={"gaze_x": [[0, 1]]})
    assert difference(gaze, neutral, EYES) > 3
    turned = still(studio, {}, head={"yaw_deg": [[0, 30]]})

    def nose(picture: NDArray[np.float64]) -> float:
        """Column of the face's middle: where skin is left and right of, between brows and chin."""
        skin = picture[60:90, :, 0] - picture[60:90, :, 2] > 25
        return float(np.nonzero(skin)[1].mean())

    assert nose(turned) > nose(neutral) + 3


def test_two_faces_stand_side_by_side(studio: Studio) -> None:
    made = film({"identity": "f01"}, {"identity": "m06"}, seconds=0.1)
    studio.load(made)
    picture = decoded(studio.picture(0.0)).astype(float)
    assert picture.shape == (128, 256, 3)
    assert np.abs(picture[:110, :128] - picture[:110, 128:]).mean() > 5


def test_page_and_program_agree_on_every_course(studio: Studio) -> None:
    made = film(
        {"identity": "f01", "movements": [{"expression": "fear", "onset_s": 0.2, "offset_s": 0.9}],
         "talk": [{"start_s": 0.1, "end_s": 0.8}], "sway_deg": 2},
        seconds=1.0,
    )  # fmt: skip
    player = made.to_player()["faces"][0]
    scene = made.faces[0].scene(1.0)
    for time_s in (0.0, 0.123, 0.5, 0.777, 1.0):
        code = (
            "import('/static/js/face/film-player.js').then((m) => [m.valuesAt("
            f"{json.dumps(player['units'])}, {time_s}), m.valuesAt({json.dumps(player['head'])}, "
            f"{time_s})])"
        )
        units, head = studio._browser.run(code)
        assert units == pytest.approx(scene.at(time_s)[0], abs=1e-9)
        assert head == pytest.approx(scene.at(time_s)[1], abs=1e-9)


def test_a_page_cannot_reach_the_network(studio: Studio) -> None:
    code = "fetch('http://example.com/').then(() => 'reached', () => 'refused')"
    assert studio._browser.run(code) == "refused"
    code = "fetch('/faces/../people.py').then((a) => a.status, () => 'refused')"
    assert studio._browser.run(code) == "refused"


def test_an_unknown_face_is_named(studio: Studio) -> None:
    with pytest.raises(InputError, match="no face 'x99'"):
        studio.load(film({"identity": "x99"}))


def test_an_error_in_the_page_is_told(studio: Studio) -> None:
    with pytest.raises(AssetError, match="nonsense"):
        studio._browser.run("nonsense()")


def test_without_a_browser_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("UNSPOKEN_CHROMIUM", raising=False)
    path = tmp_path / "film.json"
    path.write_text('{"faces": [{"identity": "f01"}]}')
    assert main(["academy", "render", str(path), "--out", str(tmp_path / "a.mp4")]) == 2
    said = capsys.readouterr().err
    assert "apt-get install chromium" in said
    assert list(tmp_path.iterdir()) == [path]


def test_a_browser_that_does_not_speak_is_an_error_not_a_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("UNSPOKEN_CHROMIUM", shutil.which("true") or "/bin/true")
    with pytest.raises(AssetError, match="ended by itself|has gone"):
        Browser(lambda _path: None)
