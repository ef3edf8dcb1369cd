"""The neural nets that ship with the package: found, checked and taken apart in memory.

They come in two bundles of Google's MediaPipe (Apache-2.0), which are package data:
``face_landmarker.task`` and ``hand_landmarker.task``. Both are plain zip files; nothing is unpacked
to disk.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from unspoken.errors import AssetError

__all__ = [
    "BLENDSHAPE_MEMBER",
    "DETECTOR_MEMBER",
    "FACE_BUNDLE",
    "GEOMETRY_MEMBER",
    "HAND_BUNDLE",
    "HAND_MEMBER",
    "MESH_MEMBER",
    "PALM_MEMBER",
    "Bundle",
    "bundle_members",
    "check_bundle",
]


@dataclass(frozen=True, slots=True)
class Bundle:
    """A file of nets as it was published.

    Parameters
    ----------
    file : str
        Its name in the package's folder ``weights``.
    holds : str
        What it is called in messages.
    bytes : int
        Its size.
    sha256 : str
        Its digest, hexadecimal.
    """

    file: str
    holds: str
    bytes: int
    sha256: str


FACE_BUNDLE = Bundle(
    "face_landmarker.task",
    "face weights",
    3_758_596,
    "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
)
HAND_BUNDLE = Bundle(
    "hand_landmarker.task",
    "hand weights",
    7_819_105,
    "fbc2a30080c3c557093b5ddfc334698132eb341044ccee322ccf8bcf3607cde1",
)

DETECTOR_MEMBER = "face_detector.tflite"
MESH_MEMBER = "face_landmarks_detector.tflite"
BLENDSHAPE_MEMBER = "face_blendshapes.tflite"
GEOMETRY_MEMBER = "geometry_pipeline_metadata_landmarks.binarypb"
PALM_MEMBER = "hand_detector.tflite"
HAND_MEMBER = "hand_landmarks_detector.tflite"

_HINT = "Reinstall the package; the file belongs to it and is never edited."


def _place(bundle: Bundle) -> Traversable:
    return files("unspoken") / "weights" / bundle.file


def check_bundle(content: bytes, place: str, bundle: Bundle = FACE_BUNDLE) -> Mapping[str, bytes]:
    """Verify a bundle and take it apart.

    Parameters
    ----------
    content : bytes
        The file's bytes.
    place : str
        Where it came from, for the message.
    bundle : Bundle
        Which one it should be.

    Returns
    -------
    mapping of str to bytes
        The bundle's members by name.

    Raises
    ------
    AssetError
        If size or digest differ from the published bundle's.
    """
    if len(content) != bundle.bytes:
        raise AssetError(
            f"The {bundle.holds} {place} should have {bundle.bytes} bytes but have {len(content)}.",
            _HINT,
        )
    digest = hashlib.sha256(content).hexdigest()
    if digest != bundle.sha256:
        raise AssetError(
            f"The {bundle.holds} {place} were altered: expected sha256 {bundle.sha256[:12]}..., "
            f"found {digest[:12]}....",
            _HINT,
        )
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@lru_cache(maxsize=2)
def bundle_members(bundle: Bundle = FACE_BUNDLE) -> Mapping[str, bytes]:
    """Members of a bundle that ships with the package, read and checked once per process.

    Parameters
    ----------
    bundle : Bundle
        Which one; the face's where left out.

    Returns
    -------
    mapping of str to bytes
        Keys of the face's: :data:`DETECTOR_MEMBER`, :data:`MESH_MEMBER`, :data:`BLENDSHAPE_MEMBER`,
        :data:`GEOMETRY_MEMBER`; of the hand's: :data:`PALM_MEMBER`, :data:`HAND_MEMBER`.

    Raises
    ------
    AssetError
        If the bundle is missing or is not the published one.
    """
    place = _place(bundle)
    try:
        content = place.read_bytes()
    except OSError as error:
        raise AssetError(f"The {bundle.holds} {place} are missing.", _HINT) from error
    return check_bundle(content, str(place), bundle)
