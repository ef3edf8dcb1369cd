"""The weights are the published ones or the program says clearly that they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from unspoken.errors import AssetError
from unspoken.face import weights


def test_the_shipped_bundle_holds_the_three_nets_and_the_geometry() -> None:
    members = weights.bundle_members()
    for name in (weights.DETECTOR_MEMBER, weights.MESH_MEMBER, weights.BLENDSHAPE_MEMBER):
        assert members[name][4:8] == b"TFL3"
    assert weights.GEOMETRY_MEMBER in members


def test_the_bundle_of_the_hand_holds_its_two_nets() -> None:
    members = weights.bundle_members(weights.HAND_BUNDLE)
    for name in (weights.PALM_MEMBER, weights.HAND_MEMBER):
        assert members[name][4:8] == b"TFL3"


def test_one_bundle_is_not_taken_for_the_other() -> None:
    content = Path(str(weights._place(weights.HAND_BUNDLE))).read_bytes()
    with pytest.raises(AssetError, match=r"face weights here should have 3758596 bytes"):
        weights.check_bundle(content, "here")


def test_a_shortened_bundle_is_refused_with_both_sizes() -> None:
    with pytest.raises(AssetError, match=r"should have 3758596 bytes but have 3"):
        weights.check_bundle(b"abc", "here")


def test_one_changed_bit_is_noticed() -> None:
    content = bytearray((Path(str(weights._place(weights.FACE_BUNDLE)))).read_bytes())
    content[1_000_000] ^= 1
    with pytest.raises(AssetError, match="altered"):
        weights.check_bundle(bytes(content), "here")


def test_a_missing_bundle_is_an_asset_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    weights.bundle_members.cache_clear()
    monkeypatch.setattr(weights, "_place", lambda bundle: tmp_path / bundle.file)
    try:
        with pytest.raises(AssetError, match="missing") as caught:
            weights.bundle_members()
        assert caught.value.exit_code == 1
    finally:
        weights.bundle_members.cache_clear()
