"""Webhooks have names, by which rules call them"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "webhook_subscriptions", sa.Column("name", sa.Text(), server_default="", nullable=False)
    )
    op.create_index(
        "ix_webhook_subscriptions_name",
        "webhook_subscriptions",
        ["tenant_id", "name"],
        unique=True,
        postgresql_where=sa.text("name <> ''"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_webhook_subscriptions_name",
        table_name="webhook_subscriptions",
        postgresql_where=sa.text("name <> ''"),
    )
    op.drop_column("webhook_subscriptions", "name")
