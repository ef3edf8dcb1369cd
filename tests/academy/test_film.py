"""Films: what a trainer writes becomes the courses that were meant, and mistakes are named."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from unspoken.academy.expressions import EXPRESSIONS
from unspoken.academy.film import Film, Movement, Part, load_film
from unspoken.errors import InputError, SourceNotFound


def film(movement: dict[str, Any] | None = None, seconds: float = 2.0, **face: Any) -> Film:
    part = {"identity": "f01", "movements": [movement] if movement else [], **face}
    return Film.model_validate({"seconds": seconds, "faces": [part]})


def at(made: Film, time_s: float) -> dict[str, float]:
    return made.faces[0].scene(made.seconds).at(time_s)[0]


MICRO = {"units": {"AU4": 0.6}, "onset_s": 0.5, "apex_s": 0.7, "release_s": 0.8, "offset_s": 1.0}


def test_a_movement_is_at_rest_before_its_onset_full_at_its_apex_and_gone_after() -> None:
    made = film(MICRO)
    assert at(made, 0.49) == {"AU4L": 0.0, "AU4R": 0.0}
    assert at(made, 0.7)["AU4L"] == pytest.approx(0.6, abs=0.01)
    assert at(made, 0.6)["AU4R"] == pytest.approx(0.3, abs=0.02)
    assert at(made, 1.01)["AU4L"] == 0.0


def test_one_side_moves_one_side() -> None:
    assert set(at(film({"units": {"AU12L": 1.0}}), 1.0)) == {"AU12L"}


def test_a_movement_without_times_is_held_from_the_first_picture_to_the_last() -> None:
    made = film({"units": {"AU17": 0.8}})
    assert [at(made, t)["AU17"] for t in (0.0, 1.0, 2.0)] == [0.8, 0.8, 0.8]


def test_a_movement_that_comes_stays_when_no_end_is_given() -> None:
    made = film({"units": {"AU17": 0.8}, "onset_s": 1.0})
    assert at(made, 0.9)["AU17"] == 0.0
    assert at(made, 2.0)["AU17"] == pytest.approx(0.8)


@pytest.mark.parametrize("emotion", sorted(EXPRESSIONS))
def test_every_expression_moves_the_face(emotion: str) -> None:
    shown = at(film({"expression": emotion}), 1.0)
    assert max(shown.values()) >= 0.5
    if emotion == "contempt":
        assert all(key.endswith("L") for key in shown)


def test_both_lids_close_in_a_blink_and_open_again() -> None:
    made = film(blinks_s=[0.5])
    closed = [at(made, t)["AU45L"] for t in (0.49, 0.595, 0.8)]
    assert closed == pytest.approx([0.0, 1.0, 0.0], abs=0.01)


def test_talk_moves_the_mouth_while_it_lasts_and_is_the_same_every_time() -> None:
    made, again = (film(talk=[{"start_s": 0.5, "end_s": 1.5}], seed=4) for _ in range(2))
    inside = [at(made, t)["AU25"] for t in np.linspace(0.6, 1.4, 50)]
    assert max(inside) > 0.2
    assert at(made, 0.4)["AU25"] == at(made, 1.6)["AU25"] == 0.0
    assert made.to_player() == again.to_player()
    other = film(talk=[{"start_s": 0.5, "end_s": 1.5}], seed=5)
    assert other.to_player() != made.to_player()


def test_sway_adds_to_a_turn_of_the_head() -> None:
    made = film(head={"yaw_deg": [[0.0, 20.0]]}, sway_deg=2.0)
    yaw = [made.faces[0].scene(2.0).at(t)[1]["yaw_deg"] for t in np.linspace(0, 2, 60)]
    assert 16 < np.mean(yaw) < 24
    assert np.ptp(yaw) > 0.2


@given(rate=st.sampled_from(["24", "30000/1001", "60", "144"]), seconds=st.floats(0.1, 5))
def test_pictures_come_at_exact_times(rate: str, seconds: float) -> None:
    made = Film.model_validate({"fps": rate, "seconds": seconds, "faces": [{"identity": "f01"}]})
    assert made.times == [Fraction(k) / Fraction(rate) for k in range(len(made.times))]
    assert (
        abs(float(len(made.times) / Fraction(rate)) - seconds) <= float(0.5 / Fraction(rate)) + 1e-9
        or len(made.times) == 1
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"units": {"AU99": 1.0}}, "AU99 is no action unit"),
        ({"units": {"AU4": 9.0}}, "less than or equal to 1.2"),
        ({"onset_s": 1.0, "offset_s": 0.5}, "onset_s <= apex_s"),
        ({"expression": "joy"}, "'happiness'"),
        ({"expression": "fear", "variant": 40}, "variants"),
        ({"strenght": 1.0}, "Extra inputs"),
    ],
)
def test_a_mistake_is_named_with_its_place(
    tmp_path: Path, change: dict[str, Any], words: str
) -> None:
    path = tmp_path / "film.json"
    path.write_text(json.dumps({"faces": [{"identity": "f01", "movements": [change]}]}))
    with pytest.raises(InputError, match="faces.0.movements.0") as caught:
        load_film(path)
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"faces": []}', '{"faces": [{}]}', "NaN"])
def test_what_is_no_film_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "film.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"film\.json"):
        load_film(path)


def test_a_missing_film_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound):
        load_film(tmp_path / "none.json")


def test_the_films_in_the_docs_are_films(repository: Path) -> None:
    text = (repository / "docs" / "faces.md").read_text(encoding="utf-8")
    examples = re.findall(r"```json\n(.*?)```", text, flags=re.DOTALL)
    assert len(examples) >= 2
    for example in examples:
        Film.model_validate_json(example)


@pytest.mark.parametrize("model", [Film, Part, Movement])
def test_every_field_of_a_film_is_documented(repository: Path, model: type[BaseModel]) -> None:
    text = (repository / "docs" / "faces.md").read_text(encoding="utf-8")
    assert not [name for name in model.model_fields if f"`{name}`" not in text]
