"""What a lesson is made of: text, faces, checks of understanding, videos."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from markdown_it.token import Token
from pydantic import BaseModel, ConfigDict, Field, model_validator

from unspoken.academy.lab import UNIT_WORDS
from unspoken.academy.lesson_scene import FaceBlock, Words

__all__ = ["Block", "Check", "CheckBlock", "Face", "Text", "Video", "VideoBlock"]

Filled = Annotated[Words, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class CheckBlock(_Strict):
    """A question with choices, as it is written in a lesson.

    Parameters
    ----------
    question : str
    choices : list of str
        Two to six.
    answer : str
        The right one, word for word.
    why : str
        Said after either answer.
    face : FaceBlock, optional
        What the question is about.
    """

    question: Filled
    choices: Annotated[list[Filled], Field(min_length=2, max_length=6)]
    answer: Filled
    why: Filled
    face: FaceBlock | None = None

    @model_validator(mode="after")
    def _answerable(self) -> CheckBlock:
        if len(set(self.choices)) != len(self.choices):
            raise ValueError("two choices are the same")
        if self.answer not in self.choices:
            listed = " | ".join(self.choices)
            raise ValueError(
                f"the answer {self.answer!r} is none of the choices ({listed}); write it the same"
            )
        return self

    @property
    def key(self) -> str:
        """What answers are kept under: it changes with the question, not with its place."""
        return hashlib.sha256(self.question.encode()).hexdigest()[:16]

    def seen(self) -> str:
        """The face's movements in words, for those who cannot see it."""
        if self.face is None:
            return ""
        shown = [pose for step in self.face.all_steps() for pose in (step, step.flash) if pose]
        codes = dict.fromkeys(code for pose in shown for code in pose.codes())
        said = [UNIT_WORDS[code][0] for code in codes]
        sides = {pose.side for pose in shown} | {
            name[-1] for pose in shown for name in pose.units if name[-1] in "LR"
        }
        if any(pose.expression == "contempt" for pose in shown) or len(sides - {""}) == 1:
            said.append("All of it on one side only.")
        return " ".join(said) or "The face is at rest."


class VideoBlock(_Strict):
    """A video of the trainer's own, as it is written in a lesson.

    Parameters
    ----------
    file : str
        In the lesson's folder.
    captions : str
        A WebVTT file in the lesson's folder; videos without captions are not for everybody.
    title : str
    """

    file: Filled
    captions: Words = ""
    title: Words = ""


@dataclass(frozen=True)
class Text:
    """Paragraphs, headings, lists, tables and pictures between other blocks.

    Parameters
    ----------
    tokens : tuple of Token
        As the Markdown parser gives them.
    line : int
        Where it begins, from 1.
    """

    tokens: tuple[Token, ...]
    line: int


@dataclass(frozen=True)
class Face:
    """A scene of a lesson."""

    block: FaceBlock
    line: int


@dataclass(frozen=True)
class Check:
    """A check of understanding."""

    block: CheckBlock
    line: int


@dataclass(frozen=True)
class Video:
    """A video that was found where the lesson says."""

    block: VideoBlock
    path: Path
    captions: Path | None
    line: int


Block = Text | Face | Check | Video


def described(block: CheckBlock) -> dict[str, Any]:
    """A check as the page takes it."""
    return {
        "key": block.key,
        "question": block.question,
        "choices": list(block.choices),
        "answer": block.answer,
        "why": block.why,
    }
