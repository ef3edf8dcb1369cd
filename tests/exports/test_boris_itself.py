"""BORIS's own code opens what is exported, and its own tables are read again.

``UNSPOKEN_BORIS_PYTHON`` names the Python of an environment that has boris-behav-obs; it is large
and brings a desktop, so nothing installs it by itself.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.exports.material import CONTEXT, material
from unspoken.context.adding import Request, add_file, loaded
from unspoken.context.record import Context
from unspoken.exports.write import write_export

PYTHON = os.environ.get("UNSPOKEN_BORIS_PYTHON", "")


@pytest.mark.slow
@pytest.mark.skipif(not PYTHON, reason="UNSPOKEN_BORIS_PYTHON names no Python with BORIS")
def test_boris_opens_the_project_and_finds_nothing_wrong(tmp_path: Path) -> None:
    project, table = tmp_path / "visit.boris", tmp_path / "visit.csv"
    write_export(material(moments=True), "boris", project)
    done = subprocess.run(
        [PYTHON, str(Path(__file__).with_name("boris_reader.py")), str(project), str(table)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["error"] == "" and not said["message"] and said["integrity"] == ""
    written = json.loads(project.read_text())["observations"]
    assert said["events"] == len(next(iter(written.values()))["events"])
    assert said["exported"] == [True, ""]
    again = add_file(Context(), loaded(Request(table, "timeline"))).timeline.segments
    wanted = [(s.kind, s.label, s.start_s, s.end_s) for s in CONTEXT.timeline.segments]
    assert [(s.kind, s.label, s.start_s, s.end_s) for s in again] == wanted
