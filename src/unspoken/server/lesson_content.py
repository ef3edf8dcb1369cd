"""A lesson as a template takes it; the same for the page and for a folder that needs no server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from unspoken.academy.lesson import DOI, Lesson, text_html
from unspoken.academy.lesson_blocks import Check, CheckBlock, Face, Text, Video
from unspoken.academy.lesson_scene import FaceBlock

__all__ = ["lesson_content", "scenes_of"]

Address = Callable[[str], str]


def lesson_content(lesson: Lesson, lesson_at: Address, file_at: Address) -> dict[str, Any]:
    """Everything the template of a lesson needs.

    Parameters
    ----------
    lesson : Lesson
    lesson_at, file_at : callable
        The address of another lesson by its name, and of one of this lesson's files.

    Returns
    -------
    dict
        ``lesson`` (head), ``blocks`` in order, ``scenes`` for the script, by id.
    """
    blocks: list[dict[str, Any]] = []
    scenes = {key: block.scene().to_json() for key, block in scenes_of(lesson).items()}
    for number, block in enumerate(lesson.blocks):
        scene = scenes.get(f"scene-{number}")
        if isinstance(block, Text):
            html = Markup(text_html(block, lesson_at, file_at))  # noqa: S704
            blocks.append({"kind": "text", "html": html})
        elif isinstance(block, Face):
            blocks.append({"kind": "face", "id": f"scene-{number}", **_words(scene)})
        elif isinstance(block, Check):
            blocks.append({"kind": "check", **_check(block.block, number, scene)})
        else:
            blocks.append({"kind": "video", **_video(block, file_at)})
    head = lesson.head.model_dump()
    head["sources"] = [_linked(source) for source in lesson.head.sources]
    found = {"name": lesson.name, **head}
    return {"lesson": found, "blocks": blocks, "scenes": scenes, "offline": False}


def scenes_of(lesson: Lesson) -> dict[str, FaceBlock]:
    """Every face of a lesson, those of its questions as well, by the id it has on the page."""
    found: dict[str, FaceBlock] = {}
    for number, block in enumerate(lesson.blocks):
        if isinstance(block, Face):
            found[f"scene-{number}"] = block.block
        elif isinstance(block, Check) and block.block.face is not None:
            found[f"scene-{number}"] = block.block.face
    return found


def _words(scene: dict[str, Any] | None) -> dict[str, Any]:
    assert scene is not None
    said = [cue["say"] for cue in scene["cues"] if cue["say"]]
    first = scene["cues"][0]["say"]
    faces = len(scene["film"]["faces"])
    return {"title": scene["title"], "said": said, "first": first, "faces": faces}


def _check(block: CheckBlock, number: int, scene: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "id": f"check-{number}",
        "key": block.key,
        "question": block.question,
        "choices": list(block.choices),
        "answer": block.answer,
        "why": block.why,
        "scene": f"scene-{number}" if scene else None,
        "faces": len(scene["film"]["faces"]) if scene else 0,
        "said": [block.seen()] if scene else [],
        "first": scene["cues"][0]["say"] if scene else "",
    }


def _video(block: Video, file_at: Address) -> dict[str, Any]:
    return {
        "src": file_at(block.block.file),
        "captions": file_at(block.block.captions) if block.captions else None,
        "title": block.block.title,
    }


def _linked(source: str) -> Markup:
    """A source with its DOI as a link."""
    found = DOI.search(source)
    if found is None:
        return escape(source)
    doi = found.group()
    before, after = source[: found.start()], source[found.end() :]
    link = Markup('<a href="https://doi.org/{0}" rel="noreferrer">{0}</a>').format(doi)
    return escape(before) + link + escape(after)
