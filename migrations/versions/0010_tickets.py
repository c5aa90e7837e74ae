"""Tickets in depth: links, merges, teams, macros, views, articles, promises, and their search"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import APPLICATION_ROLE, CURRENT_TENANT, protect

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = (
    "macros", "search_documents", "teams", "saved_views", "staff_presences", "team_members",
    "ticket_articles", "ticket_links", "ticket_merges", "ticket_promises",
)  # fmt: skip

# The tenant is a word like the others: one index serves all of them, and is searched for one.
WORDS = """
create function search_words(tenant uuid, said text, tags text[]) returns tsvector
language sql immutable parallel safe as $$
    select to_tsvector('simple', left(said, 200000)) || array_to_tsvector(
        array_append(array(select '#' || lower(tag) from unnest(tags) tag where tag <> ''),
                     't:' || tenant))
$$;
"""
KEPT = """
create function search_keep() returns trigger language plpgsql as $$
declare
    doc search_documents;
begin
    doc.id := new.id;
    doc.tenant_id := new.tenant_id;
    doc.at := new.created_at;
    doc.created_at := new.created_at;
    doc.kind := tg_argv[0];
    if tg_argv[0] = 'ticket' then
        doc.ticket_id := new.id;
        doc.conversation_id := new.conversation_id;
        doc.words := search_words(new.tenant_id,
            new.number || ' ' || new.subject || ' ' || new.description, new.tags);
    elsif tg_argv[0] = 'comment' then
        doc.ticket_id := new.ticket_id;
        doc.words := search_words(new.tenant_id, new.text, '{}');
    else
        if new.deleted_at is not null then
            delete from search_documents where id = new.id;
            return null;
        end if;
        doc.conversation_id := new.conversation_id;
        doc.words := search_words(new.tenant_id, new.subject || ' ' || new.text, '{}');
    end if;
    insert into search_documents select doc.*
        on conflict (id) do update set words = excluded.words, ticket_id = excluded.ticket_id,
           conversation_id = excluded.conversation_id;
    return null;
end $$;
create function search_forget() returns trigger language plpgsql as $$
begin
    delete from search_documents where id = old.id;
    return null;
end $$;
create trigger search_keep after insert or update of number, subject, description, tags,
    conversation_id on tickets for each row execute function search_keep('ticket');
create trigger search_keep after insert or update of text, ticket_id on ticket_comments
    for each row execute function search_keep('comment');
create trigger search_keep after insert or update of subject, text, deleted_at on messages
    for each row execute function search_keep('message');
create trigger search_forget after delete on tickets
    for each row execute function search_forget();
create trigger search_forget after delete on ticket_comments
    for each row execute function search_forget();
create trigger search_forget after delete on messages
    for each row execute function search_forget();
