"""A block of a folder's drill as its page saves it, answered by a robot."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from unspoken.academy.expressions import NONE
from unspoken.academy.levels import CATCHES
from unspoken.academy.rounds import round_of

ROUNDS = 4


def saved(task: str = "identify", level: str = "plain", seed: int = 0) -> dict[str, Any]:
    """A whole block: right three times of four, two faces late and shown again, one in the back."""
    rng = np.random.default_rng(seed)
    truths = [t for t, n in round_of(task).items() for _ in range(n * ROUNDS)]
    answers = [one(task, truth, rng) for truth in rng.permutation(truths)]
    for late in (one(task, answers[0]["truth"], rng), one(task, NONE, rng)):
        answers.append({**late, "flags": ["late"]})
    answers.append(
        {**answers[0], "said": "", "confidence": 0, "rt_s": 0.0, "when_s": None, "shown_frames": 0,
         "flags": ["hidden"]}
    )  # fmt: skip
    return {
        "format": "unspoken.practice/1", "what": "Answers of a drill in an exported folder.",
        "task": task, "level": level, "rounds": ROUNDS, "ended_at": "2026-03-01T10:00:00.000Z",
        "answers": answers,
    }  # fmt: skip


def one(task: str, truth: str, rng: np.random.Generator) -> dict[str, Any]:
    """One trial that counts."""
    truth = str(truth)
    said = truth if rng.random() < 0.75 else str(rng.choice(list(round_of(task))))
    frames = 0 if truth == NONE else int(rng.integers(1, 20))
    return {
        "truth": truth,
        "catch": CATCHES[int(rng.integers(len(CATCHES)))] if truth == NONE else "",
        "identity": "f01", "said": said, "confidence": int(rng.integers(1, 5)),
        "when_s": 1.5 if task == "spot" and said != NONE else None, "rt_s": 0.8,
        "refresh_hz": 60, "onset_frame": 60, "planned_frames": frames, "total_frames": 120,
        "shown_frames": frames, "flags": [],
    }  # fmt: skip


def as_file(content: Any) -> bytes:
    return json.dumps(content, indent=1).encode()
