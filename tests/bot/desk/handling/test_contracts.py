"""Contracts at the desk: from an accepted quote to signed, used, renewed and ended."""

from datetime import timedelta

from sqlalchemy import select

from bot.runtime import Runtime
from domain.contracts.models import Contract
from domain.contracts.service import Contracts
from domain.quotes.models import Quote
from domain.quotes.service import Quotes
from domain.staff.models import StaffNotice
from domain.types import utc_now
from tests.bot.desk.handling.conftest import Counter, pressed, text_of

WISH = "quote new Customer of acme: 24 Cat6 double outlets"


async def accepted(counter: Counter) -> str:
    number = (await counter.say(WISH)).title.split()[0]
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        quote = await Quotes(session, counter.tenant_id).numbered(number)
        quote.status = "accepted"
    return number


async def signed(counter: Counter, more: str = "") -> str:
    made = await counter.say(f"contract new {await accepted(counter)} {more}")
    number = made.title.split()[0]
    await counter.press(pressed(made, "To be signed"))
    await counter.say(f"contract signed {number} Anna Weber, anna@acme.example managing director")
    return number


async def test_the_life_of_a_contract(counter: Counter) -> None:
    number = await signed(counter, "from 2026-03-01 24 months automatic")
    shown = await counter.say(f"contract show {number}")
    text = text_of(shown)
    assert "Runs: 2026-03-01 to 2028-02-29" in text
    assert "Renewed: by itself" in text
    assert "Once, net: 1296.00 GBP" in text
    assert "Signed: Anna Weber, managing director (paper)" in text
    renewed = await counter.press(pressed(shown, "Renew"))
    assert "2030-02-28" in text_of(renewed)  # type: ignore[arg-type]
    suspended = await counter.say(f"contract suspend {number} unpaid")
    assert "Status: suspended" in text_of(suspended)
    await counter.say(f"contract resume {number}")
    late = await counter.say(f"contract cancel {number} 2026-01-01 they move")
    assert late.is_error
    assert "30 days' notice" in text_of(late)
    ended = await counter.say(f"contract cancel {number} 2026-12-31 agreed they move")
    assert "cancelled from 2026-12-31 on" in text_of(ended)
    assert ("contract.renew") in {action for _, action in await counter.audited()}


async def test_what_is_not_so_is_told(counter: Counter) -> None:
    for words, told in (
        ("contract", "None."),
        ("contract revenue", "No contract runs."),
        ("contract show CT-1", "There is no contract"),
        ("contract dance 1", "cannot be told to"),
        ("contract show", "Which one?"),
        (f"contract new {(await counter.say(WISH)).title.split()[0]}", "only an accepted quote"),
    ):
        assert told in text_of(await counter.say(words)), words
    number = await signed(counter)
    assert "Who signed?" in text_of(await counter.say(f"contract signed {number} Anna"))
    assert "How much of what?" in text_of(await counter.say(f"contract used {number} some tea"))
    assert "includes nothing" in text_of(await counter.say(f"contract used {number} 1 tea"))
    assert "Why?" in text_of(await counter.say(f"contract cancel {number} 2030-01-01"))
    refused = await counter.say(f"contract renew {number}", "readonly")
    assert refused.is_error
    assert number in text_of(await counter.say("contract list", "readonly"))


async def test_a_day_offers_the_renewal_once_and_tells_staff(counter: Counter) -> None:
    number = await signed(counter)
    runtime: Runtime = counter.company.runtime
    soon = utc_now() + timedelta(days=300)
    await runtime.renewals.pass_day(soon)
    await runtime.renewals.pass_day(soon)
    while await runtime.reactions.react(counter.tenant_id):
        pass
    async with runtime.database.transaction(counter.tenant_id) as session:
        contract = await Contracts(session, counter.tenant_id).numbered(number)
        assert contract.status == "pending_renewal"
        renewals = await session.scalars(select(Quote).where(Quote.title.like("Renewal:%")))
        assert len(list(renewals)) == 1
        notices = list(
            await session.scalars(select(StaffNotice).where(StaffNotice.kind == "contracts"))
        )
        assert len([one for one in notices if "ends soon" in one.text]) == 1
    await runtime.renewals.pass_day(utc_now() + timedelta(days=400))
    async with runtime.database.transaction(counter.tenant_id) as session:
        (status,) = await session.scalars(select(Contract.status))
    assert status == "expired"


async def test_the_customers_page_is_shown_again_and_taken_back(counter: Counter) -> None:
    number = await signed(counter)
    for verb, page in ((f"contract link {number}", "/c/"), ("quote link 1", "/q/")):
        shown = text_of(await counter.say(verb))
        assert page in shown
        assert text_of(await counter.say(verb)) == shown
        gone = await counter.say(f"{verb} off")
        assert "shows nothing any more" in gone.title
        assert text_of(await counter.say(verb)) != shown
        assert "Which one?" in text_of(await counter.say(f"{verb} perhaps"))
    refused = await counter.say(f"contract link {number}", "readonly")
    assert refused.is_error
    actions = {action for _, action in await counter.audited()}
    assert {"contract.link_revoked", "quote.link_revoked"} <= actions


async def test_a_contract_without_a_conversation_says_where_its_pdf_is(counter: Counter) -> None:
    number = await signed(counter)
    told = text_of(await counter.say(f"contract pdf {number}"))
    assert "no thread to put the PDF into" in told
    assert "/contracts/" in told
