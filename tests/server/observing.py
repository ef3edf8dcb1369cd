"""A folder of interactions for tests: a short script, a result, and some that cannot be watched."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.report.samples import sample_analysis
from unspoken.report.judgements import Judgement, Judgements

SCRIPT: dict[str, Any] = {
    "format": "unspoken.script/1",
    "title": "A short talk",
    "identity": "f01",
    "seconds": 5.0,
    "blinks_s": [0.4],
    "segments": [{"label": "Price", "start_s": 0, "end_s": 5}],
    "lines": [
        {"speaker": "staff", "start_s": 0.5, "end_s": 3.0, "text": "It is forty <b>a seat</b>."}
    ],
    "moments": [
        {"movement": {"units": {"AU4": 0.8}, "onset_s": 1.0, "offset_s": 1.8},
         "means": "anger", "words": "Brows go down.", "ask": "How does that sit with you?",
         "discuss": ["What else?"]},
        {"movement": {"expression": "happiness", "onset_s": 3.4, "offset_s": 4.2},
         "means": "happiness"},
    ],
}  # fmt: skip


def script(folder: Path, **changes: Any) -> Path:
    """The short script with other values."""
    path = folder / "talk.json"
    path.write_text(json.dumps({**SCRIPT, **changes}), encoding="utf-8")
    return path


def interactions(folder: Path) -> Path:
    """Everything a folder can hold."""
    folder.mkdir()
    script(folder)
    (folder / "broken.json").write_text('{"format": "unspoken.script/1", "title": 3}')
    (folder / "other.json").write_text('{"something": "else"}')
    analysis = sample_analysis()
    analysis.save(folder / "call")
    event = next(e for e in analysis.events if e.kind == "micro")
    said = Judgement(event.event_id, event.apex_s, "agree", "2026-03-02T09:00:00+00:00")
    Judgements(analysis.source.sha256, (said,)).save(folder / "call")
    nobody = tuple(replace(face, measured_s=0.0) for face in analysis.faces)
    replace(analysis, faces=nobody).save(folder / "nobody")
    analysis.save(folder / "no-signals")
    (folder / "no-signals" / "signals.parquet").unlink()
    long = replace(analysis, clock=replace(analysis.clock, end_s=700.0))
    long.save(folder / "long")
    return folder
