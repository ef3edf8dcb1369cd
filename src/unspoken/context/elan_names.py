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

__all__ = [
    "DETAILS",
    "SORTS",
    "TierName",
    "details_of",
    "milliseconds",
    "shown_text",
    "tier_name_of",
]

#: Linguistic type of the tiers that hold details.
DETAILS = "unspoken-details"
#: What tiers of ours hold; the first word of their name, before a colon.
SORTS = ("segments", "speech", "events", "units", "moments", "signals")
#: What XML 1.0 cannot hold, and what does not come back out of it.
_NO_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
    """Times as ELAN needs them: whole milliseconds from 0 on, at least one long."""
    start = max(0, round(start_s * 1000.0))
    return start, max(round(end_s * 1000.0), start + 1)


def shown_text(text: str) -> str:
    """A text as an annotation can hold it; letters XML has no place for become a mark."""
    return _NO_XML.sub("\ufffd", text)


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
    was = found.pop("start_s", None), found.pop("end_s", None)
    if all(isinstance(time_s, int | float) for time_s in was):
        shown = milliseconds(*was)
        if shown == (round(start_s * 1000.0), round(end_s * 1000.0)):
            found["start_s"], found["end_s"] = was
    tags = found.get("tags", {})
    found["tags"] = {str(k): str(v) for k, v in tags.items()} if isinstance(tags, dict) else {}
    return found
