"""Staff see what the bot made of a file, and what a model wrote is marked as such."""

import json

from bot.desk import threads
from bot.desk.showing.threads import Beside, message_card
from channels.cards import Card
from domain.files.content import as_json, plain_text
from domain.types import utc_now
from tests.bot.engine.conftest import Company
from tests.bot.engine.files.conftest import sent_file
from tests.domain.files import making


async def card(company: Company) -> Card:
    [conversation] = await company.conversations()
    async with company.runtime.database.transaction(company.tenant_id) as session:
        found = await threads.read(session, company.tenant_id, conversation.id)
    first = next(message for message in found.messages if message.direction == "in")
    return message_card(found, first, Beside("WhatsApp", None, None, utc_now()))


async def test_the_reason_why_a_file_was_not_read_stands_beside_its_name(company: Company) -> None:
    content = making.pdf(["secret"], password="1234")
    await sent_file(company, content, "offer.pdf", "application/pdf", caption="what is this?")
    shown = await card(company)
    assert "offer.pdf (the bot could not read it: it is locked with a password)" in shown.footnote


async def test_what_a_model_heard_is_marked_as_a_models(company: Company) -> None:
    await sent_file(company, b"OggS" + bytes(90), "", "audio/ogg", kind="audio", voice=True)
    content = as_json(plain_text("please send two cameras"))
    await company.execute(
        "update attachment_readings set means = 'hearing', model = 'm', trouble = '', "
        "content = cast(:content as jsonb)",
        content=json.dumps(content),
    )
    [_, section] = (await card(company)).sections
    assert section.text.startswith("A model's reading of ")
    assert "please send two cameras" in section.text
