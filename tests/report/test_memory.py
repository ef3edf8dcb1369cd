"""A report takes hardly more memory for a long recording than for a short one."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.report.samples import clock_facts, hour_analysis

WRITE = """
import sys
from unspoken.analysis import Analysis
from unspoken.report.html import write_report

write_report(Analysis.load(sys.argv[1]), sys.argv[1])
assert "polars" not in sys.modules, "not needed, and 30 MB"
assert "scipy.stats" not in sys.modules, "not needed, and 30 MB"
"""


def peak_mb(folder: Path) -> float:
    """Peak memory of a process that writes the report of a saved analysis."""
    process = subprocess.Popen([sys.executable, "-c", WRITE, os.fspath(folder)])
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="the system does not tell peak memory")
def test_twenty_minutes_take_little_more_than_two(tmp_path: Path) -> None:
    hour = hour_analysis(rate_hz=10.0)
    for rows in (3_600, 36_000):
        part = replace(
            hour,
            clock=clock_facts(rows, 10.0),
            events=tuple(event for event in hour.events if event.offset_frame < rows - 10),
            _signals=hour.signals[:rows],
        )
        part.save(tmp_path / str(rows))
    short, long = (peak_mb(tmp_path / str(rows)) for rows in (3_600, 36_000))
    assert (tmp_path / "36000" / "report.html").stat().st_size > 2_000_000
    assert long - short < 12.0
