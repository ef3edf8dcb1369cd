"""A lesson as a row of cards: what a clip of it shows, and for how long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from markdown_it.token import Token

from unspoken.academy.lesson import Lesson, to_html
from unspoken.academy.lesson_blocks import CheckBlock, Face, Text, Video
from unspoken.academy.lesson_scene import Scene

__all__ = ["Card", "cards"]

#: Reading from a screen, words a second; and time to look at a card besides, seconds.
_WORDS_HZ, _LOOK_S = 2.6, 1.5
#: Time to think about a question, seconds.
_THINK_S = 5.0
_TITLE_S, _END_S = 4.0, 4.0
#: Words on one card at most; a longer paragraph gets a card of its own.
_MOST_WORDS = 70


@dataclass(frozen=True)
class Card:
    """One picture, or one picture with faces moving in it.

    Parameters
    ----------
    kind : {"title", "text", "scene", "question"}
        How it is laid out.
    html : str
        What stands on it.
    seconds : float
        How long it is shown; a scene takes its own time.
    scene : Scene, optional
        The faces, and the words that go with them.
    said : str
        What a voice reads, where that is other than what stands on it.
    """

    kind: str
    html: str
    seconds: float
    scene: Scene | None = None
    said: str = ""


def cards(lesson: Lesson, face_size: int) -> list[Card]:
    """Every card of a lesson.

    Parameters
    ----------
    lesson : Lesson
    face_size : int
        Side of a face's picture where one is shown, pixels; two get less.
    """
    head = lesson.head
    found = [Card("title", f"<h1>{escape(head.title)}</h1><p>{escape(head.summary)}</p>", _TITLE_S)]
    for block in lesson.blocks:
        if isinstance(block, Text):
            found += _text_cards(block)
        elif isinstance(block, Face):
            scene = block.block.scene(_size(face_size, 2 if block.block.beside else 1))
            title = f"<h2>{escape(scene.title)}</h2>" if scene.title else ""
            found.append(Card("scene", title, scene.film.seconds, scene))
        elif isinstance(block, Video):
            found.append(_video_card(block))
        else:
            found += _question_cards(block.block, face_size)
    sources = "".join(f"<li>{escape(source)}</li>" for source in head.sources)
    synthetic = "The faces are synthetic: none of these people exists."
    end = f"<p>{synthetic}</p>"
    end += f"<h2>Sources</h2><ul class='small'>{sources}</ul>" if sources else ""
    seconds = _END_S + _seconds(" ".join(head.sources)) / 2
    return [*found, Card("text", end, seconds, said=synthetic)]


def _size(face_size: int, faces: int) -> int:
    return face_size if faces == 1 else int(face_size * 0.86) // 2 * 2


def _seconds(words: str) -> float:
    return round(len(words.split()) / _WORDS_HZ + _LOOK_S, 1)


def _pieces(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Paragraphs, headings, lists, tables: what stands at the top level."""
    run: list[Token] = []
    for token in tokens:
        run.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield run
            run = []


def _words(tokens: Sequence[Token]) -> str:
    return " ".join(token.content for token in tokens if token.type in {"inline", "fence"})


def _text_cards(block: Text) -> Iterator[Card]:
    heading: list[Token] = []
    held: list[Token] = []
    fresh = False

    def card() -> Card:
        tokens = [*heading, *held]
        return Card("text", to_html(tokens, str, str), _seconds(_words(tokens)))

    for piece in _pieces(block.tokens):
        if piece[0].type == "heading_open":
            if held or fresh:
                yield card()
            heading, held, fresh = piece, [], True
            continue
        if held and len(_words([*held, *piece]).split()) > _MOST_WORDS:
            yield card()
            held = []
        held += piece
        fresh = False
    if held or fresh:
        yield card()


def _video_card(block: Video) -> Card:
    title = escape(block.block.title or "A video")
    said = f"<h2>{title}</h2><p>Here the lesson shows the video {escape(block.path.name)}.</p>"
    return Card("text", said, _TITLE_S)


def _question_cards(block: CheckBlock, face_size: int) -> Iterator[Card]:
    scene = None
    if block.face is not None:
        scene = block.face.scene(_size(face_size, 2 if block.face.beside else 1))
    open_list = "".join(f"<li>{escape(choice)}</li>" for choice in block.choices)
    marked = "".join(
        f"<li class='right'>{escape(choice)}</li>"
        if choice == block.answer
        else f"<li class='other'>{escape(choice)}</li>"
        for choice in block.choices
    )
    question = f"<h2>{escape(block.question)}</h2>"
    asked = _seconds(" ".join([block.question, *block.choices])) + _THINK_S
    seconds = max(asked, scene.film.seconds) if scene else asked
    yield Card("question", f"{question}<ol>{open_list}</ol>", seconds, scene)
    why = f"{question}<ol>{marked}</ol><p>{escape(block.why)}</p>"
    seconds = _seconds(block.why) + 2.0
    # With the answer the face is shown once more: a flash is gone before it is known what it was.
    again = max(seconds, scene.film.seconds) if scene else seconds
    yield Card("question", why, again, scene, f"The answer: {block.answer}. {block.why}")
