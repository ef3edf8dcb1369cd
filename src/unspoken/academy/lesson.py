"""Reading a lesson: Markdown with a head, and faces, checks and videos in fenced blocks.

Every fault is told with file and line, all of them at once, so that a trainer mends a lesson in one
go. HTML in the text is not passed on: a lesson is words and faces, not a program.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from unspoken.academy.lesson_blocks import (
    Block,
    Check,
    CheckBlock,
    Face,
    Filled,
    Text,
    Video,
    VideoBlock,
)
from unspoken.academy.lesson_scene import FaceBlock, Words
from unspoken.errors import InputError
from unspoken.reading.marked_yaml import read_marked, validated

__all__ = ["DOI", "NAME", "Head", "Lesson", "parse_lesson", "text_html", "to_html"]

#: File names of lessons: they become addresses.
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
DOI = re.compile(r"10\.\d{4,9}/[^\s,;]+[^\s,;.)]")
_FENCES: dict[str, type[BaseModel]] = {
    "face": FaceBlock,
    "check": CheckBlock,
    "video": VideoBlock,
}
_PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg"}
_LARGEST = 500_000


def _source(text: str) -> str:
    if "doi" in text.lower() and not DOI.search(text):
        raise ValueError("names a DOI, but none such as 10.1177/1529100619832930 is in it")
    return text


class Head(BaseModel):
    """The head of a lesson, between two lines of three hyphens.

    Parameters
    ----------
    title : str
    minutes : int
        How long it takes.
    order : float
        Place in the list; the smallest comes first.
    summary : str
        One sentence for the list.
    sources : list of str
        Where its facts come from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    title: Annotated[Filled, Field(max_length=120)]
    minutes: Annotated[int, Field(ge=1, le=120)]
    order: Annotated[float, Field(ge=0, le=1e6)] = 1000.0
    summary: Words = ""
    sources: list[Annotated[Filled, AfterValidator(_source)]] = Field(default_factory=list)


@dataclass(frozen=True)
class Lesson:
    """One lesson.

    Parameters
    ----------
    name : str
        Of its file, without the ending; what addresses and courses call it.
    head : Head
    blocks : tuple of Block
    path : Path or None
        Its file; None for a text that lies nowhere.
    """

    name: str
    head: Head
    blocks: tuple[Block, ...]
    path: Path | None = None

    @property
    def checks(self) -> tuple[CheckBlock, ...]:
        """Its questions, in order."""
        return tuple(block.block for block in self.blocks if isinstance(block, Check))

    @property
    def files(self) -> dict[str, Path]:
        """Pictures, videos and captions that belong to it, by the name the lesson calls them."""
        found: dict[str, Path] = {}
        for block in self.blocks:
            if isinstance(block, Video):
                found[block.block.file] = block.path
                if block.captions:
                    found[block.block.captions] = block.captions
            elif isinstance(block, Text) and self.path:
                for token in _inside(block.tokens):
                    if token.type == "image":
                        name = _file_of(token)
                        found[name] = self.path.parent / name
        return found

    @property
    def links(self) -> list[tuple[str, int]]:
        """Names of lessons the text leads to, each with its line."""
        return [
            (target.removesuffix(".md"), line)
            for block in self.blocks
            if isinstance(block, Text)
            for target, line in _targets(block.tokens)
            if target.endswith(".md") and ":" not in target
        ]


def parse_lesson(text: str, name: str, path: Path | None = None) -> Lesson:
    """Build a lesson from its text.

    Parameters
    ----------
    text : str
    name : str
        Of its file, without the ending.
    path : Path, optional
        Its file: pictures and videos are looked for beside it.

    Raises
    ------
    InputError
        With one sentence per fault, each with file and line.
    """
    where = str(path or f"{name}.md")
    if not NAME.fullmatch(name):
        raise InputError(
            f"{where}: the name of a lesson is small letters, digits and single hyphens, because "
            f"it becomes an address; found {name!r}."
        )
    if len(text) > _LARGEST:
        raise InputError(f"{where}: larger than {_LARGEST} characters; split it into lessons.")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    head_text, body, first = _split(lines, where)
    faults: list[str] = []
    head = _tried(faults, lambda: _read(Head, head_text, 2, where))
    blocks = _blocks(body, first, where, path, faults)
    if not blocks and not faults:
        faults.append(
            f"{where}, line {first}: the lesson is empty; write something below its head."
        )
    keys: dict[str, int] = {}
    for block in blocks:
        if isinstance(block, Check) and keys.setdefault(block.block.key, block.line) != block.line:
            faults.append(
                f"{where}, line {block.line}: the same question stands on line "
                f"{keys[block.block.key]}; answers could not be told apart."
            )
    if faults or head is None:
        raise InputError("\n".join(dict.fromkeys(faults)))
    return Lesson(name, head, tuple(blocks), path)


def _tried(faults: list[str], make: Callable[[], Any]) -> Any:
    try:
        return make()
    except InputError as error:
        faults.append(str(error))
        return None


def _split(lines: list[str], where: str) -> tuple[str, str, int]:
    """Head, body, and the line the body begins on."""
    example = "It begins with a line ---, then title: and minutes:, then --- again."
    if lines[0].lstrip("\ufeff").rstrip() != "---":
        raise InputError(f"{where}, line 1: expected the head of the lesson.", example)
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            body = "\n".join(lines[number + 1 :])
            return "\n".join(lines[1:number]), body, number + 2
    raise InputError(f"{where}, line 1: the head of the lesson has no end.", example)


