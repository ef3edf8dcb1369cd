"""Writing a result in any of the export formats, safely."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from unspoken.errors import UsageError
from unspoken.exports.material import Material
from unspoken.filing import Batch

__all__ = ["EXPORTS", "Export", "write_export"]


@dataclass(frozen=True, slots=True)
class Export:
    """One export format.

    Parameters
    ----------
    name : str
        As for ``--format``.
    meaning : str
        One line on who reads it.
    pieces : callable or None
        The file's bytes in pieces; None for a folder of tables.
    """

    name: str
    meaning: str
    pieces: Callable[[Material], Iterable[bytes]] | None


def _elan(material: Material) -> Iterable[bytes]:
    from unspoken.exports.elan import elan_bytes

    return (elan_bytes(material),)


def _boris(material: Material) -> Iterable[bytes]:
    from unspoken.exports.boris import boris_bytes

    return (boris_bytes(material),)


def _webvtt(material: Material) -> Iterable[bytes]:
    from unspoken.exports.webvtt import events_vtt

    return (events_vtt(material).encode("utf-8", "replace"),)


def _chapters(material: Material) -> Iterable[bytes]:
    from unspoken.exports.webvtt import chapters_vtt

    return (chapters_vtt(material).encode("utf-8", "replace"),)


def _transcript(material: Material) -> Iterable[bytes]:
    from unspoken.exports.webvtt import transcript_vtt

    return (transcript_vtt(material).encode("utf-8", "replace"),)


def _openface(material: Material) -> Iterable[bytes]:
    from unspoken.exports.openface import openface_csv

    return openface_csv(material)


EXPORTS: tuple[Export, ...] = (
    Export("elan", "ELAN annotation document (.eaf)", _elan),
    Export("boris", "BORIS project (.boris)", _boris),
    Export("webvtt", "WebVTT cues of what was found", _webvtt),
    Export("webvtt-chapters", "WebVTT chapters of the timeline", _chapters),
    Export("webvtt-transcript", "WebVTT transcript with voices", _transcript),
    Export("openface", "CSV with the columns of OpenFace", _openface),
    Export("csv", "a folder of tidy tables, CSV", None),
    Export("parquet", "a folder of tidy tables, Parquet", None),
)


def write_export(material: Material, name: str, out: Path) -> list[Path]:
    """Write a result in a format; files appear whole or not at all.

    Parameters
    ----------
    material : Material
        The result.
    name : str
        One of :data:`EXPORTS`.
    out : Path
        The file, or the folder for tables.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    UsageError, OutputError
        If there is no such format, the place is of the wrong sort, or it cannot be written.
    """
    export = next((one for one in EXPORTS if one.name == name), None)
    if export is None:
        known = ", ".join(one.name for one in EXPORTS)
        raise UsageError(f'There is no export format "{name}".', f"Known are {known}.")
    if export.pieces is None:
        return _write_tables(material, name, out)
    if out.is_dir():
        raise UsageError(f"{out} is a folder; a file was expected.", "Name the file: --out FILE.")
    with Batch(out.parent) as batch:
        batch.add_pieces(out.name, export.pieces(material))
    return [out]


def _write_tables(material: Material, form: str, out: Path) -> list[Path]:
    from unspoken.exports.columns import export_dictionary
    from unspoken.exports.tidy import tidy_tables

    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; a folder was expected.", "Name a folder: --out FOLDER.")
    names = []
    with Batch(out) as batch:
        for table, frame in tidy_tables(material):
            content = io.BytesIO()
            if form == "csv":
                frame.write_csv(content)
            else:
                frame.write_parquet(content, compression="zstd")
            names.append(f"{table}.{form}")
            batch.add_bytes(names[-1], content.getvalue())
        names.append("data-dictionary.md")
        batch.add_bytes(names[-1], export_dictionary().encode())
        folder = material.analysis.folder
        signals = None if folder is None else folder / "signals.parquet"
        if signals is not None and signals.is_file() and signals.parent.resolve() != out.resolve():
            names.append("signals.parquet")
            batch.add_copy(names[-1], signals)
    return [out / name for name in names]
