"""The tables of a study and their page."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl

from unspoken.bench.insight_study import Plan, simulate
from unspoken.insight.study import Question, study
from unspoken.insight.tables import TABLES, dictionary, frames, table_files


def test_the_page_of_columns_is_up_to_date(repository: Path) -> None:
    page = repository / "docs" / "insight-tables.md"
    assert page.read_text(encoding="utf-8") == dictionary()


def test_csv_and_parquet_hold_the_documented_columns_and_the_same_rows() -> None:
    found = study(simulate(Plan(customers=8), 1), Question(by=("step", "segment")))
    files = table_files(found)
    for name, columns in TABLES.items():
        parquet = pl.read_parquet(io.BytesIO(files[f"{name}.parquet"]))
        text = pl.read_csv(io.BytesIO(files[f"{name}.csv"]))
        assert parquet.columns == text.columns == [c.name for c in columns]
        assert parquet.height == text.height


def test_every_rate_has_its_customers_exposure_and_interval() -> None:
    rates = frames(study(simulate(Plan(customers=8), 1), Question(by=("step",))))["rates"]
    assert rates.height > 0
    assert rates["customers"].min() >= 5  # type: ignore[operator]
    assert rates.filter(pl.col("rate_per_min").is_not_null())["minutes"].min() > 0  # type: ignore[operator]
    assert (rates["rate_low"] <= rates["rate_per_min"]).all()


def test_a_study_without_groups_has_empty_tables_with_headings() -> None:
    tables = frames(study(simulate(Plan(customers=8), 1), Question(by=("signal",))))
    assert tables["contrasts"].height == 0 and len(tables["contrasts"].columns) > 10
