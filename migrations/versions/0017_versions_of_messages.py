"""Versions of a message: an edit names what it replaces, whichever of them comes first"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("replaces", sa.Text(), nullable=True), if_not_exists=True)
    op.create_index(
        "ix_messages_replaces",
        "messages",
        ["tenant_id", "channel_account_id", "replaces"],
        postgresql_where=sa.text("replaces is not null"),
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_index("ix_messages_replaces", "messages", if_exists=True)
    op.drop_column("messages", "replaces", if_exists=True)
