"""The published spotter behaves as described: each rule by itself, then all on filmed faces."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.clips import simulator
from unspoken.bench.baselines import flow_spotter
from unspoken.bench.baselines.flow_peaks import Finding, find_movements, keep, low_pass, merge
from unspoken.bench.baselines.flow_regions import REGIONS, FaceCrop, RegionFlow, mean_of_strongest
from unspoken.bench.baselines.flow_spotter import FlowSpotter, spot_window
from unspoken.bench.baselines.registry import BASELINES, BaselineRun, make_baseline
from unspoken.bench.metrics import Mark, time_iou
from unspoken.bench.portrait import load_portrait
from unspoken.bench.profiles import PlantedEvent, rise_and_fall
from unspoken.bench.simulate import Script
from unspoken.errors import UsageError
from unspoken.face.observation import FaceObservation, FacesInFrame, Pose
from unspoken.face.tracks import FaceTracker
from unspoken.media.frame import Frame
from unspoken.spotting.events import Event

Floats = NDArray[np.float64]
RATE = 30.0
BROWS = {"AU1L": 1.0, "AU1R": 1.0, "AU2L": 1.0, "AU2R": 1.0}
INNER = list(REGIONS).index("left brow, inner")


def finding(onset: int, offset: int, rise: float = 3.0, region: str = "mouth") -> Finding:
    return Finding(onset, (onset + offset) // 2, offset, rise, frozenset({region}))


def hump(frames: int, at: float, width: float, height: float) -> Floats:
    """A raised cosine: its peak, whole length in frames, and height."""
    edges = (at - width / 2, at, at + width / 2)
    return np.array([height * rise_and_fall(float(i), *edges) for i in range(frames)])


# -- signals and peaks ---------------------------------------------------------------------------


@pytest.mark.parametrize(("hz", "kept"), [(0.5, 1.0), (2.0, 1.0), (5.0, 0.5), (10.0, 0.0)])
def test_the_low_pass_keeps_what_is_slower_than_5_hz_and_delays_nothing(
    hz: float, kept: float
) -> None:
    time_s = np.arange(120) / RATE
    wave = np.cos(2 * np.pi * hz * (time_s - 2.0))
    out = low_pass(wave, RATE)[30:90]
    gain = float(out @ wave[30:90] / (wave[30:90] @ wave[30:90]))
    assert gain == pytest.approx(kept, abs=0.06)
    # What is left is the same wave: nothing shifted in time.
    assert np.abs(out - gain * wave[30:90]).max() < 0.05


@pytest.mark.parametrize("frames", [0, 1, 2, 5, 30])
def test_the_low_pass_takes_signals_of_any_length(frames: int) -> None:
    flat = np.full(frames, 2.0)
    assert low_pass(flat, RATE) == pytest.approx(flat)
    assert np.array_equal(low_pass(np.arange(float(frames)), 10.0), np.arange(float(frames)))


@pytest.mark.parametrize(("area", "rise"), [("brow", 1.8), ("mouth", 1.85), ("nose", 2.1)])
def test_a_peak_must_rise_further_than_its_area_asks(area: str, rise: float) -> None:
    found = {
        height: find_movements(hump(120, 60, 20, height), area, "r")  # type: ignore[arg-type]
        for height in (rise - 0.01, rise + 0.01)
    }
    assert found[rise - 0.01] == []
    (one,) = found[rise + 0.01]
    assert one.apex == 60
    assert one.regions == {"r"}


def test_a_rise_is_measured_from_the_least_value_within_30_frames() -> None:
    """On a raised ground of 1 px the peak of 2.5 px rises by 1.5 only; a dip in reach helps."""
    signal = 1.0 + hump(200, 100, 20, 1.5)
    assert find_movements(signal, "brow", "r") == []
    for dip, expected in ((60, 0), (75, 1), (125, 1), (140, 0)):
        lowered = signal.copy()
        lowered[dip] = 0.5
        assert len(find_movements(lowered, "brow", "r")) == expected


def test_a_movement_reaches_from_a_third_of_its_rise_to_a_third() -> None:
    """A triangle of 30 frames up and 15 down, 0 to 3 px: 0.33 of it is left 20.1 and 10.05 away."""
    signal = np.concatenate((np.linspace(0, 3, 31), np.linspace(3, 0, 16)[1:], np.zeros(40)))
    (one,) = find_movements(signal, "brow", "r")
    assert (one.onset, one.apex, one.offset) == (30 - 21, 30, 30 + 11)


def test_a_movement_that_does_not_come_down_ends_with_the_window() -> None:
    signal = np.concatenate((np.linspace(0, 3, 31), np.full(20, 2.9)))
    (one,) = find_movements(signal, "brow", "r")
    assert one.offset == signal.size - 1


# -- merging and keeping -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "merged"),
    [
        ((27, 46), False),  # shares 10-29 in 3 of 20 frames
        ((25, 44), False),  # 5 of 20: a quarter is not more than a quarter
        ((24, 43), True),  # 6 of 20
        ((28, 33), True),  # 2 of the 6 frames of the shorter
        ((12, 15), True),  # inside
        ((30, 49), False),  # neighbours
    ],
)
def test_movements_that_share_more_than_a_quarter_of_the_shorter_are_one(
    second: tuple[int, int], merged: bool
) -> None:
    strong, weak = finding(10, 29, 4.0, "mouth"), finding(*second, 3.0, "left brow")
    result = merge([weak, strong])
    if not merged:
        assert result == [strong, weak]
        return
    (both,) = result
    assert (both.onset, both.apex, both.offset) == (strong.onset, strong.apex, strong.offset)
    assert both.regions == {"mouth", "left brow"}


def test_of_movements_that_are_one_the_strongest_stands_in_any_order() -> None:
    """The strongest takes in its neighbours; what only they touched stands by itself."""
    parts = [finding(0, 19, 2.0), finding(10, 39, 5.0), finding(4, 13, 3.0), finding(60, 70)]
    # 0-19 shares 10 of its 20 frames with 10-39; 4-13 shares 4 of its 10: both are taken in.
    expected = [finding(10, 39, 5.0), finding(60, 70)]
    rng = np.random.default_rng(0)
    for _ in range(6):
        assert merge([parts[i] for i in rng.permutation(4)]) == expected
    chain = [finding(0, 19, 2.0), finding(14, 33, 5.0), finding(28, 47, 3.0)]
    assert merge(chain) == [finding(14, 33, 5.0)]
    assert merge([*chain[:1], *chain[2:]]) == [chain[0], chain[2]]
    assert merge([]) == []


def test_only_12_to_200_frames_are_kept() -> None:
    lengths = [1, 11, 12, 13, 199, 200, 201]
    kept = keep([finding(5, 5 + length - 1) for length in lengths])
    assert [one.frames for one in kept] == [12, 13, 199, 200]


def test_a_window_joins_what_regions_say() -> None:
    """Both brows rise together, the mouth 1.5 s later: two movements."""
    vectors = np.zeros((150, len(REGIONS), 2))
    for name, at in (("left brow", 40), ("right brow", 44), ("mouth", 90)):
        vectors[:, list(REGIONS).index(name), 1] = -hump(150, at, 26, 3.0)
    first, second = spot_window(vectors, RATE)
    assert first.regions == {"left brow", "right brow"}
    assert second.regions == {"mouth"}
    assert (first.onset < 40) and (first.offset > 44)


# -- the crop and the flow -----------------------------------------------------------------------


def test_the_crop_has_64_pixels_between_the_inner_eye_corners() -> None:
    """Three halves of that distance above them, five below, four to either side."""
    portrait = load_portrait((480, 360), 44.0)
    crop = FaceCrop.of_mesh(portrait.points)
    right, left = crop.points[[133, 362]]
    assert np.hypot(*(left - right)) == pytest.approx(64.0)
    # Pixel centres are whole numbers: the middle of 256 pixels is 127.5.
    assert (right + left) / 2 == pytest.approx([127.5, 95.5])
    back = crop.points @ crop.to_picture[:, :2].T + crop.to_picture[:, 2]
    assert back == pytest.approx(portrait.points[:, :2])


def test_the_strongest_vectors_make_the_mean() -> None:
    vectors = np.array([[4.0, 0.0], [0.0, 2.0], [0.1, 0.1], [0.0, 0.0]])
    assert mean_of_strongest(vectors, 0.5) == pytest.approx([2.0, 1.0])
    assert mean_of_strongest(vectors, 0.01) == pytest.approx([4.0, 0.0])


def observation(points: NDArray[np.floating], run: int = 0) -> FaceObservation:
    mesh = points.astype(np.float32)
    return FaceObservation(1, mesh, Pose(0.0, 0.0, 0.0), 1.0, True, run)


FACE = observation(load_portrait((480, 360), 44.0).points)


def grey(picture: NDArray[np.uint8], index: int, rate: float = RATE) -> Frame:
    luma = np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    return Frame(index, index / rate, luma, full_range=True)


def filmed(script: Script, frames: int) -> list[Frame]:
    face = simulator()
    return [grey(face.render(script, i / RATE), i) for i in range(frames)]


def moved(picture: NDArray[np.uint8], right: float, down: float) -> NDArray[np.uint8]:
    shift = np.array([[1.0, 0.0, right], [0.0, 1.0, down]])
    size = (picture.shape[1], picture.shape[0])
    out = cv2.warpAffine(picture, shift, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(out, dtype=np.uint8)


@lru_cache(maxsize=1)
def at_rest() -> NDArray[np.uint8]:
    return simulator().render(Script(), 0.0)


def test_flow_sees_the_brows_go_up_and_nothing_else_move() -> None:
    script = Script(events=(PlantedEvent(BROWS, 0.0, 0.3, 0.6, 0.06),))
    flow = RegionFlow(grey(at_rest(), 0), FACE.points)
    vectors = dict(
        zip(REGIONS, flow.measure(grey(simulator().render(script, 0.3), 9)), strict=True)
    )
    for name, vector in vectors.items():
        if REGIONS[name].area == "brow":
            # At most 0.06 ICD = 3.84 px, less at the inner ends; up is negative.
            assert -3.84 < vector[1] < -1.5
        else:
            assert np.hypot(*vector) < 0.7


@pytest.mark.parametrize("shift", [(2.0, 0.0), (0.0, 2.0), (-1.5, 1.5)])
def test_a_head_that_shifts_is_taken_off(shift: tuple[float, float]) -> None:
    """2 px of the picture are 2.9 px of the crop; nothing near a threshold is left of them."""
    flow = RegionFlow(grey(at_rest(), 0), FACE.points)
    left = np.hypot(*flow.measure(grey(moved(at_rest(), *shift), 1)).T)
    assert np.median(left) < 0.2 * np.hypot(*shift) * 64 / 44
    assert left.max() < 1.4


# -- the spotter on filmed faces -----------------------------------------------------------------


def spotted(frames: Iterable[Frame]) -> tuple[list[Event], list[Finding]]:
    spotter = FlowSpotter(face_id=1)
    for frame in frames:
        spotter.push(frame, FACE)
    return spotter.finish(), spotter.findings


def test_a_slow_brow_raise_is_found_where_and_when_it_is() -> None:
    """0.06 ICD, 0.6 s: the cut at a third of the height leaves 0.4 s, so the rule says micro."""
    planted = PlantedEvent(BROWS, 0.8, 1.1, 1.4, 0.06)
    (event,), (found,) = spotted(filmed(Script(events=(planted,)), 66))
    assert found.regions
    assert {REGIONS[name].area for name in found.regions} == {"brow"}
    assert {"left brow", "right brow"} <= found.regions
    assert event.apex_s == pytest.approx(1.1, abs=0.05)
    truth = Mark("macro", 24, 42, planted.onset_s, planted.offset_s)
    assert time_iou(truth, Mark.of_event(event)) > 0.5
    assert event.kind == "micro"
    assert event.offset_s - event.onset_s <= 0.5
    assert (event.onset_frame, event.offset_frame) == (found.onset, found.offset)


def test_a_longer_smile_is_a_macro_movement_of_the_mouth() -> None:
    planted = PlantedEvent({"AU12L": 1.0, "AU12R": 1.0}, 0.5, 1.1, 1.7, 0.07)
    (event,), (found,) = spotted(filmed(Script(events=(planted,)), 66))
    assert {REGIONS[name].area for name in found.regions} == {"mouth"}
    assert event.kind == "macro"


@pytest.mark.parametrize(
    "planted",
    [
        PlantedEvent(BROWS, 0.6, 0.9, 1.2, 0.03),  # 1.92 px at its fastest point: under 1.8 on mean
        PlantedEvent(BROWS, 0.7, 0.8, 0.95, 0.06),  # seen, but shorter than 12 frames
    ],
    ids=["too weak", "too short"],
)
def test_what_is_too_weak_or_too_short_is_not_reported(planted: PlantedEvent) -> None:
    assert spotted(filmed(Script(events=(planted,)), 48)) == ([], [])


def test_a_head_that_shifts_and_comes_back_is_not_reported() -> None:
    """By 2 px of the picture within 0.6 s: as fast and as far as the brow raise that is found."""
    by = hump(48, 24, 18, 2.0)
    frames = [grey(moved(at_rest(), 0.0, -shift), i) for i, shift in enumerate(by)]
    assert spotted(frames) == ([], [])


def test_the_whole_way_from_pictures_over_the_tracker() -> None:
    """Faces come from the same tracker as the engine's."""
    planted = PlantedEvent(BROWS, 0.8, 1.2, 1.6, 0.06)
    tracker, run = FaceTracker(), BaselineRun("flow-spotter")
    for i in range(66):
        picture = simulator().render(Script(events=(planted,)), i / RATE)
        frame = grey(picture, i)
        run.push(frame, tracker.push(frame))
    (event,) = run.finish()
    assert event.face_id == 1
    assert event.apex_s == pytest.approx(1.2, abs=0.05)


