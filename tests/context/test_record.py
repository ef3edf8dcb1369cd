"""context.json: what is saved comes back, and what is broken is named with its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.context.record import SCHEMA_VERSION, Context, Import
from unspoken.context.timeline import Segment, Timeline
from unspoken.context.transcript import SPEAKER_ROLES, Transcript, Utterance
from unspoken.errors import InputError, OutputError

text = st.text(st.characters(codec="utf-8"), max_size=12)
seconds = st.floats(-1e6, 1e6)
spans = st.tuples(seconds, seconds).map(sorted)
tags = st.dictionaries(text, text, max_size=3)


@st.composite
def contexts(draw: st.DrawFn) -> Context:
    rows = draw(st.lists(st.tuples(text, text, spans, tags), max_size=4))
    segments = tuple(
        Segment(f"s{i}", kind, label, a, b, more)
        for i, (kind, label, (a, b), more) in enumerate(rows)
    )
    said = draw(st.lists(st.tuples(text, spans, text), max_size=4))
    return Context(
        Timeline(segments),
        Transcript(
            tuple(Utterance(who, a, b, what) for who, (a, b), what in said),
            draw(st.dictionaries(text, st.sampled_from(SPEAKER_ROLES), max_size=3)),
            draw(text),
        ),
        draw(text),
        draw(tags),
        draw(st.dictionaries(text, st.floats(-100, 100) | text, max_size=3)),
        draw(seconds),
        draw(text),
        tuple(draw(st.lists(text, max_size=2))),
        (Import("a.csv", "00", "csv", "timeline", 3, 0.5, "by hand"),),
    )


@given(contexts())
def test_a_context_comes_back_as_it_was_saved(context: Context) -> None:
    document = json.loads(json.dumps(context.to_json_dict(), allow_nan=False))
    assert Context.from_json_dict(document) == context


def test_saving_writes_one_file_that_loads_again(tmp_path: Path) -> None:
    context = Context(
        customer="C-17", tags={"channel": "video"}, outcomes={"csat": 4, "bought": "no"}
    )
    path = context.save(tmp_path / "visit")
    assert [p.name for p in path.parent.iterdir()] == ["context.json"]
    assert Context.load(tmp_path / "visit") == Context.load(path) == context


def test_without_a_file_the_context_is_empty(tmp_path: Path) -> None:
    assert Context.load(tmp_path).is_empty and Context.load(tmp_path / "nowhere").is_empty


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = Context(outcomes={"csat": 4.0}).save(tmp_path)
    path.write_text(path.read_text().replace("4.0", "[1]"))
    with pytest.raises(InputError, match=r"context\.json, line 15: outcomes\.csat: expected a num"):
        Context.load(tmp_path)
    path.write_text('{"schema": \n')
    with pytest.raises(InputError, match="line 2: not valid JSON"):
        Context.load(tmp_path)
    path.write_text("[1]")
    with pytest.raises(InputError, match="not a context"):
        Context.load(tmp_path)


def test_a_newer_file_is_refused_and_an_unknown_key_is_passed_over(tmp_path: Path) -> None:
    path = Context(customer="C").save(tmp_path)
    document = json.loads(path.read_text())
    path.write_text(json.dumps(document | {"mood": "new key"}))
    assert Context.load(tmp_path).customer == "C"
    path.write_text(json.dumps(document | {"schema_version": SCHEMA_VERSION + 1}))
    with pytest.raises(InputError, match="newer Unspoken"):
        Context.load(tmp_path)


def test_a_number_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="csat"):
        Context(outcomes={"csat": float("nan")})
    with pytest.raises(ValueError, match="offset"):
        Context(offset_s=float("inf"))


def test_a_folder_that_cannot_be_written_to_keeps_what_it_had(tmp_path: Path) -> None:
    (tmp_path / "visit").write_text("a file")
    with pytest.raises(OutputError):
        Context().save(tmp_path / "visit")
    assert (tmp_path / "visit").read_text() == "a file"
