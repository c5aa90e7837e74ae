"""One customer across channels: merges, soft links, who said what, codes for further addresses"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import protect

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# What was said before: chats have one speaker, mails name theirs.
SPOKEN = """
update messages m
   set said_by_id = coalesce(i.person_id, case when m.sender_address = '' then c.person_id end),
       said_from = case when m.sender_address = '' then c.hint else m.sender_address end
  from conversations c, messages n
  left join identities i
         on i.tenant_id = n.tenant_id and i.kind = 'email' and i.value = n.sender_address
 where n.id = m.id and c.id = m.conversation_id and m.author = 'customer'
   and c.hint not like 'group:%'
"""
# Names that came through the API or from staff stay as they were given.
NAMED = """
update people p set named_by = 'staff'
 where p.name <> '' and not exists (select from conversations c where c.channel = p.source)
"""


def upgrade() -> None:
    _people()
    _messages()
    _codes()
    _merges()
    _links()
    for table in ("customer_merges", "customer_links"):
        protect(table)
    _fill()


def _people() -> None:
    for table in ("people", "companies"):
        op.add_column(table, sa.Column("merged_into_id", sa.Uuid(), nullable=True))
        op.create_foreign_key(
            f"fk_{table}_merged_into_id",
            table,
            table,
            ["merged_into_id"],
            ["id"],
            ondelete="SET NULL",
        )
    op.create_index(
        "ix_people_merged_into",
        "people",
        ["merged_into_id"],
        postgresql_where=sa.text("merged_into_id is not null"),
    )
    op.add_column("people", sa.Column("named_by", sa.Text(), server_default="", nullable=False))
    op.add_column("identities", sa.Column("beside", sa.Text(), server_default="", nullable=False))


def _messages() -> None:
    op.add_column("messages", sa.Column("said_by_id", sa.Uuid(), nullable=True))
    op.add_column("messages", sa.Column("said_from", sa.Text(), server_default="", nullable=False))


def _codes() -> None:
    kind = sa.Column("kind", sa.Text(), server_default="email", nullable=False)
    op.add_column("one_time_codes", kind)
    is_claim = sa.Column("is_claim", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    op.add_column("one_time_codes", is_claim)
    op.create_index(
        "ix_one_time_codes_address", "one_time_codes", ["tenant_id", "address", "created_at"]
    )


def _merges() -> None:
    op.create_table(
        "customer_merges",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("moved", postgresql.JSONB(), nullable=False),
        sa.Column("filled", postgresql.JSONB(), nullable=False),
        sa.Column("merged_by", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        *_owned("customer_merges"),
    )
    for end in ("source", "target"):
        op.create_index(
            f"ix_customer_merges_{end}",
            "customer_merges",
            ["tenant_id", f"{end}_id", "created_at"],
        )


def _links() -> None:
    op.create_table(
        "customer_links",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("merge_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        *_owned("customer_links"),
        _reference("customer_links", "person_id", "people"),
        _reference("customer_links", "other_id", "people"),
        _reference("customer_links", "merge_id", "customer_merges", "SET NULL"),
    )
    op.create_index("ix_customer_links_person", "customer_links", ["person_id"])
    op.create_index("ix_customer_links_other", "customer_links", ["other_id"])
    op.create_index(
        "ix_customer_links_suggested",
        "customer_links",
        ["tenant_id", "id"],
        postgresql_where=sa.text("state = 'suggested'"),
    )
    for table in ("customer_merges", "customer_links"):
        op.execute(
            f"create trigger follow_change before update on {table} for each row "
            "when (new.updated_at is not distinct from old.updated_at) "
            "execute function follow_change()"
        )


def _fill() -> None:
    """The owner sees every tenant's rows for these two statements, and no longer."""
    tables = ("messages", "conversations", "identities", "people")
    for table in tables:
        op.execute(f"alter table {table} no force row level security")
    op.execute(SPOKEN)
    op.execute(NAMED)
    for table in tables:
        op.execute(f"alter table {table} force row level security")


def _owned(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        _reference(table, "tenant_id", "tenants"),
    )


def _reference(
    table: str, column: str, other: str, ondelete: str = "CASCADE"
) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=ondelete)


def downgrade() -> None:
    op.drop_table("customer_links")
    op.drop_table("customer_merges")
    op.drop_index("ix_one_time_codes_address", table_name="one_time_codes")
    for name in ("is_claim", "kind"):
        op.drop_column("one_time_codes", name)
    for name in ("said_from", "said_by_id"):
        op.drop_column("messages", name)
    op.drop_column("identities", "beside")
    op.drop_column("people", "named_by")
    op.drop_index("ix_people_merged_into", table_name="people")
    for table in ("people", "companies"):
        op.drop_constraint(f"fk_{table}_merged_into_id", table, type_="foreignkey")
        op.drop_column(table, "merged_into_id")
