"""A course as a folder of pages that open from a USB stick: no server, nothing from the network.

Browsers load no modules and no caption files beside a page that was opened as a file. So every page
carries its modules inside an import map, the captions of videos are in its data, and the faces of
lessons are clips. Those of drills are drawn on the spot, see `unspoken.server.drill_folder`.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import quote

from unspoken.academy.curriculum import Course, CoursePart, part_title
from unspoken.academy.lesson import Lesson
from unspoken.academy.lesson_blocks import Video
from unspoken.academy.lesson_files import read_captions
from unspoken.academy.library import Library
from unspoken.academy.rendering import Studio
from unspoken.academy.scene_clip import write_clip
from unspoken.errors import OutputError
from unspoken.filing import writing
from unspoken.server.clip_store import ClipStore
from unspoken.server.drill_folder import DrillFaces, drill_page
from unspoken.server.inlining import import_map, policy_hashes
from unspoken.server.lesson_content import lesson_content, scenes_of
from unspoken.server.pages import STATIC, from_template

__all__ = ["write_course"]

_LESSON = STATIC / "js" / "lesson" / "offline.js"
_DRILL = STATIC / "js" / "drill" / "offline-drill.js"
_STYLES = ("base.css", "lesson.css", "drill.css")
#: Where the hashes of a page's own scripts go.
_HASHES = "@scripts@"
Captions = dict[str, list[tuple[float, float, str]]]


def write_course(
    course: Course,
    library: Library,
    out: Path,
    *,
    size: int = 400,
    on_clip: Callable[[int, int], None] = lambda _done, _all: None,
    store: ClipStore | None = None,
) -> int:
    """Write a course as a folder.

    Parameters
    ----------
    course : Course
    library : Library
        Where its lessons come from.
    out : Path
        A folder that is new or empty.
    size : int
        Side of a face's picture, pixels; even.
    on_clip : callable
        Told after every clip how many are done, and of how many.
    store : ClipStore, optional
        Clips that were drawn before; the usual ones where left out.

    Returns
    -------
    int
        Clips in the folder.

    Raises
    ------
    OutputError
        If something is in the folder, or it cannot be written. Nothing is left half done.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(
            f"{out}: expected a new or an empty folder, found something in it.",
            "Name another folder.",
        )
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        with writing(out):
            count = _Folder(course, library, part, size // 2 * 2, store).write(on_clip)
            part.chmod(0o755)
            part.replace(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return count


class _Folder:
    def __init__(
        self,
        course: Course,
        library: Library,
        folder: Path,
        size: int,
        store: ClipStore | None,
    ) -> None:
        lessons = library.lessons()
        self.course = course
        self.lessons = {name: lessons[name] for name in course.lessons}
        self.titles = {name: lesson.head.title for name, lesson in lessons.items()}
        self.folder = folder
        self.size = size
        self.store = store or ClipStore()
        self.modules = import_map(_LESSON)
        drills = any(part.drill for part in course.plan.parts)
        self.faces = DrillFaces() if drills else None

    def write(self, on_clip: Callable[[int, int], None]) -> int:
        style = "\n".join((STATIC / "css" / n).read_text(encoding="utf-8") for n in _STYLES)
        (self.folder / "style.css").write_text(style, encoding="utf-8")
        names = list(self.lessons)
        for name, after in zip_longest(names, names[1:]):
            self._lesson(self.lessons[name], after)
        parts = [self._part(n, part) for n, part in enumerate(self.course.plan.parts, start=1)]
        self._page("index.html", "offline_course.html", {"parts": parts})
        if self.faces:
            self.faces.write(self.folder)
        return self._clips(on_clip)

    def _page(self, name: str, template: str, content: dict[str, Any]) -> None:
        everywhere = {"course": self.course.plan, "offline": True, "hashes": _HASHES}
        html = from_template(template, {"modules": self.modules, **content, **everywhere})
        html = html.replace(_HASHES, policy_hashes(html), 1)
        (self.folder / name).write_text(html, encoding="utf-8")

    def _lesson(self, lesson: Lesson, after: str | None) -> None:
        place = f"files/{lesson.name}"
        for name, path in lesson.files.items():
            self._copy(path, f"{place}/{name}")
        content = lesson_content(lesson, self._lesson_at, lambda name: f"{place}/{quote(name)}")
        for key, scene in content["scenes"].items():
            del scene["film"]
            scene["clip"] = f"clips/{lesson.name}-{key}.mp4"
        captions: Captions = {
            f"{place}/{quote(block.block.captions)}": read_captions(block.captions, lesson.name)
            for block in lesson.blocks
            if isinstance(block, Video) and block.captions
        }
        following = {"to": f"{after}.html", "title": self.titles[after]} if after else None
        more: dict[str, Any] = {
            "captions": captions,
            "following": following,
            "progress": {"answers": {}},
        }
        self._page(f"{lesson.name}.html", "offline_lesson.html", {**content, **more})

    def _lesson_at(self, name: str) -> str:
        """A lesson of the course, or the list where it is none of it."""
        return f"{name}.html" if name in self.lessons else "index.html"

    def _part(self, number: int, part: CoursePart) -> dict[str, Any]:
        title = part_title(part, self.titles)
        to = f"{part.lesson}.html" if part.lesson else None
        if part.video:
            to = f"part-{number}.html"
            self._video(to, part, title)
        if part.drill:
            to = self._drill(part)
        return {
            "kind": part.kind,
            "title": title,
            "note": part.note,
            "to": to,
            "minutes": self.lessons[part.lesson].head.minutes if part.lesson else None,
            "times": part.times if part.drill else None,
            "questions": part.questions,
        }

    def _drill(self, part: CoursePart) -> str:
        assert self.faces is not None
        page = f"drill-{part.drill}-{part.level}.html".replace("_", "-")
        if not (self.folder / page).exists():
            content = drill_page(part.drill, part.level, self.course.name, self.faces)
            title = f"{part.drill} drill".capitalize()
            modules = import_map(_DRILL)
            self._page(page, "offline_drill.html", {**content, "title": title, "modules": modules})
        return page

    def _video(self, page: str, part: CoursePart, title: str) -> None:
        files = self.course.videos
        self._copy(files[part.video], f"files/{part.video}")
        name = f"files/{quote(part.captions)}" if part.captions else None
        captions: Captions = {}
        if name:
            captions[name] = read_captions(files[part.captions], part.captions)
        video = {"src": f"files/{quote(part.video)}", "captions": name, "title": title}
        content = {"lesson": {"title": title}, "note": part.note, "video": video}
        self._page(page, "offline_video.html", {**content, "captions": captions})

    def _copy(self, path: Path, name: str) -> None:
        to = self.folder / name
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to)

    def _clips(self, on_clip: Callable[[int, int], None]) -> int:
        scenes = {
            f"{lesson.name}-{key}.mp4": block
            for lesson in self.lessons.values()
            for key, block in scenes_of(lesson).items()
        }
        if not scenes:
            return 0
        (self.folder / "clips").mkdir()
        with ExitStack() as opened:
            studio: Studio | None = None
            for number, (name, block) in enumerate(scenes.items(), start=1):
                scene, to = block.scene(self.size), self.folder / "clips" / name
                if not self.store.fetch(scene, to):
                    studio = studio or opened.enter_context(Studio())
                    write_clip(scene, to, studio)
                    self.store.keep(scene, to)
                on_clip(number, len(scenes))
        return len(scenes)
