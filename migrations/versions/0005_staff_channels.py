"""Staff channels: workspaces, threads and their lines, notices, deliveries taken"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import allow, protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_claims",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_staff_claims")),
    )
    op.create_table(
        "staff_workspaces",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bot_user", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_staff_workspaces_tenant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_workspaces")),
        sa.UniqueConstraint(
            "tenant_id", "kind", "team", name=op.f("uq_staff_workspaces_tenant_id_kind_team")
        ),
    )
    op.create_table(
        "staff_notices",
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff_members.id"],
            name=op.f("fk_staff_notices_staff_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_staff_notices_tenant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_notices")),
        sa.UniqueConstraint(
            "tenant_id",
            "kind",
            "about",
            "staff_id",
            name=op.f("uq_staff_notices_tenant_id_kind_about_staff_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        "ix_staff_notices_untold",
        "staff_notices",
        ["tenant_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("told_at is null"),
    )
    op.create_table(
        "staff_threads",
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("room", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("is_due", sa.Boolean(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_staff_threads_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_staff_threads_tenant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
            name=op.f("fk_staff_threads_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_threads")),
        sa.UniqueConstraint(
            "tenant_id", "conversation_id", name=op.f("uq_staff_threads_tenant_id_conversation_id")
        ),
        sa.UniqueConstraint(
            "tenant_id", "ticket_id", name=op.f("uq_staff_threads_tenant_id_ticket_id")
        ),
    )
    op.create_index(
        "ix_staff_threads_due",
        "staff_threads",
        ["tenant_id", "updated_at"],
        unique=False,
        postgresql_where=sa.text("is_due"),
    )
    op.create_index(
        "ix_staff_threads_root", "staff_threads", ["tenant_id", "room", "root"], unique=False
    )
    op.create_table(
        "staff_lines",
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("drawn", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_staff_lines_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["staff_threads.id"],
            name=op.f("fk_staff_lines_thread_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_lines")),
        sa.UniqueConstraint(
            "tenant_id", "thread_id", "key", name=op.f("uq_staff_lines_tenant_id_thread_id_key")
        ),
    )
    op.add_column(
        "staff_members",
        sa.Column("muted", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    protect("staff_workspaces")
    protect("staff_notices")
    protect("staff_threads")
    protect("staff_lines")
    allow("staff_claims")


def downgrade() -> None:
    op.drop_column("staff_members", "muted")
    op.drop_table("staff_lines")
    op.drop_index("ix_staff_threads_root", table_name="staff_threads")
    op.drop_index(
        "ix_staff_threads_due", table_name="staff_threads", postgresql_where=sa.text("is_due")
    )
    op.drop_table("staff_threads")
    op.drop_index(
        "ix_staff_notices_untold",
        table_name="staff_notices",
        postgresql_where=sa.text("told_at is null"),
    )
    op.drop_table("staff_notices")
    op.drop_table("staff_workspaces")
    op.drop_table("staff_claims")
