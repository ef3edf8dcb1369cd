"""Reels: exact pictures, nobody recognisable, nothing of what was there before lost."""

from __future__ import annotations

import csv
from pathlib import Path

import av
import numpy as np
import pytest

from unspoken.bench.insight_folders import write_visit
from unspoken.bench.insight_study import Visit
from unspoken.bench.portrait import load_portrait
from unspoken.errors import InputError
from unspoken.face.nets import Detector
from unspoken.face.search import FaceSearch
from unspoken.insight.folders import load_interactions
from unspoken.insight.interactions import Segment
from unspoken.insight.reel import make_reel
from unspoken.insight.stored import Moment, Signal
from unspoken.insight.study import Question, RankedMoment, study
from unspoken.media.source import open_source
from unspoken.media.writer import ClipWriter

#: Uneven steps, seconds: no frame number leads to these times.
STEPS = (0.03, 0.04, 0.05)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    portrait = load_portrait((320, 240), icd_px=27.0).picture
    time_s = 0.0
    with ClipWriter(path, (320, 240), crf=18, key_interval=25) as writer:
        for number in range(120):
            writer.add(np.roll(portrait, number % 3, axis=1), time_s)
            time_s += STEPS[number % 3]
    return path


@pytest.fixture
def moments(clip: Path, tmp_path: Path) -> tuple[RankedMoment, ...]:
    for i in range(5):
        moment = Moment(
            moment_id="1-1",
            face_id=1,
            kind="micro",
            start_s=2.0,
            apex_s=2.1,
            end_s=2.3,
            signals=[Signal("confusion", 0.5 + 0.1 * i)],
        )
        visit = Visit(
            name=f"V{i}",
            customer=f"C{i}",
            number=i,
            segments=(Segment("step", "price talk", 0.0, 4.5, {}),),
            exposure=((0.0, 4.5),),
            moments=(moment,),
            csat=3.0,
        )
        write_visit(tmp_path / "results" / f"V{i}", visit, str(clip), clip.stat().st_size)
    loaded = load_interactions([tmp_path / "results"])
    return study(loaded.interactions, Question()).moments


def times_of(path: Path) -> list[float]:
    with open_source(path) as source:
        return [frame.time_s for frame in source]


def test_a_clip_holds_exactly_the_pictures_of_its_stretch_and_no_face(
    clip: Path, moments: tuple[RankedMoment, ...], tmp_path: Path
) -> None:
    out = tmp_path / "reel"
    clips, problems = make_reel(moments[:1], out, 0.5, "blur")
    assert problems == [] and clips[0].name == "01-confusion-price-talk.mp4"
    wanted = [t for t in times_of(clip) if 1.5 <= t <= 2.8]
    got = times_of(out / clips[0].name)
    assert got == pytest.approx([t - wanted[0] for t in wanted], abs=2e-5)
    assert (clips[0].first_s, clips[0].last_s) == pytest.approx((wanted[0], wanted[-1]))
    assert clips[0].blurred_whole == 0
    search = FaceSearch(Detector())
    with open_source(out / clips[0].name) as source:
        for frame in source:
            search.look_everywhere()
            assert search.run(frame) == []


def test_the_list_the_reel_and_no_sound(moments: tuple[RankedMoment, ...], tmp_path: Path) -> None:
    out = tmp_path / "reel"
    make_reel(moments[:2], out, 0.1, "landmarks")
    assert {p.name for p in out.iterdir()} == {
        "01-confusion-price-talk.mp4",
        "02-confusion-price-talk.mp4",
        "reel.csv",
        "reel.mp4",
    }
    rows = list(csv.DictReader((out / "reel.csv").read_text(encoding="utf-8").splitlines()))
    assert [row["interaction"] for row in rows] == ["V4", "V3"]
    with av.open(str(out / "reel.mp4")) as container:
        assert not container.streams.audio
    assert len(times_of(out / "reel.mp4")) == sum(int(r["pictures"]) for r in rows) + 4


def test_another_recording_at_that_place_is_noticed_and_earlier_clips_stay(
    clip: Path, moments: tuple[RankedMoment, ...], tmp_path: Path
) -> None:
    out = tmp_path / "reel"
    make_reel(moments[:1], out, 0.0, "landmarks")
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    content = clip.read_bytes()
    clip.write_bytes(content + b"more")
    try:
        with pytest.raises(InputError, match="is not the recording that was analysed"):
            make_reel(moments[:1], out, 0.0, "landmarks")
    finally:
        clip.write_bytes(content)
    assert {p.name: p.read_bytes() for p in out.iterdir()} == before
