"""What a face is doing at large (eyes, mouth, gaze), kept from one run of the mesh to the next.

Only faces that are measured are asked: of staff and bystanders there is a place in the picture, and
nothing about their expression is ever computed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from unspoken.face.nets import Blendshapes
from unspoken.face.observation import FaceObservation

__all__ = ["FaceStates"]


class FaceStates:
    """Blendshape scores of one face, frame by frame.

    Parameters
    ----------
    net : Blendshapes, optional
        May be shared between faces; loaded at the first use where left out.
    """

    def __init__(self, net: Blendshapes | None = None) -> None:
        self._net = net
        self._scores: NDArray[np.float32] | None = None

    def push(self, face: FaceObservation) -> NDArray[np.float32]:
        """Scores for a frame: new ones where the mesh was measured, else the last ones.

        Returns
        -------
        ndarray of float32, shape (52,)
            0..1, named by `unspoken.face.nets.BLENDSHAPES`; the same object until they change.

        Raises
        ------
        AssetError
            If the weights are missing or altered.
        """
        if face.measured or self._scores is None:
            self._net = self._net or Blendshapes()
            self._scores = self._net.run(face.points)
        return self._scores
