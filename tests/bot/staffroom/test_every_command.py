"""Every command, button and window through Slack: drawn within its limits, never failing."""

from decimal import Decimal

import pytest

from bot.desk.asking.verbs import VERBS
from channels.slack.simulator import Line
from domain.catalogue.product import Product
from domain.catalogue.service import Products
from domain.customers.service import Customers, Reference
from tests.bot.staffroom.conftest import ADMIN, ROOM, Office, failed_jobs

FURTHER = (
    "inbox mine",
    "inbox unassigned",
    "inbox at-risk",
    "thread 1",
    "reply 1",
    "hand-back 1",
    "take 1",
    "tag 1 warranty",
    "kb draft Parking: Park behind the house.",
    "kb draft",
    "quote new Customer of acme: 24 Cat6 double outlets",
    "quote show 1",
    "quote edit 1",
    "quote edit 1 make it 30 and add 5 % discount",
    "quote approve 1",
    "quote terms 1",
    "quote rates",
    "quote figures 90",
    "quote rate GBP EUR 1.17 ECB",
    "quote order 1",
    "quote export 1 xero",
    "contract list",
    "contract revenue",
    "contract new 1",
    "contract show 1",
    "quote pdf 1",
    "quote link 1",
    "contract pdf 1",
    "contract link 1",
    "prompt list",
    "prompt show support",
    "prompt try support",
    "live whatsapp question off",
    "live whatsapp",
    "pause 1",
    "pause all",
    "resume all",
    "close 1 2",
    "merge 1 into 2",
    "split 1",
    "snooze 1 2d",
    "snooze 1 off",
    "remind 1 tomorrow call them",
    "next 1 order the camera by friday",
    "next 1 done",
    "link 1 blocks 2",
    "link 1",
    "link remove 1 2",
    "macro save hello: Hello {customer}, about {number}. | priority=high tag=seen",
    "macro list",
    "macro use hello 1",
    "view save broken: words=broken",
    "view share loud: priority=high",
    "view list",
    "view broken",
    "team new Field",
    "team add Field Maria",
    "team give 1 Field",
    "team remove Field Maria",
    "promise add 1 friday send the quote",
    "promise mine",
    "promise done 1",
    "promise withdraw 1",
    "customer find 4477",
    "customer show 447700900001",
    "customer link 447700900001 with 447700900002 because they share an office",
    "customer merge 447700900001 into 447700900002",
    "customer unmerge 447700900001",
    "customer suggestions",
    "bulk 1 2: priority high",
    "bulk status=open: tag +seen -new",
    "bulk all: assign me",
    "rule list",
    "rule new",
    'rule new "Doors" on created if subject contains door then add_tags door; follow_up 2d call',
    "rule show 1",
    "rule try 1",
    "rule try 2 200",
    "rule edit 2",
    "rule edit 2 on customer_replied if tags contains door then remove_tags door; note seen",
    "rule on 1",
    "rule on 2",
    "rule log",
    "rule log 2",
    "rule move 2 to 1",
    "rule off 1",
    "rule delete 1",
    "catalogue",
    "catalogue find double outlets",
    "catalogue drift 1",
    "catalogue lists",
    "catalogue synonym twins = OUT-2",
    "catalogue synonyms",
    "catalogue synonym remove twins",
    "catalogue proposals",
    "staff add new@tacme.example Nora New",
    "mute all",
    "unmute",
    "here off",
)
STARTS = (
    "inbox",
    "ticket 1",
    "thread 1",
    "quote new Customer of acme: 24 Cat6 double outlets",
    "quote show 1",
    "help reply",
    "live",
    "prompt list",
    "lost",
    "rule list",
    'rule new "Doors" on created if subject contains door then add_tags door',
)
SPENT = frozenset({"Stop all", "Close 2 tickets"})


@pytest.fixture
async def busy(office: Office) -> Office:
    await office.company.say("the camera at the gate is dead")
    await office.company.say("the recorder is broken", "447700900002")
    async with office.runtime.database.transaction(office.tenant_id) as session:
        products = [
            Product(
                "OUT-2",
                "Cat6 double outlet",
                category="Cabling",
                base_price=Decimal(54),
                cost_price=Decimal(30),
            )
        ]
        await Products(session, office.tenant_id).import_all(products)
        customers = Customers(session, office.tenant_id)
        await customers.keep_company({"name": "Customer of acme"}, Reference(), by="test")
    return office


def titles(line: Line) -> list[str]:
    return [button["text"]["text"] for button in line.buttons]


async def shown(office: Office, words: str) -> str:
    """What the command shows: a card, or a window."""
    office.workspace.views.clear()
    text = await office.command(words, ADMIN)
    return text or str(office.workspace.open_view())


async def test_every_command_and_what_its_buttons_lead_to(busy: Office) -> None:
    for words in (*(verb.example for verb in VERBS.values()), *FURTHER):
        text = await shown(busy, words)
        assert text, words
        assert "failed on our side" not in text, words
        assert "window" not in text.lower() or "took too long" not in text, words
    assert await failed_jobs(busy.runtime) == []
    calls = {method for _, method in busy.slack.calls}
    assert "views.open" in calls


async def test_every_button_does_what_it_says_or_says_why_not(busy: Office) -> None:
    pressed: set[str] = set()
    for words in STARTS:
        await shown(busy, words)
        line = busy.last_seen_by(ADMIN)
        for title in titles(line):
            if title in pressed or title in SPENT:
                continue
            pressed.add(title)
            await busy.press(line, title, ADMIN)
            assert "failed on our side" not in busy.last_seen_by(ADMIN).words, title
    assert {"Open", "Reply", "Take", "Resolve", "Approve", "Edit"} <= pressed
    assert await failed_jobs(busy.runtime) == []


async def test_a_quote_is_drafted_corrected_in_the_window_and_approved(busy: Office) -> None:
    drafted = await busy.command("quote new Customer of acme: 24 Cat6 double outlets", ADMIN)
    assert "24 each × Cat6 double outlet" in drafted
    assert "Margin" in drafted
    await busy.press(busy.last_seen_by(ADMIN), "Edit", ADMIN)
    await busy.submit({"1. Cat6 double outlet": "30"}, ADMIN)
    proposal = busy.last_seen_by(ADMIN)
    assert "24" in proposal.words
    assert "30" in proposal.words
    await busy.press(proposal, "Make it so", ADMIN)
    after = await busy.command("quote show 1", ADMIN)
    assert "30 each × Cat6 double outlet" in after
    await busy.press(busy.last_seen_by(ADMIN), "Approve", ADMIN)
    assert "approved (version 2)" in await busy.command("quote show 1", ADMIN)


async def test_plain_words_change_a_quote_after_showing_the_difference(busy: Office) -> None:
    await busy.command("quote new Customer of acme: 24 Cat6 double outlets", ADMIN)
    number = (await busy.company.execute("select number from quotes")).scalar()
    await busy.person(ADMIN).mention(f"quote edit {number} make it 30 and add 5 % discount", ROOM)
    await busy.work()
    answer = busy.workspace.last()
    assert "version 1 → 2?" in answer.words
    await busy.press(answer, "Make it so", ADMIN)
    assert "30 each" in await busy.command("quote show 1", ADMIN)
