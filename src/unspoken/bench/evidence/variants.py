"""Direct alignment with one of its parts left out or changed, to see what each part is worth.

The names are what the page and the tables say. The method as it is comes first, under the name of
its back end; every variant differs from it in one thing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from unspoken.errors import UsageError
from unspoken.motion.backend import Backend, Template
from unspoken.motion.backends import BACKENDS, make_backend
from unspoken.motion.direct import DirectAlignment, DirectOptions
from unspoken.motion.fields import EYE_LEFT, EYE_RIGHT
from unspoken.motion.stream import EvidenceStream
from unspoken.motion.templates import TemplatePolicy
from unspoken.settings import Settings

__all__ = ["VARIANTS", "Variant", "stream_of"]

_EYES = (tuple(EYE_RIGHT.tolist()), tuple(EYE_LEFT.tolist()))
_MOUTH = (
    (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95),
)


@dataclass(frozen=True)
class Variant:
    """One change to direct alignment.

    Parameters
    ----------
    options : DirectOptions
        What the back end leaves out.
    policy : TemplatePolicy
        When templates are replaced.
    masked : tuple of tuple of int
        Openings of the mesh (indices in order round them) whose pixels are not used.
    """

    options: DirectOptions = field(default_factory=DirectOptions)
    policy: TemplatePolicy = field(default_factory=TemplatePolicy)
    masked: tuple[tuple[int, ...], ...] = ()

    def make(self, template: Template, mesh: NDArray[np.float64]) -> Backend:
        """Make the back end for a template and its mesh (crop pixels, shape (478, 3))."""
        if self.masked:
            hidden = np.zeros(template.crop.shape, np.uint8)
            for ring in self.masked:
                cv2.fillPoly(hidden, [np.round(mesh[list(ring), :2]).astype(np.int32)], (1,))
            usable = template.fields.mask & ~hidden.astype(bool)
            template = replace(template, fields=replace(template.fields, mask=usable))
        return DirectAlignment(template, self.options)


VARIANTS: dict[str, Variant] = {
    "one noise for the whole face": Variant(DirectOptions(local_noise=False)),
    "no parallax of the head": Variant(DirectOptions(parallax=False)),
    "light only adds and slopes": Variant(DirectOptions(bent_light=False)),
    "prior half as wide": Variant(DirectOptions(prior_icd=0.006)),
    "prior twice as wide": Variant(DirectOptions(prior_icd=0.024)),
    "hardly any prior": Variant(DirectOptions(prior_icd=0.3)),
    "gain not given back": Variant(DirectOptions(gain_back=False)),
    "freed by smaller changes": Variant(policy=TemplatePolicy(unrest=0.12)),
    "not freed by the blendshapes": Variant(DirectOptions(freed=False)),
    "eye openings masked": Variant(masked=_EYES),
    "mouth opening masked": Variant(masked=_MOUTH),
    "one template for all poses": Variant(policy=TemplatePolicy(90.0, 9.0, stale=False)),
    "a template for every 4 degrees": Variant(policy=TemplatePolicy(pose_reach_deg=4.0)),
    "templates never used again": Variant(policy=TemplatePolicy(again=False)),
}


def stream_of(name: str, face_id: int, settings: Settings) -> EvidenceStream:
    """The motion stage with a back end or a variant of direct alignment.

    Parameters
    ----------
    name : str
        Of `unspoken.motion.backends.BACKENDS` or of `VARIANTS`.
    face_id : int
        Track number.
    settings : Settings
        Of the engine; its back end is not asked.

    Raises
    ------
    UsageError
        If there is neither a back end nor a variant of that name.
    """
    variant = VARIANTS.get(name)
    if variant is None:
        if name not in BACKENDS:
            known = ", ".join([*BACKENDS, *VARIANTS])
            raise UsageError(f"There is no back end {name!r}.", f"Choose from: {known}.")
        return EvidenceStream(face_id, settings, make=lambda t, _: make_backend(name, t))
    return EvidenceStream(face_id, settings, make=variant.make, policy=variant.policy)