# -- windows, rates, interruptions: the flow replaced by a script --------------------------------


class ScriptedFlow:
    """Stands where `RegionFlow` does, for tests of what is built on it: a brow moves by script."""

    course: Callable[[float], float] = staticmethod(lambda time_s: 0.0)
    started: list[int] = []
    measured: list[int] = []

    def __init__(self, frame: Frame, points: NDArray[np.floating]) -> None:
        self._first = self.course(frame.time_s)
        self.started.append(frame.index)

    def measure(self, frame: Frame) -> Floats:
        self.measured.append(frame.index)
        vectors = np.zeros((len(REGIONS), 2))
        vectors[INNER, 1] = self.course(frame.time_s) - self._first
        return vectors


def scripted(
    monkeypatch: pytest.MonkeyPatch,
    course: Callable[[float], float],
    frames: int,
    rate: float = RATE,
    face: Callable[[int], FaceObservation | None] = lambda index: FACE,
) -> list[Event]:
    """Events of a face whose left inner brow follows a course, pixels of the crop by second."""
    monkeypatch.setattr(ScriptedFlow, "course", staticmethod(course))
    monkeypatch.setattr(ScriptedFlow, "started", [])
    monkeypatch.setattr(ScriptedFlow, "measured", [])
    monkeypatch.setattr(flow_spotter, "RegionFlow", ScriptedFlow)
    spotter = FlowSpotter()
    luma = np.zeros((4, 4), dtype=np.uint8)
    for i in range(frames):
        spotter.push(Frame(i, i / rate, luma), face(i))
    return spotter.finish()


