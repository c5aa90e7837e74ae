"""Revisions of quotes: what was sent is a row of its own; approvals can be refused"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.roles import APPLICATION_ROLE, protect

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

CHANGING = (
    *("status", "request", "viewed_at", "decided_at", "decided_by", "reason"),
    *("reminded_at", "followed_up_at", "created_at", "updated_at"),
)
"""All else of a revision stays as it was sent."""
READ = ("quotes", "quote_lines", "quote_documents", "quote_document_versions")
# What was sent before becomes the row that is written today when a quote is sent.
FILLED = """
insert into quote_revisions (
    id, tenant_id, created_at, updated_at, quote_id, revision, status, approval, quote_version,
    title, request, location, deadline, customer_reference, language, tier_type, currency,
    subtotal, tax, total, catalogue_revision, lines, documents, document_versions, sent_at,
    valid_until, decided_at, decided_by, reason
)
select gen_random_uuid(), q.tenant_id, q.sent_at, q.updated_at, q.id, q.revision, q.status,
    case when q.approved_version = q.version then 'approved' else 'not_required' end, q.version,
    q.title, q.request, q.location, q.deadline, q.customer_reference, q.language, q.tier_type,
    q.currency, q.subtotal, q.tax, q.total, q.catalogue_revision,
    coalesce(l.lines, '[]'), coalesce(d.documents, '{}'), coalesce(d.versions, '{}'), q.sent_at,
    q.valid_until, case when q.status in ('sent', 'viewed') then null else q.updated_at end, '', ''
from quotes q
left join lateral (
    select jsonb_agg(jsonb_build_object(
        'line_number', r.position, 'description', r.description, 'part_number', r.code,
        'quantity', trim_scale(r.quantity)::text, 'unit', r.unit,
        'unit_price', r.unit_price::text, 'cost_price', r.unit_cost::text,
        'discount', r.discount::text, 'total', r.total::text,
        'tax_rate', trim_scale(r.tax_rate)::text,
        'category', case
            when lower(r.category || ' ' || r.description) like '%travel%' then 'Travel'
            when r.price_source in ('day rate', 'norm') or lower(r.category) like '%labour%'
            then 'Labour' else 'Materials' end,
        'product_category', r.category, 'supplier', r.supplier, 'optional', r.is_optional,
        'alternate', r.is_alternate, 'tier', r.tier, 'site', r.site,
        'source', case when r.words <> '' then r.words else r.rule end, 'rule', r.rule,
        'notes', r.note, 'price_source', r.price_source
    ) order by r.position) as lines
    from quote_lines r where r.quote_id = q.id
) l on true
left join lateral (
    select jsonb_object_agg(k.document_type, k.version) as versions,
        jsonb_object_agg(k.document_type, case
            when k.document_type = 'parts_list' then jsonb_set(v.content::jsonb, '{lines}', (
                select coalesce(jsonb_agg(
                    one - array['cost_price', 'supplier', 'source', 'rule', 'price_source']
                    order by place), '[]')
                from jsonb_array_elements(v.content::jsonb -> 'lines')
                    with ordinality as all_lines (one, place)
            ))
            else v.content::jsonb end
        ) filter (where k.document_type <> 'build') as documents
    from quote_documents k
    join quote_document_versions v on v.document_id = k.id and v.version = k.version
    where k.quote_id = q.id
) d on true
where q.sent_at is not null and q.status <> 'draft'
on conflict do nothing
"""


def upgrade() -> None:
    op.add_column("quotes", sa.Column("refused_version", sa.Integer(), nullable=True))
    op.add_column("quotes", sa.Column("refusal", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "quote_revisions",
        sa.Column("quote_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("approval", sa.Text(), nullable=False),
        sa.Column("quote_version", sa.Integer(), nullable=False),
        *_text("title", "request", "location", "deadline", "customer_reference"),
        *_text("language", "tier_type", "currency"),
        sa.Column("subtotal", sa.Numeric(), nullable=False),
        sa.Column("tax", sa.Numeric(), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=False),
        sa.Column("catalogue_revision", sa.Integer(), nullable=False),
        sa.Column("lines", postgresql.JSONB(), nullable=False),
        sa.Column("documents", postgresql.JSONB(), nullable=False),
        sa.Column("document_versions", postgresql.JSONB(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("viewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        *_text("decided_by", "reason"),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("followed_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["quote_id"],
            ["quotes.id"],
            name=op.f("fk_quote_revisions_quote_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"],
            ["tenants.id"],
            name=op.f("fk_quote_revisions_tenant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_revisions")),
        sa.UniqueConstraint(
            "tenant_id",
            "quote_id",
            "revision",
            name=op.f("uq_quote_revisions_tenant_id_quote_id_revision"),
        ),
    )
    op.create_index(
        "ix_quote_revisions_open",
        "quote_revisions",
        ["tenant_id", "valid_until"],
        postgresql_where=sa.text("status in ('sent', 'viewed')"),
    )
    _fill()
    protect("quote_revisions")
    op.execute(f"revoke update on quote_revisions from {APPLICATION_ROLE}")
    columns = ", ".join(CHANGING)
    op.execute(f"grant update ({columns}) on quote_revisions to {APPLICATION_ROLE}")
    op.execute(
        "create trigger follow_change before update on quote_revisions for each row "
        "when (new.updated_at is not distinct from old.updated_at) "
        "execute function follow_change()"
    )


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _fill() -> None:
    """Their policies bind the owner too, so they are lifted meanwhile."""
    for table in READ:
        op.execute(f"alter table {table} no force row level security")
    op.execute(FILLED)
    for table in READ:
        op.execute(f"alter table {table} force row level security")


def downgrade() -> None:
    op.drop_table("quote_revisions")
    op.drop_column("quotes", "refusal")
    op.drop_column("quotes", "refused_version")
