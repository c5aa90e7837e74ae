"""Delivery by plan: message templates, held messages, linked threads, pace, opt-in, price"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import protect

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# A held message has left when the one that carries its words elsewhere has, whichever statement
# said so: then it is shown as that one is. A template that only asks carries no words.
FOLLOWED = """
create function messages_follow() returns trigger language plpgsql as $$
begin
    update messages set state = new.state, state_at = new.state_at, error = new.error,
           error_code = new.error_code
     where id = new.stands_for_id and state in ('held', 'sent', 'delivered', 'read', 'failed');
    return null;
end $$;
create trigger messages_follow after update of state on messages for each row
    when (new.stands_for_id is not null and new.content_kind <> 'template'
          and new.state in ('sent', 'delivered', 'read', 'failed'))
    execute function messages_follow();
"""
# Who wrote from an address agreed to be answered there.
WROTE_FIRST = """
update identities set opt_in_source = 'wrote first', opt_in_at = coalesce(proven_at, created_at)
 where proven_at is not null
"""
PRICED = """
update messages m set price_category = s.price_category
  from (select tenant_id, channel_account_id, external_id, max(price_category) as price_category
          from message_statuses where price_category <> ''
         group by tenant_id, channel_account_id, external_id) s
 where m.tenant_id = s.tenant_id and m.channel_account_id = s.channel_account_id
   and m.external_id = s.external_id and m.direction = 'out'
"""


def upgrade() -> None:
    _make_tables()
    op.add_column("conversations", sa.Column("continues_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_conversations_continues_id"),
        "conversations",
        "conversations",
        ["continues_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index(
        "ix_conversations_continues",
        "conversations",
        ["continues_id"],
        postgresql_where=sa.text("continues_id is not null"),
    )
    op.create_index(
        "ix_conversations_last_word",
        "conversations",
        ["tenant_id", "last_inbound_at"],
        postgresql_where=sa.text("last_author = 'customer'"),
    )
    op.add_column(
        "identities", sa.Column("opt_in_source", sa.Text(), server_default="", nullable=False)
    )
    op.add_column("identities", sa.Column("opt_in_at", sa.DateTime(timezone=True), nullable=True))
    for column in ("error_code", "price_category"):
        op.add_column("messages", sa.Column(column, sa.Text(), server_default="", nullable=False))
    op.add_column("messages", sa.Column("stands_for_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_messages_stands_for_id"),
        "messages",
        "messages",
        ["stands_for_id"],
        ["id"],
        ondelete="CASCADE",
    )
    op.create_index(
        "ix_messages_held",
        "messages",
        ["conversation_id"],
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_index(
        "ix_messages_stands_for",
        "messages",
        ["stands_for_id"],
        postgresql_where=sa.text("stands_for_id is not null"),
    )
    _fill()
    op.execute(FOLLOWED)


def _fill() -> None:
    """What is there already; the policies bind the owner too, so they are lifted meanwhile."""
    tables = ("identities", "messages", "message_statuses")
    for table in tables:
        op.execute(f"alter table {table} no force row level security")
    op.execute(WROTE_FIRST)
    op.execute(PRICED)
    for table in tables:
        op.execute(f"alter table {table} force row level security")


def _make_tables() -> None:
    op.create_table(
        "message_templates",
        sa.Column("channel_account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("buttons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("quality", sa.Text(), nullable=False),
        sa.Column("history", postgresql.JSONB(), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        *_own("message_templates"),
        sa.UniqueConstraint(
            "tenant_id",
            "channel_account_id",
            "name",
            "language",
            name=op.f("uq_message_templates_tenant_id_channel_account_id_name_language"),
        ),
    )
    op.create_table(
        "channel_paces",
        sa.Column("channel_account_id", sa.Uuid(), nullable=False),
        sa.Column("tokens", sa.Float(), nullable=False),
        sa.Column("refilled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=False),
        *_own("channel_paces"),
        sa.UniqueConstraint(
            "tenant_id",
            "channel_account_id",
            name=op.f("uq_channel_paces_tenant_id_channel_account_id"),
        ),
    )
    for table in ("message_templates", "channel_paces"):
        protect(table)
    op.execute(
        "create trigger follow_change before update on message_templates for each row "
        "when (new.updated_at is not distinct from old.updated_at) "
        "execute function follow_change()"
    )


def _own(table: str) -> tuple[sa.Column[object] | sa.Constraint, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel_account_id"],
            ["channel_accounts.id"],
            name=op.f(f"fk_{table}_channel_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f(f"fk_{table}_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def downgrade() -> None:
    op.execute("drop trigger messages_follow on messages")
    op.execute("drop function messages_follow")
    op.drop_index("ix_messages_stands_for", table_name="messages")
    op.drop_index("ix_messages_held", table_name="messages")
    op.drop_constraint(op.f("fk_messages_stands_for_id"), "messages", type_="foreignkey")
    for column in ("stands_for_id", "price_category", "error_code"):
        op.drop_column("messages", column)
    op.drop_column("identities", "opt_in_at")
    op.drop_column("identities", "opt_in_source")
    op.drop_index("ix_conversations_last_word", table_name="conversations")
    op.drop_index("ix_conversations_continues", table_name="conversations")
    op.drop_constraint(op.f("fk_conversations_continues_id"), "conversations", type_="foreignkey")
    op.drop_column("conversations", "continues_id")
    op.drop_table("channel_paces")
    op.drop_table("message_templates")