def raises(*at_s: float, length_s: float = 0.8) -> Callable[[float], float]:
    half = length_s / 2
    return lambda t: 3.0 * sum(rise_and_fall(t, s - half, s, s + half) for s in at_s)


def test_windows_of_200_frames_start_every_100(monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, raises(), 450)
    assert ScriptedFlow.started == [0, 100, 200, 300, 400]
    used = np.bincount(ScriptedFlow.measured, minlength=450)
    # A window's first frame is not measured against itself; from frame 101 on, two windows run.
    assert used[0] == 0
    assert set(used[1:101]) == {1}
    assert set(used[101:200]) == {2}
    assert set(used[201:300]) == {2}


@pytest.mark.parametrize("at_s", [1.5, 2.9, 3.75, 5.0, 6.2, 7.1, 9.5, 11.0])
def test_a_movement_is_reported_once_wherever_the_windows_lie(
    monkeypatch: pytest.MonkeyPatch, at_s: float
) -> None:
    (event,) = scripted(monkeypatch, raises(at_s), 400)
    assert event.apex_s == pytest.approx(at_s, abs=0.05)
    # Each side of a raised cosine of 0.4 s is above a third for 0.25 s.
    assert event.apex_s - event.onset_s == pytest.approx(0.25, abs=0.07)
    assert event.offset_s - event.apex_s == pytest.approx(0.25, abs=0.07)


