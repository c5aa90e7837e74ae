"""The demo company's mailbox: customers are answered, and no real provider is reached."""

from datetime import timedelta

from bot.demo.seed import seed
from bot.engine.accounts import Account
from bot.runtime import Runtime
from channels.email.house import KEPT_MAILS, DemoMail
from channels.email.settings import EmailSettings
from channels.email.simulator import Person
from channels.email.standin import EmailStandIn
from domain.tenants import directory
from domain.tenants.service import ChannelAccounts

PRIYA = "priya@elsewhere.example"
STORED = EmailSettings.model_validate(
    {
        "email": "help@firm.example",
        "password": "of-the-real-one",
        "imap_server": "imap.firm.example",
        "username": "somebody",
        "folder": "Customers",
    }
)


async def mailbox(runtime: Runtime) -> Account:
    await seed(runtime.database, runtime.accounts, runtime.vault)
    async with runtime.database.directory() as session:
        tenant = await directory.tenant_called(session, "demo")
    async with runtime.database.transaction(tenant.id) as session:
        (row,) = await ChannelAccounts(session, tenant.id).all("email")
    return await runtime.accounts.get(tenant.id, row.id)


async def answered(runtime: Runtime, account: Account) -> int:
    """What the listener and the worker would do; how many mails there were."""
    poll = await runtime.fetching.poller.poll(account.tenant_id, account.id)
    assert poll.trouble is None
    for conversation_id in await runtime.intake.take(account.tenant_id, account.id):
        await runtime.turns.run(account.tenant_id, conversation_id, timedelta(0))
    return poll.bodies


def house(runtime: Runtime) -> DemoMail:
    stand_in = runtime.demo.stand_ins["email"]
    assert isinstance(stand_in, EmailStandIn)
    return stand_in.mail


async def customer(runtime: Runtime) -> Person:
    return (await house(runtime).simulator()).person(PRIYA, "Priya Raman")


async def test_a_mail_to_the_demo_company_is_answered_into_the_customers_mailbox(
    runtime: Runtime,
) -> None:
    account = await mailbox(runtime)
    assert account.answers_by_itself
    await answered(runtime, account)
    priya = await customer(runtime)
    priya.write(account.hint, "Opening hours", "When are you open on Mondays?")
    assert await answered(runtime, account) == 1
    (answer,) = priya.received
    assert answer.sender == account.hint
    assert "9" in answer.text
    priya.reply(answer, "Thank you. And do you install cameras?")
    assert await answered(runtime, account) == 1
    assert len(priya.received) == 2


async def test_after_a_restart_the_mailbox_is_empty_and_is_read_on(runtime: Runtime) -> None:
    account = await mailbox(runtime)
    await answered(runtime, account)
    (await customer(runtime)).write(account.hint, "Hours", "When are you open on Mondays?")
    assert await answered(runtime, account) == 1
    await house(runtime).close()
    assert await answered(runtime, account) == 0
    priya = await customer(runtime)
    priya.write(account.hint, "Cameras", "Do you install cameras?")
    assert await answered(runtime, account) == 1
    assert len(priya.received) == 1


async def test_a_demo_that_is_seeded_again_gets_the_mailbox_once(runtime: Runtime) -> None:
    account = await mailbox(runtime)
    async with runtime.database.transaction(account.tenant_id) as session:
        await session.delete(await ChannelAccounts(session, account.tenant_id).get(account.id))
    again = await mailbox(runtime)
    assert (again.id, again.mode) == ((await mailbox(runtime)).id, "automatic")
    assert again.id != account.id


async def test_no_stored_host_or_password_is_used() -> None:
    mail = DemoMail()
    try:
        reached = await mail.reached(STORED)
        where = (await mail.simulator()).where
    finally:
        await mail.close()
    assert (reached.imap.server, reached.imap.port) == ("localhost", where.imap_port)
    assert (reached.smtp.server, reached.smtp.port) == ("localhost", where.smtp_port)
    assert (reached.login, reached.folder) == ("help@firm.example", "INBOX")
    assert reached.password != STORED.password


async def test_each_start_takes_another_uidvalidity() -> None:
    mail, seen = DemoMail(), set()
    for _ in range(2):
        await mail.reached(STORED)
        seen.add((await mail.simulator()).accounts[STORED.email].inbox.uidvalidity)
        await mail.close()
    assert len(seen) == 2


async def test_the_oldest_mails_are_forgotten() -> None:
    mail = DemoMail()
    try:
        await mail.reached(STORED)
        simulator = await mail.simulator()
        priya = simulator.person(PRIYA)
        for number in range(KEPT_MAILS + 3):
            priya.write(STORED.email, f"Mail {number}", "Hello")
        mail.trim()
        kept = simulator.accounts[STORED.email].inbox.mails
    finally:
        await mail.close()
    assert (len(kept), kept[0].message["Subject"]) == (KEPT_MAILS, "Mail 3")
