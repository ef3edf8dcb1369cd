"""How Unspoken names its tiers in ELAN files, for writing them and for reading them again.

ELAN knows whole milliseconds, and annotations of one tier may not overlap. So what overlaps goes
to a second tier of the same name with " (2)" behind it, and a dependent tier of the type
:data:`DETAILS` holds what an annotation has no room for: id, tags and exact times, as JSON.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

__all__ = ["DETAILS", "SORTS", "TierName", "details_of", "milliseconds", "tier_name_of"]

#: Linguistic type of the tiers that hold details.
DETAILS = "unspoken-details"
#: What tiers of ours hold; the first word of their name, before a colon.
SORTS = ("segments", "speech", "events", "units", "moments", "signals")
#: A detail that says where an annotation was holds as long as nobody moved it by more than this.
_MOVED_S = 0.0021


@dataclass(frozen=True, slots=True)
class TierName:
    """A tier's name taken apart.

    Parameters
    ----------
    sort : str
        One of :data:`SORTS`; "" for a tier that is not ours.
    rest : str
        The name without sort and number.
    """

    sort: str
    rest: str


def tier_name_of(tier: str) -> TierName:
    """Take a tier's name apart: ``segments: step (2)`` is segments and step."""
    match = re.fullmatch(rf"({'|'.join(SORTS)}): (.*?)(?: \(\d+\))?", tier, re.DOTALL)
    return TierName(match.group(1), match.group(2)) if match else TierName("", tier)


def milliseconds(start_s: float, end_s: float) -> tuple[int, int]:
    """Times as ELAN needs them: whole milliseconds, at least one long."""
    start = round(start_s * 1000.0)
    return start, max(round(end_s * 1000.0), start + 1)


def details_of(text: str, start_s: float, end_s: float) -> dict[str, Any]:
    """What a details annotation says; its times only where they still are those of the tier.

    Parameters
    ----------
    text : str
        The annotation's value; anything but our own JSON says nothing.
    start_s, end_s : float
        Where the annotation is now, seconds.
    """
    try:
        found = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    for key, now_s in (("start_s", start_s), ("end_s", end_s)):
        was = found.get(key)
        if not isinstance(was, int | float) or abs(was - now_s) > _MOVED_S:
            found.pop("start_s", None)
            found.pop("end_s", None)
            break
    tags = found.get("tags", {})
    found["tags"] = {str(k): str(v) for k, v in tags.items()} if isinstance(tags, dict) else {}
    return found
