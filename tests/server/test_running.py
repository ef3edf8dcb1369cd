"""Starting the academy: what is wrong is told before anything opens."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from unspoken.academy import rendering
from unspoken.cli import main
from unspoken.server.pages import STATIC

FACES = Path(rendering.__file__).parent / "faces"


@pytest.mark.skipif(
    not (STATIC / "vendor" / "versions.json").is_file(),
    reason="the pages' libraries are missing (Node.js 20 or later, then: make web)",
)
def test_a_damaged_face_pack_stops_it_before_it_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "academy" / "faces"
    shutil.copytree(FACES, copy)
    content = bytearray((copy / "pack.bin").read_bytes())
    content[5_000_000:5_000_100] = bytes(100)  # as long as before
    (copy / "pack.bin").write_bytes(content)
    monkeypatch.setattr(rendering, "files", lambda _package: tmp_path)
    assert main(["academy", "--no-open", "--port", "0", "--data", str(tmp_path / "data")]) != 0
    told = capsys.readouterr().err
    assert "pack.bin of the face pack: expected sha256" in told and "Traceback" not in told
    assert not (tmp_path / "data").exists()


def test_a_broken_scene_stops_it_before_it_opens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "ours.md").write_text(
        "---\ntitle: Ours\nminutes: 2\n---\n\n```face\nperson: f01\nexpression: joy\n```\n",
        encoding="utf-8",
    )
    wanted = ["--no-open", "--port", "0", "--data", str(tmp_path / "data"), "--lessons", str(own)]
    assert main(["academy", *wanted]) == 2
    assert "ours.md, line 8: expression" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()
