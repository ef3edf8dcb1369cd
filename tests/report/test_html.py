"""The report says what was found, how surely, and never more; it needs nothing but itself."""

from __future__ import annotations

import base64
import errno
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.report.samples import (
    clock_facts,
    no_face_analysis,
    sample_analysis,
    sample_moments,
    sample_pictures,
    sensitivity,
    source_facts,
)
from unspoken.analysis import Analysis
from unspoken.errors import OutputError
from unspoken.reading.moments import Signal
from unspoken.reading.wording import RARITY_WORDS, units_words
from unspoken.report.extras import Extras
from unspoken.report.html import render_report, write_report
from unspoken.spotting.events import FLAGS


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return sample_analysis()


@pytest.fixture(scope="module")
def page(analysis: Analysis) -> str:
    return render_report(analysis, sample_pictures(analysis))


def words_of(page: str) -> str:
    """The visible text, on one line."""
    text = re.sub(r"<(style|script)\b.*?</\1>", " ", page, flags=re.S)
    text = re.sub(r"<[^>]+>", " ", text)
    for entity, sign in (("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'")):
        text = text.replace(entity, sign)
    return re.sub(r"\s+", " ", text)


def test_the_page_refers_to_nothing_outside_itself(page: str) -> None:
    markup = re.sub(r"data:image/jpeg;base64,[A-Za-z0-9+/=]+", "data:", page)
    assert set(re.findall(r'(?:src|href)="([^"#]*)', markup)) <= {"data:", ""}
    assert not re.search(r"https?://|url\(|@import", markup)