"""
# Under row-level security `@@` may use no index, since it is not leakproof. This function reads
# as the tables' owner, whom the policy below lets see this one table, and asks for the session's
# tenant itself. Parameters reach the planner as constants, so that it knows rare from frequent.
FOUND = """
create function search_documents_found(
    query tsquery, kinds text[], before_at timestamptz, before_id uuid, most int
) returns table (id uuid, kind text, ticket_id uuid, conversation_id uuid, at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, public as $$
declare
    tenant uuid := :tenant;
begin
    if tenant is null or query is null or numnode(query) = 0 then
        return;
    end if;
    return query execute
        'select d.id, d.kind, d.ticket_id, d.conversation_id, d.at from public.search_documents d'
        ' where d.tenant_id = $1 and d.words @@ $2 and d.kind = any($3)'
        ' and ($4 is null or (d.at, d.id) < ($4, $5)) order by d.at desc, d.id desc limit $6'
        using tenant, quote_literal('t:' || tenant)::tsquery && query, kinds, before_at,
              before_id, most;
end $$;
revoke execute on function search_documents_found from public;
grant execute on function search_documents_found to :role;
"""
FILLED = """
insert into search_documents (id, tenant_id, kind, ticket_id, conversation_id, at, created_at,
       words)
select id, tenant_id, 'ticket', id, conversation_id, created_at, created_at,
       search_words(tenant_id, number || ' ' || subject || ' ' || description, tags) from tickets
union all
select id, tenant_id, 'comment', ticket_id, null, created_at, created_at,
       search_words(tenant_id, text, '{}') from ticket_comments
union all
select id, tenant_id, 'message', null, conversation_id, created_at, created_at,
       search_words(tenant_id, subject || ' ' || text, '{}') from messages
 where deleted_at is null;
"""


def upgrade() -> None:
    op.create_table(
        "macros",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("actions", postgresql.JSONB(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_macros_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_macros")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_macros_tenant_id_name")),
    )
    op.create_table(
        "search_documents",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=True),
        sa.Column("conversation_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_search_documents_tenant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_documents")),
    )
    op.create_index(
        "ix_search_documents_recent", "search_documents", ["tenant_id", "at", "id"], unique=False
    )
    op.create_index(
        "ix_search_documents_words",
        "search_documents",
        ["words"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "teams",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_teams_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_teams")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_teams_tenant_id_name")),
    )
    op.create_table(
        "saved_views",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filters", postgresql.JSONB(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["staff_members.id"],
            name=op.f("fk_saved_views_owner_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenants.id"], name=op.f("fk_saved_views_tenant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint(
            "tenant_id",
            "owner_id",
            "name",
            name=op.f("uq_saved_views_tenant_id_owner_id_name"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "staff_presences",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("activity", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff_members.id"],
            name=op.f("fk_staff_presences_staff_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_staff_presences_tenant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_presences")),
        sa.UniqueConstraint(
            "tenant_id",
            "subject_id",
            "staff_id",
            name=op.f("uq_staff_presences_tenant_id_subject_id_staff_id"),
        ),
    )
    op.create_table(
        "team_members",
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff_members.id"],
            name=op.f("fk_team_members_staff_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["teams.id"], name=op.f("fk_team_members_team_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_team_members_tenant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_members")),
        sa.UniqueConstraint(
            "tenant_id",
            "team_id",
            "staff_id",
            name=op.f("uq_team_members_tenant_id_team_id_staff_id"),
        ),
    )
    op.create_table(
        "ticket_articles",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("article_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("relevance", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["articles.id"],
            name=op.f("fk_ticket_articles_article_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_ticket_articles_tenant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
            name=op.f("fk_ticket_articles_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_articles")),
        sa.UniqueConstraint(
            "tenant_id",
            "ticket_id",
            "article_id",
            name=op.f("uq_ticket_articles_tenant_id_ticket_id_article_id"),
        ),
    )
    op.create_index(
        op.f("ix_ticket_articles_article_id"), "ticket_articles", ["article_id"], unique=False
    )
    op.create_table(
        "ticket_links",
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["other_id"], ["tickets.id"], name=op.f("fk_ticket_links_other_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_ticket_links_tenant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
            name=op.f("fk_ticket_links_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_links")),
        sa.UniqueConstraint(
            "tenant_id",
            "ticket_id",
            "other_id",
            "kind",
            name=op.f("uq_ticket_links_tenant_id_ticket_id_other_id_kind"),
        ),
    )
    op.create_index(op.f("ix_ticket_links_other_id"), "ticket_links", ["other_id"], unique=False)
    op.create_table(
        "ticket_merges",
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("merged_by", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"],
            ["tickets.id"],
            name=op.f("fk_ticket_merges_source_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["target_id"],
            ["tickets.id"],
            name=op.f("fk_ticket_merges_target_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_ticket_merges_tenant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_merges")),
    )
    op.create_index(
        op.f("ix_ticket_merges_source_id"), "ticket_merges", ["source_id"], unique=False
    )
    op.create_table(
        "ticket_promises",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_day", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("broken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messages.id"],
            name=op.f("fk_ticket_promises_message_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff_members.id"], name=op.f("fk_ticket_promises_staff_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_ticket_promises_tenant_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
            name=op.f("fk_ticket_promises_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_promises")),
        sa.UniqueConstraint(
            "tenant_id",
            "message_id",
            "due_at",
            name=op.f("uq_ticket_promises_tenant_id_message_id_due_at"),
        ),
        sa.UniqueConstraint(
            "tenant_id", "number", name=op.f("uq_ticket_promises_tenant_id_number")
        ),
    )
    op.create_index(
        "ix_ticket_promises_due",
        "ticket_promises",
        ["tenant_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        op.f("ix_ticket_promises_ticket_id"), "ticket_promises", ["ticket_id"], unique=False
    )
    op.add_column("tickets", sa.Column("team_id", sa.Uuid(), nullable=True))
    op.add_column(
        "tickets",
        sa.Column("watcher_ids", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
    )
    op.add_column("tickets", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.add_column("tickets", sa.Column("snoozed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tickets", sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("tickets", sa.Column("follow_up_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "tickets", sa.Column("follow_up_note", sa.Text(), server_default="", nullable=False)
    )
    op.add_column("tickets", sa.Column("follow_up_by_id", sa.Uuid(), nullable=True))
    op.add_column(
        "tickets", sa.Column("follow_up_told_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("tickets", sa.Column("next_action", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "tickets", sa.Column("next_action_due", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("tickets", sa.Column("satisfaction", sa.Integer(), nullable=True))
    op.add_column(
        "tickets", sa.Column("satisfaction_comment", sa.Text(), server_default="", nullable=False)
    )
    op.add_column(
        "tickets", sa.Column("satisfaction_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_tickets_assignee",
        "tickets",
        ["tenant_id", "assignee_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_tickets_follow_up",
        "tickets",
        ["tenant_id", "follow_up_at"],
        unique=False,
        postgresql_where=sa.text("follow_up_at is not null and follow_up_told_at is null"),
    )
    op.create_index(
        "ix_tickets_merged",
        "tickets",
        ["merged_into_id"],
        unique=False,
        postgresql_where=sa.text("merged_into_id is not null"),
    )
    op.create_index(
        "ix_tickets_snoozed",
        "tickets",
        ["tenant_id", "snoozed_until"],
        unique=False,
        postgresql_where=sa.text("snoozed_until is not null"),
    )
    op.create_index(
        "ix_tickets_state_recent",
        "tickets",
        ["tenant_id", "status", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_tickets_team", "tickets", ["tenant_id", "team_id", "created_at", "id"], unique=False
    )
    op.create_index("ix_tickets_updated", "tickets", ["tenant_id", "updated_at"], unique=False)
    op.create_foreign_key(
        op.f("fk_tickets_team_id"), "tickets", "teams", ["team_id"], ["id"], ondelete="SET NULL"
    )
    op.create_foreign_key(
        op.f("fk_tickets_follow_up_by_id"), "tickets", "staff_members", ["follow_up_by_id"], ["id"]
    )
    op.create_foreign_key(
        op.f("fk_tickets_merged_into_id"), "tickets", "tickets", ["merged_into_id"], ["id"]
    )
    op.execute(WORDS)
    op.execute(KEPT)
    op.execute(FOUND.replace(":tenant;", f"{CURRENT_TENANT};").replace(":role", APPLICATION_ROLE))
    _fill()
    for table in TABLES:
        protect(table)
    op.execute(
        "create policy reading on search_documents to current_user using (true) "
        f"with check (tenant_id = {CURRENT_TENANT})"
    )


def _fill() -> None:
    """What is there already; its policies bind the owner too, so they are lifted meanwhile."""
    for table in ("tickets", "ticket_comments", "messages"):
        op.execute(f"alter table {table} no force row level security")
    op.execute(FILLED)
    for table in ("tickets", "ticket_comments", "messages"):
        op.execute(f"alter table {table} force row level security")


def downgrade() -> None:
    op.execute("drop function search_documents_found")
    op.execute("drop function search_keep cascade")
    op.execute("drop function search_forget cascade")
    op.execute("drop function search_words")
    op.drop_constraint(op.f("fk_tickets_merged_into_id"), "tickets", type_="foreignkey")
    op.drop_constraint(op.f("fk_tickets_follow_up_by_id"), "tickets", type_="foreignkey")
    op.drop_constraint(op.f("fk_tickets_team_id"), "tickets", type_="foreignkey")
    op.drop_index("ix_tickets_updated", table_name="tickets")
    op.drop_index("ix_tickets_team", table_name="tickets")
    op.drop_index("ix_tickets_state_recent", table_name="tickets")
    op.drop_index(
        "ix_tickets_snoozed",
        table_name="tickets",
        postgresql_where=sa.text("snoozed_until is not null"),
    )
    op.drop_index(
        "ix_tickets_merged",
        table_name="tickets",
        postgresql_where=sa.text("merged_into_id is not null"),
    )
    op.drop_index(
        "ix_tickets_follow_up",
        table_name="tickets",
        postgresql_where=sa.text("follow_up_at is not null and follow_up_told_at is null"),
    )
    op.drop_index("ix_tickets_assignee", table_name="tickets")
    op.drop_column("tickets", "satisfaction_at")
    op.drop_column("tickets", "satisfaction_comment")
    op.drop_column("tickets", "satisfaction")
    op.drop_column("tickets", "next_action_due")
    op.drop_column("tickets", "next_action")
    op.drop_column("tickets", "follow_up_told_at")
    op.drop_column("tickets", "follow_up_by_id")
    op.drop_column("tickets", "follow_up_note")
    op.drop_column("tickets", "follow_up_at")
    op.drop_column("tickets", "snoozed_until")
    op.drop_column("tickets", "snoozed_at")
    op.drop_column("tickets", "merged_into_id")
    op.drop_column("tickets", "watcher_ids")
    op.drop_column("tickets", "team_id")
    op.drop_index(op.f("ix_ticket_promises_ticket_id"), table_name="ticket_promises")
    op.drop_index(
        "ix_ticket_promises_due",
        table_name="ticket_promises",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_table("ticket_promises")
    op.drop_index(op.f("ix_ticket_merges_source_id"), table_name="ticket_merges")
    op.drop_table("ticket_merges")
    op.drop_index(op.f("ix_ticket_links_other_id"), table_name="ticket_links")
    op.drop_table("ticket_links")
    op.drop_index(op.f("ix_ticket_articles_article_id"), table_name="ticket_articles")
    op.drop_table("ticket_articles")
    op.drop_table("team_members")
    op.drop_table("staff_presences")
    op.drop_table("saved_views")
    op.drop_table("teams")
    op.drop_index(
        "ix_search_documents_words", table_name="search_documents", postgresql_using="gin"
    )
    op.drop_index("ix_search_documents_recent", table_name="search_documents")
    op.drop_table("search_documents")
    op.drop_table("macros")
