"""The report's sentences: figures put into plain words, calmly and exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from unspoken.analysis import Analysis, Sensitivity
from unspoken.facs.units import unit_of
from unspoken.media.facts import ClockFacts
from unspoken.report.rates import Rate
from unspoken.spotting.events import ARTEFACTS, Event

__all__ = [
    "GAP_WORDS",
    "Finding",
    "alarms_short",
    "alarms_text",
    "amplitude_text",
    "clock_findings",
    "duration_text",
    "flag_words",
    "footage_findings",
    "headline",
    "number",
    "plain",
    "rate_text",
    "seen_class",
    "unit_label",
]

Tone = Literal["good", "fair", "poor", "note"]

GAP_WORDS: dict[str, str] = {
    "no_face": "no face in view",
    "pose": "head turned too far",
    "occluded": "face covered",
    "blurred": "picture blurred",
    "too_small": "face too small",
    "cut": "camera cut",
}
_FLAG_WORDS: dict[str, str] = {
    **{name: f"overlaps a {name.replace('_', ' ')}" for name in ARTEFACTS},
    "eyes_down": "overlaps lids that stay down",
    "speech": "overlaps speech of this face",
    "voice": "while somebody else is heard speaking",
    "chewing": "overlaps chewing",
    "mouth_opening": "overlaps movements of the mouth without a voice",
    "hand_over_face": "next to a hand before the face",
    "occlusion": "next to something in front of the face",
    "flicker": "under flickering light",
    "key_frame": "the codec renews the picture at the same moment",
    "blocks": "block edges of strong compression lie on the face",
    "repeated_frames": "pictures are repeated around it",
    "camera_shake": "overlaps a shake of the camera",
    "track_edge": "next to the moment the face was found or lost",
    "low_frame_rate": "too few pictures a second to time it well",
    "small_face": "the face is smaller than is good for measuring",
    "long": "lasts longer than expressions usually do",
}
#: Peak skin displacement, ICD, from which published spotters find micro-expressions.
FINE_ICD = 0.02
COARSE_ICD = 0.035
#: False alarms per minute below this are extrapolated far beyond what one recording can tell.
_LEAST_ALARMS = 0.001


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence about the footage, with its tone."""

    tone: Tone
    title: str
    text: str


def number(value: float, digits: int = 2) -> str:
    """A number for reading: significant digits, no exponent; an en dash when unknown."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0.0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(places, 6)}f}".replace("-", "−")


def duration_text(seconds: float) -> str:
    """A length of time: ``0.27 s``, ``38.2 s``, ``12 min 5 s``, ``1 h 2 min``."""
    if math.isnan(seconds):
        return "–"
    if seconds < 1.0:
        return f"{seconds:.2f} s"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def count_text(count: int, one: str, many: str = "") -> str:
    """``1 blink``, ``3 blinks``, ``no blinks``."""
    return f"{count or 'no'} {one if count == 1 else many or one + 's'}"


def rate_text(rate: Rate) -> str:
    """A rate with its interval, or why there is none."""
    if not rate.exposure_s:
        return "no usable view, so no rate"
    low, high = (number(value) for value in (rate.low, rate.high))
    return f"{number(rate.per_min)} a minute (95 % interval {low} to {high})"


def alarms_short(per_min: float) -> str:
    """A false-alarm rate for a table cell; tails beyond what can be estimated are cut."""
    return f"< {_LEAST_ALARMS:g}" if per_min < _LEAST_ALARMS else number(per_min)


def alarms_text(per_min: float) -> str:
    """A false-alarm rate for a sentence that ends in "a minute"."""
    if per_min < _LEAST_ALARMS:
        return f"less than {_LEAST_ALARMS:g} times"
    return f"about {number(per_min)} times"


def amplitude_text(amplitude: float) -> str:
    """An amplitude in per cent of the unit's full movement."""
    return f"{100.0 * amplitude:.0f} %".replace("-", "−")


def unit_label(key: str) -> str:
    """``AU4 left``, ``AU17``."""
    unit, side = unit_of(key)
    return f"AU{unit.code}" + {"L": " left", "R": " right", "": ""}[side]


def flag_words(flag: str) -> str:
    """What a flag says, as a sentence fragment."""
    return _FLAG_WORDS.get(flag, flag.replace("_", " "))


def headline(analysis: Analysis, counts: dict[str, int]) -> str:
    """What was found, in one sentence."""
    if not analysis.faces:
        return "No face was found in this recording, so nothing could be measured."
    if not analysis.exposure_s:
        return (
            "No face could be measured: nobody in the role of customer was in usable view. "
            "Nothing could have been found."
        )
    view = duration_text(analysis.exposure_s)
    micro, macro = counts["micro"], counts["macro"]
    if not micro and not macro:
        return (
            f"No movement stood out as an expression in {view} of usable view. "
            "What could have been seen is listed below."
        )
    if not micro and not analysis.clock.micro_possible:
        found = count_text(macro, "movement")
        many = "a macro-expression" if macro == 1 else "macro-expressions"
        return (
            f"{found} consistent with {many}, in {view} of usable view. Micro-expressions cannot "
            "be seen at this picture rate."
        )
    parts = [
        f"{count_text(micro, 'movement')} consistent with "
        + ("a micro-expression" if micro == 1 else "micro-expressions"),
        f"{macro or 'none'} with " + ("a macro-expression" if macro == 1 else "macro-expressions"),
    ]
    text = " and ".join(parts) + f", in {view} of usable view."
    return text[0].upper() + text[1:]


