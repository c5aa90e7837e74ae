"""Every migration goes up, down and up again; twice does no harm; nothing is left to generate."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Session

from bot.foundation import schema
from bot.foundation.errors import Misconfigured, SchemaMismatch
from domain.database import sqlalchemy_url
from domain.metadata import metadata
from domain.quotes.lifecycle.snapshots import lines_of
from domain.quotes.models import QuoteRevision
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


def test_quotes_that_were_sent_before_get_their_revision(empty: str) -> None:
    """As an owner without superpowers would see it: policies bind the owner too."""
    schema.migrate(empty, to="0020")
    tenant, sent, draft, document, version = (uuid4() for _ in range(5))
    quote = (
        "insert into quotes (id, tenant_id, number, title, request, status, location, deadline, "
        "language, tier_type, currency, subtotal, tax, total, open_questions, catalogue_revision, "
        "step, version, revision, sent_at, created_at, updated_at) values (:id, :tenant, :number, "
        "'Cabling', '24', :status, '', '', 'en', 'single', 'GBP', 100, 20, 120, '{}', 1, 'model', "
        "3, 1, :sent_at, now(), now())"
    )
    line = (
        "insert into quote_lines (id, tenant_id, quote_id, position, code, description, quantity, "
        "unit, unit_price, unit_cost, discount, tax_rate, total, category, supplier, site, words, "
        "rule, note, price_source, is_optional, is_alternate, tier, created_at) values "
        "(gen_random_uuid(), :tenant, :id, 1, 'OUT', 'Outlet', 24.00, 'each', 5.00, 3, 0, 0.20, "
        "120, 'Cabling', 'Cablewise', '', '24', '', '', 'base price', false, false, '', now())"
    )
    content = (
        '{"lines": [{"line_number": 1, "description": "Outlet", "cost_price": "3", '
        '"supplier": "Cablewise", "source": "24", "rule": "", "price_source": "base price"}]}'
    )
    engine = create_engine(sqlalchemy_url(empty))
    enter = text("select set_config('app.tenant_id', :id, true)")
    with engine.begin() as connection:
        connection.execute(enter, {"id": str(tenant)})
        connection.execute(
            text(
                "insert into tenants (id, slug, name, settings, knowledge_revision, "
                "catalogue_revision, created_at, updated_at) "
                "values (:id, 'one', 'One', '{}', 0, 0, now(), now())"
            ),
            {"id": tenant},
        )
        for id_, number, status, at in (
            (sent, "QT-20260101-0001", "accepted", "2026-01-01"),
            (draft, "QT-20260101-0002", "draft", None),
        ):
            facts = {"id": id_, "tenant": tenant, "number": number, "status": status, "sent_at": at}
            connection.execute(text(quote), facts)
        connection.execute(text(line), {"id": sent, "tenant": tenant})
        connection.execute(
            text(
                "insert into quote_documents (id, tenant_id, quote_id, document_type, version, "
                "created_at, updated_at) "
                "values (:id, :tenant, :quote, 'parts_list', 1, now(), now())"
            ),
            {"id": document, "tenant": tenant, "quote": sent},
        )
        connection.execute(
            text(
                "insert into quote_document_versions (id, tenant_id, document_id, version, "
                "content, changes_summary, author, created_at) "
                "values (:id, :tenant, :document, 1, :content, '', '', now())"
            ),
            {"id": version, "tenant": tenant, "document": document, "content": content},
        )
    schema.migrate(empty)
    with Session(engine) as session:
        session.execute(enter, {"id": str(tenant)})
        (row,) = session.scalars(select(QuoteRevision))
        (kept,) = lines_of(row)
    engine.dispose()
    assert (row.quote_id, row.revision, row.status, row.quote_version) == (sent, 1, "accepted", 3)
    assert (row.total, row.document_versions) == (120, {"parts_list": 1})
    assert (kept.quantity, kept.category, kept.supplier, kept.words) == (
        24, "Cabling", "Cablewise", "24",
    )  # fmt: skip
    assert row.documents["parts_list"]["lines"] == [{"line_number": 1, "description": "Outlet"}]
