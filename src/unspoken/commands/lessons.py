"""``unspoken academy lesson check``, ``course check|export`` and ``export-lesson``."""

from __future__ import annotations

from pathlib import Path

from unspoken.academy.curriculum import part_title
from unspoken.academy.lesson import Lesson
from unspoken.academy.library import check_lessons, find_course
from unspoken.commands.faults import tell

__all__ = ["check_course_command", "check_lessons_command"]


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _told(lesson: Lesson) -> str:
    kinds = [type(block).__name__ for block in lesson.blocks]
    parts = [_count(kinds.count("Face"), "face"), _count(kinds.count("Check"), "question")]
    parts += [_count(kinds.count("Video"), "video")] if "Video" in kinds else []
    return f"{lesson.name}: {lesson.head.title}, {lesson.head.minutes} min, {', '.join(parts)}"


def check_lessons_command(path: Path) -> int:
    """Read lessons and tell what they hold.

    Raises
    ------
    InputError, SourceNotFound
        If there is nothing, or with every fault.
    """
    for lesson in check_lessons(path):
        tell(_told(lesson))
    return 0


def check_course_command(named: str) -> int:
    """Read a course and tell its parts.

    Raises
    ------
    InputError, SourceNotFound, UsageError
        If there is none, or with every fault.
    """
    course, library = find_course(named)
    lessons = library.lessons()
    titles = {name: lesson.head.title for name, lesson in lessons.items()}
    minutes = sum(lessons[name].head.minutes for name in course.lessons)
    tell(f"{course.name}: {course.plan.title}, {_count(len(course.plan.parts), 'part')}")
    for number, part in enumerate(course.plan.parts, start=1):
        tell(f"{number:3}  {part.kind:11}  {part_title(part, titles)}")
    tell(f"Lessons take about {minutes} min.")
    return 0
