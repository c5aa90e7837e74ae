"""When every row last changed, kept by triggers; indexes by it; what a webhook is for."""

import sqlalchemy as sa
from alembic import op

from domain.database import APPLICATION_ROLE
from migrations.roles import CURRENT_TENANT

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

DATED = (
    *("api_keys", "day_rates", "messages", "prompt_versions", "raw_events", "saved_views"),
    *("search_documents", "sites", "sla_alerts", "staff_members", "suppliers", "teams"),
    *("ticket_articles", "ticket_comments", "ticket_promises"),
)
"""What is there already counts as changed now: whoever follows reads it once more."""
FOLLOWED = {
    # Keys are used and conversations leased all the time, which is no change that anybody sees.
    "api_keys": "of name, role, revoked_at",
    "conversations": "of person_id, merged_into_id, subject, language, owner, owner_id, is_paused, "
    "ticket_id, last_author, last_inbound_at, last_outbound_at, version",
    "messages": "",
    "articles": "",
    "business_calendars": "",
    "channel_accounts": "",
    "companies": "",
    "day_rates": "",
    "macros": "",
    "people": "",
    "products": "",
    "prompt_versions": "",
    "quotes": "",
    "quote_documents": "",
    "raw_events": "",
    "saved_views": "",
    "sites": "",
    "sla_alerts": "",
    "sla_policies": "",
    "staff_members": "",
    "suppliers": "",
    "teams": "",
    "ticket_articles": "",
    "ticket_comments": "",
    "ticket_promises": "",
    "tickets": "",
    "webhook_deliveries": "",
    "webhook_subscriptions": "",
    "workflow_rules": "",
}
CONVERSATIONS = "ix_conversations_recent"
UPDATED = ("articles", "companies", "people", "products", "quotes", "webhook_deliveries")
DATES = """
create function follow_change() returns trigger language plpgsql as $$
begin
    new.updated_at := clock_timestamp();
    return new;
end $$;
"""
# A person is shown with the addresses, a team with the members: theirs are changes of it.
PARENTS = """
create function follow_part() returns trigger language plpgsql as $$
declare
    parts record := coalesce(new, old);
    owner uuid := (to_jsonb(parts) ->> tg_argv[1])::uuid;
begin
    execute format('update %I set updated_at = clock_timestamp() where id = $1 '
                   'and updated_at < transaction_timestamp()', tg_argv[0]) using owner;
    return null;
end $$;
create trigger follow_part after insert or delete or update on identities
    for each row execute function follow_part('people', 'person_id');
create trigger follow_part after insert or delete on team_members
    for each row execute function follow_part('teams', 'team_id');
"""
# As `search_documents_found`, in the order of the changes.
CHANGED = """
create function search_documents_changed(
    query tsquery, kinds text[], since timestamptz, after_at timestamptz, after_id uuid, most int
) returns table (id uuid, kind text, ticket_id uuid, conversation_id uuid, at timestamptz)
language plpgsql stable security definer set search_path = pg_catalog, public as $$
declare
    tenant uuid := :tenant;
begin
    if tenant is null or query is null or numnode(query) = 0 then
        return;
    end if;
    return query execute
        'select d.id, d.kind, d.ticket_id, d.conversation_id, d.updated_at'
        '  from public.search_documents d'
        ' where d.tenant_id = $1 and d.words @@ $2 and d.kind = any($3) and d.updated_at >= $4'
        ' and ($5 is null or (d.updated_at, d.id) > ($5, $6))'
        ' order by d.updated_at, d.id limit $7'
        using tenant, quote_literal('t:' || tenant)::tsquery && query, kinds, since,
              after_at, after_id, most;
end $$;
revoke execute on function search_documents_changed from public;
grant execute on function search_documents_changed to :role;
"""
# Whether anything holds the words. Frequent ones are in one of the latest documents, and to
# collect all that hold them would take long. Of words that nothing holds the planner expects some
# rows all the same, and would walk through all documents for the first: there only GIN may do.
HOLD = """
create function search_documents_hold(query tsquery, kinds text[]) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, public
set enable_seqscan = off set enable_indexscan = on as $$
declare
    tenant uuid := :tenant;
    held boolean;
begin
    if tenant is null or query is null or numnode(query) = 0 then
        return false;
    end if;
    execute
        'select exists (select from (select l.words, l.kind from public.search_documents l'
        '  where l.tenant_id = $1 order by l.at desc, l.id desc limit 200) d'
        ' where d.words @@ $2 and d.kind = any($3))'
        into held using tenant, query, kinds;
    if held then
        return true;
    end if;
    perform set_config('enable_indexscan', 'off', true);
    execute
        'select exists (select from public.search_documents d'
        ' where d.tenant_id = $1 and d.words @@ $2 and d.kind = any($3))'
        into held
        using tenant, quote_literal('t:' || tenant)::tsquery && query, kinds;
    return held;
end $$;
revoke execute on function search_documents_hold from public;
grant execute on function search_documents_hold to :role;
"""


def upgrade() -> None:
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
        "webhook_subscriptions",
        sa.Column("description", sa.Text(), server_default="", nullable=False),
    )
    op.execute(DATES)
    for table, columns in FOLLOWED.items():
        op.execute(
            f"create trigger follow_change before update {columns} on {table} for each row "
            "when (new.updated_at is not distinct from old.updated_at) "
            "execute function follow_change()"
        )
    # Other triggers write these rows, and name no time.
    op.execute(
        "create trigger follow_change before insert or update on search_documents for each row "
        "execute function follow_change()"
    )
    op.execute(PARENTS)
    for function in (CHANGED, HOLD):
        own = function.replace(":tenant;", f"{CURRENT_TENANT};")
        op.execute(own.replace(":role", APPLICATION_ROLE))
    _index()


def _index() -> None:
    for table in (*UPDATED, "search_documents"):
        op.create_index(f"ix_{table}_updated", table, ["tenant_id", "updated_at", "id"])
    for table, name in (("tickets", "ix_tickets_updated"), ("conversations", CONVERSATIONS)):
        op.drop_index(name, table)
        op.create_index(name, table, ["tenant_id", "updated_at", "id"])
    op.create_index("ix_domain_events_recent", "domain_events", ["tenant_id", "created_at", "id"])
    op.create_index(
        "ix_messages_drafts",
        "messages",
        ["tenant_id", "id"],
        postgresql_where=sa.text("state = 'draft'"),
    )


def downgrade() -> None:
    op.drop_index("ix_messages_drafts", "messages")
    op.drop_index("ix_domain_events_recent", "domain_events")
    for table, name in (("tickets", "ix_tickets_updated"), ("conversations", CONVERSATIONS)):
        op.drop_index(name, table)
        op.create_index(name, table, ["tenant_id", "updated_at"])
    for table in (*UPDATED, "search_documents"):
        op.drop_index(f"ix_{table}_updated", table)
    op.execute("drop function search_documents_hold")
    op.execute("drop function search_documents_changed")
    op.execute("drop function follow_part cascade")
    op.execute("drop function follow_change cascade")
    op.drop_column("webhook_subscriptions", "description")
    for table in DATED:
        op.drop_column(table, "updated_at")
