"""Every migration goes up, down and up again; twice does no harm; nothing is left to generate."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from bot.foundation import schema
from bot.foundation.errors import Misconfigured, SchemaMismatch
from domain.database import sqlalchemy_url
from domain.metadata import metadata
from tests.conftest import Server


@pytest.fixture
def empty(server: Server) -> Iterator[str]:
    name = f"migrate_{uuid4().hex[:12]}"
    server.execute(f'create database "{name}"')
    yield server.admin_to(name)
    server.drop(name)


def tables(url: str) -> set[str]:
    engine = create_engine(sqlalchemy_url(url))
    with engine.connect() as connection:
        rows = connection.execute(
            text("select tablename from pg_tables where schemaname = 'public'")
        )
        found = {name for (name,) in rows}
    engine.dispose()
    return found


def test_up_twice_down_and_up_again(empty: str) -> None:
    schema.migrate(empty)
    schema.migrate(empty)
    full = tables(empty)
    schema.migrate(empty, to="base")
    assert tables(empty) <= {"alembic_version"}
    schema.migrate(empty)
    assert tables(empty) == full


def test_the_models_and_the_schema_agree(empty: str) -> None:
    schema.migrate(empty)
    engine = create_engine(sqlalchemy_url(empty))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        different = [
            change
            for change in compare_metadata(context, metadata)
            if not (change[0] == "remove_table" and change[1].name.startswith("procrastinate"))
            and not (change[0] == "remove_index" and "procrastinate" in str(change[1].table.name))
        ]
    engine.dispose()
    assert different == []


def test_a_newer_database_is_refused_in_one_sentence(empty: str) -> None:
    schema.migrate(empty)
    engine = create_engine(sqlalchemy_url(empty))
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    with pytest.raises(SchemaMismatch, match="newer version of Frontdesk"):
        schema.migrate(empty)
    with pytest.raises(SchemaMismatch, match="newer version of Frontdesk"):
        schema.require_current(empty)


def test_an_empty_database_asks_for_the_migration(empty: str) -> None:
    with pytest.raises(SchemaMismatch, match="frontdesk migrate"):
        schema.require_current(empty)


def test_a_server_that_does_not_answer_is_named() -> None:
    with pytest.raises(Misconfigured, match="DATABASE_URL"):
        schema.revision("postgresql://nobody@127.0.0.1:1/none")
