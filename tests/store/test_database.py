"""The database: made for its owner alone, kept up to date, refused with a reason."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from unspoken.errors import InputError, OutputError
from unspoken.store.database import Database, default_folder
from unspoken.store.models import Base, Block, Estimate, Profile, Trial

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def block(name: str = "b") -> Block:
    return Block(
        id=name, task="identify", purpose="drill", level="plain", rounds=4, refresh_hz=60.0,
        seed=1, started_at=NOW, seen_at=NOW,
    )  # fmt: skip


def test_migrations_make_exactly_the_tables_of_the_models(tmp_path: Path) -> None:
    Database(tmp_path).close()
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'unspoken.sqlite3'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_opening_again_keeps_what_was_there(tmp_path: Path) -> None:
    first = Database(tmp_path)
    with first.session() as session:
        session.add(Profile(id=1, created_at=NOW, form_order=["A", "B", "C", "D"]))
    first.close()
    second = Database(tmp_path)
    with second.session() as session:
        profile = session.get(Profile, 1)
        assert profile is not None
        assert (profile.created_at, profile.form_order) == (NOW, ["A", "B", "C", "D"])
    second.close()


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    database = Database(tmp_path / "new")
    assert database.path is not None
    assert stat.S_IMODE(database.path.stat().st_mode) == 0o600
    database.close()


def test_an_error_rolls_everything_back(tmp_path: Path) -> None:
    database = Database(tmp_path)
    with pytest.raises(RuntimeError), database.session() as session:
        session.add(block())
        session.flush()
        raise RuntimeError
    with database.session() as session:
        assert session.get(Block, "b") is None
    database.close()


def test_deleting_a_block_takes_its_trials_and_estimates_along(tmp_path: Path) -> None:
    database = Database(tmp_path)
    with database.session() as session:
        made = block()
        made.trials.append(
            Trial(
                id="t", number=0, round=0, truth="fear", family="identify/fear/plain",
                identity="f01", refresh_hz=60.0, onset_frame=30, planned_frames=4, total_frames=60,
                scene={}, apex={}, flags=[],
            )
        )  # fmt: skip
        made.estimates.append(
            Estimate(family="x", threshold_s=0.1, low_s=0.05, high_s=0.2, trials=3, edge=False)
        )
        session.add(made)
    with database.session() as session:
        session.execute(sa.delete(Block))
    with database.session() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Trial)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(Estimate)) == 0
    database.close()


def test_what_was_deleted_is_not_in_the_file_any_more(tmp_path: Path) -> None:
    database = Database(tmp_path)
    secret = "Wilhelmina Quux"
    with database.session() as session:
        session.add(Profile(id=1, name=secret, created_at=NOW, form_order=[]))
    with database.session() as session:
        session.execute(sa.delete(Profile))
    database.compact()
    database.close()
    assert not [p for p in tmp_path.iterdir() if secret.encode() in p.read_bytes()]


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    database = Database(tmp_path)
    with pytest.raises(sa.exc.StatementError, match="zone"), database.session() as session:
        session.add(Profile(id=1, created_at=NOW.replace(tzinfo=None), form_order=[]))
    database.close()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "unspoken.sqlite3"
    path.write_bytes(b"holiday photographs" * 100)
    with pytest.raises(InputError, match="expected a database of Unspoken"):
        Database(tmp_path)
    assert path.read_bytes() == b"holiday photographs" * 100


def test_data_of_a_later_version_is_refused(tmp_path: Path) -> None:
    Database(tmp_path).close()
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'unspoken.sqlite3'}")
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(InputError, match="later version"):
        Database(tmp_path)


def test_a_place_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(OutputError):
        Database(tmp_path / "file")


def test_the_folder_can_be_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UNSPOKEN_DATA", str(tmp_path))
    assert default_folder() == tmp_path
    monkeypatch.delenv("UNSPOKEN_DATA")
    assert default_folder().name == "unspoken"