def test_a_window_that_starts_in_a_movement_takes_rest_for_movement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Part of the method: what counts is the distance from the window's first frame.

    Window 100 starts 0.07 s before the apex at 3.4 s, where 2.8 of 3 px are reached; in it the
    course is 0, +0.2, and then 2.8 px away for good. So the end is drawn out to the window's.
    """
    events = scripted(monkeypatch, raises(3.4), 400)
    assert max(event.offset_s - event.onset_s for event in events) > 2.0


def test_nothing_that_moves_means_nothing_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert scripted(monkeypatch, raises(), 250) == []
    assert scripted(monkeypatch, raises(), 0) == []
    assert scripted(monkeypatch, raises(0.2), 11) == []


@pytest.mark.parametrize(
    ("rate", "every"),
    [(24.0, 1), (25.0, 1), (30.0, 1), (50.0, 2), (60.0, 2), (100.0, 3), (200.0, 7)],
)
def test_faster_footage_is_thinned_to_about_30_hz(
    monkeypatch: pytest.MonkeyPatch, rate: float, every: int
) -> None:
    frames = round(4 * rate)
    (event,) = scripted(monkeypatch, raises(2.0, length_s=1.0), frames, rate)
    assert ScriptedFlow.measured[:20] == [every * i for i in range(1, 21)]
    assert event.apex_s == pytest.approx(2.0, abs=0.05)
    assert event.apex_frame == pytest.approx(2.0 * rate, abs=2 * every)


@pytest.mark.parametrize(("length_s", "kind"), [(0.75, "micro"), (0.95, "macro")])
def test_half_a_second_parts_micro_from_macro(
    monkeypatch: pytest.MonkeyPatch, length_s: float, kind: str
) -> None:
    """Cut at a third of their height these last 0.46 s and 0.58 s."""
    (event,) = scripted(monkeypatch, raises(2.0, length_s=length_s), 120)
    assert event.kind == kind
    assert (event.offset_s - event.onset_s <= 0.5001) == (kind == "micro")


def test_windows_end_where_the_face_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """A raise before, one whose second half nobody sees, one after."""

    def away(index: int) -> FaceObservation | None:
        return None if 70 <= index < 90 else FACE

    events = scripted(monkeypatch, raises(1.2, 2.5, 4.0), 180, face=away)
    assert [event.apex_s for event in events] == pytest.approx([1.2, 4.0], abs=0.05)
    assert ScriptedFlow.started == [0, 90]
    assert not [index for index in ScriptedFlow.measured if 70 <= index <= 90]


def test_windows_end_where_the_track_was_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a cut: what comes then is not compared with what was before."""

    def cut(index: int) -> FaceObservation | None:
        return observation(FACE.points, run=int(index >= 75))

    events = scripted(monkeypatch, raises(1.2, 4.0), 180, face=cut)
    assert [event.apex_s for event in events] == pytest.approx([1.2, 4.0], abs=0.05)
    assert ScriptedFlow.started == [0, 75, 175]
    assert ScriptedFlow.measured.count(75) == 0


