"""What a way of measuring displacement must offer; `unspoken.motion.backends` lists them.

A back end gets a template (a face crop with its fields) once and then crops of later frames; for
each it says how far every action unit has moved since the template, with a standard error. One
contract test runs over all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from unspoken.motion.fields import FieldSet

__all__ = ["Array", "Backend", "Measurement", "Template"]

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Template:
    """A face crop that later crops are compared with.

    Parameters
    ----------
    crop : ndarray of float32, shape (size, size)
        Grey levels 0..255.
    fields : FieldSet
        Displacement fields of this face in this pose.
    """

    crop: Array
    fields: FieldSet


@dataclass(frozen=True, slots=True)
class Measurement:
    """How one crop differs from the template.

    Parameters
    ----------
    amplitude, error : ndarray of float32, shape (units,)
        Displacement of each unit since the template, parts of full displacement, and its
        standard error.
    head : ndarray of float32, shape (modes,)
        Amounts of `HEAD_MODES`.
    light : float
        Mean brightness relative to the template.
    misfit : float
        Share of the face (0..1) whose pixels the model does not explain: its residual exceeds
        three times the usual one.
    residual : float
        Residual of the usable face, grey levels; where a small part of it moves in a way the model
        does not know, as in a blink, of the rest of it.
    """

    amplitude: Array
    error: Array
    head: Array
    light: float
    misfit: float
    residual: float


class Backend(Protocol):
    """Measures crops against one template. Keeps its own memory of the footage's noise."""

    def measure(self, crop: Array, freedom: Array | None = None) -> Measurement:
        """Measure one crop.

        Parameters
        ----------
        crop : ndarray of float32, shape (size, size)
            Grey levels 0..255, of the template's size.
        freedom : ndarray of float32, shape (units,), optional
            How far each unit has moved at a rough look (`unspoken.motion.rough`), amplitude. Widens
            what is thought possible beforehand; never says what was measured.
        """
        ...
