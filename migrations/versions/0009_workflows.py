"""Workflow rules and the log of what they did."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import protect

revision = "0009"
down_revision = "0005"
branch_labels = None
depends_on = None


def _own(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    op.create_table(
        "workflow_rules",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("conditions", postgresql.JSONB(), nullable=False),
        sa.Column("actions", postgresql.JSONB(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("stops_here", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *_own("workflow_rules"),
    )
    op.create_index("ix_workflow_rules_order", "workflow_rules", ["tenant_id", "event", "place"])
    op.create_table(
        "workflow_firings",
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("once", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("changed", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        *_own("workflow_firings"),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["workflow_rules.id"],
            name=op.f("fk_workflow_firings_rule_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
            name=op.f("fk_workflow_firings_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("tenant_id", "once", name=op.f("uq_workflow_firings_tenant_id_once")),
    )
    op.create_index(
        "ix_workflow_firings_recent", "workflow_firings", ["tenant_id", "created_at", "id"]
    )
    op.create_index("ix_workflow_firings_rule", "workflow_firings", ["rule_id", "created_at"])
    protect("workflow_rules")
    protect("workflow_firings")


def downgrade() -> None:
    op.drop_table("workflow_firings")
    op.drop_table("workflow_rules")
