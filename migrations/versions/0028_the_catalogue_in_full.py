"""Bundles, synonyms, price changes, price lists with their layouts, corrections, proposals"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import protect

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

TABLES = (
    "bundle_parts",
    "product_synonyms",
    "price_changes",
    "price_list_layouts",
    "price_lists",
    "quote_corrections",
    "catalogue_proposals",
)
DATED = ("supplier_prices", "labour_norms")
FOLLOWED = (*DATED, "product_synonyms", "price_list_layouts", "price_lists", "catalogue_proposals")


def upgrade() -> None:
    _present_tables()
    _catalogue()
    _price_lists()
    _proposals()
    for table in TABLES:
        protect(table)
    for table in FOLLOWED:
        op.execute(
            f"create trigger follow_change before update on {table} for each row "
            "when (new.updated_at is not distinct from old.updated_at) "
            "execute function follow_change()"
        )


def _present_tables() -> None:
    for table in DATED:
        op.add_column(
            table,
            sa.Column(
                "updated_at",
                sa.DateTime(timezone=True),
                server_default=sa.text("now()"),
                nullable=False,
            ),
        )
    op.add_column(
        "supplier_prices", sa.Column("revision", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "products", sa.Column("bundle_shown", sa.Text(), server_default="", nullable=False)
    )
    op.create_index(
        "ix_supplier_prices_of", "supplier_prices", ["tenant_id", "supplier_id", "product_id"]
    )
    # Of several default rates the first by name has been in force: it stays the default.
    op.execute(
        "update day_rates d set is_default = false where is_default and exists (select from "
        "day_rates o where o.tenant_id = d.tenant_id and o.is_default and o.name < d.name)"
    )
    op.create_index(
        "uq_day_rates_default",
        "day_rates",
        ["tenant_id"],
        unique=True,
        postgresql_where=sa.text("is_default"),
    )


def _of_a_tenant(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _catalogue() -> None:
    op.create_table(
        "bundle_parts",
        sa.Column("bundle_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("part_id", sa.Uuid(), nullable=True),
        sa.Column("norm", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        *_of_a_tenant("bundle_parts"),
        sa.ForeignKeyConstraint(
            ["bundle_id"],
            ["products.id"],
            name=op.f("fk_bundle_parts_bundle_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["part_id"], ["products.id"], name=op.f("fk_bundle_parts_part_id"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "bundle_id",
            "position",
            name=op.f("uq_bundle_parts_tenant_id_bundle_id_position"),
        ),
    )
    op.create_table(
        "product_synonyms",
        sa.Column("phrase", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        *_of_a_tenant("product_synonyms"),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name=op.f("fk_product_synonyms_product_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "tenant_id", "phrase", name=op.f("uq_product_synonyms_tenant_id_phrase")
        ),
    )
    op.create_table(
        "price_changes",
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("cost_before", sa.Numeric(), nullable=True),
        sa.Column("cost_after", sa.Numeric(), nullable=True),
        sa.Column("sell_before", sa.Numeric(), nullable=True),
        sa.Column("sell_after", sa.Numeric(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        *_of_a_tenant("price_changes"),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["products.id"],
            name=op.f("fk_price_changes_product_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_bundle_parts_part_id"), "bundle_parts", ["part_id"])
    op.create_index(op.f("ix_product_synonyms_product_id"), "product_synonyms", ["product_id"])
    op.create_index(
        "ix_price_changes_of", "price_changes", ["tenant_id", "product_id", "created_at", "id"]
    )
    op.create_index(
        "ix_price_changes_revision", "price_changes", ["tenant_id", "revision", "product_id"]
    )


def _price_lists() -> None:
    op.create_table(
        "price_list_layouts",
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("layout", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        *_of_a_tenant("price_list_layouts"),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["suppliers.id"],
            name=op.f("fk_price_list_layouts_supplier_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "tenant_id", "supplier_id", name=op.f("uq_price_list_layouts_tenant_id_supplier_id")
        ),
    )
    op.create_table(
        "price_lists",
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("layout", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ends_gone", sa.Boolean(), nullable=False),
        sa.Column("catalogue_revision", sa.Integer(), nullable=False),
        sa.Column("found", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("imported_revision", sa.Integer(), nullable=True),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        *_of_a_tenant("price_lists"),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["suppliers.id"],
            name=op.f("fk_price_lists_supplier_id"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        "ix_price_lists_recent", "price_lists", ["tenant_id", "supplier_id", "created_at", "id"]
    )


def _proposals() -> None:
    op.create_table(
        "quote_corrections",
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("instead_of", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        *_of_a_tenant("quote_corrections"),
        sa.ForeignKeyConstraint(
            ["quote_id"],
            ["quotes.id"],
            name=op.f("fk_quote_corrections_quote_id"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "tenant_id",
            "quote_id",
            "kind",
            "words",
            "code",
            name=op.f("uq_quote_corrections_tenant_id_quote_id_kind_words_code"),
        ),
    )
    op.create_table(
        "catalogue_proposals",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Numeric(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        *_of_a_tenant("catalogue_proposals"),
        sa.UniqueConstraint(
            "tenant_id",
            "kind",
            "words",
            "code",
            name=op.f("uq_catalogue_proposals_tenant_id_kind_words_code"),
        ),
    )
    op.create_index(
        "ix_quote_corrections_same", "quote_corrections", ["tenant_id", "kind", "words", "code"]
    )
    op.create_index(
        "ix_catalogue_proposals_open", "catalogue_proposals", ["tenant_id", "state", "created_at"]
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("uq_day_rates_default", table_name="day_rates")
    op.drop_index("ix_supplier_prices_of", table_name="supplier_prices")
    op.drop_column("products", "bundle_shown")
    op.drop_column("supplier_prices", "revision")
    for table in DATED:
        op.execute(f"drop trigger follow_change on {table}")
        op.drop_column(table, "updated_at")
