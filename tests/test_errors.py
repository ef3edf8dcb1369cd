"""One tree of errors; a message tells what to do."""

from __future__ import annotations

import pytest

from unspoken import errors
from unspoken.errors import UnspokenError

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, UnspokenError)
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_error_has_a_message_a_hint_and_an_exit_code(kind: type[UnspokenError]) -> None:
    error = kind("clip.mp4: found nothing.", "Look again.")
    assert (error.message, error.hint) == ("clip.mp4: found nothing.", "Look again.")
    assert str(error) == "clip.mp4: found nothing. Look again."
    assert error.exit_code == (1 if kind is errors.AssetError else 2)


def test_without_a_hint_the_message_stands_alone() -> None:
    assert str(UnspokenError("clip.mp4: found nothing.")) == "clip.mp4: found nothing."


def test_what_can_be_wrong_with_a_source_is_an_input_error() -> None:
    for kind in (
        errors.SourceNotFound,
        errors.NotAVideo,
        errors.NoFaceFound,
        errors.RolesNeeded,
    ):
        assert issubclass(kind, errors.InputError)
