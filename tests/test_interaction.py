"""An interaction's moments survive the disk; broken, old and newer files are told plainly."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tests.reading.planted import both, event
from tests.report.samples import sample_analysis
from unspoken.context.record import Context
from unspoken.context.timeline import Segment, Timeline
from unspoken.errors import InputError
from unspoken.facs.units import UNIT_KEYS, unit_of
from unspoken.insight.counting import count_groups
from unspoken.insight.folders import load_interactions
from unspoken.insight.groupings import EVERYTHING
from unspoken.interaction import MOMENTS_NAME, Interaction, MomentsFile
from unspoken.reading.playbook import find_playbook
from unspoken.spotting.events import Artefact
from unspoken.timing import Interval

#: Of a hand, seconds.
SPANS = ((4.0, 6.0), (29.0, 32.0))


@pytest.fixture
def result(tmp_path: Path) -> Path:
    events = (
        event(*both(4, 7), at=1.0, event_id="1-1"),
        event(*both(6, 12), kind="macro", at=2.5, event_id="1-2"),
    )
    replace(sample_analysis(), events=events).save(tmp_path / "one")
    return tmp_path / "one"


def test_what_was_read_is_what_comes_back_from_the_disk(result: Path) -> None:
    done = Interaction.load(result).read()
    done.save_moments()
    back = MomentsFile.load(result)
    assert back == done.moments_file
    assert back is not None and [m.event_id for m in back.moments] == ["1-1", "1-2"]
    assert back.playbook.sha256 == find_playbook().sha256
    assert Interaction.load(result).moments_file == back


def test_exposure_is_measured_once_and_kept_for_the_same_analysis(result: Path) -> None:
    done = Interaction.load(result).read()
    done.save_moments()
    assert done.moments_file is not None
    kept = done.moments_file.exposure
    assert sum(b - a for a, b in kept["1"]) > 0.0
    (result / "signals.parquet").unlink()
    again = Interaction.load_unread(result).read().moments_file
    assert again is not None and again.exposure == kept and not again.notes


def test_without_signals_exposure_is_said_to_be_rough(result: Path) -> None:
    (result / "signals.parquet").unlink()
    found = Interaction.load(result).read().moments_file
    assert found is not None and found.exposure
    assert "first to last sight" in found.notes[0]


def test_context_that_was_added_shows_in_the_moments(result: Path) -> None:
    segment = Segment("s1", "step", "demo: export", 0.0, 2.0)
    Context(timeline=Timeline((segment,)), customer="C1").save(result)
    found = Interaction.load(result).read().moments_file
    assert found is not None
    assert [m.segments for m in found.moments] == [("s1",), ()]


def test_a_broken_file_is_told_with_its_line_and_can_be_read_anew(result: Path) -> None:
    Interaction.load(result).read().save_moments()
    path = result / MOMENTS_NAME
    lines = path.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if '"1-2"' in line)
    lines[at] = lines[at].replace('"face_id":1', '"face_id":"x"')
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(InputError, match=rf"line {at + 1}: .*whole number"):
        MomentsFile.load(result)
    Interaction.load_unread(result).read().save_moments()
    assert MomentsFile.load(result) is not None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"schema_version": 99}, "newer Unspoken"),
        ({"schema": "unspoken.analysis"}, "holds no moments"),
        ({"schema_version": "one"}, "whole number"),
    ],
)
def test_another_version_or_another_file_is_told(
    result: Path, change: dict[str, object], says: str
) -> None:
    Interaction.load(result).read().save_moments()
    path = result / MOMENTS_NAME
    document = json.loads(path.read_text(encoding="utf-8")) | change
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match=says):
        MomentsFile.load(result)


def test_an_analysis_by_another_version_is_read_and_says_so(result: Path) -> None:
    path = result / "analysis.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["software"]["unspoken"] = "0.0.1"
    for one in document["events"]:
        del one["unit_errors"]
    path.write_text(json.dumps(document), encoding="utf-8")
    found = Interaction.load(result).read().moments_file
    assert found is not None and len(found.moments) == 2
    assert any("made by Unspoken 0.0.1" in note for note in found.notes)
    assert any("no standard errors" in note for note in found.notes)


def test_moments_of_an_analysis_that_was_never_saved_have_no_place(result: Path) -> None:
    loose = Interaction(sample_analysis())
    with pytest.raises(InputError, match="Save the analysis"):
        loose.save_moments()


def test_time_behind_a_hand_is_kept_by_unit_and_signal(tmp_path: Path) -> None:
    """Brows behind a hand from 4 to 6 s of the sample; 30 pictures a second."""
    one = sample_analysis()
    behind = pl.col("time_s").is_between(4.0, 5.99)
    brows = [key for key in UNIT_KEYS if unit_of(key)[0].code in (1, 2, 4, 5, 7)]
    table = one.signals.with_columns(
        pl.when(behind).then(None).otherwise(pl.col(key)).alias(key) for key in brows
    )
    face = replace(one.faces[0], unmeasured_s=dict.fromkeys(brows, 2.0))
    replace(one, faces=(face,), events=(), _signals=table).save(tmp_path / "one")
    done = Interaction.load(tmp_path / "one").read()
    assert done.moments_file is not None
    lost = done.moments_file.unmeasured["1"]
    for key in ("AU4", "signal:confusion"):
        assert np.array(lost[key]) == pytest.approx(np.array([[4.0, 6.0]]))
    assert "AU12" not in lost and "signal:satisfaction" not in lost
    done.save_moments()
    assert MomentsFile.load(tmp_path / "one") == done.moments_file
    (tmp_path / "one" / "signals.parquet").unlink()  # another playbook needs no signals again
    again = Interaction.load_unread(tmp_path / "one").read(find_playbook("service-desk"))
    assert again.moments_file is not None
    assert again.moments_file.unmeasured["1"]["AU4"] == lost["AU4"]
    (seen,) = load_interactions([tmp_path / "one"], each_its_own=True).interactions
    minutes = count_groups([seen], EVERYTHING, ["micro", "signal:confusion"])
    assert (minutes.exposed[0] - minutes.exposed[1]).sum() == pytest.approx(2.0 / 60.0)


def test_where_a_hand_is_told_its_part_of_the_face_is_not_exposed(tmp_path: Path) -> None:
    """The hand is told from when the face was last seen free, before any unit lies behind it."""
    one = sample_analysis()
    hand = [Artefact("hand_over_face", 1, Interval(a, b), part="lower") for a, b in SPANS]
    replace(one, events=(), artefacts=tuple(hand)).save(tmp_path / "one")
    found = Interaction.load(tmp_path / "one").read().moments_file
    assert found is not None
    lost = found.unmeasured["1"]
    # From 30.0 to 31.2 s nobody is in view, which is no exposure anyhow.
    assert lost["AU12"] == lost["signal:satisfaction"]
    wanted = np.array([[4.0, 6.0], [29.0, 30.0], [31.2, 32.0]])
    assert np.array(lost["AU12"]) == pytest.approx(wanted)
    assert "AU4" not in lost and "micro" not in lost and "signal:confusion" not in lost
