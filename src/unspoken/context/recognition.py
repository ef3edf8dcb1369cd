"""Local speech recognition: a Protocol, and faster-whisper behind it.

The extra ``unspoken[speech]`` installs faster-whisper. Weights are the user's: a folder with a
converted Whisper model. Nothing is ever fetched; a folder that lacks a file is refused, because the
library would otherwise look for it on the network.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from unspoken.context.transcript import Transcript, Utterance
from unspoken.errors import InputError, SourceNotFound, UsageError

__all__ = ["FasterWhisper", "Recogniser", "audio_start_s"]

#: What a folder with weights holds. The vocabulary is one of two files.
_NEEDED = ("config.json", "model.bin", "tokenizer.json")


class Recogniser(Protocol):
    """What turns the sound of a recording into a transcript."""

    name: str

    def recognise(self, path: str | os.PathLike[str], language: str = "") -> Transcript:
        """The words of a recording on its own clock; no speakers are told apart.

        Raises
        ------
        InputError
            If it has no sound or cannot be read.
        """


@dataclass
class FasterWhisper:
    """Whisper models run by faster-whisper (CTranslate2), on this machine.

    Parameters
    ----------
    folder : str or path-like
        The weights: ``config.json``, ``model.bin``, ``tokenizer.json``, a vocabulary.

    Raises
    ------
    SourceNotFound
        If the folder lacks a file.
    UsageError
        If the extra is not installed.
    InputError
        If the weights cannot be loaded.
    """

    folder: str | os.PathLike[str]

    def __post_init__(self) -> None:
        place = Path(self.folder)
        missing = [name for name in _NEEDED if not (place / name).is_file()]
        if missing:
            raise SourceNotFound(
                f"{place} holds no speech model: {', '.join(missing)} is missing.",
                "Name a folder with a Whisper model converted for CTranslate2; nothing is fetched.",
            )
        self.name = f"faster-whisper with {place.name}"
        self._model = _load(place)

    def recognise(self, path: str | os.PathLike[str], language: str = "") -> Transcript:
        """See :class:`Recogniser`."""
        begin_s = audio_start_s(path)
        pieces, facts = self._model.transcribe(os.fspath(path), language=language or None)
        return Transcript(_utterances(pieces, begin_s), {}, language or str(facts.language or ""))


def _load(place: Path) -> Any:
    try:
        from faster_whisper import WhisperModel
    except ImportError as error:
        raise UsageError(
            "Speech recognition is not installed.", 'Install it: pip install "unspoken[speech]".'
        ) from error
    try:
        return WhisperModel(str(place), device="cpu", compute_type="int8", local_files_only=True)
    except (RuntimeError, ValueError, OSError) as error:
        raise InputError(f"The speech model in {place} cannot be loaded: {error}.") from error


def _utterances(pieces: Iterable[Any], begin_s: float) -> tuple[Utterance, ...]:
    """Recogniser output, which counts from the first sample, on the recording's clock."""
    return tuple(
        Utterance("", begin_s + float(p.start), begin_s + float(p.end), str(p.text).strip())
        for p in pieces
        if str(p.text).strip()
    )


def audio_start_s(path: str | os.PathLike[str]) -> float:
    """When the sound of a recording begins on its container's clock, seconds.

    Raises
    ------
    InputError
        If it has no sound.
    """
    from unspoken.media.container import open_container

    with open_container(Path(path)) as container:
        if not container.streams.audio:
            raise InputError(f"{path} has no sound, so there is nothing to recognise.")
        stream = container.streams.audio[0]
        if stream.start_time is None or stream.time_base is None:
            return 0.0
        return float(stream.start_time * stream.time_base)
