"""An index to find when a member was last given a ticket; next actions are told of once"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "sla_clocks",
        sa.Column("first_response_noted", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index(
        "ix_sla_clocks_unnoted",
        "sla_clocks",
        ["tenant_id"],
        postgresql_where=sa.text("first_response_met is distinct from first_response_noted"),
    )
    op.create_index(
        "ix_ticket_changes_given",
        "ticket_changes",
        ["tenant_id", "new", "created_at"],
        postgresql_where=sa.text("field = 'assignee_id'"),
    )

    op.add_column(
        "tickets", sa.Column("next_action_told_at", sa.DateTime(timezone=True), nullable=True)
    )
    # What was due before is not told of now.
    op.execute("update tickets set next_action_told_at = now() where next_action_due <= now()")
    op.create_index(
        "ix_tickets_next_action",
        "tickets",
        ["tenant_id", "next_action_due"],
        postgresql_where=sa.text("next_action_due is not null and next_action_told_at is null"),
    )


def downgrade() -> None:
    op.drop_index("ix_sla_clocks_unnoted", table_name="sla_clocks")
    op.drop_column("sla_clocks", "first_response_noted")
    op.drop_index("ix_tickets_next_action", table_name="tickets")
    op.drop_column("tickets", "next_action_told_at")
    op.drop_index("ix_ticket_changes_given", table_name="ticket_changes")
