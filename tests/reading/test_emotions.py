"""Readings: prototypes are recognised, doubt is stated, what was not measured says nothing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reading.planted import both, event
from unspoken.facs.units import UNIT_KEYS
from unspoken.reading.emotion_table import LABELS, default_table
from unspoken.reading.emotions import GenerativeModel, readings, with_readings
from unspoken.spotting.events import Event


@pytest.mark.parametrize(
    ("emotion", "codes"),
    [
        ("happiness", (6, 12)),
        ("surprise", (1, 2, 5, 26)),
        ("fear", (1, 2, 4, 5, 20)),
        ("anger", (4, 5, 7, 24)),
        ("disgust", (9, 10)),
        ("sadness", (1, 4, 15)),
    ],
)
def test_a_full_prototype_is_named_above_all_others(emotion: str, codes: tuple[int, ...]) -> None:
    for kind in ("micro", "macro"):
        (one,) = readings([event(*both(*codes), kind="micro" if kind == "micro" else "macro")])
        assert one.emotion == emotion, (kind, one.sentence)
        assert one.probability == one.emotions[emotion] == max(one.emotions.values())


def test_a_dimple_on_one_side_is_contempt_and_on_both_sides_is_not() -> None:
    alone, pair = readings([event("AU14L"), event(*both(14))])
    assert alone.emotion == "contempt"
    assert pair.emotions["contempt"] < 0.5 * alone.emotions["contempt"]


def test_a_side_that_could_not_be_seen_is_no_evidence_of_a_one_sided_movement() -> None:
    seen, hidden = readings([event("AU14L"), event("AU14L", masked=("AU14R",))])
    assert hidden.emotions["contempt"] < seen.emotions["contempt"]


def test_a_frown_alone_is_not_called_anger() -> None:
    (one,) = readings([event(*both(4, 7))])
    assert one.emotion == ""
    assert math.isnan(one.probability)
    assert one.parts["concentration or confusion"] > one.emotions["anger"]
    assert "concentration or confusion" in one.sentence
    assert "No emotion is named" in one.sentence


def test_a_smile_with_cheeks_is_duchenne_without_them_social_and_unknown_when_hidden() -> None:
    with_them, without, hidden = readings(
        [
            event(*both(6, 12), kind="macro"),
            event(*both(12), kind="macro"),
            event(*both(12), kind="macro", masked=("AU6L", "AU6R")),
        ]
    )
    assert [with_them.smile, without.smile, hidden.smile] == ["duchenne", "social", ""]
    assert with_them.emotions["happiness"] > without.emotions["happiness"]
    assert "social" in without.sentence


def test_masked_units_leave_the_odds_as_they_are() -> None:
    """A unit that was not measured must move nothing: same posterior as one without information."""
    table = default_table()
    lower = both(9, 10, 12, 14, 15, 16, 17, 18, 20, 22, 24, 25, 26, 28)
    (one,) = readings([event(*both(1, 2), masked=lower)])
    without = table.model_copy(
        update={
            "components": tuple(
                c.model_copy(
                    update={
                        "units": {k: v for k, v in c.units.items() if k in (1, 2, 4, 5, 6, 7)}
                        or {1: 0.03}
                    }
                )
                for c in table.components
            )
        }
    )
    (other,) = readings([event(*both(1, 2), masked=lower)], GenerativeModel(without))
    for label in LABELS:
        assert one.emotions[label] == pytest.approx(other.emotions[label], abs=0.02)


def test_the_absence_of_a_unit_counts_only_where_it_could_have_been_seen() -> None:
    sharp, blunt = readings(
        [event(*both(12), kind="macro", error=0.005), event(*both(12), kind="macro", error=0.06)]
    )
    assert blunt.emotions["happiness"] > sharp.emotions["happiness"]


def test_a_leak_into_a_look_alike_unit_is_not_counted_as_a_second_witness() -> None:
    """AU14's field is mostly AU12's: listing a weak AU14 beside a strong AU12 changes little."""
    alone = event(*both(6, 12), kind="macro")
    leaked = event(*both(6, 12, 14), kind="macro")
    leaked.action_units.update({"AU14L": 0.1, "AU14R": 0.1})
    one, other = readings([alone, leaked])
    assert other.emotion == one.emotion == "happiness"


def test_an_event_without_units_gets_the_prior_and_no_name() -> None:
    (one,) = readings([event()])
    prior = default_table().prior["micro"]
    assert one.emotion == ""
    assert one.emotions == pytest.approx(prior, abs=1e-6)
    assert one.sentence.startswith("No unit stands out")


def test_no_events_give_no_readings_and_blinks_stay_without() -> None:
    assert readings([]) == ()
    blink = Event(1, "blink", 0.0, 0.1, 0.2, 0, 3, 6, {"AU45L": 0.9, "AU45R": 0.9})
    smile = event(*both(6, 12), kind="macro")
    first, second = with_readings([blink, smile])
    assert first == blink
    assert second.emotion == "happiness"


def test_the_words_name_units_sides_and_cautions() -> None:
    (one,) = readings([event("AU4L", "AU4R", "AU7R", flags=("mouth_opening",))])
    assert one.sentence.startswith("AU4 left and right 0.25, AU7 right 0.25; consistent with ")
    assert "Caution: movements of the mouth" in one.sentence


units = st.lists(st.sampled_from([k for k in UNIT_KEYS if "45" not in k]), max_size=8, unique=True)


@given(
    units,
    st.sampled_from(["micro", "macro"]),
    st.floats(1e-4, 3.0),
    st.floats(1e-5, 1.0),
    st.lists(st.sampled_from(UNIT_KEYS), max_size=20, unique=True),
)
def test_every_posterior_is_one(
    keys: list[str], kind: str, amplitude: float, error: float, masked: list[str]
) -> None:
    made = event(
        *keys,
        kind="micro" if kind == "micro" else "macro",
        amplitude=amplitude,
        error=error,
        masked=tuple(masked),
    )
    (one,) = readings([made])
    assert sum(one.emotions.values()) == pytest.approx(1.0)
    assert all(0.0 <= p <= 1.0 for p in one.emotions.values())
    assert sum(one.parts.values()) == pytest.approx(1.0)


def test_events_of_earlier_versions_are_read_from_their_own_signal_to_noise() -> None:
    old = event(*both(6, 12), kind="macro")
    old.unit_errors.clear()
    (one,) = readings([old])
    assert one.emotion == "happiness"
