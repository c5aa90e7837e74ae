"""What of a quote leaves the company: revisions, the papers that were sent, the tenant's logo."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import APPLICATION_ROLE, protect

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

FINAL = ("quote_papers", "quote_document_versions")
"""What was written there stays: the application may add and, with the quote, take away."""


def _own(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f(f"fk_{table}_tenant_id"),
            ondelete="CASCADE",
        ),
    ]


def upgrade() -> None:
    op.create_table(
        "quote_papers",
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("quote_version", sa.Integer(), nullable=False),
        sa.Column("document_versions", postgresql.JSONB(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("frozen_by", sa.Text(), nullable=False),
        *_own("quote_papers"),
        sa.ForeignKeyConstraint(
            ["quote_id"], ["quotes.id"], name=op.f("fk_quote_papers_quote_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "quote_id",
            "revision",
            name=op.f("uq_quote_papers_tenant_id_quote_id_revision"),
        ),
    )
    op.create_table(
        "tenant_logos",
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *_own("tenant_logos"),
        sa.UniqueConstraint("tenant_id", name=op.f("uq_tenant_logos_tenant_id")),
    )
    op.add_column("quotes", sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
    op.add_column(
        "quotes", sa.Column("customer_reference", sa.Text(), server_default="", nullable=False)
    )
    op.add_column("quotes", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("quotes", sa.Column("valid_until", sa.Date(), nullable=True))
    op.add_column(
        "quote_lines", sa.Column("supplier", sa.Text(), server_default="", nullable=False)
    )
    for table in ("quote_papers", "tenant_logos"):
        protect(table)
    for table in FINAL:
        op.execute(f"revoke update on {table} from {APPLICATION_ROLE}")


def downgrade() -> None:
    op.execute(f"grant update on quote_document_versions to {APPLICATION_ROLE}")
    op.drop_column("quote_lines", "supplier")
    op.drop_column("quotes", "valid_until")
    op.drop_column("quotes", "sent_at")
    op.drop_column("quotes", "customer_reference")
    op.drop_column("quotes", "revision")
    op.drop_table("tenant_logos")
    op.drop_table("quote_papers")
