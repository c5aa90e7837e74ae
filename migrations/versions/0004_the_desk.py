"""Staff at the desk: how channels know them, what they may approve, what they were asked"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_members", sa.Column("approval_limit", sa.Numeric(), nullable=True))
    op.add_column("staff_members", sa.Column("sees_margins", sa.Boolean(), nullable=True))
    op.add_column("quotes", sa.Column("approved_version", sa.Integer(), nullable=True))
    op.add_column("quotes", sa.Column("approved_by_id", sa.Uuid(), nullable=True))
    op.add_column("quotes", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
    op.create_foreign_key(
        op.f("fk_quotes_approved_by_id"), "quotes", "staff_members", ["approved_by_id"], ["id"]
    )
    _create_identities()
    _create_questions()


def _create_identities() -> None:
    op.create_table(
        "staff_identities",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        *_owned(),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff_members.id"],
            name=op.f("fk_staff_identities_staff_id"),
            ondelete="CASCADE",
        ),
        _belongs("staff_identities"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_identities")),
        sa.UniqueConstraint(
            "tenant_id", "kind", "value", name=op.f("uq_staff_identities_tenant_id_kind_value")
        ),
    )
    op.create_index(
        op.f("ix_staff_identities_staff_id"), "staff_identities", ["staff_id"], unique=False
    )
    protect("staff_identities")


def _create_questions() -> None:
    op.create_table(
        "staff_questions",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        *_owned(),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff_members.id"],
            name=op.f("fk_staff_questions_staff_id"),
            ondelete="CASCADE",
        ),
        _belongs("staff_questions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_questions")),
    )
    op.create_index(
        "ix_staff_questions_expiry", "staff_questions", ["tenant_id", "expires_at"], unique=False
    )
    protect("staff_questions")


def _owned() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )


def _belongs(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id"), ondelete="CASCADE"
    )


def downgrade() -> None:
    op.drop_table("staff_questions")
    op.drop_table("staff_identities")
    op.drop_constraint(op.f("fk_quotes_approved_by_id"), "quotes", type_="foreignkey")
    for column in ("approved_at", "approved_by_id", "approved_version"):
        op.drop_column("quotes", column)
    op.drop_column("staff_members", "sees_margins")
    op.drop_column("staff_members", "approval_limit")
