"""``--role 1=customer``: from words to the role setting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from unspoken.errors import UsageError
from unspoken.face.observation import Role

__all__ = ["parse_roles"]


def parse_roles(words: Sequence[str]) -> dict[str, str]:
    """Read FACE=ROLE words.

    Parameters
    ----------
    words : sequence of str
        Such as ``"1=customer"`` or ``"left=staff"``. A role alone (``"customer"``) is meant for
        all faces.

    Returns
    -------
    dict of str to str
        Empty for no words.

    Raises
    ------
    UsageError
        When a word is no such pair, or a face is named twice with different roles.
    """
    roles: dict[str, str] = {}
    known = get_args(Role)
    for word in words:
        face, _, role = word.rpartition("=")
        face, role = face.strip().lower() or "all", role.strip().lower()
        if role not in known:
            raise UsageError(
                f"--role {word}: {role!r} is no role.", f"Choose one of: {', '.join(known)}."
            )
        if not (face in ("left", "right", "all") or (face.isdecimal() and int(face) >= 1)):
            raise UsageError(
                f"--role {word}: {face!r} names no face.",
                "Use a number from the contact sheet, or left, right or all.",
            )
        key = str(int(face)) if face.isdecimal() else face
        if roles.get(key, role) != role:
            raise UsageError(f"--role gives face {key} two roles: {roles[key]} and {role}.")
        roles[key] = role
    return roles
