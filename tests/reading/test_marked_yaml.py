"""YAML with lines: faults are told where they stand, and no text makes it fall over."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from unspoken.errors import InputError
from unspoken.reading.marked_yaml import read_marked


def test_values_and_lines() -> None:
    marked = read_marked("a: 1\nb:\n  - x\n  - c: 2.5\n", "f.yaml")
    assert marked.value == {"a": 1, "b": ["x", {"c": 2.5}]}
    assert marked.line(("b", 1, "c")) == 4
    assert marked.line(("b", 0, "not", "there")) == 3


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\nb: [\n", "line 3: not valid YAML"),
        ("a: 1\nb: 2\na: 3\n", 'line 3: "a" is given twice (first on line 1)'),
        ("", "empty"),
        ("a: &x [*x]\n", "alias holds itself"),
        ("a: !!python/object:os.system 1\n", "line 1"),
        ("? [1, 2]\n: 3\n", "expected a plain name"),
    ],
)
def test_faults_are_told(text: str, says: str) -> None:
    with pytest.raises(InputError) as found:
        read_marked(text, "f.yaml")
    assert says in str(found.value)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(min_size=1, max_size=5), values, min_size=1, max_size=4))
def test_plain_yaml_is_read_as_the_usual_reader_reads_it(value: dict[str, object]) -> None:
    text = yaml.safe_dump(value, allow_unicode=True)
    assert read_marked(text, "f").value == yaml.safe_load(text)


@given(st.text(max_size=60))
def test_any_text_gives_a_value_or_a_plain_error(text: str) -> None:
    try:
        read_marked(text, "f")
    except InputError as error:
        assert str(error).startswith("f")
