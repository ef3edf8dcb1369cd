"""The columns of every table Unspoken writes, as data.

Writers, readers and ``docs/data-dictionary.md`` all go by these lists, so a column cannot be
written under one name and documented under another. Order is part of the contract.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from unspoken.facs.units import UNIT_KEYS, unit_of
from unspoken.motion.evidence import GAPS
from unspoken.spotting.events import ARTEFACTS, FLAGS, KINDS

__all__ = [
    "ARTEFACT_COLUMNS",
    "EVENT_COLUMNS",
    "SIGNAL_COLUMNS",
    "Column",
    "data_dictionary",
]

DType = Literal["text", "int32", "float32", "float64"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        As it stands in the file.
    dtype : {"text", "int32", "float32", "float64"}
        Type in Parquet and in the tables handed out by the library.
    unit : str
        Unit of measurement; "" for names and codes.
    meaning : str
        One sentence.
    when_empty : str
        What an empty cell says; "never" when there is always a value.
    decimals : int or None
        Digits after the point in CSV files; None writes the shortest exact text.
    """

    name: str
    dtype: DType
    unit: str
    meaning: str
    when_empty: str = "never"
    decimals: int | None = None


def _time(name: str, meaning: str) -> Column:
    return Column(name, "float64", "s", meaning, decimals=4)


#: ``events.csv``: a row per event, in order of onset.
EVENT_COLUMNS: tuple[Column, ...] = (
    Column("event_id", "text", "", "Face and number of the event on that face, as `1-3`."),
    Column("face_id", "int32", "", "Track number inside this recording; never an identity."),
    Column("kind", "text", "", f"{', '.join(KINDS[:-1])} or {KINDS[-1]}."),
    _time("onset_s", "When the movement starts, on the recording's own clock."),
    _time("apex_s", "When it is strongest."),
    _time("offset_s", "When it is over."),
    Column("onset_frame", "int32", "", "Index of the frame nearest to the onset, from 0."),
    Column("apex_frame", "int32", "", "Index of the frame nearest to the apex, from 0."),
    Column("offset_frame", "int32", "", "Index of the frame nearest to the offset, from 0."),
    Column(
        "action_units",
        "text",
        "parts of full displacement",
        "Peak amplitude per action unit, strongest first: `AU4L:0.31|AU4R:0.28`. L and R are the "
        "person's own left and right.",
        "no unit stands out",
    ),
    Column(
        "snr",
        "float64",
        "standard deviations",
        "Peak of the detection statistic over the local noise.",
        "not computed",
        2,
    ),
    Column(
        "false_alarms_per_min",
        "float64",
        "1/min",
        "How often noise, talk and head movement of this very footage reach the same strength.",
        "not estimated",
        4,
    ),
    Column(
        "emotion",
        "text",
        "",
        "Emotion the action units are consistent with.",
        "no reading was made, or it abstained",
    ),
    Column(
        "emotion_probability",
        "float64",
        "0..1",
        "Probability of that reading.",
        "no reading was made, or it abstained",
        3,
    ),
    Column(
        "flags",
        "text",
        "",
        "Reasons for caution, joined by `|`: " + ", ".join(f"`{flag}`" for flag in FLAGS) + ".",
        "none applies",
    ),
)


_UNSEEN = "see `gap`; without a gap: behind a hand"


def _amplitude(key: str) -> Column:
    unit, side = unit_of(key)
    which = {"L": ", own left side", "R": ", own right side", "": ""}[side]
    also = "".join(f" (cannot be told from AU{code})" for code in unit.also)
    return Column(
        key,
        "float32",
        "parts of full displacement",
        f"Amplitude of AU{unit.code}, {unit.name}{which}{also}; may be negative.",
        _UNSEEN,
    )


def _error(key: str) -> Column:
    return Column(
        f"{key}_se",
        "float32",
        "parts of full displacement",
        f"Standard error of `{key}`.",
        _UNSEEN,
    )


_NO_FACE = "no face in the frame"

