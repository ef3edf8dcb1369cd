"""The command line as people use it: what it says, what it returns, what it leaves behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from tests.clips import RAISED_BROWS, film, shots
from unspoken import __version__
from unspoken.batch import RESULT_FILES
from unspoken.cli import main

Clip = Callable[[str], Path]


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command line in this process."""

    def command(*words: object) -> Said:
        capsys.readouterr()
        code = main([str(word) for word in words])
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Said(code, out, err)

    return command


def files(folder: Path) -> set[str]:
    """Everything below a folder, hidden or not, folders too."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


# -- help --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("analyze",),
        ("probe",),
        ("faces",),
        ("demo",),
        ("context",),
        ("export",),
        ("bench",),
        ("bench", "speed"),
    ],
)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_explains_itself(run: Run, words: tuple[str, ...], option: str) -> None:
    said = run(*words, option)
    assert said.code == 0 and "Usage:" in said.out and said.err == ""


def test_the_version_is_the_packages(run: Run) -> None:
    assert run("--version").out.strip() == f"unspoken {__version__}"


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("analyse",), "No such command 'analyse'"),
        (("analyze",), "Missing argument"),
        (("analyze", "a.mp4", "--speed"), "No such option"),
        (("analyze", ""), "found an empty text"),
        (("probe", ""), "found an empty text"),
        (("faces", ""), "found an empty text"),
        (("analyze", "a.mp4", "--max-faces", "many"), "--max-faces"),
        (("analyze", "a.mp4", "--backend", "magic"), "--backend"),
        (("analyze", "a.mp4", "--crop", "10"), "--crop: "),
        (("analyze", "a.mp4", "--false-alarms", "0"), "--false-alarms: "),
        (("analyze", "a.mp4", "--fps", "-1"), "--fps: "),
        (("analyze", "a.mp4", "--role", "1=boss"), "'boss' is no role"),
        (("analyze", "a.mp4", "--role", "nose=customer"), "'nose' names no face"),
        (("analyze", "a.mp4", "--role", "1=staff", "--role", "1=customer"), "two roles"),
    ],
)
def test_bad_usage_is_named(run: Run, words: tuple[str, ...], part: str) -> None:
    said = run(*words)
    assert said.code == 2 and said.out == ""
    assert part in said.err


# -- sources that cannot be used ---------------------------------------------------------------


def sound_only(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        for i in range(4):
            sound = av.AudioFrame.from_ndarray(
                np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
            )
            sound.sample_rate, sound.pts = 8000, i * 1024
            container.mux(stream.encode(sound))
        container.mux(stream.encode(None))
    return path


def no_frames(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()
    return path


def bad_source(what: str, folder: Path, clip: Clip) -> Path:
    path = folder / f"{what}.mp4"
    if what in ("one", "black"):
        shutil.copy(clip(what), path)
    elif what == "empty folder":
        path.mkdir()
    elif what == "empty file":
        path.touch()
    elif what == "text":
        path.write_text("this is no video\n" * 50, encoding="utf-8")
    elif what == "cut before its index":
        path.write_bytes(clip("quiet").read_bytes()[:20_000])
    elif what == "sound only":
        sound_only(path)
    elif what == "no frames":
        path = no_frames(folder / "none.avi")
    elif what == "pipe":
        os.mkfifo(path)
    return path


BAD = {
    "missing": "there is no such file or folder",
    "empty folder": "expected a folder with one picture per frame, found none",
    "empty file": "the file is empty (0 bytes)",
    "text": "expected a video, found what looks like text",
    "cut before its index": "cut off before it was finished",
    "sound only": "expected a video stream, found only sound",
    "no frames": "found a video stream with 0 frames",
    "one": "expected a video, found a single picture",
    "black": "pictures are black",
    "pipe": "expected a file, found a pipe",
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_source_is_named_and_leaves_nothing_behind(
    run: Run, clip: Clip, tmp_path: Path, what: str
) -> None:
    source = bad_source(what, tmp_path, clip)
    before = files(tmp_path)
    said = run("analyze", source, "--out", tmp_path / "out" / "deep")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"{source}: ") and BAD[what] in said.err
    assert len(said.err.splitlines()) == 2  # what it is, and what to do
    assert files(tmp_path) == before


def test_a_folder_of_pictures_needs_a_rate(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for i, picture in enumerate(shots(RAISED_BROWS, [k / 25 for k in range(12)])):
        cv2.imwrite(str(folder / f"img{i}.png"), picture[..., ::-1])
    said = run("analyze", folder, "--out", tmp_path)
    assert said.code == 2 and "has no clock of its own" in said.err and "--fps" in said.err
    said = run("analyze", folder, "--out", tmp_path, "--fps", 25, "--no-report")
    assert said.code == 0 and (tmp_path / "pictures-2" / "events.csv").is_file()
    assert not [name for name in os.listdir(folder) if not name.endswith(".png")]


@pytest.mark.parametrize("place", ["a file", "below a file", "/proc"])
def test_a_place_that_cannot_be_written_is_named(
    run: Run, clip: Clip, tmp_path: Path, place: str
) -> None:
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    out = {
        "a file": tmp_path / "mine",
        "below a file": tmp_path / "mine" / "x",
        "/proc": Path("/proc/no/such"),
    }
    said = run("analyze", clip("quiet"), "--out", out[place])
    assert said.code == 2
    assert said.err.startswith(f"Cannot write {out[place]}")
    assert "results that were there before are untouched" in said.err
    assert files(tmp_path) == {"mine"}


# -- a good day --------------------------------------------------------------------------------


def test_a_video_becomes_four_files_and_three_lines(run: Run, clip: Clip, tmp_path: Path) -> None:
    said = run("analyze", clip("brows"), "--out", tmp_path)
    assert said.code == 0 and said.err == ""
    found, *_notes, last = said.out.splitlines()
    assert re.search(r"brows\.mp4: [1-9] micro-expressions?, .* s measured of 4\.0 s\.$", found)
    assert last.strip() == str(tmp_path / "brows" / "report.html")
    assert files(tmp_path / "brows") == set(RESULT_FILES)


def test_a_batch_goes_on_after_a_bad_source(run: Run, clip: Clip, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    same_name = film(tmp_path / "other" / "quiet.mp4", 0.8)
    bad = bad_source("text", tmp_path, clip)
    out = tmp_path / "out"
    said = run("analyze", clip("quiet"), bad, same_name, "--out", out, "--no-report")
    assert said.code == 2
    assert files(out) == {
        folder + name
        for folder in ("quiet", "quiet-2")
        for name in (
            "",
            *("/events.csv", "/signals.parquet", "/analysis.json"),
            *("/moments.json", "/places.parquet"),
        )
    }
    assert said.out.count("s measured of") == 2
    assert "2 of 3 sources analysed. Not analysed:" in said.err
    assert said.err.count("text.mp4: expected a video") == 2


def test_json_is_all_there_is_on_standard_output(run: Run, clip: Clip, tmp_path: Path) -> None:
    words = ("analyze", clip("quiet"), tmp_path / "no.mp4", "--out", tmp_path / "out")
    said = run(*words, "--json", "--no-report")
    good, bad = json.loads(said.out)
    assert said.code == 2
    assert (good["status"], good["exit_code"], good["frames"]) == ("done", 0, 75)
    assert good["folder"] == str(tmp_path / "out" / "quiet")
    assert {"micro", "macro", "blink", "measured_s", "micro_possible", "notes"} <= set(good)
    assert (bad["status"], bad["exit_code"], bad["folder"]) == ("failed", 2, None)
    assert "no such file" in bad["error"] and "spelling" in bad["hint"]


def test_quiet_prints_errors_alone(run: Run, clip: Clip, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("analyze", clip("quiet"), clip("quiet"), "--out", out, "--quiet", "--no-report")
    assert run(*words) == Said(0, "", "")
    said = run("analyze", tmp_path / "no.mp4", "--out", out, "-q")
    assert said.code == 2 and said.out == "" and "no such file" in said.err


def test_a_source_named_twice_is_analysed_once(run: Run, clip: Clip, tmp_path: Path) -> None:
    said = run("analyze", clip("quiet"), clip("quiet"), "--out", tmp_path, "--no-report")
    assert said.code == 0 and said.err.strip() == (
        "A source that was named twice is analysed once."
    )
    assert [path.name for path in tmp_path.iterdir()] == ["quiet"]


def test_slow_footage_is_told_apart_from_a_calm_face(run: Run, tmp_path: Path) -> None:
    source = film(tmp_path / "slow.mp4", 2.0, 10.0)
    said = run("analyze", source, "--out", tmp_path, "--no-report")
    assert said.code == 0
    assert "no micro-expressions possible" in said.out
    assert "micro-expressions cannot be timed" in said.out


def test_a_rate_given_with_a_video_is_not_used_and_that_is_said(
    run: Run, clip: Clip, tmp_path: Path
) -> None:
    said = run("analyze", clip("quiet"), "--out", tmp_path, "--fps", 200, "--no-report")
    assert said.code == 0 and "a file has its own clock" in said.out
    assert "of 3.0 s." in said.out


# -- several faces -----------------------------------------------------------------------------


def test_several_faces_lead_to_a_contact_sheet_and_a_command_that_works(
    run: Run, clip: Clip, tmp_path: Path
) -> None:
    said = run("analyze", clip("pair"), "--out", tmp_path / "out")
    sheet = tmp_path / "out" / "pair-faces.png"
    assert said.code == 2 and said.out == ""
    assert files(tmp_path) == {"out", "out/pair-faces.png"}
    assert cv2.imread(str(sheet)) is not None
    assert str(sheet) in said.err and "face 1" in said.err and "face 2" in said.err
    suggested = re.search(r"--role (\S+=customer),", said.err)
    assert suggested is not None
    said = run("analyze", clip("pair"), "--out", tmp_path / "out", "--role", suggested.group(1))
    assert said.code == 0 and re.search(r"[1-9] micro-expressions?,", said.out)


def test_the_contact_sheet_is_named_in_json(run: Run, clip: Clip, tmp_path: Path) -> None:
    said = run("analyze", clip("pair"), "--out", tmp_path, "--json", "--role", "7=customer")
    (outcome,) = json.loads(said.out)
    assert outcome["faces"] == [1, 2]
    assert outcome["contact_sheet"] == str(tmp_path / "pair-faces.png")


def test_where_all_are_staff_there_is_nothing_to_do(run: Run, clip: Clip, tmp_path: Path) -> None:
    said = run("analyze", clip("pair"), "--out", tmp_path / "out", "--role", "staff")
    assert said.code == 2 and "no customer among the faces" in said.err
    assert files(tmp_path) == set()


# -- probe and faces ---------------------------------------------------------------------------


def test_probe_speaks_in_sentences_and_goes_on(run: Run, clip: Clip, tmp_path: Path) -> None:
    said = run("probe", clip("quiet"), tmp_path / "no.mp4", clip("brows"))
    assert said.code == 2
    assert said.out.count("Micro-expressions can be found") == 2
    assert "no such file" in said.err


def test_probe_gives_json(run: Run, clip: Clip, tmp_path: Path) -> None:
    said = run("probe", clip("quiet"), tmp_path / "no.mp4", "--json")
    good, bad = json.loads(said.out)
    assert good["clock"]["frames"] == 75 and good["micro_possible"] is True
    assert "no such file" in bad["error"]


def test_faces_lists_who_is_there(run: Run, clip: Clip, tmp_path: Path) -> None:
    target = tmp_path / "new" / "who.png"
    said = run("faces", clip("pair"), "--out", target)
    assert said.code == 0 and said.out.splitlines()[-1] == str(target)
    assert ["left" in said.out.splitlines()[0], "right" in said.out.splitlines()[1]] == [True] * 2
    assert target.is_file()


def test_faces_of_nobody_leaves_nothing_behind(run: Run, clip: Clip, tmp_path: Path) -> None:
    said = run("faces", clip("black"), "--out", tmp_path / "new" / "who.png")
    assert said.code == 2 and "no face was found" in said.err
    assert files(tmp_path) == set()


# -- processes ---------------------------------------------------------------------------------

#: The command line, saying so when thirty frames were measured.
TELLING = """
import sys
from contextlib import contextmanager
import unspoken.commands.analyze as command
from unspoken.cli import main

