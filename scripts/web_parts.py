"""Puts the pages' JavaScript libraries into the package, and type-checks the project's own modules.

``web_parts.py vendor`` runs ``npm ci`` (exactly what ``package-lock.json`` names, no install
scripts) and copies the files of :data:`PARTS` to ``src/unspoken/server/static/vendor``, with
``versions.json`` beside them: name, version, licence and the digest of every file.
``web_parts.py check`` runs the TypeScript compiler over the ES modules, which carry their types
as JSDoc. ``web_parts.py lock`` brings ``package-lock.json`` up to date with ``package.json``.

Node is needed here only. The built wheel carries the copies and needs none.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

__all__ = ["NODE_NEEDED", "PARTS", "Part", "copy_parts", "main", "node_problem", "without_links"]

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "src" / "unspoken" / "server" / "static" / "vendor"
NODE_NEEDED = 20


@dataclass(frozen=True)
class Part:
    """One library and the files of it that pages load.

    Parameters
    ----------
    package : str
        Its name on npm.
    folder : str
        Its folder below ``vendor``.
    files : tuple of str
        Paths inside the package; each is copied under its own file name.
    """

    package: str
    folder: str
    files: tuple[str, ...]


PARTS: tuple[Part, ...] = (
    Part("three", "three", ("build/three.module.js", "build/three.core.js", "LICENSE")),
    Part("jspsych", "jspsych", ("dist/index.browser.min.js",)),
    Part("htmx.org", "htmx", ("dist/htmx.esm.min.js", "LICENSE")),
)


def node_problem() -> str:
    """What keeps Node from being used on this machine, with the remedy; "" if nothing does."""
    remedy = (
        f"Install Node.js {NODE_NEEDED} or later with npm (Debian and Ubuntu: "
        "apt-get install nodejs npm, from Debian 13 and Ubuntu 25.04 on), then run: make web"
    )
    if not shutil.which("node") or not shutil.which("npm"):
        return f"Node.js is not installed. {remedy}"
    said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", said.stdout)
    if found is None or int(found.group(1)) < NODE_NEEDED:
        return f"Node.js here is {said.stdout.strip() or 'unusable'}. {remedy}"
    return ""


def copy_parts(modules: Path, into: Path) -> None:
    """Copy the wanted files and write ``versions.json``; the folder appears whole or not at all.

    Parameters
    ----------
    modules : Path
        A ``node_modules`` folder.
    into : Path
        Where the copies go; what was there is replaced.

    Raises
    ------
    FileNotFoundError
        If a package or a file of :data:`PARTS` is missing.
    """
    into.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".vendor-", dir=into.parent))
    try:
        listed = {part.folder: _copy_part(part, modules, fresh) for part in PARTS}
        text = json.dumps(listed, indent=1, sort_keys=True) + "\n"
        (fresh / "versions.json").write_text(text, encoding="utf-8")
        fresh.chmod(0o755)
        shutil.rmtree(into, ignore_errors=True)
        fresh.replace(into)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _copy_part(part: Part, modules: Path, fresh: Path) -> dict[str, object]:
    source = modules / part.package
    described = json.loads((source / "package.json").read_text(encoding="utf-8"))
    (fresh / part.folder).mkdir()
    digests = {}
    for name in part.files:
        copy = fresh / part.folder / Path(name).name
        # A map of the source that is not shipped would only be looked for in vain.
        content = re.sub(rb"\n//# sourceMappingURL=\S+\s*$", b"\n", (source / name).read_bytes())
        copy.write_bytes(content)
        digests[copy.name] = hashlib.sha256(content).hexdigest()
    return {
        "package": part.package,
        "version": described["version"],
        "license": described["license"],
        "sha256": digests,
    }


def without_links(lock: str) -> str:
    """A lock file's text without the addresses npm adds to it, where to give money for instance."""
    document = json.loads(lock)
    for entry in document["packages"].values():
        entry.pop("funding", None)
        entry.pop("resolved", None)
    return json.dumps(document, indent=2) + "\n"


def _npm(*arguments: str) -> int:
    environment = {**os.environ, "npm_config_omit_lockfile_registry_resolved": "true"}
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    command = [shutil.which("npm") or "npm", *arguments, *quiet]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def _vendor() -> int:
    if code := _npm("ci"):
        print("web: npm could not install what package-lock.json names; see above.")
        return code
    copy_parts(ROOT / "node_modules", VENDOR)
    print(f"web: libraries are in {VENDOR.relative_to(ROOT)}")
    return 0


def _check() -> int:
    compiler = ROOT / "node_modules" / ".bin" / "tsc"
    return subprocess.run([str(compiler), "--project", "tsconfig.json"], cwd=ROOT).returncode


def _lock() -> int:
    code = _npm("install", "--package-lock-only")
    lock = ROOT / "package-lock.json"
    lock.write_text(without_links(lock.read_text(encoding="utf-8")), encoding="utf-8")
    return code


def main(arguments: list[str]) -> int:
    """Carry out one command; without Node, say what to install.

    Returns
    -------
    int
        0 done, or left out because of ``--optional``; anything else failed.
    """
    todo = {"vendor": _vendor, "check": _check, "lock": _lock}
    wanted = [name for name in arguments if name in todo]
    if len(wanted) != 1:
        print("usage: web_parts.py vendor|check|lock [--optional]", file=sys.stderr)
        return 2
    if problem := node_problem():
        optional = "--optional" in arguments
        print(f"web: {problem}" + (" (pages are left out for now)" if optional else ""))
        return 0 if optional else 1
    return todo[wanted[0]]()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