#: ``signals.parquet``: a row per frame and measured face; a frame without one has one row.
SIGNAL_COLUMNS: tuple[Column, ...] = (
    Column("time_s", "float64", "s", "Capture time of the frame."),
    Column("frame", "int32", "", "Index of the frame in presentation order, from 0."),
    Column("face_id", "int32", "", "Track number, from 1.", "no measured face in the frame"),
    *(_amplitude(key) for key in UNIT_KEYS),
    *(_error(key) for key in UNIT_KEYS),
    Column("yaw_deg", "float32", "degrees", "Head turn; positive to the own left.", _NO_FACE),
    Column("pitch_deg", "float32", "degrees", "Nod; positive when looking up.", _NO_FACE),
    Column("roll_deg", "float32", "degrees", "Tilt; positive clockwise in the picture.", _NO_FACE),
    Column("icd_px", "float32", "px", "Distance of the inner eye corners.", _NO_FACE),
    Column("eye_opening", "float32", "0..1", "0 closed, 1 wide open.", _NO_FACE),
    Column("mouth_opening", "float32", "0..1", "0 closed, 1 wide open.", _NO_FACE),
    Column("quality", "float32", "0..1", "How far this row can be relied on; 0 in a gap."),
    Column(
        "gap",
        "text",
        "",
        "Why amplitudes are missing: "
        + ", ".join(f"`{gap}`" for gap in GAPS if gap)
        + "; the empty text when they are there.",
    ),
    Column("gaze_x", "float32", "-1..1", "Gaze in the head; positive to the own left.", _NO_FACE),
    Column("gaze_y", "float32", "-1..1", "Gaze in the head; positive upwards.", _NO_FACE),
    Column(
        "light",
        "float32",
        "ratio",
        "Brightness of the face over that in the first frame of its run.",
        "see `gap`",
    ),
    Column(
        "run",
        "int32",
        "",
        "Grows when the track was interrupted; amplitudes of different runs share no zero.",
    ),
)

#: ``Analysis.artefacts_table()``: what moved but is no expression.
ARTEFACT_COLUMNS: tuple[Column, ...] = (
    Column(
        "kind",
        "text",
        "",
        "; ".join(f"`{name}`: {words}" for name, words in ARTEFACTS.items()) + ".",
    ),
    Column("face_id", "int32", "", "Whose face."),
    _time("start_s", "When it begins."),
    _time("end_s", "When it ends."),
    Column(
        "source",
        "text",
        "",
        "What told `speech` and `voice`: `mouth` (its rhythm alone), `sound` (a voice on the sound "
        "track alone) or `sound and mouth`. Empty for all others.",
    ),
    Column(
        "part",
        "text",
        "",
        "What `hand_over_face` covers: `upper` (brows and eyes) or `lower` (from the middle of the "
        "nose down); a hand on both makes two rows. Empty for all others.",
    ),
)

_INTRO = """# Data dictionary

What every column of the tables means. This page is written by `python -m unspoken.tables` from the
lists the writers themselves use; a test fails when it is out of date.

All times are seconds on the recording's own clock (the container's time stamps); a frame number is
an index, never a clock. An amplitude of 1.0 is the full displacement of the action unit's basis.
`L` and `R` are the person's own left and right. An inter-canthal distance (ICD) is the distance
between the inner corners of the eyes.
"""

_JSON = """
## analysis.json

Everything but the signals, as one JSON object. Numbers that are not finite are written as `null`
(not a number) and `"inf"` or `"-inf"`, so every strict JSON reader can read the file.

| key | holds |
|---|---|
| `schema`, `schema_version` | `"unspoken.analysis"` and a whole number; a newer one is refused |
| `source` | the file: path, sha256, size, container, codec, picture size |
| `clock` | what the time stamps say: frames, rate, jitter, gaps, drops |
| `settings` | every setting of the run |
| `software` | versions of the program, its parts and its weights |
| `timings_s` | seconds spent per stage |
| `quality` | size of the face, noise, sharpness, compression, with plain sentences |
| `faces` | a record per track: role, time in view, exposure, gaps by reason, and `unmeasured_s`: \
seconds of the exposure in which each unit was behind a hand |
| `sensitivity` | per face, unit and duration: the smallest movement found half the time |
| `events` | as in `events.csv`, unrounded, and `unit_errors`: standard error of every unit |
| `artefacts` | blinks, gaze shifts, head movements, speech, light changes, cuts and others |
| `notes` | sentences about the whole analysis |
| `partial` | true when the run was stopped before the end of the source |

## context.json

What was put beside the recording with `unspoken context`; absent when nothing was. Times are
seconds on the recording's own clock, offsets already added.

| key | holds |
|---|---|
| `schema`, `schema_version` | `"unspoken.context"` and a whole number; a newer one is refused |
| `timeline.segments` | per segment `segment_id`, `kind`, `label`, times, `tags`, `source` |
| `transcript.utterances` | per utterance `speaker`, `start_s`, `end_s`, `text` |
| `transcript.roles` | speaker label to `customer`, `staff` or `unknown` |
| `transcript.language` | BCP 47 tag; empty when nobody said |
| `customer` | pseudonym; empty when unknown |
| `tags` | of the whole interaction |
| `outcomes` | how it ended: numbers or words |
| `offset_s`, `offset_source` | seconds added to the file read last, and where they come from |
| `notes` | what was odd about the files, with their lines |
| `imports` | per file `path`, `sha256`, `format`, `holds`, `rows`, and its offset |

The tables of `unspoken export` are described in [Use results in other programs](exports.md).
"""

