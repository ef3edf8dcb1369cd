"""Consent to be shown in training: said once, checked at the border, heeded to the day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.report.samples import sample_analysis
from unspoken.cli import main
from unspoken.context.consent import Consent
from unspoken.context.record import Context
from unspoken.errors import InputError

days = st.dates(date(2020, 1, 1), date(2040, 1, 1))


@given(days, st.integers(0, 900), days)
def test_a_consent_holds_from_its_day_to_its_last_and_on_no_other(
    given_on: date, length: int, today: date
) -> None:
    last = given_on + timedelta(days=length)
    consent = Consent(given_on.isoformat(), last.isoformat())
    assert (consent.refusal(today) == "") == (given_on <= today <= last)
    without_end = Consent(given_on.isoformat())
    assert (without_end.refusal(today) == "") == (given_on <= today)


def test_nothing_said_is_no_consent() -> None:
    assert "does not say" in Consent().refusal(date(2026, 3, 6))
    assert Consent().sentence == ""


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"training": "yes"}, "training: expected a day"),
        ({"training": "2026-02-30"}, "training: expected a day"),
        ({"training": "2026-03-05", "until": "soon"}, "until: expected a day"),
        ({"training": "2026-03-05", "until": "2026-03-04"}, "before it was given"),
        ({"until": "2026-03-05"}, "without the day"),
        ({"reference": "form 17"}, "without the day"),
        ({"training": "2026-03-05", "covers": "staff"}, "customer or everyone"),
    ],
)
def test_what_makes_no_sense_is_refused(values: dict[str, str], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        Consent(**values)  # type: ignore[arg-type]


def test_a_broken_consent_on_disk_is_an_error_not_a_consent(tmp_path: Path) -> None:
    path = Context(consent=Consent("2026-03-05")).save(tmp_path)
    assert Context.load(tmp_path).consent == Consent("2026-03-05")
    path.write_text(path.read_text().replace("2026-03-05", "yes"))
    with pytest.raises(InputError, match="training: expected a day"):
        Context.load(tmp_path)


def test_the_command_adds_keeps_and_takes_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "visit"
    sample_analysis().save(folder)
    given_on = ["--consent", "training=2026-03-05", "--consent", "until=2027-03-05"]
    assert main(["context", str(folder), *given_on, "--consent", "reference=form 17"]) == 0
    assert "agreed on 2026-03-05 to be shown in training, until 2027-03-05 (form 17)" in (
        capsys.readouterr().out
    )
    assert main(["context", str(folder), "--customer", "C-17"]) == 0
    assert Context.load(folder).consent.until == "2027-03-05"
    for wrong in ("training=yes", "until=2025-01-01", "scope=all", "covers=staff"):
        assert main(["context", str(folder), "--consent", wrong]) == 2
    assert Context.load(folder).consent.reference == "form 17"
    assert main(["context", str(folder), "--consent", "training=no"]) == 0
    assert Context.load(folder).consent == Consent()


def test_a_table_says_it_of_many(tmp_path: Path) -> None:
    for name in ("a", "b"):
        sample_analysis().save(tmp_path / name)
    table = tmp_path / "agreed.csv"
    table.write_text("result,consent:training,consent:covers\na,2026-03-05,everyone\nb,,\n")
    assert main(["context", str(tmp_path), "--table", str(table)]) == 0
    assert Context.load(tmp_path / "a").consent == Consent("2026-03-05", covers="everyone")
    assert Context.load(tmp_path / "b").consent == Consent()
