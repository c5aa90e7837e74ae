"""`doctor` tries mailboxes out and says which line DNS lacks."""

from collections.abc import Sequence

from bot.desk.doctor import Finding, check, of_tenant
from channels.email.simulator import Fault
from tests.bot.engine.fetching.conftest import MailFirm

GOOD = {
    "firm.example": ["v=spf1 a:localhost ~all"],
    "_dmarc.firm.example": ["v=DMARC1; p=reject"],
    "google._domainkey.firm.example": ["v=DKIM1; p=abc"],
}


async def good(name: str) -> Sequence[str]:
    return GOOD.get(name, ())


async def empty(name: str) -> Sequence[str]:
    return ()


async def away(name: str) -> Sequence[str]:
    raise OSError("no network")


async def examined(firm: MailFirm, lookup: object = good) -> list[Finding]:
    runtime = firm.runtime
    found = await check(runtime.database, runtime.accounts, runtime.settings, lookup)  # type: ignore[arg-type]
    return [finding for finding in found if finding.what.startswith("firm:")]


async def test_a_mailbox_that_works_is_ok(firm: MailFirm) -> None:
    assert [finding.state for finding in await examined(firm)] == ["ok"]


async def test_a_refused_login_says_what_to_do(firm: MailFirm) -> None:
    firm.mail.order(Fault.REFUSE_LOGIN)
    [finding] = await examined(firm)
    assert finding.state == "broken"
    assert "email_settings.password" in finding.advice


async def test_missing_records_are_told_with_the_line_to_add(firm: MailFirm) -> None:
    found = await examined(firm, empty)
    assert [finding.state for finding in found] == ["note"] * 3
    assert 'firm.example. TXT "v=spf1 a:localhost ~all"' in found[0].advice
    assert '_dmarc.firm.example. TXT "v=DMARC1;' in found[2].advice


async def test_without_a_network_nothing_is_called_broken(firm: MailFirm) -> None:
    assert [finding.state for finding in await examined(firm, away)] == ["note"]


async def test_a_mailbox_that_is_not_read_is_told_with_the_reason(firm: MailFirm) -> None:
    firm.mail.order(Fault.TOO_MANY_CONNECTIONS)
    await firm.poll()
    [finding] = await examined(firm)
    assert finding.state == "broken"
    assert "not read since" in finding.advice


async def test_staff_see_their_own_company_only(firm: MailFirm, rival: MailFirm) -> None:
    found = await of_tenant(firm.runtime.database, firm.runtime.accounts, rival.tenant_id)
    assert {finding.what.partition(":")[0] for finding in found} == {"rival"}
