"""Speech recognition behind its Protocol: a stand-in for the library, nothing from the network."""

from __future__ import annotations

import socket
import sys
import types
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.context.test_offset import sounding_file
from unspoken.context.recognition import FasterWhisper, Recogniser, audio_start_s
from unspoken.context.transcript import Utterance
from unspoken.errors import InputError, SourceNotFound, UsageError


@dataclass
class Piece:
    """A segment as the library gives it."""

    start: float
    end: float
    text: str


class FakeModel:
    """Stands where ``faster_whisper.WhisperModel`` stands; notes how it was made."""

    made: list[dict[str, Any]] = []

    def __init__(self, folder: str, **known: Any) -> None:
        if "broken" in folder:
            raise RuntimeError("unsupported model version")
        self.made.append({"folder": folder, **known})

    def transcribe(self, path: str, language: str | None) -> tuple[Any, Any]:
        pieces = (Piece(0.5, 1.5, " Hola. "), Piece(2.0, 2.5, "  "), Piece(3.0, 4.0, " Adiós."))
        return iter(pieces), types.SimpleNamespace(language=language or "es")


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("faster_whisper")
    vars(module)["WhisperModel"] = FakeModel
    monkeypatch.setitem(sys.modules, "faster_whisper", module)
    FakeModel.made.clear()


def weights(folder: Path) -> Path:
    folder.mkdir()
    for name in ("config.json", "model.bin", "tokenizer.json"):
        (folder / name).write_bytes(b"{}")
    return folder


@pytest.mark.usefixtures("library")
def test_words_come_on_the_clock_of_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("used the network"))
    said = [Utterance("", 0.5, 1.5, "")]
    path = sounding_file(tmp_path / "talk.mkv", said, 5.0, start_s=2.0)
    recogniser: Recogniser = FasterWhisper(weights(tmp_path / "small"))
    heard = recogniser.recognise(path)
    assert heard.language == "es"
    assert [(u.start_s, u.end_s, u.text) for u in heard.utterances] == [
        (2.5, 3.5, "Hola."),
        (5.0, 6.0, "Adiós."),
    ]
    assert recogniser.recognise(path, "pt").language == "pt"
    (made,) = FakeModel.made
    assert made["local_files_only"] is True and made["folder"] == str(tmp_path / "small")


@pytest.mark.usefixtures("library")
def test_weights_that_cannot_be_used_are_told(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="config.json, model.bin, tokenizer.json is missing"):
        FasterWhisper(tmp_path)
    (weights(tmp_path / "half") / "tokenizer.json").unlink()
    with pytest.raises(SourceNotFound, match=r"tokenizer.json is missing.*nothing is fetched"):
        FasterWhisper(tmp_path / "half")
    with pytest.raises(InputError, match="unsupported model version"):
        FasterWhisper(weights(tmp_path / "broken"))
    assert not FakeModel.made


def test_without_the_extra_it_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faster_whisper", None)
    with pytest.raises(UsageError, match=r"pip install \"unspoken\[speech\]\""):
        FasterWhisper(weights(tmp_path / "small"))


def test_sound_may_begin_late(tmp_path: Path) -> None:
    assert audio_start_s(sounding_file(tmp_path / "a.mkv", [], 1.0, start_s=1.5)) == 1.5
