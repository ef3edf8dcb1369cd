"""The lessons there are: those that come with the package, and those of a trainer's own folders.

Files are read again when they change, so a trainer sees a new version by loading the page again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path

from unspoken.academy.lesson import Lesson, parse_lesson
from unspoken.errors import InputError, SourceNotFound, UsageError

__all__ = ["SHIPPED", "Library", "lesson_files", "read_lesson"]

#: The folder of the lessons that come with the package.
SHIPPED = Path(str(files("unspoken.academy") / "lessons"))
#: Written for people who look into the folder; no lessons.
_NOT_LESSONS = {"readme.md", "index.md"}
Stamp = tuple[int, int]


def lesson_files(folder: Path) -> list[Path]:
    """The lessons of a folder, by name; folders below it are not looked into.

    Raises
    ------
    SourceNotFound
        If there is no such folder.
    """
    if not folder.is_dir():
        raise SourceNotFound(f"There is no folder {folder}.", "Name a folder with lessons (.md).")
    found = (p for p in folder.iterdir() if p.suffix.lower() == ".md" and p.is_file())
    return sorted(p for p in found if p.name.lower() not in _NOT_LESSONS)


def read_lesson(path: Path) -> Lesson:
    """Read one lesson file.

    Raises
    ------
    SourceNotFound, InputError
        If it is not there or holds faults, each told with its line.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceNotFound(f"{path}: cannot be read ({error.strerror}).") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}, line {line}: expected text in UTF-8, found other bytes."
        ) from error
    return parse_lesson(text, path.stem, path)


class Library:
    """All lessons by name.

    Parameters
    ----------
    folders : sequence of Path
        A trainer's own, beside what comes with the package.
    shipped : bool
        Whether the package's own lessons belong to it.
    """

    def __init__(self, folders: Sequence[Path] = (), *, shipped: bool = True) -> None:
        self.folders = tuple(folders)
        self._shipped = shipped
        self._read: dict[Path, tuple[Stamp, Lesson]] = {}

    @property
    def places(self) -> tuple[Path, ...]:
        """Every folder that is read."""
        return (*((SHIPPED,) if self._shipped else ()), *self.folders)

    def lessons(self) -> dict[str, Lesson]:
        """Every lesson, in its order.

        Raises
        ------
        InputError
            With every fault of every lesson, names given twice, and links that lead nowhere.
        """
        faults: list[str] = []
        found: dict[str, Lesson] = {}
        for path in [path for place in self.places for path in lesson_files(place)]:
            try:
                lesson = self._lesson(path)
            except InputError as error:
                faults.append(str(error))
                continue
            other = found.setdefault(lesson.name, lesson)
            if other is not lesson:
                faults.append(
                    f"{path}: there is a lesson {lesson.name!r} already ({other.path}); give the "
                    "file another name."
                )
        faults += [] if faults else _lost_links(found.values(), found)
        if faults:
            raise InputError("\n".join(faults))
        ordered = sorted(found.values(), key=lambda x: (x.head.order, x.head.title, x.name))
        return {lesson.name: lesson for lesson in ordered}

    def lesson(self, name: str) -> Lesson:
        """One lesson.

        Raises
        ------
        UsageError
            If there is none of that name.
        """
        known = self.lessons()
        if name not in known:
            raise UsageError(
                f"There is no lesson {name!r}.", f"There are {', '.join(known) or 'none at all'}."
            )
        return known[name]

    def _lesson(self, path: Path) -> Lesson:
        facts = path.stat()
        stamp = (facts.st_mtime_ns, facts.st_size)
        kept = self._read.get(path)
        # Videos and pictures may have gone since; lessons that have some are read anew.
        if kept is None or kept[0] != stamp or kept[1].files:
            kept = self._read[path] = (stamp, read_lesson(path))
        return kept[1]


def _lost_links(lessons: Iterable[Lesson], known: dict[str, Lesson]) -> list[str]:
    return [
        f"{lesson.path}: a link leads to {target}.md, but there is no such lesson."
        for lesson in lessons
        for target, _line in lesson.links
        if target not in known
    ]
