"""Only customers are measured: who is one is told, obvious, or asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from unspoken.errors import RolesNeeded, UsageError
from unspoken.face.observation import FaceObservation, FacesInFrame, Pose, Role
from unspoken.face.roles import RoleBook

WIDTH = 640
STEP_S = 1 / 30


def sight(**where: float) -> FacesInFrame:
    """Faces by number at a horizontal place in parts of the picture's width: sight(f1=0.3)."""
    faces = []
    for name, x in sorted(where.items()):
        points = np.full((478, 3), x * WIDTH, dtype=np.float32)
        faces.append(
            FaceObservation(
                face_id=int(name[1:]),
                points=points,
                pose=Pose(0.0, 0.0, 0.0),
                presence=1.0,
                measured=True,
            )
        )
    return FacesInFrame(False, tuple(faces))


def watch(book: RoleBook, seconds: float, start_s: float = 0.0, **where: float) -> float:
    """Show the same faces for a while; returns when it ended."""
    for i in range(round(seconds / STEP_S)):
        book.push(sight(**where), start_s + i * STEP_S, WIDTH)
    return start_s + seconds


def roles(book: RoleBook, *numbers: int) -> list[Role]:
    return [book.role_of(n) for n in numbers]


def test_a_single_face_is_the_customer() -> None:
    book = RoleBook({})
    watch(book, 5.0, f1=0.4)
    assert book.role_of(1) == "customer"


def test_a_single_face_that_is_told_to_be_staff_is_not_measured() -> None:
    book = RoleBook({"1": "staff"})
    watch(book, 5.0, f1=0.4)
    assert book.role_of(1) == "staff"


def test_two_faces_at_once_and_no_word_ask_within_half_a_second() -> None:
    book = RoleBook({})
    with pytest.raises(RolesNeeded, match="faces 1, 2") as caught:
        watch(book, 0.5, f1=0.2, f2=0.8)
    assert "--role" in caught.value.hint and caught.value.exit_code == 2


def test_a_second_person_later_and_alone_asks_too() -> None:
    book = RoleBook({})
    later = watch(book, 3.0, f1=0.5)
    with pytest.raises(RolesNeeded):
        watch(book, 1.0, later, f2=0.5)


def test_a_passing_glimpse_asks_nothing_and_is_not_measured() -> None:
    book = RoleBook({})
    later = watch(book, 3.0, f1=0.5)
    watch(book, 0.2, later, f1=0.5, f2=0.9)
    assert roles(book, 1, 2) == ["customer", "unknown"]


def test_naming_the_customer_leaves_everybody_else_unknown() -> None:
    book = RoleBook({"2": "customer"})
    watch(book, 2.0, f1=0.2, f2=0.5, f3=0.9)
    assert roles(book, 1, 2, 3) == ["unknown", "customer", "unknown"]


def test_naming_the_staff_leaves_one_person_who_is_the_customer() -> None:
    book = RoleBook({"left": "staff"})
    watch(book, 2.0, f1=0.8, f2=0.2)
    assert roles(book, 1, 2) == ["customer", "staff"]


def test_naming_the_staff_among_three_still_asks() -> None:
    book = RoleBook({"1": "staff"})
    with pytest.raises(RolesNeeded, match="faces 2, 3"):
        watch(book, 2.0, f1=0.2, f2=0.5, f3=0.9)


def test_sides_are_relative_to_the_others_even_in_one_half_of_the_picture() -> None:
    book = RoleBook({"left": "customer", "right": "staff"})
    watch(book, 2.0, f1=0.6, f2=0.9)
    assert roles(book, 1, 2) == ["customer", "staff"]


def test_a_person_alone_in_the_middle_is_on_neither_side() -> None:
    book = RoleBook({"left": "customer"})
    watch(book, 2.0, f1=0.5)
    assert book.role_of(1) == "unknown"


def test_a_side_is_the_median_place_not_the_last() -> None:
    book = RoleBook({"left": "customer", "right": "staff"})
    later = watch(book, 4.0, f1=0.2, f2=0.8)
    watch(book, 1.0, later, f1=0.9, f2=0.1)  # they cross
    assert roles(book, 1, 2) == ["customer", "staff"]


def test_the_more_exact_word_wins() -> None:
    book = RoleBook({"all": "bystander", "right": "staff", "3": "customer"})
    watch(book, 1.0, f1=0.1, f2=0.8, f3=0.9)
    assert roles(book, 1, 2, 3) == ["bystander", "staff", "customer"]


def test_all_customers_asks_nothing() -> None:
    book = RoleBook({"all": "customer"})
    watch(book, 1.0, f1=0.1, f2=0.8)
    assert roles(book, 1, 2) == ["customer", "customer"]


def test_a_number_nobody_had_is_told_at_the_end() -> None:
    book = RoleBook({"1": "customer", "7": "staff"})
    watch(book, 1.0, f1=0.1, f2=0.8)
    with pytest.raises(UsageError, match="face 7, which was never seen.*: 1, 2"):
        book.check_finished()


def test_nothing_is_told_when_all_numbers_were_seen() -> None:
    book = RoleBook({"1": "customer"})
    watch(book, 1.0, f1=0.1)
    book.check_finished()


@pytest.mark.parametrize("key", ["0", "-1", "middle", "", "1.5", "\u0661"])
def test_a_key_that_names_nobody_is_a_usage_error(key: str) -> None:
    with pytest.raises(UsageError, match="left, right or all"):
        RoleBook({key: "customer"})


def test_a_long_pause_between_frames_is_not_counted_as_sight() -> None:
    book = RoleBook({})
    later = watch(book, 2.0, f1=0.5)
    book.push(sight(f1=0.5, f2=0.9), later, WIDTH)
    book.push(sight(f1=0.5, f2=0.9), later + 60.0, WIDTH)  # a hole in the recording
    assert book.role_of(2) == "unknown"


def test_a_doubtful_pattern_beside_the_face_is_no_second_person() -> None:
    """A collar that the net takes for a face with a low score must not stop an analysis."""
    book = RoleBook({})
    for frame in range(60):
        face, pattern = sight(f1=0.4, f2=0.6).faces
        doubtful = replace(pattern, presence=0.7)
        book.push(FacesInFrame(False, (face, doubtful)), frame * STEP_S, WIDTH)
    assert book.role_of(1) == "customer"
    assert book.role_of(2) == "unknown"
