"""Mail threads: who takes part, what ties mails together, one-time codes"""

import sqlalchemy as sa
from alembic import op

from migrations.roles import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _conversations()
    _messages()
    op.create_table(
        "conversation_participants",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        *_owned("conversation_participants"),
        _cascade("conversation_participants", "conversation_id", "conversations"),
        sa.UniqueConstraint(
            "tenant_id",
            "conversation_id",
            "address",
            name="uq_conversation_participants_tenant_id_conversation_id_address",
        ),
    )
    op.create_table(
        "conversation_references",
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("channel_account_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        *_owned("conversation_references"),
        _cascade("conversation_references", "conversation_id", "conversations"),
        _cascade("conversation_references", "channel_account_id", "channel_accounts"),
        sa.UniqueConstraint(
            "tenant_id",
            "channel_account_id",
            "value",
            name="uq_conversation_references_tenant_id_channel_account_id_value",
        ),
    )
    op.create_index(
        "ix_conversation_references_conversation_id", "conversation_references", ["conversation_id"]
    )
    _codes()
    for table in ("conversation_participants", "conversation_references", "one_time_codes"):
        protect(table)


def _conversations() -> None:
    op.add_column("conversations", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_conversations_merged_into_id",
        "conversations",
        "conversations",
        ["merged_into_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.add_column(
        "conversations", sa.Column("address", sa.Text(), server_default="", nullable=False)
    )
    op.add_column(
        "conversations", sa.Column("proven_until", sa.DateTime(timezone=True), nullable=True)
    )


def _messages() -> None:
    op.add_column("messages", sa.Column("thread_id", sa.Text(), nullable=True))
    for name, default in (("sender_address", ""), ("sender_name", ""), ("proof", "channel")):
        column = sa.Column(name, sa.Text(), server_default=default, nullable=False)
        op.add_column("messages", column)
    op.create_index(
        "ix_messages_thread_id",
        "messages",
        ["tenant_id", "channel_account_id", "thread_id"],
        postgresql_where=sa.text("thread_id is not null"),
    )


def _codes() -> None:
    op.create_table(
        "one_time_codes",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("question_id", sa.Uuid(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        *_owned("one_time_codes"),
        _cascade("one_time_codes", "person_id", "people"),
        _cascade("one_time_codes", "conversation_id", "conversations"),
        sa.ForeignKeyConstraint(
            ["question_id"],
            ["messages.id"],
            name="fk_one_time_codes_question_id",
            ondelete="SET NULL",
        ),
    )
    op.create_index(
        "ix_one_time_codes_person", "one_time_codes", ["tenant_id", "person_id", "created_at"]
    )
    op.create_index("ix_one_time_codes_conversation_id", "one_time_codes", ["conversation_id"])


def _owned(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        _cascade(table, "tenant_id", "tenants"),
    )


def _cascade(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{column}"
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    op.drop_table("one_time_codes")
    op.drop_table("conversation_references")
    op.drop_table("conversation_participants")
    op.drop_index("ix_messages_thread_id", table_name="messages")
    for name in ("proof", "sender_name", "sender_address", "thread_id"):
        op.drop_column("messages", name)
    for name in ("proven_until", "address", "merged_into_id"):
        op.drop_column("conversations", name)
