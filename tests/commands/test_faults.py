"""Every way out of a command is a sentence and an exit code."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import typer

from unspoken.commands.faults import describe, guarded, internal_fault, say, stopped_words, tell
from unspoken.errors import AssetError, InputError, OutputError


def leave_by(error: BaseException) -> typer.Typer:
    app = typer.Typer()

    @app.command()
    def go() -> None:
        raise error

    return app


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (InputError("clip.mp4: nothing in it.", "Look again."), 2, "clip.mp4: nothing in it.\n  "),
        (AssetError("The weights are gone."), 1, "The weights are gone.\n"),
        (KeyboardInterrupt(), 2, "Stopped.\n"),
        (RuntimeError("a bolt broke"), 1, "Internal fault (RuntimeError: a bolt broke)."),
        (typer.Exit(2), 2, ""),
        (BrokenPipeError(), 0, ""),
    ],
    ids=lambda value: type(value).__name__,
)
def test_exit_codes(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, said: str
) -> None:
    assert guarded(leave_by(error), []) == code
    out, err = capsys.readouterr()
    assert out == "" and err.startswith(said) and bool(err) == bool(said)


def test_a_fault_shows_its_place_to_those_who_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    fault = RuntimeError("a bolt broke")
    assert "UNSPOKEN_DEBUG=1" in internal_fault(fault)
    monkeypatch.setenv("UNSPOKEN_DEBUG", "1")
    try:
        raise fault
    except RuntimeError as error:
        assert "test_faults.py" in internal_fault(error)


def test_a_hint_stands_on_a_line_of_its_own() -> None:
    assert describe(InputError("What.", "Do.")) == "What.\n  Do."
    assert describe(InputError("What.")) == "What."


class Deaf(io.StringIO):
    """A stream whose reader has gone."""

    error: OSError = BrokenPipeError()

    def write(self, text: str) -> int:
        raise self.error


def test_words_nobody_hears_stop_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", Deaf())
    monkeypatch.setattr("sys.stderr", Deaf())
    tell("found")
    say("odd")


def test_output_that_is_lost_to_a_full_disk_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Deaf()
    stream.error = OSError(28, "No space left on device")
    monkeypatch.setattr("sys.stdout", stream)
    with pytest.raises(OutputError, match="No space left on device"):
        tell("found")


def test_a_stopped_bench_says_what_is_kept(tmp_path: Path) -> None:
    copies = tmp_path / "run" / "copies"
    assert stopped_words(copies).startswith("Stopped before a copy was finished")
    copies.mkdir(parents=True)
    (copies / ".01-a-001.json.7.part").touch()  # begun, never finished
    assert stopped_words(copies).startswith("Stopped before a copy was finished")
    (copies / "01-a-000.json").touch()
    assert stopped_words(copies).startswith(f"Stopped. 1 finished copy is kept in {tmp_path}")
    (copies / "01-a-001.json").touch()
    assert "2 finished copies are kept" in stopped_words(copies)
