"""Conversation manners: opt-outs, satisfaction surveys, and what a conversation was told"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import protect

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at is null")


def upgrade() -> None:
    op.create_table(
        "opt_outs",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_opt_outs_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_outs")),
    )
    op.create_index(
        "ix_opt_outs_open",
        "opt_outs",
        ["tenant_id", "channel", "address"],
        unique=True,
        postgresql_where=OPEN,
    )
    op.create_table(
        "satisfaction_surveys",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_satisfaction_surveys_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_satisfaction_surveys_tenant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
            name=op.f("fk_satisfaction_surveys_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_satisfaction_surveys")),
        sa.UniqueConstraint(
            "tenant_id", "ticket_id", name=op.f("uq_satisfaction_surveys_tenant_id_ticket_id")
        ),
    )
    op.create_index(
        op.f("ix_satisfaction_surveys_conversation_id"), "satisfaction_surveys", ["conversation_id"]
    )
    op.create_index(
        "ix_satisfaction_surveys_asked", "satisfaction_surveys", ["tenant_id", "asked_at"]
    )
    op.create_index(
        "ix_tickets_resolved",
        "tickets",
        ["tenant_id", "resolved_at"],
        postgresql_where=sa.text("resolved_at is not null"),
    )
    op.add_column("conversations", sa.Column("survey_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_conversations_survey_id"),
        "conversations",
        "satisfaction_surveys",
        ["survey_id"],
        ["id"],
        ondelete="SET NULL",
    )
    for name in ("away_told_until", "loop_since", "idle_told_at"):
        op.add_column("conversations", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    for table in ("opt_outs", "satisfaction_surveys"):
        protect(table)


def downgrade() -> None:
    op.drop_column("conversations", "idle_told_at")
    op.drop_column("conversations", "loop_since")
    op.drop_column("conversations", "away_told_until")
    op.drop_constraint(op.f("fk_conversations_survey_id"), "conversations", type_="foreignkey")
    op.drop_column("conversations", "survey_id")
    op.drop_index(
        "ix_tickets_resolved",
        table_name="tickets",
        postgresql_where=sa.text("resolved_at is not null"),
    )
    op.drop_table("satisfaction_surveys")
    op.drop_index("ix_opt_outs_open", table_name="opt_outs", postgresql_where=OPEN)
    op.drop_table("opt_outs")
