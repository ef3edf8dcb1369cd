"""Files beside a lesson or a course: pictures, videos, captions. None may lie elsewhere."""

from __future__ import annotations

from pathlib import Path

from unspoken.errors import InputError, UnspokenError
from unspoken.media.container import open_container

__all__ = ["beside", "captions_beside", "read_captions", "video_beside"]

#: What the common browsers play.
_CODECS = {"h264", "vp8", "vp9", "av1"}
_VIDEOS = {".mp4", ".m4v", ".webm"}


def beside(name: str, path: Path | None, at: str) -> Path:
    """A file in the folder of a lesson, or below it.

    Parameters
    ----------
    name : str
        As the lesson calls it.
    path : Path or None
        The lesson's own file.
    at : str
        Where it is named, for the message.

    Raises
    ------
    InputError
        If it is not there or lies elsewhere.
    """
    if "\\" in name or ":" in name or name.startswith("/") or ".." in Path(name).parts:
        raise InputError(
            f"{at}: {name!r} is not in the folder of the lesson; put the file beside it and name "
            "it without a path that leads elsewhere. Nothing is loaded from the network."
        )
    if path is None:
        raise InputError(f"{at}: {name}: this text lies in no folder, so it can have no files.")
    found = path.parent / name
    if not found.is_file():
        raise InputError(f"{at}: there is no file {found}.")
    if not found.resolve().is_relative_to(path.parent.resolve()):
        raise InputError(f"{at}: {name} leads out of the folder of the lesson.")
    return found


def video_beside(name: str, path: Path | None, at: str) -> Path:
    """A video beside a lesson that browsers can play.

    Raises
    ------
    InputError
        If it is not there, is no video, or is one that browsers do not play.
    """
    found = beside(name, path, at)
    if found.suffix.lower() not in _VIDEOS:
        raise InputError(f"{at}: expected a video (.mp4, .m4v or .webm), found {name!r}.")
    try:
        with open_container(found) as container:
            codecs = [stream.codec_context.name for stream in container.streams.video]
    except UnspokenError as error:
        raise InputError(f"{at}: {error.message}") from error
    if not codecs:
        raise InputError(f"{at}: {name} holds no picture.")
    if not any(codec.replace("lib", "").startswith(tuple(_CODECS)) for codec in codecs):
        raise InputError(
            f"{at}: browsers do not play {name} ({', '.join(codecs)}); convert it to H.264 or VP9."
        )
    return found


def captions_beside(name: str, path: Path | None, at: str) -> Path | None:
    """Captions beside a lesson; None where none are named.

    Raises
    ------
    InputError
        If they are not there or are no WebVTT.
    """
    if not name:
        return None
    found = beside(name, path, at)
    read_captions(found, at)
    return found


def read_captions(path: Path, at: str) -> list[tuple[float, float, str]]:
    """Start, end (seconds) and words of every caption of a WebVTT file.

    Raises
    ------
    InputError
        If it is none, or holds no caption.
    """
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    try:
        cues = webvtt.read(str(path)).captions
    except (MalformedFileError, MalformedCaptionError, UnicodeDecodeError, OSError) as error:
        raise InputError(f"{at}: {path.name}: expected WebVTT captions ({error}).") from error
    if not cues:
        raise InputError(f"{at}: {path.name} holds no caption.")
    # The library's own seconds are whole ones.
    return [
        (cue.start_time.in_milliseconds() / 1000, cue.end_time.in_milliseconds() / 1000, cue.text)
        for cue in cues
    ]
