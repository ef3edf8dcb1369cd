"""JSON on disk: fast and slow ways give the very same, and every fault has its line."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken import records
from unspoken.documents import checked_schema, decoded, encoded, read_document
from unspoken.errors import InputError

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    time_s: float
    parts: dict[str, float] = field(default_factory=dict)
    spans: tuple[tuple[float, float], ...] = ()


SAMPLES = st.builds(
    Sample,
    st.text(),
    st.floats(),
    st.dictionaries(st.text(), st.floats(), max_size=3),
    st.lists(st.tuples(st.floats(), st.floats()), max_size=3).map(tuple),
)


@given(JSON_VALUES)
def test_what_was_written_by_the_standard_library_reads_as_it_reads_it(value: Any) -> None:
    text = json.dumps(value)
    assert repr(decoded(text)) == repr(json.loads(text))


@given(SAMPLES)
def test_a_record_is_written_as_its_strict_form_and_comes_back(sample: Sample) -> None:
    text = encoded(sample)
    assert b"\n" not in text
    plain = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no strict JSON"))
    assert plain == records.to_json(sample)
    assert repr(records.from_json(Sample, plain)) == repr(sample)


@pytest.mark.parametrize("value", [math.inf, -math.inf, {"a": (math.inf, math.nan)}])
def test_infinities_keep_their_sign(value: Any) -> None:
    assert json.loads(encoded(value)) == records.to_json(value)


def test_numpy_scalars_and_odd_texts_are_written_too() -> None:
    assert encoded({"a": np.float32(0.5), "b": np.int64(3)}) == b'{"a":0.5,"b":3}'
    assert encoded("null") == b'"null"'
    assert encoded("\ud800") == b'"\\ud800"'
    with pytest.raises(TypeError, match="cannot be written as JSON"):
        encoded(object())


@pytest.mark.parametrize("text", ["", "{", '{"a": 1,}', "[1, 2", "nul", '"\x01"'])
def test_broken_json_is_told_as_the_standard_library_tells_it(text: str) -> None:
    with pytest.raises(json.JSONDecodeError) as own:
        decoded(text)
    with pytest.raises(json.JSONDecodeError) as theirs:
        json.loads(text)
    assert str(own.value) == str(theirs.value)


def read(path: Path) -> Sample:
    def build(document: Any) -> Sample:
        checked_schema(document, "sample", 2, "This is no sample.", ("It was", "Update."))
        return records.from_json(Sample, document)  # type: ignore[no-any-return]

    return read_document(path, build, "a sample", "Make it again.")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('{"schema":\n "sample"', "line 2: not valid JSON", "Make it again."),
        ('{"schema": "sample",\n "schema_version": 0}', "line 2: schema_version: ", "Make it"),
        ('{"schema": "other"}', "This is no sample.", '"schema" is not "sample".'),
        ('{"schema": "sample", "schema_version": 3}', "It was written by a newer", "Update."),
        (
            '{"schema": "sample", "schema_version": 1, "name": "a",\n\n"time_s": "soon"}',
            'line 3: time_s: expected a number, found "soon"',
            "Make it again.",
        ),
        ("[" * 100_000, "is nested too deeply for a sample", "Make it again."),
    ],
)
def test_a_fault_names_the_file_the_line_and_what_to_do(
    tmp_path: Path, text: str, message: str, hint: str
) -> None:
    path = tmp_path / "sample.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(path) in caught.value.message and message in caught.value.message
    assert hint in (caught.value.hint or "")


def test_a_missing_file_is_the_callers_to_judge_and_other_bytes_are_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.json")
    path = tmp_path / "latin.json"
    path.write_bytes('{"name": "Zoë"}'.encode("latin-1"))
    with pytest.raises(InputError, match="cannot be read"):
        read(path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "marked.json"
    text = '{"schema": "sample", "schema_version": 2, "name": "a", "time_s": null}'
    path.write_text(text, encoding="utf-8-sig")
    assert read(path).name == "a"
