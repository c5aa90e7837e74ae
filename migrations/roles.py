"""The application's role: owns nothing, bypasses nothing, and may only touch rows."""

from alembic import op
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from domain.database import APPLICATION_ROLE

CURRENT_TENANT = "nullif(current_setting('app.tenant_id', true), '')::uuid"


def ensure_roles(connection: Connection, application_user: str) -> None:
    """Creates the role, and lets the login user of DATABASE_URL take it."""
    known = connection.scalar(
        text("select 1 from pg_roles where rolname = :role"), {"role": APPLICATION_ROLE}
    )
    if not known:
        try:
            connection.execute(text(f"create role {APPLICATION_ROLE} nologin"))
        except ProgrammingError as error:
            raise RuntimeError(
                f"The role {APPLICATION_ROLE} is missing and this user may not create it: set "
                f"DATABASE_ADMIN_URL to a user with CREATEROLE, or run "
                f"“CREATE ROLE {APPLICATION_ROLE} NOLOGIN”."
            ) from error
    # Since 16 a creator is a member without the right to take the role.
    mode = "set" if (connection.dialect.server_version_info or (0,))[0] >= 16 else "member"
    for user in {application_user, connection.scalar(text("select current_user")) or ""}:
        is_member = connection.scalar(
            text("select pg_has_role(:user, :role, :mode)"),
            {"user": user or APPLICATION_ROLE, "role": APPLICATION_ROLE, "mode": mode},
        )
        if user and not is_member:
            quoted = connection.dialect.identifier_preparer.quote(user)
            connection.execute(text(f"grant {APPLICATION_ROLE} to {quoted}"))


def protect(table: str, column: str = "tenant_id") -> None:
    """Row-level security for everyone, the owner included, and the application's rights."""
    op.execute(f"alter table {table} enable row level security")
    op.execute(f"alter table {table} force row level security")
    op.execute(
        f"create policy tenant on {table} using ({column} = {CURRENT_TENANT}) "
        f"with check ({column} = {CURRENT_TENANT})"
    )
    allow(table)


def allow(table: str) -> None:
    op.execute(f"grant select, insert, update, delete on {table} to {APPLICATION_ROLE}")
