"""How quotes are taxed and in which currency; exchange rates"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import protect

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exchange_rates",
        sa.Column("from_currency", sa.Text(), nullable=False),
        sa.Column("to_currency", sa.Text(), nullable=False),
        sa.Column("rate", sa.Numeric(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rates")),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_exchange_rates_tenant_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "from_currency",
            "to_currency",
            "valid_from",
            name="uq_exchange_rates_day",
        ),
    )
    op.create_index(
        "ix_exchange_rates_updated", "exchange_rates", ["tenant_id", "updated_at", "id"]
    )
    protect("exchange_rates")
    op.execute(
        "create trigger follow_change before update on exchange_rates for each row "
        "when (new.updated_at is not distinct from old.updated_at) "
        "execute function follow_change()"
    )
    for column in ("tax_treatment", "exchange_from"):
        op.add_column("quotes", sa.Column(column, sa.Text(), server_default="", nullable=False))
    op.add_column("quotes", sa.Column("exchange_rate", sa.Numeric(), nullable=True))
    op.add_column("quotes", sa.Column("exchange_rate_on", sa.Date(), nullable=True))
    op.add_column(
        "quotes",
        sa.Column(
            "staff_questions",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.add_column(
        "quote_lines", sa.Column("tax_treatment", sa.Text(), server_default="", nullable=False)
    )
    # A company's currency meant nothing until now and was GBP where nobody had said otherwise.
    op.execute(
        "update companies set currency = tenants.settings->>'currency' from tenants "
        "where tenants.id = companies.tenant_id and companies.currency = 'GBP' "
        "and companies.external_id is null and tenants.settings->>'currency' is not null "
        "and tenants.settings->>'currency' <> 'GBP'"
    )


def downgrade() -> None:
    op.drop_column("quote_lines", "tax_treatment")
    for column in (
        *("staff_questions", "exchange_rate_on", "exchange_rate", "exchange_from", "tax_treatment"),
    ):
        op.drop_column("quotes", column)
    op.drop_table("exchange_rates")
