"""An index to find when a member was last given a ticket"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_ticket_changes_given",
        "ticket_changes",
        ["tenant_id", "new", "created_at"],
        postgresql_where=sa.text("field = 'assignee_id'"),
    )


def downgrade() -> None:
    op.drop_index("ix_ticket_changes_given", table_name="ticket_changes")
