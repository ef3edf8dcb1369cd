"""A run's report is possible before the run begins."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import unspoken.batch
from unspoken.batch import Job, analyze_to_folder
from unspoken.settings import Settings


def test_a_report_that_cannot_be_made_is_known_before_the_first_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken installation must not cost an hour of work at its end."""
    began = False

    def run(*_: object) -> None:
        nonlocal began
        began = True

    monkeypatch.setattr(unspoken.batch, "run", run)
    monkeypatch.setitem(sys.modules, "unspoken.report.run_report", None)
    job = Job(str(tmp_path / "visit.mp4"), tmp_path / "visit")
    with pytest.raises(ImportError):
        analyze_to_folder(job, Settings())
    assert not began
    assert list(tmp_path.iterdir()) == []
