"""The user guide's Python works as it stands there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


def test_the_examples_run_one_after_the_other(
    repository: Path,
    clip: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = (repository / "docs" / "user-guide.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert len(examples) >= 4
    shutil.copy(clip("brows"), tmp_path / "my-video.mp4")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for example in examples:
        exec(compile(example, "docs/user-guide.md", "exec"), names)
    first, *_, rate = capsys.readouterr().out.splitlines()
    assert first.startswith("micro ") and float(rate) > 0.0
    assert (tmp_path / "results" / "my-video" / "events.csv").is_file()


def test_every_gap_flag_and_artefact_is_explained(repository: Path) -> None:
    from unspoken.motion.evidence import GAPS
    from unspoken.spotting.events import FLAGS

    text = (repository / "docs" / "user-guide.md").read_text(encoding="utf-8")
    assert not [name for name in (*GAPS, *FLAGS) if name and f"| `{name}` |" not in text]