# -- the registry --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(BASELINES))
def test_every_baseline_keeps_the_contract(name: str) -> None:
    """It takes frames with and without a face, answers once at the end, and codes nothing."""
    assert BASELINES[name].doi
    assert BASELINES[name].title
    planted = PlantedEvent(BROWS, 0.4, 0.9, 1.4, 0.07)
    one = make_baseline(name, face_id=3)
    for frame in filmed(Script(events=(planted,)), 54):
        one.push(frame, FACE)
    events = one.finish()
    assert events
    for event in events:
        assert event.face_id == 3
        assert event.onset_s <= event.apex_s <= event.offset_s
        assert event.onset_frame <= event.apex_frame <= event.offset_frame
        assert event.action_units == {}
    nobody = make_baseline(name, face_id=1)
    nobody.push(grey(at_rest(), 0), None)
    assert nobody.finish() == []
    assert make_baseline(name, face_id=1).finish() == []


def test_only_wanted_faces_are_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Staff never reach the flow, also in the bench."""
    asked: list[int] = []

    def nobody(face_id: int) -> bool:
        asked.append(face_id)
        return False

    monkeypatch.setattr(flow_spotter, "RegionFlow", None)
    run = BaselineRun("flow-spotter", wanted=nobody)
    for i in range(20):
        run.push(grey(at_rest(), i), FacesInFrame(False, (FACE,)))
    assert set(asked) == {1}
    assert run.finish() == []


def test_an_unknown_baseline_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no baseline 'nonsense'\. Choose one of: .*flow-spotter"):
        make_baseline("nonsense", 1)
    with pytest.raises(UsageError, match="nonsense"):
        BaselineRun("nonsense")
