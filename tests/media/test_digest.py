"""The digest is that of the bytes, in order, and can be given up."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.media.digest import BackgroundDigest


@given(st.lists(st.binary(max_size=300), max_size=4))
def test_digest_is_that_of_the_joined_bytes(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    paths = [folder / f"part{i}" for i in range(len(parts))]
    for path, part in zip(paths, parts, strict=True):
        path.write_bytes(part)
    assert BackgroundDigest(paths).wait() == hashlib.sha256(b"".join(parts)).hexdigest()


def test_file_longer_than_a_piece_is_read_whole(tmp_path: Path) -> None:
    data = bytes(range(256)) * 12_000
    (tmp_path / "long").write_bytes(data)
    digest = BackgroundDigest([tmp_path / "long"])
    digest.start()
    assert digest.wait() == digest.ready == hashlib.sha256(data).hexdigest()


def test_file_that_vanishes_is_reported(tmp_path: Path) -> None:
    digest = BackgroundDigest([tmp_path / "gone"])
    with pytest.raises(FileNotFoundError):
        digest.wait()
    assert digest.ready == ""


def test_stopping_is_harmless_at_any_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 10)
    digest = BackgroundDigest([tmp_path / "file"])
    digest.stop()
    assert digest.wait() == ""
    finished = BackgroundDigest([tmp_path / "file"])
    finished.wait()
    finished.stop()
    assert finished.ready != ""
