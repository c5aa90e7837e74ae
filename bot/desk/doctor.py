"""Checks an installation and says, for each finding, what to do."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from bot.desk.mail.checkup import Lookup, Symptom, examine
from bot.engine.accounts import Account, Accounts
from bot.foundation.settings import Settings
from domain.database import Database
from domain.errors import DomainError
from domain.tenants import directory
from domain.tenants.cursors import Cursors
from domain.tenants.models import ChannelCursor
from domain.tenants.service import ChannelAccounts, Tenants


@dataclass(frozen=True, slots=True)
class Finding:
    """`state`: ok, note or broken."""

    what: str
    state: str
    advice: str = ""

    def as_row(self) -> dict[str, Any]:
        return asdict(self)


async def check(
    database: Database, accounts: Accounts, settings: Settings, lookup: Lookup | None = None
) -> list[Finding]:
    """`lookup`: gives the TXT records of a name; None: the machine's own resolver."""
    findings = _configuration(settings)
    async with database.directory() as session:
        tenants = await directory.tenants(session)
    findings.append(Finding("database", "ok", f"{len(tenants)} tenants"))
    if not tenants:
        advice = "run `frontdesk seed-demo` for the demo company, or `frontdesk tenant add NAME`"
        findings.append(Finding("tenants", "note", advice))
    for tenant in tenants:
        findings.extend(await _tenant(database, accounts, tenant, lookup))
    return findings


async def of_tenant(database: Database, accounts: Accounts, tenant_id: UUID) -> list[Finding]:
    """What concerns one company alone: its staff see nothing of the others."""
    async with database.transaction(tenant_id) as session:
        slug = (await Tenants(session, tenant_id).get()).slug
    return await _tenant(database, accounts, directory.TenantName(tenant_id, slug))


def _configuration(settings: Settings) -> list[Finding]:
    findings = []
    key = settings.secret_key
    where = "FRONTDESK_SECRET_KEY" if key else str(settings.data_directory / "secret.key")
    findings.append(Finding("secret key", "ok", f"from {where}; keep a copy apart from backups"))
    has_model = settings.llm_model or settings.openai_api_key or settings.anthropic_api_key
    advice = "" if has_model else "none: answers are quoted from the articles; set OPENAI_API_KEY"
    findings.append(Finding("model", "ok" if has_model else "note", advice))
    if settings.public_url and not settings.public_url.startswith("https://"):
        advice = "FRONTDESK_PUBLIC_URL must begin with https:// for providers to deliver to it"
        findings.append(Finding("public address", "broken", advice))
    elif not settings.public_url:
        advice = "set FRONTDESK_PUBLIC_URL to the https address under which providers reach this"
        findings.append(Finding("public address", "note", advice))
    return findings


async def _tenant(
    database: Database,
    accounts: Accounts,
    tenant: directory.TenantName,
    lookup: Lookup | None = None,
) -> list[Finding]:
    async with database.transaction(tenant.id) as session:
        rows = await ChannelAccounts(session, tenant.id).all()
        cursors = {one.channel_account_id: one for one in await Cursors(session, tenant.id).all()}
    findings: list[Finding] = []
    on: list[tuple[str, Account]] = []
    for row in rows:
        what = f"{tenant.slug}: {row.channel} {row.hint}"
        try:
            account = await accounts.get(tenant.id, row.id)
        except (DomainError, ValueError) as error:
            findings.append(Finding(what, "broken", str(error)))
            continue
        if account.is_on:
            on.append((what, account))
        else:
            findings.append(Finding(what, "note", "switched off"))
    symptoms = await examine([account for _, account in on], lookup)
    for (what, account), found in zip(on, symptoms, strict=True):
        findings += _account(what, account, found, cursors.get(account.id))
    if not rows:
        findings.append(Finding(f"{tenant.slug}: channels", "note", "none set up yet"))
    return findings


def _account(
    what: str, account: Account, symptoms: Sequence[Symptom], cursor: ChannelCursor | None
) -> list[Finding]:
    found = [Finding(what, "broken" if s.is_broken else "note", s.text) for s in symptoms]
    if cursor and cursor.failing_since and not any(s.is_broken for s in symptoms):
        since = f"{cursor.failing_since:%Y-%m-%d %H:%M}"
        found.append(Finding(what, "broken", f"not read since {since} UTC: {cursor.error}"))
    if not account.answers_by_itself:
        advice = f"draft-only: let it answer with `frontdesk live {account.channel.name}`"
        found.append(Finding(what, "note", advice))
    return found or [Finding(what, "ok")]
