"""The neural nets that ship with the package: found, checked and taken apart in memory.

All three come in one bundle of Google's MediaPipe, ``face_landmarker.task`` (Apache-2.0), which is
package data. It is a plain zip file; nothing is unpacked to disk.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from unspoken.errors import AssetError

__all__ = [
    "BLENDSHAPE_MEMBER",
    "BUNDLE_BYTES",
    "BUNDLE_SHA256",
    "DETECTOR_MEMBER",
    "GEOMETRY_MEMBER",
    "MESH_MEMBER",
    "bundle_members",
    "check_bundle",
]

BUNDLE_BYTES = 3_758_596
BUNDLE_SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"

DETECTOR_MEMBER = "face_detector.tflite"
MESH_MEMBER = "face_landmarks_detector.tflite"
BLENDSHAPE_MEMBER = "face_blendshapes.tflite"
GEOMETRY_MEMBER = "geometry_pipeline_metadata_landmarks.binarypb"

_HINT = "Reinstall the package; the file belongs to it and is never edited."


def _bundle() -> Traversable:
    return files("unspoken") / "weights" / "face_landmarker.task"


def check_bundle(content: bytes, place: str) -> Mapping[str, bytes]:
    """Verify a bundle and take it apart.

    Parameters
    ----------
    content : bytes
        The file's bytes.
    place : str
        Where it came from, for the message.

    Returns
    -------
    mapping of str to bytes
        The bundle's members by name.

    Raises
    ------
    AssetError
        If size or digest differ from the published bundle's.
    """
    if len(content) != BUNDLE_BYTES:
        raise AssetError(
            f"The face weights {place} should have {BUNDLE_BYTES} bytes but have {len(content)}.",
            _HINT,
        )
    digest = hashlib.sha256(content).hexdigest()
    if digest != BUNDLE_SHA256:
        raise AssetError(
            f"The face weights {place} were altered: expected sha256 {BUNDLE_SHA256[:12]}..., "
            f"found {digest[:12]}....",
            _HINT,
        )
    with zipfile.ZipFile(io.BytesIO(content)) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


@lru_cache(maxsize=1)
def bundle_members() -> Mapping[str, bytes]:
    """Members of the bundle that ships with the package, read and checked once per process.

    Returns
    -------
    mapping of str to bytes
        Keys: :data:`DETECTOR_MEMBER`, :data:`MESH_MEMBER`, :data:`BLENDSHAPE_MEMBER`,
        :data:`GEOMETRY_MEMBER`.

    Raises
    ------
    AssetError
        If the bundle is missing or is not the published one.
    """
    bundle = _bundle()
    try:
        content = bundle.read_bytes()
    except OSError as error:
        raise AssetError(f"The face weights {bundle} are missing.", _HINT) from error
    return check_bundle(content, str(bundle))