def expected_false(event_rate_per_min: float, exposure_s: float) -> str:
    """How many events noise alone would give, as the threshold was set."""
    return number(event_rate_per_min * exposure_s / 60.0)


def clock_findings(clock: ClockFacts) -> list[Finding]:
    """What the time stamps mean for timing."""
    if clock.frames < 2 or math.isnan(clock.median_rate_hz):
        pictures = count_text(clock.frames, "picture")
        return [Finding("poor", "No movement to time", f"The recording holds {pictures}.")]
    rate = f"{clock.median_rate_hz:.2f}".rstrip("0").rstrip(".")
    step = 1000.0 / clock.median_rate_hz
    found = [_rate_finding(clock, rate, step)]
    found.append(_steadiness(clock, step))
    if clock.missing_frames:
        found.append(
            Finding(
                "fair",
                "Missing pictures",
                f"{count_text(clock.missing_frames, 'picture')} would fit into "
                f"{count_text(len(clock.gaps), 'gap')}; the longest step between two pictures is "
                f"{duration_text(clock.longest_step_s)}.",
            )
        )
    if clock.duplicate_frames:
        share = 100.0 * clock.duplicate_frames / clock.frames
        text = f"{clock.duplicate_frames} of {clock.frames} pictures ({share:.1f} %) repeat the one"
        found.append(Finding("fair", "Repeated pictures", f"{text} before and add nothing new."))
    if clock.interlaced:
        text = "Pictures are woven from two half pictures; fast movement has combed edges."
        found.append(Finding("fair", "Interlaced", text))
    if clock.truncated:
        text = "Decoding stopped before the end the file claims. What decodes was analysed."
        found.append(Finding("poor", "The file is cut short", text))
    return found


def _rate_finding(clock: ClockFacts, rate: str, step: float) -> Finding:
    base = f"The median rate is {rate} pictures a second, one every {step:.1f} ms. "
    if not clock.micro_possible:
        text = base + "Micro-expressions pass between the pictures; only slow ones can be found."
        return Finding("poor", "Too slow for micro-expressions", text)
    if clock.median_rate_hz < 50.0:
        onset = clock.median_rate_hz * 0.2
        text = base + f"An onset of 0.2 s is covered by about {onset:.0f} pictures."
        return Finding("good", "Fast enough for micro-expressions", text)
    text = base + "Comfortable for the timing of micro-expressions."
    return Finding("good", "Fast enough for micro-expressions", text)


def _steadiness(clock: ClockFacts, step: float) -> Finding:
    jitter = 1000.0 * clock.jitter_s
    if clock.variable_rate:
        text = (
            f"Steps between pictures vary by ±{jitter:.1f} ms around {step:.1f} ms. Every time in "
            "this report comes from the picture's own time stamp, so this does no harm."
        )
        return Finding("note", "Variable rate", text)
    text = f"Steps between pictures vary by ±{jitter:.1f} ms."
    return Finding("good", "Steady clock", text)


def footage_findings(analysis: Analysis) -> list[Finding]:
    """What size, noise, sharpness and compression mean."""
    if not analysis.exposure_s:
        return [Finding("note", "", note) for note in analysis.quality.notes]
    quality = analysis.quality
    found = []
    if not math.isnan(quality.icd_px):
        found.append(_size_finding(quality.icd_px))
    figures = []
    for name, value, unit in (
        ("picture noise", quality.noise_grey, " of 255 grey levels"),
        ("width of the narrowest edges", quality.sharpness_px, " px in the aligned face"),
        ("steps at the codec's block borders", quality.blockiness, " times those elsewhere"),
    ):
        if not math.isnan(value):
            figures.append(f"{name} {number(value)}{unit}")
    if figures:
        text = "; ".join(figures) + "."
        found.append(Finding("note", "Picture", text[0].upper() + text[1:]))
    found += [Finding("note", "", note) for note in quality.notes]
    return found


def _size_finding(icd_px: float) -> Finding:
    text = f"The inner eye corners are {icd_px:.0f} px apart (median); 40 px or more is good."
    if icd_px >= 40.0:
        return Finding("good", "Face large enough", text)
    text += " Small movements are lost at this size."
    return Finding("fair" if icd_px >= 25.0 else "poor", "Small face", text)


def seen_class(entry: Sensitivity) -> str:
    """How fine a movement could have been found: fine, usual, coarse or none."""
    if not math.isfinite(entry.amplitude) or not math.isfinite(entry.displacement_icd):
        return "none"
    if entry.displacement_icd <= FINE_ICD:
        return "fine"
    return "usual" if entry.displacement_icd <= COARSE_ICD else "coarse"


def event_title(event: Event) -> str:
    """What an event is consistent with, in one phrase."""
    names = {"micro": "Micro-expression", "macro": "Macro-expression", "blink": "Blink"}
    return names[event.kind]


def plain(name: str) -> str:
    """A name from a file as words: ``concealed_dissatisfaction`` has no underscore for readers."""
    return name.replace("_", " ")
