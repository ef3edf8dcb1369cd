"""MediaPipe's face landmarker over one clip; run by an environment that has it, never imported.

``python peer_script.py CLIP BUNDLE with|without`` prints one line of JSON. Pictures are decoded by
that environment's own OpenCV, some at a time before the landmarker sees them, so that decoder
threads working ahead do not disturb the calls that are timed.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

_AT_A_TIME = 48


def main(clip: str, bundle: str, blendshapes: bool) -> dict[str, Any]:
    """Run the landmarker in VIDEO mode on every picture of a clip.

    Parameters
    ----------
    clip : str
        Video file.
    bundle : str
        ``face_landmarker.task``.
    blendshapes : bool
        Whether blendshape scores are asked for.

    Returns
    -------
    dict
        ``frames``, ``faces`` (pictures with a face), ``calls_s`` and ``calls_cpu_s`` (inside
        ``detect_for_video``), ``loop_s`` (decoding included) and ``version``.
    """
    import cv2
    import mediapipe  # type: ignore[import-not-found]
    from mediapipe.tasks import python  # type: ignore[import-not-found]
    from mediapipe.tasks.python import vision  # type: ignore[import-not-found]

    options = vision.FaceLandmarkerOptions(
        base_options=python.BaseOptions(model_asset_path=bundle),
        running_mode=vision.RunningMode.VIDEO,
        num_faces=1,
        output_face_blendshapes=blendshapes,
    )
    frames = faces = 0
    calls_s = calls_cpu_s = 0.0
    with vision.FaceLandmarker.create_from_options(options) as landmarker:
        video = cv2.VideoCapture(clip)
        rate = video.get(cv2.CAP_PROP_FPS)
        began = time.perf_counter()
        while pictures := _some(video, cv2):
            for picture in pictures:
                image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=picture)
                cpu, wall = time.process_time(), time.perf_counter()
                result = landmarker.detect_for_video(image, round(frames * 1000 / rate))
                calls_s += time.perf_counter() - wall
                calls_cpu_s += time.process_time() - cpu
                frames += 1
                faces += bool(result.face_landmarks)
        loop_s = time.perf_counter() - began
    return {
        "version": mediapipe.__version__,
        "frames": frames,
        "faces": faces,
        "calls_s": calls_s,
        "calls_cpu_s": calls_cpu_s,
        "loop_s": loop_s,
    }


def _some(video: Any, cv2: Any) -> list[Any]:
    """The next pictures as RGB; empty at the end."""
    pictures: list[Any] = []
    while len(pictures) < _AT_A_TIME:
        there, picture = video.read()
        if not there:
            break
        pictures.append(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
    return pictures


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], sys.argv[3] == "with")))
