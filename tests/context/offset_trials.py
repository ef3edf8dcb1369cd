"""How often an offset is found, and how often one is believed where there is none.

``python -m tests.context.offset_trials`` prints the table of ``docs/context.md``. Talk is
simulated: utterances of 2.5 s on average (log-normal), pauses of 1.3 s. The sound's level varies
by a factor of three within speech, with noise and single knocks. The transcript misses one
utterance in ten, its times are off by 0.25 s (start) and 0.3 s (end), standard deviation, and its
clock is up to a minute away.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np

from unspoken.context.offset import STEP_S, Offset, find_offset
from unspoken.context.speech import ActivityTrack, transcript_activity
from unspoken.context.transcript import Transcript, Utterance

Random = np.random.Generator


@dataclass(frozen=True)
class Trial:
    """What came out, and what was true."""

    found: Offset
    true_s: float


def talk(random: Random, length_s: float) -> list[Utterance]:
    """Utterances and pauses by chance."""
    said = []
    now = random.uniform(0.0, 3.0)
    while now < length_s:
        end = min(now + random.lognormal(0.65, 0.7), length_s)
        said.append(Utterance("", now, end, "words"))
        now = end + random.exponential(1.2) + 0.1
    return said


def sound_of(said: list[Utterance], random: Random, length_s: float) -> ActivityTrack:
    """The level a recording of this talk would have."""
    steps = int(length_s / STEP_S)
    level = transcript_activity(tuple(said), STEP_S, 0.0, steps) * random.uniform(0.3, 1.0, steps)
    level += 0.7 * (random.random(steps) < 0.05) + random.normal(0.0, 0.12, steps)
    return ActivityTrack(0.5 * STEP_S, STEP_S, np.clip(level, 0.0, 1.0))


def written(said: list[Utterance], random: Random, offset_s: float) -> Transcript:
    """The transcript a recogniser would make, on a clock of its own."""
    rows = []
    for one in said:
        start, end = one.start_s + random.normal(0.0, 0.25), one.end_s + random.normal(0.1, 0.3)
        if random.random() > 0.1 and end > start + 0.05:
            rows.append(Utterance("", start - offset_s, end - offset_s, one.text))
    return Transcript(tuple(rows))


def trial(seed: int, length_s: float, *, related: bool) -> Trial:
    """One comparison, of a recording with its own transcript or with another's."""
    random = np.random.default_rng(seed)
    said = talk(random, length_s)
    offset_s = random.uniform(-60.0, 60.0)
    heard = sound_of(said, random, length_s)
    text = written(said if related else talk(random, length_s), random, offset_s)
    return Trial(find_offset(text, heard), offset_s)


def main(trials: int) -> None:
    """Print the table."""
    print("| length | own transcript: offset given | wrong by over 0.5 s | median error | ", end="")
    print("another's transcript: offset given |\n|---|---|---|---|---|")
    for length_s in (60.0, 180.0):
        own = [trial(seed, length_s, related=True) for seed in range(trials)]
        other = [trial(seed, length_s, related=False) for seed in range(trials)]
        given = [t for t in own if t.found.is_certain]
        errors = [abs(t.found.offset_s - t.true_s) for t in given]
        false = sum(t.found.is_certain for t in other)
        print(
            f"| {length_s:.0f} s | {len(given)} of {trials} | {sum(e > 0.5 for e in errors)} "
            f"| {np.median(errors):.2f} s | {false} of {trials} |"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
