"""The job engine's own tables: Procrastinate's schema as its package ships it."""

from alembic import op
from procrastinate.schema import SchemaManager

from domain.database import APPLICATION_ROLE


def create_job_tables() -> None:
    # Several statements in one go: only the driver's own connection takes them.
    op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema())  # type: ignore[union-attr]
    for table in _named("pg_class", "relname", "relkind = 'r'"):
        op.execute(f"grant select, insert, update, delete on {table} to {APPLICATION_ROLE}")
    for sequence in _named("pg_class", "relname", "relkind = 'S'"):
        op.execute(f"grant usage, select on sequence {sequence} to {APPLICATION_ROLE}")


def drop_job_tables() -> None:
    for function in _named("pg_proc", "oid::regprocedure", "true", match="proname"):
        op.execute(f"drop function if exists {function} cascade")
    for table in _named("pg_class", "relname", "relkind = 'r'"):
        op.execute(f"drop table if exists {table} cascade")
    for kind in _named("pg_type", "typname", "typtype in ('e', 'c')"):
        op.execute(f"drop type if exists {kind} cascade")


def _named(catalogue: str, column: str, condition: str, match: str | None = None) -> list[str]:
    query = (
        f"select {column}::text from {catalogue} "  # noqa: S608 - constants of this file
        f"where {match or column} like 'procrastinate%%' and {condition}"
    )
    return [row[0] for row in op.get_bind().exec_driver_sql(query).fetchall()]
