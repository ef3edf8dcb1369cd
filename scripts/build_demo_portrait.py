#!/usr/bin/env python3
"""Build the face that ``unspoken demo`` animates: ``demo_portrait.png`` and ``.json``.

The picture is a crop of the portrait of Eileen Collins (NASA, 1998, public domain) that
scikit-image ships as ``data/astronaut.png``; the JSON file holds the face mesh measured on it and
where both come from. Needs scikit-image, which Unspoken itself does not.

Run ``python scripts/build_demo_portrait.py``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from importlib.metadata import version
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data
from skimage.io import imread

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))
from unspoken.face.nets import Detector, Mesh, Region  # noqa: E402
from unspoken.media.picture import Layout, Picture, to_frame  # noqa: E402

LEFT, TOP, WIDTH, HEIGHT = 68, 0, 316, 248


def measure(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Face mesh of the only face in an RGB picture, shape (478, 3), pixels."""
    layout = Layout(picture.shape[1], picture.shape[0], 1.0, (0, False))
    stored = av.VideoFrame.from_ndarray(picture, format="rgb24")
    frame = to_frame(Picture(stored, 0, 1, True, False, False), 0, 0.0, layout)
    (face,) = Detector().find(frame)
    mesh, region = Mesh(), face.region
    for _ in range(4):  # the region settles once it is taken from the mesh itself
        points, _ = mesh.run(frame, region)
        region = Region.around_points(points)
    return points


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "src" / "unspoken" / "data")
    out = parser.parse_args().out
    whole = imread(Path(data.__file__).parent / "astronaut.png")
    picture = np.ascontiguousarray(whole[TOP : TOP + HEIGHT, LEFT : LEFT + WIDTH])
    points = measure(picture)
    place = out / "demo_portrait.png"
    cv2.imwrite(str(place), picture[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 9])
    facts = {
        "made_by": "scripts/build_demo_portrait.py",
        "source": f"scikit-image {version('scikit-image')}, data/astronaut.png",
        "credit": "NASA, portrait of Eileen Collins",
        "licence": "public domain",
        "crop": {"left": LEFT, "top": TOP, "width": WIDTH, "height": HEIGHT},
        "sha256": hashlib.sha256(place.read_bytes()).hexdigest(),
        "points": [[round(float(x), 2) for x in row] for row in points],
    }
    text = json.dumps(facts, indent=1)
    (out / "demo_portrait.json").write_text(text.replace("\n   ", " ").replace("\n  ]", "]") + "\n")
    icd = float(np.linalg.norm(points[133, :2] - points[362, :2]))
    print(f"{place}: {place.stat().st_size} bytes, ICD {icd:.1f} px")


if __name__ == "__main__":
    main()
