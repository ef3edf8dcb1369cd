"""The documentation is complete: what can be typed, set or read in a table is explained in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from unspoken.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *DOCS.rglob("*.md")])


def text_of(*paths: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def commands(command: Any, path: tuple[str, ...] = ()) -> list[tuple[str, Any]]:
    """A command of the command line and all below it, as (name, command)."""
    found = [(" ".join(path), command)]
    for name, sub in sorted(getattr(command, "commands", {}).items()):
        found += commands(sub, (*path, name))
    return found


def command_line() -> list[tuple[str, Any]]:
    import typer.main

    from unspoken.cli import app

    return commands(typer.main.get_command(app), ("unspoken",))


def test_every_command_and_option_is_in_the_user_guide() -> None:
    written = text_of(DOCS / "user-guide.md", ROOT / "README.md")
    missing = []
    for name, command in command_line():
        if name != "unspoken" and not getattr(command, "hidden", False) and name not in written:
            missing.append(name)
        for parameter in command.params:
            if getattr(parameter, "hidden", False) or parameter.param_type_name != "option":
                continue
            for option in (*parameter.opts, *parameter.secondary_opts):
                if option.startswith("--") and not re.search(rf"{option}(?![\w-])", written):
                    missing.append(f"{name} {option}")
    assert not [m for m in missing if not re.search(r"--(help|install-completion|show-comp.*)$", m)]


def test_every_option_the_user_guide_names_exists() -> None:
    """An option that was renamed must not live on in the docs."""
    known = {o for _, c in command_line() for p in c.params for o in (*p.opts, *p.secondary_opts)}
    lines = [line for line in text_of(DOCS / "user-guide.md").splitlines() if "unspoken " in line]
    named = {option for line in lines for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", line)}
    assert named <= known | {"--help"}


@pytest.mark.parametrize("table", ["SIGNAL_COLUMNS", "EVENT_COLUMNS", "ARTEFACT_COLUMNS"])
def test_every_column_is_in_the_data_dictionary(table: str) -> None:
    import unspoken.tables

    written = (DOCS / "data-dictionary.md").read_text(encoding="utf-8")
    columns = getattr(unspoken.tables, table)
    assert columns
    assert not [column.name for column in columns if f"`{column.name}`" not in written]


def test_every_setting_is_documented() -> None:
    written = text_of(*PAGES)
    assert not [name for name in Settings.model_fields if f"`{name}`" not in written]


def test_every_action_unit_is_documented() -> None:
    from unspoken.facs.units import ACTION_UNITS

    written = text_of(*DOCS.rglob("*.md")).lower()
    assert not [u.code for u in ACTION_UNITS if u.name.lower() not in written]


def test_the_quick_start_is_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    quick = re.search(r"^## Quick start\n(.*?)(?=^## )", readme, flags=re.MULTILINE | re.DOTALL)
    assert quick is not None
    blocks = re.findall(r"```[a-z]*\n(.*?)```", quick.group(1), flags=re.DOTALL)
    lines = [line.partition("#")[0].strip() for block in blocks for line in block.splitlines()]
    assert [line for line in lines if line] == ["make demo", "make test"]


def test_every_make_target_the_docs_name_exists() -> None:
    targets = set(
        re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    )
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", text_of(*PAGES), flags=re.MULTILINE))
    assert named
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert not [target for target in local if not (page.parent / target).exists()]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_modules_and_files_the_docs_name_exist(page: Path) -> None:
    """Names in backticks such as `unspoken.face.nets` or `scripts/x.py` are not out of date."""
    names = re.findall(r"`([^`\n]+)`", page.read_text(encoding="utf-8"))
    gone = []
    for name in names:
        if re.fullmatch(r"(src|scripts|tests|docs|requirements)/[\w./-]+", name):
            gone += [] if (ROOT / name).exists() else [name]
        elif re.fullmatch(r"unspoken(\.[a-z_]+)+", name):
            parts = name.split(".")
            places = [ROOT / "src" / "/".join(parts[:n]) for n in (len(parts), len(parts) - 1)]
            found = any(p.is_dir() or p.with_suffix(".py").is_file() for p in places)
            gone += [] if found else [name]
    assert not gone
