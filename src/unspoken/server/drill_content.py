"""A drill as its page takes it; the same in the academy and in a folder that needs no server."""

from __future__ import annotations

from typing import Any

from unspoken.academy.calibration import CONFIDENCE, CONFIDENCE_HELP
from unspoken.academy.expressions import ANSWERS, EXPRESSIONS, REGION_MOVES, REGIONS, spread
from unspoken.facs.units import ACTION_UNITS
from unspoken.server.words import percent

__all__ = ["drill_content"]


def drill_content(task: str) -> dict[str, Any]:
    """What a drill's page needs to ask and to explain, whatever it shows."""
    return {
        "answers": list(ANSWERS),
        "regions": list(REGIONS),
        "confidence": [[step, word, percent(chance)] for step, word, chance in CONFIDENCE],
        "confidence_help": CONFIDENCE_HELP,
        "looks": _looks(task),
        "units": {key: [f"AU{u.code}", u.name, u.region] for u in ACTION_UNITS for key in u.keys},
    }


def _looks(task: str) -> dict[str, dict[str, float]]:
    """Every answer as a look, to hold a wrong one against what was shown."""
    if task == "spot":
        return {region: spread(moves[0]) for region, moves in REGION_MOVES.items()}
    return {name: spread(shown[0].units) for name, shown in EXPRESSIONS.items()}
