"""What a hand hid could not have been seen: worked by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unspoken.reading.baseline import Earlier, rarity
from unspoken.reading.emotion_table import CODES
from unspoken.reading.exposure import hidden_stretches, unmeasured_time
from unspoken.reading.playbook import find_playbook, parse_playbook
from unspoken.reading.rules import Playbook

from .planted import both, event

BROWS = ("AU1", "AU2", "AU4", "AU5", "AU7")
MOUTH = tuple(f"AU{code}" for code in CODES if code >= 10)


def hidden(
    *keys: str, start: float = 10.0, end: float = 30.0
) -> dict[str, list[tuple[float, float]]]:
    return {key: [(start, end)] for key in keys}


def book(when: str) -> Playbook:
    text = (
        f"playbook: mine\nversion: '1'\ntitle: Mine\nrules:\n  - id: one\n    signal: confusion\n"
        f"    why: because\n    when: {when}\n    strength: 0.5\n    response: Ask.\n"
    )
    return parse_playbook(text, "mine.yaml").playbook


def test_stretches_split_where_another_unit_goes_behind_the_hand() -> None:
    spans, units = hidden_stretches({"AU4": [(0.0, 10.0)], "AU12": [(4.0, 6.0), (20.0, 21.0)]})
    assert spans.tolist() == [[0.0, 4.0], [4.0, 6.0], [6.0, 10.0], [20.0, 21.0]]
    four, twelve = CODES.index(4), CODES.index(12)
    assert units[:, four].tolist() == [True, True, True, False]
    assert units[:, twelve].tolist() == [False, True, False, True]
    assert units.sum() == 5


def test_without_a_hand_everything_is_exposed_all_the_time() -> None:
    assert unmeasured_time({}, find_playbook().playbook) == {}
    assert hidden_stretches({})[0].shape == (0, 2)


def test_a_hidden_brow_hides_what_goes_by_brows_and_leaves_the_smile() -> None:
    lost = unmeasured_time(hidden(*BROWS), find_playbook("product-demonstration").playbook)
    for key in ("AU4", "emotion:surprise", "emotion:fear", "signal:confusion", "signal:surprise"):
        assert lost[key] == ((10.0, 30.0),), key
    for key in ("AU12", "micro", "macro", "emotion:happiness", "emotion:contempt"):
        assert key not in lost, key
    assert "signal:satisfaction" not in lost and "signal:disinterest" not in lost


def test_a_hidden_mouth_hides_the_smile_and_leaves_the_frown() -> None:
    lost = unmeasured_time(hidden(*MOUTH), find_playbook("product-demonstration").playbook)
    for key in ("AU12", "emotion:contempt", "signal:delight", "signal:disinterest"):
        assert lost[key] == ((10.0, 30.0),), key
    for key in ("AU4", "emotion:surprise", "signal:confusion", "signal:discomfort", "micro"):
        assert key not in lost, key


def test_a_way_of_showing_counts_from_half_of_its_movement_on() -> None:
    """A smile with the cheeks is 0.85 + 0.97 + 0.4 + 0.1 + 0.15 = 2.47: AU6 alone is 0.34 of it."""
    without_lips = unmeasured_time(hidden("AU12", "AU10", "AU25", "AU26", "AU14"))
    assert "emotion:happiness" in without_lips
    # Without AU12, AU6 and the parted lips of it are 1.5 of 2.47.
    assert "emotion:happiness" not in unmeasured_time(hidden("AU12"))


@pytest.mark.parametrize(
    ("when", "behind", "lost"),
    [
        ("{units_all: [4, 7]}", ("AU7",), True),
        ("{units_any: [4, 12]}", ("AU4",), False),
        ("{units_any: [4, 12]}", ("AU4", "AU12"), True),
        ("{smile: duchenne}", ("AU6",), True),
        ("{units_any: [4], companion: {smile: social}}", MOUTH, True),
        ("{rarity: 0.5}", BROWS, False),
        ("{reading: {negative: 0.5}}", MOUTH, False),
        ("{reading: {concentration or confusion: 0.4}}", ("AU4", "AU7"), True),
    ],
)
def test_a_signal_is_exposed_while_its_rule_could_hold(
    when: str, behind: tuple[str, ...], lost: bool
) -> None:
    assert ("signal:confusion" in unmeasured_time(hidden(*behind), book(when))) is lost


def test_a_signal_with_two_rules_is_exposed_while_either_could_hold() -> None:
    rules = book("{units_all: [4]}").rules + book("{units_all: [12]}").rules
    either = book("{units_all: [4]}").model_copy(update={"rules": rules})
    spans = {"AU4": [(0.0, 10.0)], "AU12": [(6.0, 14.0)]}
    assert unmeasured_time(spans, either)["signal:confusion"] == ((6.0, 10.0),)


def test_with_everything_behind_the_hand_not_even_a_micro_expression_could_be_seen() -> None:
    lost = unmeasured_time(hidden(*(f"AU{code}" for code in CODES)))
    assert lost["micro"] == lost["macro"] == ((10.0, 30.0),)


_SPANS = st.lists(st.integers(0, 200), min_size=0, max_size=8, unique=True).map(
    lambda edges: [
        (a / 10.0, b / 10.0) for a, b in zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False)
    ]
)


@given(st.dictionaries(st.sampled_from([f"AU{code}" for code in CODES]), _SPANS, max_size=6))
def test_the_time_of_a_unit_comes_back_as_it_went_in(
    spans: dict[str, list[tuple[float, float]]],
) -> None:
    lost = unmeasured_time(spans)
    for key, own in spans.items():
        length = sum(b - a for a, b in lost.get(key, ()))
        assert length == pytest.approx(sum(b - a for a, b in own))


def test_a_rate_of_a_unit_is_per_minute_in_which_it_was_measured() -> None:
    """Four frowns in ten minutes, five of them with the brows behind a hand: 0.8 a minute."""
    frowns = [event(*both(4), at=t) for t in (10.0, 60.0, 120.0, 200.0)]
    smile = [event(*both(12), at=400.0)]
    behind = {"AU4": [(300.0, 600.0)]}
    before, seen = rarity([*frowns, *smile], [(0.0, 600.0)])
    after, known = rarity([*frowns, *smile], [(0.0, 600.0)], None, behind)
    assert (seen.per_min["AU4"], known.per_min["AU4"]) == (0.4, 0.8)
    assert known.per_min["AU12"] == seen.per_min["AU12"] == 0.1
    # Three others in five minutes rather than ten: less rare. The smile is as rare as before.
    assert before[0] == pytest.approx(
        pytest.approx(2.718281828 ** -max(3.5 / 12, 3.5 / 7.17), 1e-3)
    )
    assert after[0] == pytest.approx(2.718281828 ** -(3.5 / 7.0), 1e-3)
    assert after[4] == before[4]


def test_earlier_footage_counts_for_a_unit_as_far_as_it_was_measured() -> None:
    """One frown now, and in 120 s of an earlier interaction none, 60 of them behind a hand."""
    earlier = Earlier((), 120.0, 1, ({"AU4": [(0.0, 60.0)]},))
    _, facts = rarity([event(*both(4), at=30.0)], [(0.0, 60.0)], earlier)
    assert facts.per_min["AU4"] == 0.5 and facts.exposure_s == 60.0 and facts.earlier_s == 120.0
