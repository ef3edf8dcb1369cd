"""Opening a file with FFmpeg, and saying in plain words why that did not work."""

from __future__ import annotations

from pathlib import Path

import av
import av.error
from av.container import InputContainer

from unspoken.errors import NotAVideo, SourceNotFound

__all__ = ["open_container", "seconds_of_tag", "why_no_video"]

_NOT_FOOTAGE = {"tty", "concat", "hls", "dash", "ffmetadata"}
"""Formats FFmpeg takes text files for, or that only point to other files."""


def open_container(path: Path) -> InputContainer:
    """Open a file for reading.

    Raises
    ------
    SourceNotFound
        If it is not there or may not be read.
    NotAVideo
        If FFmpeg does not know what it is, or it only names other files.
    """
    try:
        # `file:` keeps FFmpeg from reading a colon in the name as a protocol, and the
        # whitelist keeps a playlist from reaching out to the network.
        container = av.open(
            f"file:{path}",
            metadata_errors="replace",
            container_options={"protocol_whitelist": "file"},
        )
    except av.error.FileNotFoundError as error:
        raise SourceNotFound(f"{path}: there is no such file.") from error
    except av.error.PermissionError as error:
        raise SourceNotFound(
            f"{path}: the file may not be read.", "Check its permissions."
        ) from error
    except (av.error.FFmpegError, ValueError) as error:
        raise NotAVideo(*_why_unreadable(path)) from error
    if container.format.name in _NOT_FOOTAGE:
        name = container.format.name
        container.close()
        raise NotAVideo(
            f"{path}: expected a video, found text or a list of other files ({name}).",
            "Give the video file itself.",
        )
    return container


def _why_unreadable(path: Path) -> tuple[str, str]:
    """Say what the file looks like instead of a video, and what to do: message and hint."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        return (f"{path}: the file is empty (0 bytes).", "Copy or export the recording again.")
    if head[4:8] == b"ftyp":
        return (
            f"{path}: an MP4 or MOV recording without an index; it was probably cut off "
            "before it was finished.",
            "Repair it with the device or program that recorded it, or copy it again.",
        )
    text = not any(byte < 9 or 13 < byte < 32 for byte in head)
    found = "what looks like text" if text else "no format FFmpeg knows"
    return (
        f"{path}: expected a video, found {found}.",
        "Any file FFmpeg reads will do: MP4, MOV, MKV, WebM, AVI, WMV, MPEG.",
    )


def why_no_video(container: InputContainer, path: Path) -> tuple[str, str]:
    """Say what an opened file holds instead of a video, and what to do: message and hint."""
    streams = container.streams
    if any(s.codec_context is None for s in streams.video):
        return (
            f"{path}: the video is stored in a format this installation cannot decode.",
            "Convert it, for instance to H.264 in MP4.",
        )
    kinds = {"audio": "sound", "subtitle": "subtitles", "video": "a cover picture"}
    found = sorted({kinds.get(s.type, "data") for s in streams})
    listed = f"only {' and '.join(found)}" if found else "nothing in it, 0 frames"
    return (
        f"{path}: expected a video stream, found {listed}.",
        "Give the recording that holds the picture.",
    )


def seconds_of_tag(text: str) -> float | None:
    """Read Matroska's ``hh:mm:ss.fraction``; None if it is something else."""
    try:
        hours, minutes, seconds = text.strip().split(":")
        total = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        return None
    return total if total > 0.0 else None
