"""Analyses made of planted signals, and faces drawn for the key frames: nothing of it is real."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.analysis import Analysis, FaceSummary, Quality, Sensitivity
from unspoken.context.record import Context
from unspoken.context.timeline import Segment, Timeline
from unspoken.context.transcript import Transcript, Utterance
from unspoken.face.observation import Pose
from unspoken.facs.units import UNIT_INDEX, UNIT_KEYS, unit_of
from unspoken.media.facts import ClockFacts, SourceFacts
from unspoken.media.frame import Frame
from unspoken.motion.evidence import EvidenceRow
from unspoken.reading.moments import Moment, Signal
from unspoken.report.loops import Loop, LoopPlan, LoopTaker
from unspoken.report.moments import ShownMoments
from unspoken.report.pictures import EventPictures, PictureTaker, choose_events, moments_of
from unspoken.report.pictures import Moment as PictureMoment
from unspoken.report.second_pass import Frames, look_again
from unspoken.settings import Settings
from unspoken.signals import SignalsTable
from unspoken.spotting.events import Artefact, Event
from unspoken.timing import Interval

UNITS = len(UNIT_KEYS)
NAN = float("nan")
#: What is planted: kind, units, amplitude, onset, rise, fall in seconds.
PLANTED = (
    ("micro", ("AU4L", "AU4R"), 0.12, 3.20, 0.13, 0.20),
    ("blink", ("AU45L", "AU45R"), 0.80, 5.10, 0.10, 0.20),
    ("micro", ("AU12L",), 0.09, 7.40, 0.17, 0.23),
    ("macro", ("AU12L", "AU12R", "AU6L", "AU6R", "AU25"), 0.42, 11.00, 0.90, 1.60),
    ("micro", ("AU1L", "AU1R", "AU2L", "AU2R"), 0.16, 17.30, 0.20, 0.20),
    ("blink", ("AU45L", "AU45R"), 0.80, 18.00, 0.10, 0.20),
    ("micro", ("AU15L", "AU15R", "AU17"), 0.14, 22.60, 0.17, 0.27),
    ("micro", ("AU9L", "AU10R"), 0.11, 27.90, 0.13, 0.23),
)
EMOTIONS = {"AU4L": ("anger", 0.31), "AU12L": ("happiness", 0.58), "AU1L": ("surprise", 0.62)}


def clock_facts(frames: int, rate_hz: float, start_s: float = 0.0) -> ClockFacts:
    """A steady clock."""
    step = 1.0 / rate_hz
    return ClockFacts(
        frames=frames,
        start_s=start_s,
        end_s=start_s + frames * step,
        median_rate_hz=rate_hz if frames > 1 else NAN,
        container_rate_hz=rate_hz,
        jitter_s=0.0004,
        longest_step_s=step,
        gaps=(),
        missing_frames=0,
        duplicate_frames=0,
        repeated_times=0,
        variable_rate=False,
        interlaced=False,
        truncated=False,
    )


def source_facts(path: str = "recordings/interview with Ana & <Bob>.mp4") -> SourceFacts:
    """A file that does not exist."""
    return SourceFacts(
        path=path,
        kind="file",
        sha256="0f" * 32,
        bytes=7_654_321,
        container="mov,mp4,m4a,3gp,3g2,mj2",
        codec="h264",
        pixel_format="yuv420p",
        width=1280,
        height=720,
        rotation_deg=0,
        pixel_aspect=1.0,
        has_audio=True,
    )


def pulse(
    times: NDArray[np.float64], onset: float, rise: float, fall: float
) -> NDArray[np.float64]:
    """A movement of peak 1: half a cosine up, half a cosine down."""
    up = 0.5 - 0.5 * np.cos(np.pi * np.clip((times - onset) / rise, 0, 1))
    down = 0.5 - 0.5 * np.cos(np.pi * np.clip((times - onset - rise) / fall, 0, 1))
    return np.asarray(up - down)


def planted_events(
    planted: tuple[tuple[str, tuple[str, ...], float, float, float, float], ...],
    rate_hz: float,
    face_id: int = 1,
) -> tuple[Event, ...]:
    """The planted movements as events."""
    events = []
    for number, (kind, units, amplitude, onset, rise, fall) in enumerate(planted, start=1):
        apex, offset = onset + rise, onset + rise + fall
        emotion, chance = EMOTIONS.get(units[0], ("", NAN)) if kind != "blink" else ("", NAN)
        blinked = units[0] == "AU2L" or 17.0 < onset < 17.9
        events.append(
            Event(
                face_id,
                kind,  # type: ignore[arg-type]
                onset_s=onset,
                apex_s=apex,
                offset_s=offset,
                onset_frame=round(onset * rate_hz),
                apex_frame=round(apex * rate_hz),
                offset_frame=round(offset * rate_hz),
                action_units={u: round(amplitude * 0.93**i, 3) for i, u in enumerate(units)},
                snr=5.0 + 40.0 * amplitude,
                false_alarms_per_min=0.4 * math.exp(-9.0 * amplitude),
                flags=("blink",) if blinked else (),
                event_id=f"{face_id}-{number}",
                emotion=emotion,
                emotion_probability=chance,
            )
        )
    return tuple(events)


def evidence(
    events: tuple[Event, ...], frames: int, rate_hz: float, face_id: int = 1, seed: int = 7
) -> SignalsTable:
    """Signals with the events in them, noise, and two stretches without evidence."""
    rng = np.random.default_rng(seed)
    times = np.arange(frames) / rate_hz
    spread = rng.uniform(0.006, 0.016, UNITS)
    talk = 1.0 + 2.5 * ((times > 12.8) & (times < 16.4))
    error = (spread * talk[:, None]).astype(np.float32)
    amplitude = rng.standard_normal((frames, UNITS)).astype(np.float32) * error
    for event in events:
        rise, fall = event.apex_s - event.onset_s, event.offset_s - event.apex_s
        a, b = int(event.onset_s * rate_hz), int(event.offset_s * rate_hz) + 2
        shape = pulse(times[a:b], event.onset_s, rise, fall)
        for key, peak in event.action_units.items():
            amplitude[a:b, UNIT_INDEX[key]] += (shape * peak).astype(np.float32)
    missing = np.full(UNITS, np.nan, np.float32)
    table = SignalsTable()
    for i in range(frames):
        t = float(times[i])
        away, turned = 30.0 <= t < 31.2, 24.4 <= t < 25.3
        gap = "no_face" if away else "pose" if turned else ""
        table.add(
            EvidenceRow(
                frame=i,
                time_s=t,
                face_id=0 if away else face_id,
                run=int(t >= 31.2),
                amplitude=missing if gap else amplitude[i],
                error=missing if gap else error[i],
                pose=None if away else Pose(40.0 if turned else 3.0 * math.sin(t), -2.0, 0.5),
                icd_px=NAN if away else 58.0,
                eye_opening=NAN if away else 0.8,
                mouth_opening=NAN if away else 0.1,
                gaze_x=NAN if away else 0.0,
                gaze_y=NAN if away else 0.0,
                light=NAN if gap else 1.0,
                quality=0.0 if gap else 0.9,
                gap=gap,  # type: ignore[arg-type]
            )
        )
    return table


def sensitivity(face_id: int = 1, factor: float = 1.0) -> tuple[Sensitivity, ...]:
    """Short movements are harder to see, and so are some units."""
    rng = np.random.default_rng(3)
    found = []
    for key in UNIT_KEYS:
        full_icd = float(rng.uniform(0.12, 0.35))
        least = float(rng.uniform(0.03, 0.16)) * factor
        blind = unit_of(key)[0].code in (5, 28)
        for duration in (0.1, 0.2, 0.33, 0.5, 1.0):
            amplitude = least * math.sqrt(0.33 / duration)
            if blind and duration < 0.3:
                amplitude = math.inf
            found.append(Sensitivity(face_id, key, duration, amplitude, amplitude * full_icd))
    return tuple(found)


def sample_analysis(seconds: float = 38.0, rate_hz: float = 30.0) -> Analysis:
    """One face, planted movements, talk, a head turn and a moment out of view."""
    frames = round(seconds * rate_hz)
    events = planted_events(PLANTED, rate_hz)
    gaps = {"no_face": 1.2, "pose": 0.9}
    face = FaceSummary(
        1, "customer", 0.0, seconds, seconds - 1.2, seconds - 2.1, 58.0, 2.1, 2, gaps
    )
    artefacts = (
        Artefact("blink", 1, Interval(5.1, 5.4)),
        Artefact("mouth_opening", 1, Interval(12.8, 16.4)),
        Artefact("gaze_shift", 1, Interval(9.0, 9.1)),
        Artefact("blink", 1, Interval(18.0, 18.3)),
        Artefact("head_turn", 1, Interval(24.1, 25.5)),
        Artefact("track_edge", 1, Interval(30.0, 30.1)),
        Artefact("cut", 1, Interval(31.2, 31.2)),
    )
    return Analysis(
        source=source_facts(),
        clock=clock_facts(frames, rate_hz),
        settings=Settings(role={"all": "customer"}, false_alarms_per_min=1.0),
        faces=(face,),
        events=events,
        artefacts=artefacts,
        quality=Quality(58.0, 1.8, 1.1, 1.04, ("Compression is mild.",)),
        sensitivity=sensitivity(),
        software={"unspoken": "0.1.0", "numpy": "2.4.6", "weights": "face_landmarker 64184e22"},
        timings_s={"decode": 1.2, "faces": 1.9, "motion": 0.8},
        notes=("One face was found, so it was taken to be the customer.",),
        _signals=evidence(events, frames, rate_hz).frame(),
    )


def no_face_analysis() -> Analysis:
    """A recording in which nobody is."""
    return Analysis(
        source=source_facts("empty room.mov"),
        clock=clock_facts(300, 30.0),
        settings=Settings(),
        faces=(),
        events=(),
        artefacts=(),
        quality=Quality(NAN, NAN, NAN, NAN),
        sensitivity=(),
        software={},
        timings_s={},
    )


def hour_analysis(events: int = 500, rate_hz: float = 30.0) -> Analysis:
    """An hour with many events."""
    frames = round(3600 * rate_hz)
    planted = tuple(
        (
            "micro" if i % 3 else "macro",
            (UNIT_KEYS[i % UNITS], UNIT_KEYS[(i * 7 + 3) % UNITS]),
            0.08 + 0.002 * (i % 50),
            3.0 + 7.18 * i,
            0.15,
            0.25,
        )
        for i in range(events)
    )
    spotted = planted_events(planted, rate_hz)
    base = sample_analysis()
    rng = np.random.default_rng(1)
    noise = rng.normal(0.0, 0.012, (frames, UNITS)).astype(np.float32)
    columns = _columns(frames, rate_hz, noise)
    face = FaceSummary(1, "customer", 0.0, 3600.0, 3600.0, 3600.0, 58.0, 2.0, 2.0, {})
    return replace(
        base,
        clock=clock_facts(frames, rate_hz),
        faces=(face,),
        events=spotted,
        artefacts=(),
        _signals=columns,
    )


def _columns(frames: int, rate_hz: float, amplitude: NDArray[np.float32]):  # type: ignore[no-untyped-def]
    import polars as pl

    from unspoken.tables import SIGNAL_COLUMNS

    data: dict[str, object] = {
        "time_s": np.arange(frames) / rate_hz,
        "frame": np.arange(frames, dtype=np.int32),
        "face_id": np.ones(frames, np.int32),
        "gap": np.full(frames, ""),
        "run": np.zeros(frames, np.int32),
    }
    for index, key in enumerate(UNIT_KEYS):
        data[key] = amplitude[:, index]
        data[f"{key}_se"] = np.full(frames, 0.012, np.float32)
    for column in SIGNAL_COLUMNS:
        data.setdefault(column.name, np.zeros(frames, np.float32))
    return pl.DataFrame({column.name: data[column.name] for column in SIGNAL_COLUMNS})


def drawn_frame(index: int, time_s: float, events: tuple[Event, ...]) -> Frame:
    """A drawn face of 1280 x 720 whose brows and mouth follow the events."""
    picture = np.full((720, 1280, 3), (96, 104, 110), np.uint8)
    x, y = 640, 360
    active: dict[str, float] = {}
    for event in events:
        rise, fall = event.apex_s - event.onset_s, event.offset_s - event.apex_s
        share = float(pulse(np.array([time_s]), event.onset_s, rise, fall)[0])
        for key, peak in event.action_units.items():
            active[key] = active.get(key, 0.0) + share * peak
    brow = 60 * (active.get("AU4L", 0) - active.get("AU1L", 0))
    smile = 60 * (active.get("AU12L", 0) - active.get("AU15L", 0))
    cv2.ellipse(picture, (x, y), (150, 200), 0, 0, 360, (196, 164, 140), -1, cv2.LINE_AA)
    cv2.ellipse(picture, (x, y - 150), (158, 90), 0, 180, 360, (62, 48, 40), -1, cv2.LINE_AA)
    for side in (-1, 1):
        cv2.ellipse(picture, (x + 58 * side, y - 40), (26, 13), 0, 0, 360, (240, 240, 238), -1, 16)
        cv2.circle(picture, (x + 58 * side, y - 40), 10, (60, 70, 80), -1, cv2.LINE_AA)
        centre = (x + 58 * side, int(y - 78 + brow))
        cv2.ellipse(picture, centre, (36, 10), 0, 200, 340, (62, 48, 40), 7, cv2.LINE_AA)
    cv2.line(picture, (x, y - 10), (x - 8, y + 46), (160, 130, 110), 4, cv2.LINE_AA)
    points = [(x + dx, int(y + 100 - smile * (dx / 50) ** 2)) for dx in range(-50, 51, 10)]
    cv2.polylines(picture, [np.array(points)], False, (150, 80, 80), 7, cv2.LINE_AA)
    rng = np.random.default_rng(index)
    noisy = picture.astype(np.float32) + rng.normal(0, 2.0, (720, 1280, 1)).astype(np.float32)
    rgb = np.clip(noisy, 0, 255).astype(np.uint8)
    ycc = cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb)
    halves = tuple(
        np.asarray(cv2.resize(ycc[:, :, c], (640, 360), interpolation=cv2.INTER_AREA), np.uint8)
        for c in (2, 1)
    )
    return Frame(index, time_s, ycc[:, :, 0].copy(), halves, full_range=True)  # type: ignore[arg-type]


#: From a crop of 192 px to the drawn face.
TO_PICTURE = np.array([[1.9, 0.0, 457.6], [0.0, 1.9, 178.0]])


def sample_pictures(analysis: Analysis) -> dict[str, EventPictures]:
    """Strips of drawn faces."""
    moments = moments_of(choose_events(analysis.events), lambda face, frame: TO_PICTURE)
    rate = analysis.clock.median_rate_hz
    return pictures_of(
        moments, lambda wanted: (drawn_frame(i, i / rate, analysis.events) for i, _ in wanted), 192
    )


def pictures_of(
    moments: Sequence[PictureMoment], frames: Frames, crop_px: int
) -> dict[str, EventPictures]:
    """Key frames as a report takes them, in a look at these frames alone."""
    taker = PictureTaker(moments, crop_px)
    look_again(frames, [taker])
    return taker.pictures()


def loops_of(
    plans: Sequence[LoopPlan],
    to_picture: Callable[[int, int], NDArray[np.float64] | None],
    frames: Frames,
    crop_px: int,
) -> dict[str, Loop]:
    """Loops as a report makes them, in a look at these frames alone."""
    taker = LoopTaker(plans, to_picture, crop_px)
    look_again(frames, [taker])
    return taker.loops()


def sample_context() -> Context:
    """What might have been going on in the sample, with markup in it that must stay text."""
    steps = (("Greeting", 0.0, 6.0), ("Demo: export", 6.0, 20.0), ("Price talk", 20.0, 38.0))
    segments = [Segment(f"s{i}", "step", *step) for i, step in enumerate(steps)]
    segments.append(Segment("p1", "price", "list price <named>", 22.0, 24.0))
    said = (
        Utterance("Ana", 1.0, 2.9, "This is the export."),
        Utterance("Kim", 3.0, 4.5, "And if our columns differ?</script>"),
        Utterance("Ana", 22.0, 23.0, "It is four hundred a month."),
    )
    roles = {"Ana": "staff", "Kim": "customer"}
    return Context(
        Timeline(tuple(segments)),
        Transcript(said, roles, "en"),
        "K-017",
        {"channel": "showroom"},
        {"csat": 4.0},
    )


def sample_moments(analysis: Analysis) -> ShownMoments:
    """A moment for every event but blinks; every second one has a signal."""
    context = sample_context()
    found = {}
    for number, event in enumerate(e for e in analysis.events if e.kind != "blink"):
        signal = Signal(
            "confusion", 0.8 - 0.1 * number, "r1", ("AU4 on both sides",), "Pause. Ask."
        )
        found[event.event_id] = Moment(
            event.event_id,
            event.event_id,
            event.face_id,
            event.kind,
            event.onset_s,
            event.apex_s,
            event.offset_s,
            dict(event.action_units),
            {"anger": 0.46, "other": 0.54},
            "Brows together: consistent with anger 0.46.",
            tuple(s.segment_id for s in context.timeline.at(event.apex_s)),
            "customer",
            "And if our columns differ?",
            0.87,
            () if number % 2 else (signal,),
        )
    return ShownMoments(found, "demo 1")
