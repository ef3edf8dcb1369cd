"""A lesson as a clip: cards with words, scenes with moving faces, questions with their answers.

Cards are set by the browser, as pages are; faces are put into them. The words stand in the picture,
or in a WebVTT file beside the clip; a voice reads them if asked to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from html import escape
from itertools import chain, repeat
from pathlib import Path

from unspoken.academy.clip_cards import (
    Captions,
    Picture,
    Press,
    clip_size,
    clip_writer,
    put_faces,
    web_vtt,
    write_beside,
)
from unspoken.academy.lesson import Lesson
from unspoken.academy.lesson_cards import Card, cards
from unspoken.academy.lesson_scene import Scene
from unspoken.academy.narration import Said, Speaker, add_sound, spoken_words, voice_track
from unspoken.academy.rendering import Studio
from unspoken.academy.scene_clip import pictures
from unspoken.filing import part_path

__all__ = ["LessonClip", "render_lesson"]

FPS = Fraction(30)
#: Side of one face in shares of the picture's height; two stand in a row.
_FACE = 0.72
#: Before the first word of a card and after the last, seconds.
_BREATH_S = 0.4


@dataclass(frozen=True)
class LessonClip:
    """What was written.

    Parameters
    ----------
    seconds : float
    captions : Captions
    """

    seconds: float
    captions: Captions


def render_lesson(
    lesson: Lesson,
    out: Path,
    *,
    height: int = 720,
    burnt: bool = True,
    beside: bool = False,
    speaker: Speaker | None = None,
    on_card: Callable[[int, int], None] = lambda _done, _all: None,
) -> LessonClip:
    """Draw a lesson into a clip.

    Parameters
    ----------
    lesson : Lesson
    out : Path
        The clip, such as ``lesson.mp4``.
    height : int
        Of the picture, pixels, even; it is 16:9.
    burnt, beside : bool
        Whether captions stand in the picture, and in a .vtt file beside the clip.
    speaker : Speaker, optional
        Reads every card and caption aloud; cards stay until they are read, and captions are those
        of the voice. No sound where left out.
    on_card : callable
        Told after every card how many are done, and of how many.

    Raises
    ------
    UsageError
        If `out` is no clip, or there is no browser.
    OutputError
        If it cannot be written; what was there before stays.
    """
    size = clip_size(out, height, "lesson.mp4")
    row = cards(lesson, int(size[1] * _FACE) // 2 * 2)
    lines: list[tuple[float, float, str]] = []
    press = Press(*size)
    silent = _silent_path(out) if speaker else out
    said: list[Said] = []
    try:
        with Studio() as studio, clip_writer(silent, size, FPS, lesson.head.title) as writer:
            for number, card in enumerate(row, start=1):
                begins = float(writer.frames / FPS)
                if speaker:
                    read = speaker.lines(begins, _spoken(card))
                    said += read
                    card = _as_long_as(card, read, begins)
                for picture in _shown(card, press, studio, burnt=burnt):
                    writer.add(picture, float(writer.frames / FPS))
                lines += _captions(card, begins)
                on_card(number, len(row))
            seconds = float(writer.frames / FPS)
        if speaker:
            lines = [(one.start_s, one.end_s, one.words) for one in said]
            add_sound(silent, out, *voice_track(said, seconds))
        captions = Captions(tuple(lines))
        if beside:
            write_beside(out.with_suffix(".vtt"), web_vtt(captions))
    finally:
        press.close()
        if speaker:
            silent.unlink(missing_ok=True)
    return LessonClip(seconds, captions)


def _silent_path(out: Path) -> Path:
    """Where the pictures wait for their sound: hidden, and never where the whole clip is made."""
    return part_path(out.with_stem(f"{out.stem}-silent")).with_suffix(out.suffix)


def _spoken(card: Card) -> list[tuple[float, float, str]]:
    """What is read of a card, with the room there is for it, seconds."""
    cues = card.scene.cues if card.scene else ()
    words = card.said or ("" if card.kind == "scene" else spoken_words(card.html))
    found = [(_BREATH_S, card.seconds, words)] if words else []
    if not card.said:
        found += [(cue.start_s, cue.end_s, cue.say) for cue in cues if cue.say]
    return found


def _as_long_as(card: Card, read: Sequence[Said], begins: float) -> Card:
    """The card, kept until everything is read."""
    if not read:
        return card
    return replace(card, seconds=max(card.seconds, read[-1].end_s - begins + _BREATH_S))


def _captions(card: Card, begins: float) -> list[tuple[float, float, str]]:
    cues = card.scene.cues if card.scene else ()
    return [(begins + cue.start_s, begins + cue.end_s, cue.say) for cue in cues if cue.say]


def _shown(card: Card, press: Press, studio: Studio, *, burnt: bool) -> Iterator[Picture]:
    count = max(1, round(card.seconds * FPS))
    if card.scene is None:
        yield from repeat(press.card(card.kind, card.html), count)
        return
    scene = card.scene
    faces = len(scene.film.faces)
    kind = f"{card.kind} faces{faces}"
    whole = pictures(scene, studio)
    last: Picture | None = None
    backs: dict[str, Picture] = {}
    for number, face in zip(range(count), chain(whole, repeat(None)), strict=False):
        last = face if face is not None else last
        assert last is not None
        said = _said(scene, float(number / FPS)) if burnt else ""
        words = f"<p class='say'>{escape(said)}</p>" if said else ""
        if words not in backs:
            backs[words] = press.card(kind, card.html + words)
        yield put_faces(backs[words], last, faces)


def _said(scene: Scene, time_s: float) -> str:
    on = [cue.say for cue in scene.cues if cue.start_s <= time_s + 1e-6]
    return on[-1] if on else ""
