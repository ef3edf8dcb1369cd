"""The emotion table: numbers have sources; faults in an edited copy are told with their lines."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from unspoken.errors import InputError, SourceNotFound
from unspoken.reading.emotion_table import LABELS, default_table, load_table

TEXT = resources.files("unspoken").joinpath("data", "emotions.yaml").read_text(encoding="utf-8")


def line_of(text: str, part: str) -> int:
    return next(i for i, line in enumerate(text.splitlines(), 1) if part in line)


def faults(tmp_path: Path, text: str) -> str:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as found:
        load_table(path)
    return str(found.value)


def test_the_shipped_table_names_a_source_for_every_number() -> None:
    table = default_table()
    for component in table.components:
        assert component.source in table.sources
        for value in component.units.values():
            assert not isinstance(value, tuple) or value[1] in table.sources
    assert {c.emotion for c in table.components} == set(LABELS)


def test_published_frequencies_stand_in_the_table_as_published() -> None:
    """CAS(ME)3: AU14 in 70 % of anger and 40 % of happy, AU4 in 73 % of disgust, 42 % of fear."""
    published = {
        (c.emotion, code): value
        for c in default_table().components
        if c.source == "casme3"
        for code, value in c.units.items()
        if not isinstance(value, tuple)
    }
    assert published == {
        ("anger", 14): 0.70,
        ("happiness", 14): 0.40,
        ("disgust", 4): 0.73,
        ("fear", 4): 0.42,
    }


def test_an_edited_copy_is_read_and_changes_the_prior(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT.replace('version: "1.0"', 'version: "mine"'), encoding="utf-8")
    assert load_table(path).version == "mine"


@pytest.mark.parametrize(
    ("old", "new", "marker", "says"),
    [
        ("6: 0.85, 12: 0.97, 25: 0.4", "6: 1.85, 12: 0.97, 25: 0.4", "6: 1.85", "less than 1"),
        ("{9: 0.92, 4: 0.55", "{99: 0.92, 4: 0.55", "{99:", "AU99 is not measured"),
        ("emotion: contempt", "emotion: scorn", "name: one-sided dimple", "emotion must be one of"),
        ("source: applied", "source: hearsay", "name: concentration", "'hearsay' is not described"),
        ("temperature:", "temprature:", "temprature:", "no such key"),
        ("abstain_below: 0.4", "abstain_below: often", "abstain_below", "number"),
    ],
)
def test_a_fault_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, marker: str, says: str
) -> None:
    text = TEXT.replace(old, new, 1)
    assert text != TEXT
    message = faults(tmp_path, text)
    assert says in message
    # A flow mapping that goes on over two lines has its place on either.
    line = line_of(text, marker)
    assert any(f"mine.yaml, line {n}" in message for n in (line, line - 1)), message


def test_a_prior_that_does_not_sum_to_one_is_refused(tmp_path: Path) -> None:
    assert "sums to" in faults(tmp_path, TEXT.replace("other: 0.47", "other: 0.57"))


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="no emotion model"):
        load_table(tmp_path / "none.yaml")
    path = tmp_path / "bytes.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        load_table(path)