def test_style_and_script_are_allowed_by_their_digest_alone(page: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'")
    assert "unsafe" not in policy[1]
    for element in ("style", "script"):
        text = re.search(rf"<{element}>(.*?)</{element}>", page, re.S)
        assert text is not None
        digest = base64.b64encode(hashlib.sha256(text[1].encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy[1]
    assert not re.search(r'\s(?:style|on\w+)="', page.split("<body>")[1])


def test_a_file_name_cannot_become_markup(analysis: Analysis) -> None:
    path = 'x/</script><script>alert("1")</script>&{{7*7}}.mp4'
    page = render_report(replace(analysis, source=source_facts(path)), {})
    assert "<script>alert" not in page
    assert "{{7*7}}" in words_of(page)


def test_every_event_is_in_the_table_and_every_strip_has_four_pictures(page: str) -> None:
    assert len(re.findall(r"<tr data-kind=", page)) == 8
    assert len(re.findall(r'<article class="card[" ]', page)) == 6
    assert len(re.findall(r'<img src="data:image/jpeg', page)) == 24
    assert len(re.findall(r'<g class="arrow', page)) >= 12
    assert "AU4 left" in words_of(page)


def test_counts_come_with_exposure_and_interval(page: str) -> None:
    text = words_of(page)
    assert "5 movements consistent with micro-expressions" in text
    assert "35.9 s of usable view" in text
    assert "8.4 a minute (95 % interval 2.7 to 20)" in text


def test_readings_stay_readings(page: str) -> None:
    text = words_of(page)
    assert "consistent with surprise, probability 0.62" in text
    assert "A movement is not a feeling" in text
    assert "does not show whether somebody tells the truth" in text
    assert not re.search(r"\b(is|was|feels|felt) (angry|happy|sad|surprised|afraid)\b", text)


def test_a_card_says_what_it_overlaps(page: str) -> None:
    assert "Caution: overlaps a blink" in words_of(page)


@pytest.mark.parametrize("flag", FLAGS)
def test_every_flag_has_words(analysis: Analysis, flag: str) -> None:
    event = replace(analysis.events[0], flags=(flag,))
    text = words_of(render_report(replace(analysis, events=(event,)), {}))
    caution = re.search(r"Caution: ([^.]*)\.", text)
    assert caution is not None
    assert len(caution[1].split()) > 1


def test_only_the_strongest_get_a_strip_and_the_page_says_so(analysis: Analysis) -> None:
    base = analysis.events[0]
    events = tuple(
        replace(
            base,
            event_id=f"1-{i}",
            onset_s=base.onset_s + i / 10,
            apex_s=base.apex_s + i / 10,
            offset_s=base.offset_s + i / 10,
            snr=5.0 + i,
        )
        for i in range(90)
    )
    page = render_report(replace(analysis, events=events), {})
    assert len(re.findall(r'<article class="card[" ]', page)) == 60
    assert "Shown are the 60 strongest of 90" in words_of(page)
    assert "Show the other 48 events" in words_of(page)
    assert len(re.findall(r"<tr data-kind=", page)) == 90


def test_no_face_means_that_nothing_could_have_been_found() -> None:
    text = words_of(render_report(no_face_analysis(), {}))
    assert "No face was found in this recording, so nothing could be measured." in text
    assert "nothing could have been found" in text
    assert "Nothing stood out" not in text


def test_no_events_is_told_apart_from_nothing_visible(analysis: Analysis) -> None:
    text = words_of(render_report(replace(analysis, events=()), {}))
    assert "No movement stood out as an expression in 35.9 s of usable view." in text
    assert "nothing stood out from the noise" in text.lower()
    blind = tuple(
        replace(s, amplitude=float("inf"), displacement_icd=float("inf")) for s in sensitivity()
    )
    text = words_of(render_report(replace(analysis, events=(), sensitivity=blind), {}))
    assert "At 0.33 s nothing could have been found in any action unit." in text


def test_a_clock_too_slow_for_micro_expressions_is_told_at_the_top(analysis: Analysis) -> None:
    page = render_report(replace(analysis, clock=clock_facts(380, 10.0)), {})
    top = words_of(page.split("<nav")[0])
    assert "Too slow for micro-expressions" in top
    assert "only slow ones can be found" in top


def test_a_slow_clock_gives_no_rate_of_micro_expressions(analysis: Analysis) -> None:
    """None found would claim that there were few; none could have been found."""
    slow = [event for event in analysis.events if event.kind != "micro"]
    page = render_report(replace(analysis, clock=clock_facts(380, 10.0), events=tuple(slow)), {})
    tile = re.search(r'<div class="tile micro">(.*?)</div>', page, re.S)
    assert tile is not None
    words = words_of(tile[1]).strip()
    assert words == "Micro-expressions – pass between the pictures at this picture rate"
    assert "Micro-expressions cannot be seen at this picture rate." in words_of(page)


def test_a_small_face_is_told_at_the_top(analysis: Analysis) -> None:
    small = replace(analysis, quality=replace(analysis.quality, icd_px=21.0))
    assert "Small face" in words_of(render_report(small, {}).split("<nav")[0])


def test_a_partial_analysis_is_told_at_the_top(analysis: Analysis) -> None:
    partial = replace(analysis, partial=True)
    assert "Partial results" in words_of(render_report(partial, {}).split("<nav")[0])


def test_a_single_picture_makes_a_page(analysis: Analysis) -> None:
    one = replace(
        analysis,
        clock=clock_facts(1, 30.0),
        events=(),
        artefacts=(),
        _signals=analysis.signals.head(1),
    )
    text = words_of(render_report(one, {}))
    assert "The recording holds 1 picture." in text
    assert "nan" not in text.lower().split()


def test_unknown_figures_are_shown_as_unknown(analysis: Analysis) -> None:
    nan = float("nan")
    event = replace(analysis.events[0], snr=nan, false_alarms_per_min=nan, action_units={})
    page = render_report(replace(analysis, events=(event,)), {})
    assert not re.search(r"\bnan\b", words_of(page), re.I)


def test_nothing_is_left_unescaped_for_strict_readers(page: str) -> None:
    block = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert block is not None
    assert "<" not in block[1]
    assert "NaN" not in block[1]


def test_the_report_is_written_whole_or_not_at_all(
    analysis: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_report(analysis, tmp_path / "näme ✓")
    before = path.read_bytes()
    assert path.name == "report.html"
    assert len(before) < 2_000_000

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        write_report(replace(analysis, events=()), path.parent)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]


def test_a_card_does_not_repeat_its_units_and_tells_a_short_baseline() -> None:
    analysis = sample_analysis(12.0)
    event = next(e for e in analysis.events if e.kind == "micro")
    units = units_words(event.action_units)
    evidence = (units, "speaking: staff", f"{RARITY_WORDS}: 0.87")
    shown = sample_moments(analysis)
    moment = replace(
        shown.by_event[event.event_id],
        signals=(Signal("confusion", 0.5, "r", evidence, "Ask."),),
        flags=("short_baseline",),
    )
    extras = Extras(moments=replace(shown, by_event={event.event_id: moment}))
    page = words_of(render_report(analysis, {}, extras))
    assert "strength 0.50 · speaking: staff · rule r" in page
    assert "0.87 (mostly a guess: under two minutes of footage)" in page
    assert "Strengths are rough" in page
