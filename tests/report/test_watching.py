"""Watching a recording in a real browser: the player, moments, loops and judgements."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from tests.report.conftest import Opener, processor_s
from tests.report.samples import (
    TO_PICTURE,
    clock_facts,
    drawn_frame,
    hour_analysis,
    loops_of,
    sample_analysis,
    sample_context,
    sample_moments,
    sample_pictures,
)
from unspoken.analysis import Analysis
from unspoken.report.extras import Extras
from unspoken.report.html import write_report
from unspoken.report.judgements import Judgements
from unspoken.report.loops import loop_events, plan_loops
from unspoken.report.plots import PlotRows
from unspoken.report.video import embedded_video, linked_video

STATE = "document.querySelector('#j-state')"
CURSOR = "unspokenTimeline.state.cursor"
RATE_HZ = 30
#: The clip's clock does not begin at zero, and its steps differ.
START_S = 1.5


def grey_of(index: int) -> int:
    """Brightness that tells which picture is shown."""
    return 30 + 4 * index


def picture_times(frames: int) -> list[float]:
    """Capture times with every fifth picture late by half a step."""
    return [START_S + (i + 0.5 * (i % 5 == 2)) / RATE_HZ for i in range(frames)]


def grey_clip(path: Path, frames: int = 48) -> list[float]:
    """A film whose pictures are plain greys, one brightness each."""
    times = picture_times(frames)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=RATE_HZ)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 6000)
        for index, time_s in enumerate(times):
            plain = np.full((240, 320, 3), grey_of(index), np.uint8)
            picture = av.VideoFrame.from_ndarray(plain, format="rgb24")
            picture.pts, picture.time_base = round(time_s * 6000), Fraction(1, 6000)
            out.mux(stream.encode(picture))
        out.mux(stream.encode())
    return times


@pytest.fixture(scope="module")
def filmed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Analysis, Path, list[float]]:
    """An analysis of the grey film, and where it lies."""
    folder = tmp_path_factory.mktemp("film with # and spaces")
    clip = folder / "grey film.mp4"
    times = grey_clip(clip)
    base = sample_analysis(seconds=len(times) / RATE_HZ)
    signals = base.signals.with_columns(time_s=np.array(times))
    facts = replace(base.source, path=str(clip), bytes=clip.stat().st_size, has_audio=False)
    analysis = replace(
        base,
        source=facts,
        clock=clock_facts(len(times), RATE_HZ, START_S),
        events=(),
        artefacts=(),
        _signals=signals,
    )
    return analysis, folder, times


def until(page: Page, condition: str) -> None:
    """Wait for a condition; the page's policy forbids Playwright's own way."""
    for _ in range(150):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"never came true: {condition}")


def shown_picture(page: Page) -> int:
    """Which picture of the grey film is on the screen."""
    until(page, "!document.querySelector('#v').seeking")
    page.wait_for_timeout(120)
    raw = np.frombuffer(page.locator("#v").screenshot(), np.uint8)
    picture = cv2.imdecode(raw, cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    height, width = picture.shape
    middle = picture[height // 3 : height // 2, width // 3 : width // 2]
    return round((float(middle.mean()) - grey_of(0)) / 4)


def settled_picture(page: Page, wanted: int) -> int:
    """Which picture stays on the screen; a busy browser takes a while to get there."""
    for _ in range(20):
        if (shown := shown_picture(page)) == wanted:
            break
        page.wait_for_timeout(150)
    return shown


@pytest.mark.parametrize("mode", ["link", "embed"])
def test_the_player_shows_exactly_the_picture_under_the_playhead(
    opener: Opener, filmed: tuple[Analysis, Path, list[float]], mode: str
) -> None:
    analysis, folder, times = filmed
    made = linked_video if mode == "link" else None
    told: list[int] = []
    video = (
        made(analysis, folder / "result")
        if made
        else embedded_video(analysis, progress=lambda done, _time_s, _total: told.append(done))
    )
    assert told == (list(range(1, len(times) + 1)) if mode == "embed" else [])
    path = write_report(analysis, folder / "result", extras=Extras(video=video))
    if video.embedded is not None:
        video.embedded.unlink()
    clip = Path(analysis.source.path)
    with opener(path, allowed=(clip,) if mode == "link" else ()) as page:
        page.wait_for_selector("#stage[data-ready]")
        page.focus("#tl-area")
        assert page.evaluate("unspokenTimeline.view.frames.length") == len(times)
        for _ in range(3):
            page.keyboard.press("Home")
        page.evaluate("document.querySelector('#p-back').click()")
        for _ in range(60):
            page.keyboard.press(",")
        for index in (0, 1, 2, 3, 4):
            assert page.evaluate(CURSOR) == pytest.approx(times[index], abs=1e-4)
            assert settled_picture(page, index) == index
            page.keyboard.press(".")
        for _ in range(20):
            page.keyboard.press(".")
        assert page.evaluate(CURSOR) == pytest.approx(times[25], abs=1e-4)
        assert settled_picture(page, 25) == 25


def test_a_playing_video_takes_the_playhead_along(
    opener: Opener, filmed: tuple[Analysis, Path, list[float]]
) -> None:
    analysis, folder, times = filmed
    video = linked_video(analysis, folder / "plays")
    path = write_report(analysis, folder / "plays", extras=Extras(video=video))
    with opener(path, allowed=(Path(analysis.source.path),)) as page:
        page.wait_for_selector("#stage[data-ready]")
        page.select_option("#p-rate", "0.5")
        page.click("#p-play")
        until(page, f"{CURSOR} > {times[5]}")
        assert page.evaluate("document.querySelector('#v').playbackRate") == 0.5
        page.click("#p-play")
        assert page.inner_text("#p-play") == "Play"
        page.wait_for_timeout(200)
        at = page.evaluate(CURSOR)
        assert min(abs(at - t) for t in times) < 1e-4, "the playhead stands on a picture"


def test_another_file_under_the_name_is_not_linked(
    filmed: tuple[Analysis, Path, list[float]], tmp_path: Path
) -> None:
    analysis, _, _ = filmed
    other = tmp_path / "grey film.mp4"
    other.write_bytes(b"not it")
    video = linked_video(analysis, tmp_path, other)
    assert video.src == ""
    assert "is not the file that was analysed" in video.note


def test_a_video_that_moved_or_cannot_play_is_told_with_what_to_do(
    opener: Opener, filmed: tuple[Analysis, Path, list[float]], tmp_path: Path
) -> None:
    analysis, _, _ = filmed
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(bytes(analysis.source.bytes))
    video = linked_video(analysis, tmp_path / "r", broken)
    assert video.src == "../broken.mp4"
    path = write_report(analysis, tmp_path / "r", extras=Extras(video=video))
    with opener(path, allowed=(broken,)) as page:
        page.wait_for_selector("#v-note.bad")
        text = page.inner_text("#v-note")
        assert "cannot be shown" in text
        assert "--video embed" in text
        page.set_input_files("#v-file", analysis.source.path)
        page.wait_for_selector("#stage[data-ready]")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Analysis, Path]:
    """A page with context, moments, key frames and loops."""
    analysis = sample_analysis()
    moments = sample_moments(analysis)
    extras = Extras(sample_context(), moments, folder="results/my visit")
    rows = [PlotRows(e, every_unit=True) for e in loop_events(analysis.events, extras.rank())]
    for part in analysis.sliced_signals():
        for one in rows:
            one.add(part)
    series = {one.event.event_id: one.series()[:2] for one in rows}
    times = [i / 30 for i in range(analysis.clock.frames)]
    plans = plan_loops([one.event for one in rows], series, times)
    loops = loops_of(
        plans,
        lambda face, frame: TO_PICTURE,
        lambda wanted: (drawn_frame(i, i / 30, analysis.events) for i, _ in wanted),
        192,
    )
    folder = tmp_path_factory.mktemp("told")
    path = write_report(analysis, folder, sample_pictures(analysis), replace(extras, loops=loops))
    return analysis, path


def test_without_a_video_the_clock_runs_and_key_frames_stand_in(
    opener: Opener, told: tuple[Analysis, Path]
) -> None:
    with opener(told[1]) as page:
        page.keyboard.press("n")
        page.wait_for_selector("#stills figure.now")
        assert page.locator("#stills img").count() == 3
        before = page.evaluate(CURSOR)
        page.keyboard.press(" ")
        until(page, f"{CURSOR} > {before + 0.1}")
        page.keyboard.press(" ")
        assert page.get_attribute("#p-play", "aria-pressed") == "false"


def test_what_was_going_on_is_told_at_the_playhead(
    opener: Opener, told: tuple[Analysis, Path]
) -> None:
    with opener(told[1]) as page:
        page.keyboard.press("n")
        page.wait_for_selector("#now-moment .what")
        assert "Greeting" in page.inner_text("#now-place")
        assert "Kim: And if our columns differ?</script>" in page.inner_text("#now-said")
        text = page.inner_text("#now-moment")
        assert "consistent with anger" in text
        assert "Pause. Ask." in text


def test_every_key_the_page_names_works(opener: Opener, told: tuple[Analysis, Path]) -> None:
    with opener(told[1]) as page:
        page.keyboard.press("j")
        first = page.evaluate(CURSOR)
        page.keyboard.press("j")
        page.keyboard.press("k")
        assert page.evaluate(CURSOR) == first
        page.keyboard.press(".")
        assert page.evaluate(CURSOR) * 30 == pytest.approx(101, abs=0.01)
        page.keyboard.press(",")
        page.keyboard.press("[")
        assert page.input_value("#p-rate") == "0.5"
        page.keyboard.press("]")
        page.keyboard.press("1")
        assert page.evaluate("unspokenTimeline.at") == "1-1", "the strongest signal"
        page.keyboard.press("l")
        assert page.input_value("#p-rate") == "0.25"
        page.keyboard.press(" ")
        page.uncheck("#keys-on")
        before = page.evaluate(CURSOR)
        page.keyboard.press("j")
        assert page.evaluate(CURSOR) == before, "single keys can be switched off"


def test_filters_leave_the_moments_asked_for(opener: Opener, told: tuple[Analysis, Path]) -> None:
    with opener(told[1]) as page:
        page.select_option("#m-filters select[data-by=signal]", "confusion")
        assert page.locator("article.card:visible").count() == 3
        page.select_option("#m-filters select[data-by=kind]", "macro")
        assert page.inner_text("#m-count") == "1 of 6 cards"
        page.select_option("#m-filters select[data-by=kind]", "")
        page.select_option("#m-filters select[data-by=signal]", "")
        page.select_option("#m-filters select[data-by=segment]", "s0")
        assert page.locator("article.card:visible").count() == 1


def test_loops_run_only_where_motion_is_welcome(
    opener: Opener, told: tuple[Analysis, Path]
) -> None:
    for motion, running in (("no-preference", True), ("reduce", False)):
        with opener(told[1], reduced_motion=motion) as page:
            loop = page.locator(".loop").first
            loop.scroll_into_view_if_needed()
            page.wait_for_timeout(400)
            assert page.evaluate("unspokenLoops.some(l => l.on)") == running
            assert "synthetic" in loop.inner_text()
            if not running:
                loop.get_by_role("button").click()
                page.wait_for_timeout(200)
                assert page.evaluate("unspokenLoops.some(l => l.on)")


def test_judgements_are_kept_saved_and_fit_the_program(
    opener: Opener, told: tuple[Analysis, Path], tmp_path: Path
) -> None:
    analysis, path = told
    with opener(path) as page:
        page.evaluate("delete window.showSaveFilePicker")
        page.fill("#j-by", "KL")
        page.keyboard.press("Tab")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("n")
        page.keyboard.press("a")
        card = page.locator("#e-1-3 .judge")
        card.get_by_role("button", name="Can’t tell").click()
        card.locator("input").fill("hair in the way")
        card.locator("input").press("Enter")
        assert page.inner_text("#j-count") == "2 of 6 judged"
        page.reload()
        page.wait_for_selector("#tl[data-ready]")
        assert page.inner_text("#j-count") == "2 of 6 judged", "kept in the browser"
        page.evaluate("delete window.showSaveFilePicker")
        with page.expect_download() as download:
            page.click("#j-save")
        download.value.save_as(tmp_path / "judgements.json")
        assert "unspoken judgements 'results/my visit'" in page.inner_text("#j-state")
        wrong = tmp_path / "wrong.json"
        wrong.write_text(
            json.dumps({"schema": "unspoken.judgements", "source_sha256": "1", "judgements": []})
        )
        page.set_input_files("#j-file", wrong)
        until(page, STATE + ".textContent.includes('another recording')")
        page.set_input_files("#j-file", tmp_path / "judgements.json")
        until(page, STATE + ".textContent.startsWith('2 of 2')")
    found = Judgements.load(tmp_path / "judgements.json")
    assert [(j.event_id, j.verdict, j.note, j.by) for j in found.judgements] == [
        ("1-1", "agree", "", "KL"),
        ("1-3", "cannot_tell", "hair in the way", "KL"),
    ]
    assert found.strangers(analysis) == []


def test_the_printed_summary_is_two_pages_at_most(
    opener: Opener, told: tuple[Analysis, Path]
) -> None:
    with opener(told[1]) as page:
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        paper = page.pdf(format="A4", print_background=True)
    assert 1 <= paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") <= 2


@pytest.mark.parametrize("width", [360, 1400])
def test_a_told_page_fits_the_screen(
    opener: Opener, told: tuple[Analysis, Path], width: int
) -> None:
    with opener(told[1], width) as page:
        page.keyboard.press("n")
        page.wait_for_timeout(200)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs Linux's account of time")
def test_an_hour_pans_and_zooms_at_more_than_thirty_pictures_a_second(
    opener: Opener, tmp_path: Path
) -> None:
    """Processor time of the whole browser, without a graphics card; others' load does not count."""
    analysis = hour_analysis()
    moments = sample_moments(analysis)
    path = write_report(analysis, tmp_path, extras=Extras(sample_context(), moments))
    assert path.stat().st_size < 6_000_000
    with opener(path) as page:
        for display in ("bands", "lines"):
            page.select_option("#tl-display", display)
            page.locator("#tl").scroll_into_view_if_needed()
            page.wait_for_timeout(500)
            before = processor_s()
            page.evaluate(
                """() => new Promise(done => {
                  const { state, view } = unspokenTimeline, spans = [3600, 1200, 300, 60, 10];
                  let n = 0;
                  const next = () => {
                    const span = spans[Math.floor(n / 20)];
                    state.a = n * span / 200; state.b = Math.min(3600, state.a + span);
                    view.draw();
                    if (++n < 100) requestAnimationFrame(next); else requestAnimationFrame(done);
                  };
                  next();
                })"""
            )
            assert (processor_s() - before) / 100 < 1 / 30, display