def _read(model: type[BaseModel], text: str, line: int, where: str) -> Any:
    """A YAML text that begins on a line of the file, as a model."""
    lines = (line.strip() for line in text.split("\n"))
    if all(not line or line.startswith("#") for line in lines):
        needed = ", ".join(n for n, field in model.model_fields.items() if field.is_required())
        raise InputError(f"{where}, line {line}: nothing is in it; needed: {needed or 'caption'}.")
    # Empty lines in front, so that YAML counts the lines as the file does.
    return validated(model, read_marked("\n" * (line - 1) + text, where), where)


def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table"])


def _blocks(body: str, first: int, where: str, path: Path | None, faults: list[str]) -> list[Block]:
    blocks: list[Block] = []
    run: list[Token] = []

    def end_text() -> None:
        if run:
            line = first + (run[0].map or [0])[0]
            blocks.append(Text(tuple(run), line))
            faults.extend(_text_faults(run, first, where, path))
            run.clear()

    for token in _markdown().parse(body):
        if token.type != "fence" or not token.info.strip():
            run.append(token)
            continue
        line = first + (token.map or [0])[0]
        kind = token.info.strip()
        if kind not in _FENCES:
            faults.append(
                f"{where}, line {line}: a block named {kind!r} is unknown; expected face, check "
                "or video."
            )
        elif token.level:
            faults.append(
                f"{where}, line {line}: a {kind} stands inside a list or a quotation; write it at "
                "the beginning of the line."
            )
        else:
            end_text()
            model, content = _FENCES[kind], token.content
            block = _tried(faults, lambda m=model, c=content, n=line: _read(m, c, n + 1, where))  # type: ignore[misc]
            if block is not None:
                made = _tried(faults, lambda b=block, n=line: _made(b, n, where, path))  # type: ignore[misc]
                blocks += [made] if made is not None else []
    end_text()
    return blocks


def _made(block: BaseModel, line: int, where: str, path: Path | None) -> Block:
    """A block that was read, held against what is around it."""
    if isinstance(block, FaceBlock):
        if not block.steps and not block.caption:
            raise InputError(
                f"{where}, line {line}: a face needs words for those who cannot see it: a caption, "
                "or steps with say."
            )
        return Face(block, line)
    if isinstance(block, CheckBlock):
        return Check(block, line)
    assert isinstance(block, VideoBlock)
    from unspoken.academy.lesson_files import captions_beside, video_beside

    video = video_beside(block.file, path, f"{where}, line {line}")
    captions = captions_beside(block.captions, path, f"{where}, line {line}")
    return Video(block, video, captions, line)


def _inside(tokens: Sequence[Token]) -> list[Token]:
    found: list[Token] = []
    for token in tokens:
        found.append(token)
        found += _inside(token.children or ())
    return found


def _file_of(picture: Token) -> str:
    """The file of a picture as it is called on the disk; Markdown gives it as an address."""
    return unquote(str(picture.attrs["src"]))


def _targets(tokens: Sequence[Token]) -> list[tuple[str, int]]:
    found = []
    for token in tokens:
        line = (token.map or [0])[0]
        for child in _inside(token.children or ()):
            if child.type == "link_open":
                found.append((str(child.attrs["href"]), line))
    return found


def _text_faults(tokens: Sequence[Token], first: int, where: str, path: Path | None) -> list[str]:
    faults = []
    for token in tokens:
        line = first + (token.map or [0])[0]
        if token.type == "heading_open" and token.tag == "h1":
            faults.append(
                f"{where}, line {line}: the title stands in the head; begin parts with ## here."
            )
        for child in _inside(token.children or ()):
            if child.type == "image":
                faults += _picture_faults(child, f"{where}, line {line}", path)
    return faults


def _picture_faults(token: Token, at: str, path: Path | None) -> list[str]:
    from unspoken.academy.lesson_files import beside

    name = _file_of(token)
    if not token.content.strip():
        return [
            f"{at}: the picture {name} needs words for those who cannot see it: ![words]({name})."
        ]
    if PurePosixPath(name).suffix.lower() not in _PICTURES:
        return [f"{at}: expected a picture ({', '.join(sorted(_PICTURES))}), found {name!r}."]
    try:
        beside(name, path, at)
    except InputError as error:
        return [str(error)]
    return []


Address = Callable[[str], str]


def text_html(text: Text, lesson_at: Address, file_at: Address) -> str:
    """A text block as HTML.

    Parameters
    ----------
    text : Text
    lesson_at, file_at : callable
        The address of another lesson by its name, and of a file beside the lesson by its own.
    """
    return to_html(text.tokens, lesson_at, file_at)


def to_html(tokens: Sequence[Token], lesson_at: Address, file_at: Address) -> str:
    """Markdown tokens as HTML; links to lessons and files get their addresses."""
    copied = deepcopy(list(tokens))
    for token in _inside(copied):
        if token.type == "image":
            token.attrSet("src", file_at(_file_of(token)))
            token.attrSet("loading", "lazy")
        elif token.type == "link_open":
            target = str(token.attrs["href"])
            if target.endswith(".md") and ":" not in target:
                token.attrSet("href", lesson_at(target.removesuffix(".md")))
            else:
                token.attrSet("rel", "noreferrer")
    markdown = _markdown()
    return str(markdown.renderer.render(copied, markdown.options, {}))
