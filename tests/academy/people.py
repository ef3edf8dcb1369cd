"""Names of faces for tests, so that they do not depend on the pack."""

from __future__ import annotations

from unspoken.academy.people import Cast, Person

PEOPLE = tuple(
    Person(f"{sex[0]}{n:02d}", sex, band, pool=pool)
    for sex in ("female", "male")
    for n, (band, pool) in enumerate(
        [("young", "training"), ("middle", "training"), ("older", "training"),
         ("young", "test"), ("middle", "test"), ("older", "test")], start=1
    )
)  # fmt: skip


def cast() -> Cast:
    return Cast.of(PEOPLE)