_MOMENTS = """
## moments.json

The events in their context, written by `unspoken analyze` and again by `unspoken read`. Blinks are
no moments. What the values rest on: [Emotion readings](reading.md),
[Signals and playbooks](signals.md).

| key | holds |
|---|---|
| `schema`, `schema_version` | `"unspoken.moments"` and a whole number; a newer one is refused |
| `moments` | a record per event, in order of apex |
| `exposure` | face number to intervals with usable evidence, seconds |
| `unmeasured` | face number to what a hand hid in parts of that exposure: `AU4` ..., `micro`, \
`macro`, `emotion:sadness` ..., `signal:confusion` ... to \
intervals, seconds; empty without hands |
| `playbook` | `name`, `version` and `sha256` of the playbook |
| `baseline` | face number to what the person's own baseline rests on, with a plain sentence |
| `software` | versions of the program and of the emotion model |
| `analysis_sha256` | digest of the `analysis.json` the moments were read from |
| `notes` | sentences on the whole |

| key of a moment | holds |
|---|---|
| `moment_id`, `event_id` | the event's id |
| `face_id`, `kind` | whose face; micro or macro |
| `start_s`, `apex_s`, `end_s` | seconds |
| `action_units` | unit to peak amplitude, strongest first |
| `emotions` | probability of each of the seven emotions and of `other`; they sum to 1 |
| `reading` | one sentence: what was seen and what it is consistent with |
| `segments` | ids of the segments of `context.json` that hold the apex |
| `speaker`, `said` | role of who speaks at the apex; what was said in the six seconds before |
| `rarity` | 0..1: the chance that a minute of this person holds no such movement |
| `signals` | `kind`, `strength` 0..1, `rule`, `evidence` (sentences), `response`; strongest first |
| `flags` | the event's own, and `duchenne_smile`, `social_smile`, `abstained`, `short_baseline`; \
`same_movement` where a surer event tells the movement: no signals, counted nowhere |
"""


def _rows(columns: tuple[Column, ...]) -> str:
    head = "| column | type | unit | meaning | empty means |\n|---|---|---|---|---|\n"
    cell = "| `{}` | {} | {} | {} | {} |"
    return head + "\n".join(
        cell.format(c.name, c.dtype, c.unit or "-", c.meaning.replace("|", "\\|"), c.when_empty)
        for c in columns
    )


def data_dictionary() -> str:
    """The text of ``docs/data-dictionary.md``, in Markdown."""
    parts = [
        _INTRO,
        "## events.csv\n\nA row per event, in order of onset. Comma-separated, UTF-8, one header "
        "line; without events the header stands alone. Times have four decimals (0.1 ms).\n",
        _rows(EVENT_COLUMNS),
        "\n## signals.parquet\n\nA row per frame and measured face. A frame without a measured "
        "face has one row with an empty `face_id` and the gap `no_face`, so the file has every "
        "frame of the recording. Only faces in the role of customer are measured.\n",
        _rows(SIGNAL_COLUMNS),
        "\n## Artefacts\n\nIn `analysis.json` under `artefacts`, and from "
        "`Analysis.artefacts_table()`.\n",
        _rows(ARTEFACT_COLUMNS),
        _JSON,
        _MOMENTS,
    ]
    return "\n".join(parts)


if __name__ == "__main__":
    print(data_dictionary(), end="")