bar = command.bar

@contextmanager
def telling(console, name):
    with bar(console, name) as tick:
        def told(done, time_s, expected):
            tick(done, time_s, expected)
            if done == 30:
                print("thirty", file=sys.stderr, flush=True)
        yield told

command.bar = telling
sys.exit(main())
"""


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures for longer than anybody waits: one picture under thousands of names."""
    folder = tmp_path_factory.mktemp("long") / "pictures"
    folder.mkdir()
    picture = next(shots(RAISED_BROWS, [0.0]))
    cv2.imwrite(str(folder / "p0.jpg"), picture[..., ::-1])
    for i in range(1, 20_000):
        os.link(folder / "p0.jpg", folder / f"p{i}.jpg")
    return folder


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
def test_a_stopped_process_saves_what_it_has(
    endless: Path, tmp_path: Path, number: signal.Signals
) -> None:
    command = [sys.executable, "-c", TELLING, "analyze", str(endless), str(tmp_path / "no.mp4")]
    command += ["--fps", "50", "--out", str(tmp_path / "out"), "--json"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert process.stderr is not None
    assert process.stderr.readline().strip() == "thirty"
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2, err
    assert "Traceback" not in err
    stopped, never_begun = json.loads(out)
    assert stopped["status"] == "partial" and 30 <= stopped["frames"] < 20_000
    assert never_begun["status"] == "stopped"
    assert files(tmp_path / "out" / "pictures") == set(RESULT_FILES)
    page = (tmp_path / "out" / "pictures" / "report.html").read_text(encoding="utf-8")
    assert "stopped before the end" in page


def test_a_process_that_is_stopped_before_anything_was_seen_leaves_nothing(
    endless: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "unspoken", "analyze", str(endless), "--fps", "50"]
    command += ["--out", str(tmp_path / "out")]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    deadline = time.monotonic() + 60.0
    while not list(tmp_path.rglob(".signals.parquet*")) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 2 and "stopped" in err and "Traceback" not in err
    assert files(tmp_path) == set()


@pytest.mark.skipif(not shutil.which("head"), reason="needs head")
def test_a_reader_who_has_enough_does_no_harm(clip: Clip, tmp_path: Path) -> None:
    """Results are written although nobody listens, and the exit code stays true."""
    command = f"""
        set -o pipefail
        {sys.executable} -m unspoken analyze {clip("quiet")} {tmp_path}/no.mp4 \
            --out {tmp_path}/out --no-report 2>&1 | head -c 1
    """
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and len(done.stdout) == 1 and done.stderr == ""
    assert (tmp_path / "out" / "quiet" / "events.csv").is_file()
