"""Runs migrations as the admin role, one process at a time."""

from alembic import context
from sqlalchemy import create_engine, text

from domain.metadata import metadata
from migrations.roles import ensure_roles

LOCK = 0x46524F4E  # "FRON"


def _is_ours(name: str | None, kind: str, parents: object) -> bool:
    """The job engine brings its own tables."""
    return not (name or "").startswith("procrastinate")


def run() -> None:
    attributes = context.config.attributes
    engine = create_engine(attributes["url"])
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": LOCK})
        ensure_roles(connection, attributes.get("application_user", ""))
        connection.commit()
        context.configure(connection=connection, target_metadata=metadata, include_name=_is_ours)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.commit()
    engine.dispose()


run()
