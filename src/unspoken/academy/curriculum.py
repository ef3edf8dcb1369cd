"""Courses a trainer puts together: lessons, drills, tests, videos and interactions, in a YAML file.

```yaml
title: New at the service desk
parts:
  - lesson: reading-a-face
  - drill: identify
    level: plain
    times: 2
  - video: welcome.mp4
    captions: welcome.vtt
    title: A word from the team
  - interaction: ../results/visit-12
    questions:
      - What did the customer look at before the frown?
```
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from unspoken.academy.course import PURPOSES, TESTS
from unspoken.academy.lesson import NAME
from unspoken.academy.lesson_blocks import Filled
from unspoken.academy.lesson_files import captions_beside, video_beside
from unspoken.academy.lesson_scene import Words
from unspoken.academy.levels import LEVELS, level_named
from unspoken.academy.rounds import TASKS
from unspoken.academy.scripts import load_script, shipped_scripts
from unspoken.errors import InputError
from unspoken.reading.marked_yaml import Marked, read_marked, validated

__all__ = ["KINDS", "Course", "CoursePart", "Plan", "parse_course", "part_title"]

Kind = Literal["lesson", "drill", "test", "video", "observe", "interaction"]
#: What a part can be, and which further keys it takes.
KINDS: dict[Kind, tuple[str, ...]] = {
    "lesson": (),
    "drill": ("level", "times"),
    "test": (),
    "video": ("captions",),
    "observe": (),
    "interaction": ("questions",),
}
_COMMON = ("title", "note")


class CoursePart(BaseModel):
    """One part; exactly one of the first six is given.

    Parameters
    ----------
    lesson : str
        Name of a lesson.
    drill : str
        "identify" or "spot", with `level` and how many `times`.
    test : str
        "pre", "post", "retest3" or "retest6".
    video : str
        A file beside the course, with `captions`.
    observe : str
        Name of a synthetic interaction that ships, to practise observation with.
    interaction : str
        A folder of results, with `questions` to talk about.
    title, note : str
        What to call it, and what to say about it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    lesson: Words = ""
    drill: Words = ""
    test: Words = ""
    video: Words = ""
    observe: Words = ""
    interaction: Words = ""
    level: Words = "plain"
    times: Annotated[int, Field(ge=1, le=50)] = 1
    captions: Words = ""
    questions: list[Filled] = Field(default_factory=list)
    title: Words = ""
    note: Words = ""

    @model_validator(mode="after")
    def _one_kind(self) -> CoursePart:
        kinds = [kind for kind in KINDS if getattr(self, kind)]
        if len(kinds) != 1:
            found = " and ".join(kinds) or "none"
            raise ValueError(f"a part is exactly one of {', '.join(KINDS)}; found {found}")
        allowed = {kinds[0], *KINDS[kinds[0]], *_COMMON}
        wrong = sorted(self.model_fields_set - allowed)
        if wrong:
            raise ValueError(f"a {kinds[0]} takes no {wrong[0]}")
        return self

    @property
    def kind(self) -> Kind:
        """Which of :data:`KINDS` it is."""
        return next(kind for kind in KINDS if getattr(self, kind))


class Plan(BaseModel):
    """What a course file says.

    Parameters
    ----------
    title, summary : str
    parts : list of CoursePart
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    title: Annotated[Filled, Field(max_length=120)]
    summary: Words = ""
    parts: Annotated[list[CoursePart], Field(min_length=1, max_length=200)]


@dataclass(frozen=True)
class Course:
    """A course whose parts exist.

    Parameters
    ----------
    name : str
        Of its file, without the ending.
    plan : Plan
    path : Path
    videos : dict of str to Path
        Files of its videos and captions, by the name the course calls them.
    """

    name: str
    plan: Plan
    path: Path
    videos: dict[str, Path] = field(default_factory=dict)

    @property
    def lessons(self) -> list[str]:
        """Names of its lessons, in order, each once."""
        return list(dict.fromkeys(part.lesson for part in self.plan.parts if part.lesson))

    def interaction(self, part: CoursePart) -> Path:
        """The folder of results of an interaction."""
        return self.path.parent / part.interaction


def parse_course(text: str, path: Path, lessons: Collection[str]) -> Course:
    """Read a course and hold it against the lessons and files there are.

    Parameters
    ----------
    text : str
    path : Path
        Its file; videos are looked for beside it.
    lessons : collection of str
        Names of lessons.

    Raises
    ------
    InputError
        With one sentence per fault, each with file and line.
    """
    name = str(path)
    if not NAME.fullmatch(path.stem):
        raise InputError(
            f"{name}: the name of a course is small letters, digits and single hyphens, because it "
            f"becomes an address; found {path.stem!r}."
        )
    marked = read_marked(text, name)
    plan = validated(Plan, marked, name, lambda found: _faults(found, marked, path, lessons))
    files: dict[str, Path] = {}
    for part in plan.parts:
        files |= {file: path.parent / file for file in (part.video, part.captions) if file}
    return Course(path.stem, plan, path, files)


def _faults(plan: Plan, marked: Marked, path: Path, lessons: Collection[str]) -> list[str]:
    faults = []
    for number, part in enumerate(plan.parts):
        at = f"{path}, line {marked.line(('parts', number, part.kind))}"
        faults += _part_faults(part, at, path, lessons)
    return faults


def _part_faults(part: CoursePart, at: str, path: Path, lessons: Collection[str]) -> list[str]:
    known: dict[str, tuple[str, Collection[str]]] = {
        "lesson": (part.lesson, lessons),
        "drill": (part.drill, TASKS),
        "test": (part.test, TESTS),
        "observe": (part.observe, shipped_scripts()),
    }
    if part.kind in known:
        named, choices = known[part.kind]
        if named not in choices:
            listed = ", ".join(choices)
            return [f"{at}: there is no {part.kind} {named!r}; expected one of {listed}."]
    levels = [level.name for level in LEVELS]
    if part.drill and part.level not in levels:
        return [f"{at}: there is no level {part.level!r}; expected one of {', '.join(levels)}."]
    if part.drill == "spot" and level_named(part.level).mixed:
        return [
            f"{at}: the drill spot has no level {part.level!r}, which is about naming; expected "
            f"one of {', '.join(x.name for x in LEVELS if not x.mixed)}."
        ]
    if part.interaction and not (path.parent / part.interaction / "analysis.json").is_file():
        return [
            f"{at}: {part.interaction} is no folder of results: expected analysis.json in it, as "
            "unspoken analyze writes it."
        ]
    return _video_faults(part, at, path) if part.video else []


def _video_faults(part: CoursePart, at: str, path: Path) -> list[str]:
    faults = []
    for look, name in ((video_beside, part.video), (captions_beside, part.captions)):
        try:
            look(name, path, at)
        except InputError as error:
            faults.append(str(error))
    return faults


def part_title(part: CoursePart, lesson_titles: Mapping[str, str]) -> str:
    """What a part is called: its own title, or what follows from what it is."""
    if part.title:
        return part.title
    if part.lesson:
        return lesson_titles[part.lesson]
    if part.test:
        return PURPOSES[part.test].title
    if part.drill:
        return f"Drill: {part.drill}, {_level_title(part.level)}"
    if part.observe:
        return f"Watch: {load_script(shipped_scripts()[part.observe]).title.lower()}"
    return "Video" if part.video else "An interaction to talk about"


def _level_title(name: str) -> str:
    return next(level.title for level in LEVELS if level.name == name).lower()
