"""A lesson as a clip: everything of it is there, in order, with its words at their times."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from unspoken.academy.browser import find_chromium
from unspoken.academy.clip_cards import Captions, web_vtt
from unspoken.academy.lesson import parse_lesson
from unspoken.academy.lesson_cards import cards
from unspoken.academy.lesson_film import render_lesson
from unspoken.academy.narration import Speaker
from unspoken.academy.rendering import SYNTHETIC
from unspoken.errors import UsageError

LESSON = """---
title: Tiny
minutes: 1
---
## Part

Some words.

```face
steps:
  - say: At rest & calm.
    seconds: 1
  - say: Brows down.
    seconds: 1
    units: {AU4: 1}
```

```check
question: Q?
choices: [A, B]
answer: B
why: So.
```
"""


def test_every_part_of_a_lesson_has_its_card_and_questions_two() -> None:
    row = cards(parse_lesson(LESSON, "tiny"), 100)
    assert [card.kind for card in row] == ["title", "text", "scene", "question", "question", "text"]
    assert "right" not in row[3].html and "<li class='right'>B</li>" in row[4].html
    assert row[2].seconds == 2.0


def test_long_text_is_spread_over_cards_under_its_heading() -> None:
    body = "## Heading\n\n" + "\n\n".join("word " * 50 for _ in range(3)) + "\n"
    row = cards(parse_lesson(f"---\ntitle: T\nminutes: 1\n---\n{body}", "x"), 100)
    texts = [card.html for card in row if card.kind == "text"][:-1]
    assert len(texts) == 3 and all("<h2>Heading</h2>" in html for html in texts)


def test_captions_are_web_vtt() -> None:
    text = web_vtt(Captions(((1.0, 3661.5, "a < b\nand"),)))
    assert text == "WEBVTT\n\n00:00:01.000 --> 01:01:01.500\na &lt; b and\n"


def test_a_name_that_is_no_clip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected a clip"):
        render_lesson(parse_lesson(LESSON, "tiny"), tmp_path / "tiny.txt")


@pytest.mark.slow
def test_a_rendered_lesson_shows_the_face_when_its_words_are_said(tmp_path: Path) -> None:
    try:
        find_chromium()
    except UsageError as error:
        pytest.skip(str(error))
    out = tmp_path / "tiny.mp4"
    made = render_lesson(parse_lesson(LESSON, "tiny"), out, height=240, beside=True)
    first, second = made.captions.lines
    assert (first[2], second[2]) == ("At rest & calm.", "Brows down.")
    assert "At rest &amp; calm." in (tmp_path / "tiny.vtt").read_text(encoding="utf-8")
    with av.open(str(out)) as container:
        assert container.metadata["comment"] == SYNTHETIC
        frames = {
            round(float(f.time) * 30): f.to_ndarray(format="rgb24").astype(float)
            for f in container.decode(video=0)
            if f.time is not None
        }
    assert len(frames) == round(made.seconds * 30)
    rest, moved = frames[round(first[0] * 30) + 5], frames[round(second[1] * 30) - 3]
    face = np.s_[40:200, 29:200]  # the face's place: 0.12 of the height from the left
    assert np.abs(rest[face] - moved[face]).mean() > 0.3
    assert np.abs(rest[:, 215:] - moved[:, 215:]).mean() > 0.3  # other words beside it
    before = frames[round(first[0] * 30) - 5]
    assert np.abs(before[face] - rest[face]).mean() > 20


@pytest.mark.slow
def test_a_narrated_lesson_is_heard_while_its_captions_stand(tmp_path: Path) -> None:
    try:
        find_chromium()
        speaker = Speaker()
    except UsageError as error:
        pytest.skip(str(error))
    out = tmp_path / "tiny.mp4"
    lesson = parse_lesson(LESSON, "tiny")
    made = render_lesson(lesson, out, height=240, beside=True, speaker=speaker)
    words = [line[2] for line in made.captions.lines]
    assert words == [
        "Tiny.", "Part. Some words.", "At rest & calm.", "Brows down.", "Q? A. B.",
        "The answer: B. So.", "The faces are synthetic: none of these people exists.",
    ]  # fmt: skip
    ends = [0.0, *(line[1] for line in made.captions.lines)]
    assert all(
        start >= end for end, (start, *_rest) in zip(ends, made.captions.lines, strict=False)
    )
    assert ends[-1] < made.seconds
    with av.open(str(out)) as container:
        sound = [(float(f.time or 0.0), f.to_ndarray()) for f in container.decode(audio=0)]
    with av.open(str(out)) as container:
        shown = [float(f.time or 0.0) for f in container.decode(video=0)]
    assert len(shown) == round(made.seconds * 30)
    assert max(shown) == pytest.approx(made.seconds - 1 / 30, abs=1e-3)
    heard = [time for time, wave in sound if np.sqrt(np.mean(wave**2)) > 0.02]
    for start, end, _words in made.captions.lines:
        assert any(start <= time <= end for time in heard)
    spoken = sum(any(s - 0.1 <= t <= e + 0.1 for s, e, _w in made.captions.lines) for t in heard)
    assert spoken == len(heard)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["tiny.mp4", "tiny.vtt"]
