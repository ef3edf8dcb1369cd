"""The motion stage: one face's observations in, evidence rows out, frame by frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from unspoken.face import geometry
from unspoken.face.observation import FaceObservation, Pose
from unspoken.face.states import FaceStates
from unspoken.facs.basis import load_basis
from unspoken.facs.units import UNIT_KEYS
from unspoken.media.frame import Frame
from unspoken.motion.backend import Array, Backend, Measurement, Template
from unspoken.motion.backends import make_backend
from unspoken.motion.covered import covered_by
from unspoken.motion.crop import crop_luma, crop_transform, to_crop
from unspoken.motion.evidence import EvidenceRow, Gap
from unspoken.motion.fields import build_fields
from unspoken.motion.quality import FootageMeter
from unspoken.motion.scatter import ScatterScale
from unspoken.motion.scene import Scene, SceneWatcher
from unspoken.motion.templates import Look, TemplatePolicy, TemplatePool
from unspoken.settings import Settings

__all__ = ["EvidenceStream", "MakeForTemplate", "empty_row", "head_rotation"]

#: Makes a back end from a template and the mesh in crop pixels, shape (478, 3).
MakeForTemplate = Callable[[Template, NDArray[np.float64]], Backend]

#: Inner eye corners nearer than this carry no brow or lip detail, picture pixels.
_SMALLEST_ICD_PX = 12.0
#: Share of the face left unexplained by template and fields: something is in front of it.
_OCCLUDED_MISFIT = 0.55
#: Fine contrast relative to the usual one below which nothing can be compared.
_BLURRED = 0.5
#: Mesh score below which the face counts as hidden.
_LOWEST_PRESENCE = 0.3


def head_rotation(pose: Pose) -> NDArray[np.float64]:
    """Rotation matrix of yaw and pitch (roll left out: the crop removes it).

    Returns
    -------
    ndarray, shape (3, 3)
        Picture axes: x right, y down, z away from the camera.
    """
    yaw, pitch = np.radians((pose.yaw_deg, pose.pitch_deg))
    cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
    turn = np.array([[cy, 0.0, -sy], [0.0, 1.0, 0.0], [sy, 0.0, cy]])
    nod = np.array([[1.0, 0.0, 0.0], [0.0, cp, sp], [0.0, -sp, cp]])
    return np.asarray(turn @ nod)


def empty_row(frame: Frame, face_id: int, run: int, gap: Gap) -> EvidenceRow:
    """A row that says only why there is no evidence."""
    nothing = np.full(len(UNIT_KEYS), np.nan, np.float32)
    nan = float("nan")
    return EvidenceRow(
        frame.index, frame.time_s, face_id, run, nothing, nothing, None, *(nan,) * 6, 0.0, gap
    )


class EvidenceStream:
    """Measures one customer's face. Must only be given customers.

    Parameters
    ----------
    face_id : int
        Track number.
    settings : Settings
        Back end, crop size, pose limits.
    states : FaceStates, optional
        Of this face; a new one where left out.
    make : callable, optional
        Makes the back end from a template and the mesh in crop pixels; `Settings.backend` says
        which where left out.
    policy : TemplatePolicy, optional
        When templates are replaced.
    """

    def __init__(
        self,
        face_id: int,
        settings: Settings,
        states: FaceStates | None = None,
        *,
        make: MakeForTemplate | None = None,
        policy: TemplatePolicy | None = None,
    ) -> None:
        self.face_id = face_id
        self._make = make or (lambda template, _: make_backend(settings.backend, template))
        self._policy = policy or TemplatePolicy()
        self._states = states or FaceStates()
        self.meter = FootageMeter()
        self._settings = settings
        self._basis = load_basis()
        self._pool = TemplatePool(self._make_backend, self._policy)
        self._watcher = SceneWatcher()
        self._scene: Scene | None = None
        self._scatter = ScatterScale(len(UNIT_KEYS))
        self._source_run: int | None = None
        self._run = -1
        self._first_brightness: float | None = None
        self._light = 1.0
        #: From crop pixels to picture pixels at the last frame; None where nothing was cut out.
        self.transform: NDArray[np.float64] | None = None

    def push(self, frame: Frame, seen: FaceObservation | None) -> EvidenceRow:
        """Measure one frame.

        Parameters
        ----------
        frame : Frame
            The picture.
        seen : FaceObservation or None
            This face in this frame; None when it is not in view.

        Returns
        -------
        EvidenceRow
            With NaN amplitudes and a reason where nothing can be measured.
        """
        self.transform, self._scene = None, None
        if seen is None:
            return empty_row(frame, self.face_id, max(self._run, 0), "no_face")
        if seen.run != self._source_run:
            self._source_run = seen.run
            self._run += 1
            self._pool = TemplatePool(self._make_backend, self._policy)
            self._watcher = SceneWatcher()
            self._scatter = ScatterScale(len(UNIT_KEYS))
            self._first_brightness = None
        scores = self._states.push(seen)
        gap = self._gap_before(seen)
        if gap:
            return self._row(frame, seen, scores, None, gap)
        size = self._settings.crop_px
        transform = self.transform = crop_transform(seen.points, size)
        crop = crop_luma(frame, transform, size)
        brightness = float(crop[size // 5 : -size // 5, size // 5 : -size // 5].mean())
        if self._first_brightness is None:
            self._first_brightness = max(brightness, 1.0)
        self._light = brightness / self._first_brightness
        self.meter.push(frame, crop, seen.points, frame.time_s)
        covered = covered_by(seen.hand)
        scene = self._watcher.look(frame, crop, seen.points, self.meter.blocks)
        self._scene = scene if covered is None else replace(scene, covered=covered)
        if scene.sharpness < _BLURRED:
            return self._row(frame, seen, scores, None, "blurred")
        look = Look(
            crop,
            seen.points,
            transform,
            seen.pose,
            geometry.icd_px(seen.points),
            scores,
            frame.time_s,
            np.inf if covered is None else covered.since_s,
        )
        reading = self._pool.read(look)
        if reading.measurement.misfit > _OCCLUDED_MISFIT:
            return self._row(frame, seen, scores, None, "occluded")
        error = self._scatter.push(frame.time_s, reading.amplitude, reading.error)
        hidden = np.zeros(len(UNIT_KEYS), np.bool_) if covered is None else covered.units
        amplitude, error, claimed = (
            np.where(hidden, np.float32(np.nan), values)
            for values in (reading.amplitude, error, reading.error)
        )
        row = (amplitude, error, claimed, reading.measurement)
        return self._row(frame, seen, scores, row, "")

    def _make_backend(self, look: Look) -> Backend:
        size = self._settings.crop_px
        mesh = to_crop(look.transform, look.points)
        fields = build_fields(self._basis, mesh, head_rotation(look.pose), size)
        return self._make(Template(look.crop, fields), mesh)

    def _gap_before(self, seen: FaceObservation) -> Gap:
        """Why this observation cannot be measured, before any pixel is touched."""
        if geometry.icd_px(seen.points) < _SMALLEST_ICD_PX:
            return "too_small"
        turned = abs(seen.pose.yaw_deg) > self._settings.max_yaw_deg
        if turned or abs(seen.pose.pitch_deg) > self._settings.max_pitch_deg:
            return "pose"
        return "occluded" if seen.presence < _LOWEST_PRESENCE else ""

    def _row(
        self,
        frame: Frame,
        seen: FaceObservation,
        scores: Array,
        reading: tuple[Array, Array, Array, Measurement] | None,
        gap: Gap,
    ) -> EvidenceRow:
        nothing = np.full(len(UNIT_KEYS), np.nan, np.float32)
        amplitude, error, claimed, measured = reading or (nothing, nothing, nothing, None)
        icd = geometry.icd_px(seen.points)
        gaze_x, gaze_y = geometry.gaze(scores)
        explained = 0.0 if measured is None else 1.0 - measured.misfit
        scene = self._scene
        if gap == "occluded" and scene is not None:
            scene = replace(scene, hidden=True)
        return EvidenceRow(
            frame=frame.index,
            time_s=frame.time_s,
            face_id=self.face_id,
            run=self._run,
            amplitude=amplitude,
            error=error,
            pose=seen.pose,
            icd_px=icd,
            eye_opening=geometry.eye_opening(scores),
            mouth_opening=geometry.mouth_opening(scores),
            gaze_x=gaze_x,
            gaze_y=gaze_y,
            light=float("nan") if measured is None else self._light,
            quality=explained * min(1.0, icd / 40.0),
            gap=gap,
            scene=scene,
            claimed=claimed,
        )
