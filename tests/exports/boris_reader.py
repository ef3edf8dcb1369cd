"""Run by the Python of an environment with boris-behav-obs: opens a project with BORIS's own code.

Prints what BORIS says as JSON. The package needs a sound server and a video player as soon as it
is imported; both are left out, because reading a project uses neither.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import sys
import types


def main(project: str, table: str) -> None:
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    package = types.ModuleType("boris")
    folder = importlib.metadata.distribution("boris-behav-obs").locate_file("boris")
    package.__path__ = [str(folder)]
    sys.modules["boris"] = package
    player = types.ModuleType("boris.mpv2")
    vars(player).update(MPV=object, sofile="libmpv.so.2")
    sys.modules["boris.mpv2"] = player
    vars(package)["mpv2"] = player
    sys.argv = ["boris"]
    from boris import config, export_observation, project_functions  # type: ignore[import-not-found]

    path, _, found, message = project_functions.open_project_json(project)
    name = next(iter(found["observations"]))
    subjects = [one["name"] for one in found["subjects_conf"].values()]
    wanted = {
        "time": config.TIME_EVENTS,
        config.SELECTED_SUBJECTS: [*subjects, config.NO_FOCAL_SUBJECT],
        config.SELECTED_BEHAVIORS: [one["code"] for one in found["behaviors_conf"].values()],
    }
    exported = export_observation.export_tabular_events(
        found, wanted, name, found["observations"][name], found["behaviors_conf"], table, "csv"
    )
    said = {
        "error": found.get("error", ""),
        "message": message,
        "integrity": project_functions.check_project_integrity(
            found, "hh:mm:ss", path, media_file_available=False
        ),
        "events": len(found["observations"][name]["events"]),
        "exported": exported,
    }
    print(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
