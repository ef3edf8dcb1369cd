"""The pages' libraries: what is copied is what the lock file names, and the lock names no place."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "src" / "unspoken" / "server" / "static" / "vendor"


@pytest.fixture(scope="module")
def web_parts() -> ModuleType:
    spec = importlib.util.spec_from_file_location("web_parts", ROOT / "scripts" / "web_parts.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def toy_modules(folder: Path, web_parts: ModuleType) -> Path:
    """A node_modules folder that holds a small text under every wanted name."""
    for part in web_parts.PARTS:
        package = folder / part.package
        for name in part.files:
            (package / name).parent.mkdir(parents=True, exist_ok=True)
            (package / name).write_text(f"// {name}\n//# sourceMappingURL=x.map\n", "utf-8")
        described = json.dumps({"version": "1.2.3", "license": "MIT"})
        (package / "package.json").write_text(described, encoding="utf-8")
    return folder


def test_the_lock_file_names_exact_versions_with_digests_and_no_address() -> None:
    text = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert "http" not in text
    packages = {k: v for k, v in json.loads(text)["packages"].items() if k}
    assert packages
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    declared = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    for name, version in {**declared["dependencies"], **declared["devDependencies"]}.items():
        assert packages[f"node_modules/{name}"]["version"] == version


def test_addresses_are_taken_out_of_a_lock_file(web_parts: ModuleType) -> None:
    entry = {"version": "1", "resolved": "http://x/y.tgz", "funding": {"url": "http://z"}}
    cleaned = web_parts.without_links(json.dumps({"packages": {"node_modules/a": entry}}))
    assert json.loads(cleaned)["packages"]["node_modules/a"] == {"version": "1"}


def test_copies_come_with_version_licence_and_digests(
    web_parts: ModuleType, tmp_path: Path
) -> None:
    web_parts.copy_parts(toy_modules(tmp_path / "modules", web_parts), tmp_path / "out" / "vendor")
    listed = json.loads((tmp_path / "out" / "vendor" / "versions.json").read_text("utf-8"))
    copied = tmp_path / "out" / "vendor" / "three" / "three.core.js"
    assert copied.read_text("utf-8") == "// build/three.core.js\n"
    assert listed["three"]["version"] == "1.2.3"
    digest = hashlib.sha256(copied.read_bytes()).hexdigest()
    assert listed["three"]["sha256"]["three.core.js"] == digest


def test_a_missing_file_leaves_the_earlier_copies_whole(
    web_parts: ModuleType, tmp_path: Path
) -> None:
    modules = toy_modules(tmp_path / "modules", web_parts)
    web_parts.copy_parts(modules, tmp_path / "vendor")
    (modules / "three" / "build" / "three.core.js").unlink()
    with pytest.raises(FileNotFoundError):
        web_parts.copy_parts(modules, tmp_path / "vendor")
    assert (tmp_path / "vendor" / "three" / "three.core.js").is_file()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".vendor")] == []


def test_without_node_it_says_what_to_install(tmp_path: Path) -> None:
    script = ROOT / "scripts" / "web_parts.py"
    for extra, code in (((), 1), (("--optional",), 0)):
        done = subprocess.run(
            [sys.executable, str(script), "vendor", *extra],
            env={"PATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code
        assert "Node.js 20" in done.stdout and "make web" in done.stdout


def test_the_copies_here_are_the_ones_listed() -> None:
    if not VENDOR.is_dir():
        pytest.skip("the pages' libraries are missing (Node.js 20 or later, then: make web)")
    listed = json.loads((VENDOR / "versions.json").read_text(encoding="utf-8"))
    for folder, part in listed.items():
        for name, digest in part["sha256"].items():
            assert hashlib.sha256((VENDOR / folder / name).read_bytes()).hexdigest() == digest
