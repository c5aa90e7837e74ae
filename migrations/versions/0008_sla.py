"""Service levels: calendars, policies, clocks and alerts"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLES = ("business_calendars", "sla_policies", "sla_alerts", "sla_clocks")


def upgrade() -> None:
    op.create_table(
        "business_calendars",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("week", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("closed", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_business_calendars_tenant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business_calendars")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_business_calendars_tenant_id_name")),
    )
    op.create_table(
        "sla_policies",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("calendar_id", sa.Uuid(), nullable=False),
        sa.Column("targets", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("warning_percent", sa.Integer(), nullable=False),
        sa.Column("critical_percent", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["business_calendars.id"], name=op.f("fk_sla_policies_calendar_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_sla_policies_tenant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_policies")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_sla_policies_tenant_id_name")),
    )
    op.create_index(
        op.f("ix_sla_policies_calendar_id"), "sla_policies", ["calendar_id"], unique=False
    )
    op.create_table(
        "sla_alerts",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_sla_alerts_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_sla_alerts_ticket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_alerts")),
        sa.UniqueConstraint(
            "tenant_id",
            "ticket_id",
            "target",
            "level",
            name=op.f("uq_sla_alerts_tenant_id_ticket_id_target_level"),
        ),
    )
    op.create_index(
        "ix_sla_alerts_recent", "sla_alerts", ["tenant_id", "level", "created_at"], unique=False
    )
    op.create_table(
        "sla_clocks",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=True),
        sa.Column("own_policy_id", sa.Uuid(), nullable=True),
        sa.Column("policy_name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("first_response_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_response_met", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_response_warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_response_critical_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_response_breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution_due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution_met", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution_warned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution_critical_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution_breached_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["own_policy_id"],
            ["sla_policies.id"],
            name=op.f("fk_sla_clocks_own_policy_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"],
            ["sla_policies.id"],
            name=op.f("fk_sla_clocks_policy_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_sla_clocks_tenant_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_sla_clocks_ticket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sla_clocks")),
        sa.UniqueConstraint(
            "tenant_id", "ticket_id", name=op.f("uq_sla_clocks_tenant_id_ticket_id")
        ),
    )
    op.create_index(
        "ix_sla_clocks_next",
        "sla_clocks",
        ["tenant_id", "next_at"],
        unique=False,
        postgresql_where=sa.text("next_at is not null"),
    )
    op.create_index(
        op.f("ix_sla_clocks_own_policy_id"), "sla_clocks", ["own_policy_id"], unique=False
    )
    op.create_index(op.f("ix_sla_clocks_policy_id"), "sla_clocks", ["policy_id"], unique=False)
    op.create_index(
        "ix_sla_clocks_started", "sla_clocks", ["tenant_id", "started_at"], unique=False
    )
    for table in TABLES:
        protect(table)


def downgrade() -> None:
    op.drop_index("ix_sla_clocks_started", table_name="sla_clocks")
    op.drop_index(op.f("ix_sla_clocks_policy_id"), table_name="sla_clocks")
    op.drop_index(op.f("ix_sla_clocks_own_policy_id"), table_name="sla_clocks")
    op.drop_index(
        "ix_sla_clocks_next",
        table_name="sla_clocks",
        postgresql_where=sa.text("next_at is not null"),
    )
    op.drop_table("sla_clocks")
    op.drop_index("ix_sla_alerts_recent", table_name="sla_alerts")
    op.drop_table("sla_alerts")
    op.drop_index(op.f("ix_sla_policies_calendar_id"), table_name="sla_policies")
    op.drop_table("sla_policies")
    op.drop_table("business_calendars")
