"""The decisions: events, and the artefacts that might be mistaken for them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from unspoken.timing import Interval

__all__ = ["ARTEFACTS", "FLAGS", "KINDS", "Artefact", "ArtefactKind", "Event", "Kind"]
__all__ += ["Source"]

Kind = Literal["micro", "macro", "blink"]
KINDS: tuple[Kind, ...] = ("micro", "macro", "blink")
ArtefactKind = Literal[
    "blink",
    "eyes_down",
    "gaze_shift",
    "head_turn",
    "head_nod",
    "head_shake",
    "speech",
    "voice",
    "chewing",
    "mouth_opening",
    "hand_over_face",
    "occlusion",
    "light_change",
    "flicker",
    "key_frame",
    "blocks",
    "repeated_frames",
    "camera_shake",
    "cut",
    "track_edge",
]
#: What each artefact is, in words for people. Flags on events use the same names.
ARTEFACTS: dict[ArtefactKind, str] = {
    "blink": "both eyes close and open again",
    "eyes_down": "the lids stay down for longer than a blink: looking down, or eyes shut",
    "gaze_shift": "the eyes jump to another point",
    "head_turn": "the head turns or tilts quickly",
    "head_nod": "the head goes up and down",
    "head_shake": "the head goes from side to side",
    "speech": "the face speaks",
    "voice": "a voice is heard while this mouth is still: somebody else speaks",
    "chewing": "the jaw goes round slowly and evenly, as in chewing",
    "mouth_opening": "the mouth opens and closes, but no voice is heard",
    "hand_over_face": "a hand is before the face; units behind it are not measured",
    "occlusion": "something is in front of the face and hides most of it",
    "light_change": "the brightness of the face changes at once",
    "flicker": "the brightness of the face pulses, as under mains light",
    "key_frame": "the codec renews the whole picture, and it changes at once",
    "blocks": "compression has left the edges of its blocks on the face",
    "repeated_frames": "pictures are repeated, so movement comes in steps",
    "camera_shake": "the whole picture moves, not only the face",
    "cut": "the recording jumps to another moment or view",
    "track_edge": "the face was found or lost here",
}
#: What an artefact was told by, where more than one witness is possible.
Source = Literal["", "mouth", "sound", "sound and mouth"]
#: Which part of the face a hand covers.
Part = Literal["", "upper", "lower"]
FLAGS: tuple[str, ...] = (*ARTEFACTS, "low_frame_rate", "small_face", "long")


@dataclass(frozen=True, slots=True)
class Artefact:
    """Something that moves the picture of a face but is no expression.

    Parameters
    ----------
    kind : ArtefactKind
        What it is.
    face_id : int
        Whose face.
    interval : Interval
        When, seconds.
    source : Source
        What told it, for speech and voice: "mouth" (its rhythm alone), "sound" (a voice on the
        sound track alone) or "sound and mouth". Empty for all others.
    part : Part
        Which part of the face a hand covers; a hand on both makes two artefacts. Empty for all
        others.
    """

    kind: ArtefactKind
    face_id: int
    interval: Interval
    source: Source = ""
    part: Part = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One spotted movement.

    Parameters
    ----------
    face_id : int
        Whose face.
    kind : {"micro", "macro", "blink"}
        Micro: onset to apex at most 0.3 s or total at most 0.5 s (or the strict 0.5 s rule).
    onset_s, apex_s, offset_s : float
        Seconds, ``onset_s <= apex_s <= offset_s``.
    onset_frame, apex_frame, offset_frame : int
        The frames nearest to those times.
    action_units : dict of str to float
        Peak amplitude of each contributing unit, strongest first; keys of `UNIT_KEYS`.
    snr : float
        Peak of the detection statistic, in standard deviations of the local noise.
    false_alarms_per_min : float
        How often noise, talk and head movement of *this* footage reach that statistic.
    flags : tuple of str
        Names from :data:`FLAGS`, sorted.
    event_id : str
        ``"<face>-<number>"`` in order of onset; empty until the analysis numbers it.
    emotion : str
        Reading, or "" where none was made.
    emotion_probability : float
        NaN where no reading was made.
    unit_errors : dict of str to float
        Standard error of the amplitude of every unit that could be measured there, taking part or
        not, by the local noise; a unit that is missing was masked. Empty for blinks and in
        analyses of earlier versions.
    """

    face_id: int
    kind: Kind
    onset_s: float
    apex_s: float
    offset_s: float
    onset_frame: int
    apex_frame: int
    offset_frame: int
    action_units: dict[str, float] = field(default_factory=dict)
    snr: float = float("nan")
    false_alarms_per_min: float = float("nan")
    flags: tuple[str, ...] = ()
    event_id: str = ""
    emotion: str = ""
    emotion_probability: float = float("nan")
    unit_errors: dict[str, float] = field(default_factory=dict)

    @property
    def interval(self) -> Interval:
        """Onset to offset."""
        return Interval(self.onset_s, self.offset_s)

    def with_flags(self, *names: str) -> Event:
        """The same event with more flags."""
        return replace(self, flags=tuple(sorted({*self.flags, *names})))
