"""Links for customers, signatures under way, acceptances, signatures and signed contracts"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import APPLICATION_ROLE, protect

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

FINAL = ("quote_acceptances", "contract_signatures", "contract_papers")
"""What was signed stays as it was: the application may add, and with its subject take away."""
TABLES = ("signing_links", "signing_requests", *FINAL)


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


def _of(table: str, column: str, other: str, ondelete: str = "CASCADE") -> sa.schema.SchemaItem:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def _words(*names: str) -> list[sa.schema.SchemaItem]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _links() -> None:
    op.create_table(
        "signing_links",
        sa.Column("quote_id", sa.Uuid(), nullable=True),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        *_words("made_by"),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        *_own("signing_links"),
        _of("signing_links", "quote_id", "quotes"),
        _of("signing_links", "contract_id", "contracts"),
        sa.CheckConstraint(
            "num_nonnulls(quote_id, contract_id) = 1", name=op.f("ck_signing_links_one_thing")
        ),
    )
    for noun in ("quote", "contract"):
        op.create_index(
            f"uq_signing_links_{noun}",
            "signing_links",
            ["tenant_id", f"{noun}_id"],
            unique=True,
            postgresql_where=sa.text(f"{noun}_id is not null and revoked_at is null"),
        )
    op.create_table(
        "signing_requests",
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *_words("shown", "name", "role", "email", "purchase_order"),
        sa.Column("code_id", sa.Uuid(), nullable=True),
        *_own("signing_requests"),
        _of("signing_requests", "link_id", "signing_links"),
        _of("signing_requests", "code_id", "one_time_codes", "SET NULL"),
    )
    op.create_index("ix_signing_requests_link", "signing_requests", ["link_id", "created_at"])


def _signed() -> None:
    op.create_table(
        "quote_acceptances",
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *_words("paper_sha256"),
        sa.Column("total", sa.Numeric(), nullable=False),
        *_words("currency", "name", "role", "email", "purchase_order", "address", "user_agent"),
        sa.Column("is_code_proven", sa.Boolean(), nullable=False),
        *_own("quote_acceptances"),
        _of("quote_acceptances", "quote_id", "quotes"),
        sa.UniqueConstraint(
            "tenant_id", "quote_id", name=op.f("uq_quote_acceptances_tenant_id_quote_id")
        ),
    )
    op.create_table(
        "contract_signatures",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        *_words("digest", "paper_sha256", "name", "role", "email", "address", "user_agent"),
        sa.Column("is_code_proven", sa.Boolean(), nullable=False),
        *_own("contract_signatures"),
        _of("contract_signatures", "contract_id", "contracts"),
        sa.UniqueConstraint(
            "tenant_id", "contract_id", name=op.f("uq_contract_signatures_tenant_id_contract_id")
        ),
    )
    op.create_table(
        "contract_papers",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        *_words("digest"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        *_words("sha256", "frozen_by"),
        *_own("contract_papers"),
        _of("contract_papers", "contract_id", "contracts"),
        sa.UniqueConstraint(
            "tenant_id", "contract_id", name=op.f("uq_contract_papers_tenant_id_contract_id")
        ),
    )


def upgrade() -> None:
    _links()
    _signed()
    for table in TABLES:
        protect(table)
    for table in FINAL:
        op.execute(f"revoke update on {table} from {APPLICATION_ROLE}")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("delete from directory_entries where kind = 'customer_link'")
