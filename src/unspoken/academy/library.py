"""The lessons there are: those that come with the package, and those of a trainer's own folders.

Files are read again when they change, so a trainer sees a new version by loading the page again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from importlib.resources import files
from pathlib import Path

from unspoken.academy.curriculum import Course, parse_course
from unspoken.academy.lesson import Lesson, parse_lesson
from unspoken.errors import InputError, SourceNotFound, UsageError

__all__ = ["SHIPPED", "Library", "check_lessons", "find_course", "lesson_files", "read_lesson"]

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


def course_files(folder: Path) -> list[Path]:
    """The courses of a folder, by name."""
    found = (p for p in folder.iterdir() if p.suffix.lower() in {".yaml", ".yml"} and p.is_file())
    return sorted(found)


def read_lesson(path: Path) -> Lesson:
    """Read one lesson file.

    Raises
    ------
    SourceNotFound, InputError
        If it is not there or holds faults, each told with its line.
    """
    return parse_lesson(_text(path), path.stem, path)


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceNotFound(f"{path}: cannot be read ({error.strerror}).") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}, line {line}: expected text in UTF-8, found other bytes."
        ) from error


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
        others = (f for f in folders if not shipped or f.resolve() != SHIPPED.resolve())
        self.folders = tuple(dict.fromkeys(others))
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

    def courses(self) -> dict[str, Course]:
        """Every course, those that come with the package first.

        Raises
        ------
        InputError
            With every fault of every lesson and course, and names given twice.
        """
        lessons = self.lessons()
        faults: list[str] = []
        found: dict[str, Course] = {}
        for path in [path for place in self.places for path in course_files(place)]:
            try:
                course = parse_course(_text(path), path, lessons)
            except InputError as error:
                faults.append(str(error))
                continue
            other = found.setdefault(course.name, course)
            if other is not course:
                faults.append(
                    f"{path}: there is a course {course.name!r} already ({other.path}); give the "
                    "file another name."
                )
        if faults:
            raise InputError("\n".join(faults))
        return found

    def course(self, name: str) -> Course:
        """One course.

        Raises
        ------
        UsageError
            If there is none of that name.
        """
        known = self.courses()
        if name not in known:
            raise UsageError(
                f"There is no course {name!r}.", f"There are {', '.join(known) or 'none at all'}."
            )
        return known[name]

    def interactions(self) -> list[Path]:
        """Folders of results that courses name, each once.

        Raises
        ------
        InputError
            With every fault of every lesson and course.
        """
        named = [
            course.interaction(part).resolve()
            for course in self.courses().values()
            for part in course.plan.parts
            if part.interaction
        ]
        return list(dict.fromkeys(named))

    def _lesson(self, path: Path) -> Lesson:
        facts = path.stat()
        stamp = (facts.st_mtime_ns, facts.st_size)
        kept = self._read.get(path)
        # Videos and pictures may have gone since; lessons that have some are read anew.
        if kept is None or kept[0] != stamp or kept[1].files:
            kept = self._read[path] = (stamp, read_lesson(path))
        return kept[1]


def _lost_links(lessons: Iterable[Lesson], known: Collection[str]) -> list[str]:
    return [
        f"{lesson.path}: a link leads to {target}.md, but there is no such lesson."
        for lesson in lessons
        for target, _line in lesson.links
        if target not in known
    ]


def check_lessons(path: Path) -> list[Lesson]:
    """Read a lesson, or all lessons and courses of a folder, as the academy would.

    Raises
    ------
    SourceNotFound, InputError
        If it is not there, or with every fault.
    """
    if path.is_dir():
        library = Library([path])
        found = library.lessons()
        library.courses()
        here = path.resolve()
        mine = [x for x in found.values() if x.path and x.path.parent.resolve() == here]
        if not mine:
            raise InputError(f"{path}: there is no lesson in this folder; expected .md files.")
        return mine
    lesson = read_lesson(path)
    shipped = Library().lessons()
    if lesson.name in shipped and path.resolve().parent != SHIPPED.resolve():
        raise InputError(
            f"{path}: there is a lesson {lesson.name!r} already, which comes with the package; "
            "give the file another name."
        )
    beside = {other.stem for other in lesson_files(path.parent)}
    faults = _lost_links([lesson], {*shipped, *beside})
    if faults:
        raise InputError("\n".join(faults))
    return [lesson]


def find_course(named: str) -> tuple[Course, Library]:
    """A course by the name of one that ships, or by its file; with the lessons it draws on.

    Raises
    ------
    SourceNotFound, UsageError, InputError
        If there is none, or it holds faults.
    """
    path = Path(named)
    if not path.suffix and not path.exists():
        library = Library()
        return library.course(named), library
    library = Library([path.parent])
    return parse_course(_text(path), path, library.lessons()), library
