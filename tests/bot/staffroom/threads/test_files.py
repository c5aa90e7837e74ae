"""Files both ways: the customer's into the thread, the staff's to the customer, each once."""

import pytest
from sqlalchemy import select

from bot import queue
from channels.cards import Card, Form, InputKind, Used
from channels.slack.simulator import Fault as SlackFault
from channels.slack.simulator import Line
from channels.whatsapp.payload import node, text
from channels.whatsapp.simulator import Fault, Sent, incoming_media
from domain.conversations.attachments import Attachments
from domain.conversations.models import Attachment
from domain.conversations.outbox import NewReply, Outbox
from tests.bot.engine.conftest import CUSTOMER
from tests.bot.staffroom.threads.conftest import QUESTION, House, Watched

PDF = "application/pdf"


async def attachments(house: House, **filters: object) -> list[Attachment]:
    async with house.company.runtime.database.transaction(house.tenant_id) as session:
        query = select(Attachment).filter_by(**filters).order_by(Attachment.created_at)
        return list(await session.scalars(query))


async def sent_by_customer(house: House, content: bytes, **media: str) -> None:
    told = house.company.graph.add_media(content, media.pop("content_type", PDF))
    await house.company.receive(
        incoming_media(house.company.number, CUSTOMER, "document", {**told, **media})
    )
    await house.company.work()


async def fetched(house: House) -> None:
    for row in await attachments(house, state="waiting"):
        await house.company.runtime.media.fetch(house.tenant_id, row.id)
    await house.show()


def uploads(house: House) -> list[Line]:
    return [line for line in house.workspace.lines if line.files]


def documents(house: House) -> list[Sent]:
    return [sent for sent in house.company.graph.sent if sent.body.get("type") != "text"]


def shown(house: House, sent: Sent) -> tuple[str, bytes, str]:
    """File name, bytes and caption of a document as the customer sees it."""
    document = node(sent.body.get("document"))
    content, _ = house.company.graph.media[text(document.get("id"))]
    return text(document.get("filename")), content, text(document.get("caption"))


# --- into the thread ---


async def test_a_customers_file_is_put_into_the_thread_once_it_is_stored(house: House) -> None:
    told = house.company.graph.add_media(b"%PDF plan", PDF)
    plan = {**told, "filename": "plan.pdf", "caption": "My plan"}
    await house.company.receive(incoming_media(house.company.number, CUSTOMER, "document", plan))
    await house.company.take()
    await house.show()
    assert "file plan.pdf (on its way)" in (await house.line("My plan")).words
    assert uploads(house) == []
    await fetched(house)
    [upload] = uploads(house)
    assert upload.thread == (await house.root()).ts
    file = house.workspace.files[upload.files[0]]
    assert (file.name, file.content) == ("plan.pdf", b"%PDF plan")
    assert "on its way" not in (await house.line("My plan")).words
    await house.say("Did you get it?")
    await house.say("Hello?")
    assert len(uploads(house)) == 1


async def test_a_refused_file_is_named_with_the_reason(house: House) -> None:
    await sent_by_customer(house, b"x", filename="huge.pdf", file_size=str(2**30), caption="Big")
    await fetched(house)
    line = await house.line("Big")
    assert "file huge.pdf (refused: Larger than 25 MB.)" in line.words
    assert uploads(house) == []


async def test_a_file_that_slack_does_not_take_holds_nothing_up(house: House) -> None:
    await sent_by_customer(house, b"", filename="empty.pdf", caption="Here")
    await fetched(house)
    assert "“empty.pdf” could not be put here" in (await house.line("A file is missing")).words
    await house.say("And now?")
    assert await house.line("And now?")
    assert (await house.row()).error == ""


async def test_an_upload_that_was_disturbed_is_done_again(house: House) -> None:
    await sent_by_customer(house, b"%PDF plan", filename="plan.pdf", caption="My plan")
    await house.show()
    for row in await attachments(house, state="waiting"):
        await house.company.runtime.media.fetch(house.tenant_id, row.id)
    house.slack.order(SlackFault.BAD_GATEWAY)
    await house.show()
    await house.later()
    await house.show()
    assert len(uploads(house)) == 1


# --- to the customer ---


@pytest.fixture
async def prepared(house: House) -> House:
    """The customer asked, and Maria put two files into the thread."""
    await sent_by_customer(house, b"%PDF theirs", filename="theirs.pdf", caption=QUESTION)
    await fetched(house)
    plan = house.share("plan.pdf", b"%PDF plan", PDF)
    price = house.share("price list.pdf", b"%PDF prices", PDF)
    await house.write("For the customer", files=(plan,))
    await house.write("", files=(price,))
    return house


async def ask(house: House) -> Form:
    form = await house.do("reply")
    assert isinstance(form, Form), form
    return form


async def chosen(house: House, *names: str) -> tuple[Form, str]:
    """The form, and the value of choosing these files."""
    form = await ask(house)
    [asked] = [one for one in form.inputs if one.name == "files"]
    options = {option.title.partition(" (")[0]: option.value for option in asked.options}
    return form, ",".join(options[name] for name in names)


async def reply(house: House, words: str, *names: str) -> Card:
    form, files = await chosen(house, *names)
    return await house.fill(form, text=words, files=files)


async def test_the_form_offers_what_staff_put_there_and_not_the_customers_own(
    prepared: House,
) -> None:
    form = await ask(prepared)
    [asked] = [one for one in form.inputs if one.name == "files"]
    assert asked.kind is InputKind.SEVERAL
    titles = [option.title for option in asked.options]
    assert titles == ["price list.pdf (1 kB)", "plan.pdf (1 kB)"]
    assert asked.initial == ""


async def test_without_files_the_form_asks_for_words_only(house: House) -> None:
    await house.say(QUESTION)
    form = await ask(house)
    assert [one.name for one in form.inputs] == ["text", "quotes"]
    assert form.inputs[0].is_required


async def test_a_reply_takes_the_chosen_files_along_after_ten_seconds(prepared: House) -> None:
    card = await reply(prepared, "Here they are.", "plan.pdf", "price list.pdf")
    assert card.title.endswith("2 files")
    assert documents(prepared) == []
    assert "file plan.pdf · file price list.pdf" in (await prepared.line("Here they are.")).words
    await prepared.deliver()
    told = [shown(prepared, sent) for sent in documents(prepared)]
    assert told == [
        ("plan.pdf", b"%PDF plan", "Here they are."),
        ("price list.pdf", b"%PDF prices", ""),
    ]
    assert "Maria · sent" in (await prepared.line("Here they are.")).words
    assert len(uploads(prepared)) == 1, "only the customer's own was put into the thread"


async def test_files_may_go_without_words(prepared: House) -> None:
    await reply(prepared, "", "plan.pdf")
    await prepared.deliver()
    assert [shown(prepared, sent)[0] for sent in documents(prepared)] == ["plan.pdf"]


async def test_a_file_that_is_no_note_of_the_conversation_does_not_leave(
    prepared: House, rival: House
) -> None:
    [own] = [row for row in await attachments(prepared) if row.filename == "theirs.pdf"]
    form = await ask(prepared)
    refused = await prepared.fill(form, text="Hello", files=str(own.id))
    assert refused.is_error
    [plan] = [row for row in await attachments(prepared) if row.filename == "plan.pdf"]
    await rival.company.say(QUESTION)
    elsewhere = await rival.fill(await rival.do("reply"), text="Hello", files=str(plan.id))
    assert elsewhere.is_error
    await prepared.deliver()
    await rival.deliver()
    assert documents(prepared) == []
    assert await prepared.company.messages(author="staff", direction="out") == []


async def test_an_undone_reply_sends_no_file(prepared: House) -> None:
    card = await reply(prepared, "Here it is.", "plan.pdf")
    [undo] = card.buttons
    await prepared.use(Used(undo.action, undo.value, "UMARIA"))
    await prepared.deliver()
    assert documents(prepared) == []


async def test_a_form_handed_in_twice_sends_its_files_once(prepared: House) -> None:
    form, files = await chosen(prepared, "plan.pdf")
    await prepared.fill(form, text="Here", files=files)
    again = await prepared.fill(form, text="Here", files=files)
    assert again.is_error
    await prepared.deliver()
    assert len(documents(prepared)) == 1


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.SERVER_ERROR])
async def test_parts_that_were_taken_are_not_sent_again(prepared: House, fault: Fault) -> None:
    await reply(prepared, "Here they are.", "plan.pdf", "price list.pdf")
    # One upload and one message are well, the second upload is not.
    prepared.company.graph.order(Fault.NONE, 2)
    prepared.company.graph.order(fault)
    await prepared.deliver()
    assert [shown(prepared, sent)[0] for sent in documents(prepared)] == ["plan.pdf"]
    [message] = await prepared.company.messages(author="staff", direction="out")
    assert (message.state, message.is_maybe_repeated) == ("pending", False)
    await prepared.deliver()
    names = [shown(prepared, sent)[0] for sent in documents(prepared)]
    assert names == ["plan.pdf", "price list.pdf"]
    [message] = await prepared.company.messages(author="staff", direction="out")
    assert message.state == "sent"
    assert message.external_id == documents(prepared)[0].id
    assert message.details["parts"] == [sent.id for sent in documents(prepared)]
    assert "accepted" not in message.details


async def test_a_status_of_the_first_part_does_not_swallow_the_second(prepared: House) -> None:
    await reply(prepared, "Here they are.", "plan.pdf", "price list.pdf")
    prepared.company.graph.order(Fault.NONE, 2)
    prepared.company.graph.order(Fault.TOO_MANY)
    await prepared.deliver()
    for body in prepared.company.graph.statuses(documents(prepared)[0], "sent", "delivered"):
        await prepared.company.receive(body)
    await prepared.company.take()
    await prepared.deliver()
    assert len(documents(prepared)) == 2
    [message] = await prepared.company.messages(author="staff", direction="out")
    assert message.state == "delivered"


async def test_an_answer_lost_after_a_part_repeats_that_part_only_and_marks_it(
    prepared: House,
) -> None:
    await reply(prepared, "Here they are.", "plan.pdf", "price list.pdf")
    prepared.company.graph.order(Fault.NONE, 3)
    prepared.company.graph.order(Fault.DROP_AFTER_ACCEPTING)
    await prepared.deliver()
    await prepared.deliver()
    names = [shown(prepared, sent)[0] for sent in documents(prepared)]
    assert names == ["plan.pdf", "price list.pdf", "price list.pdf"]
    [message] = await prepared.company.messages(author="staff", direction="out")
    assert (message.state, message.is_maybe_repeated) == ("sent", True)


async def test_what_whatsapp_does_not_take_is_told(prepared: House) -> None:
    tool = prepared.share("tool.exe", b"MZ", "application/x-msdownload")
    await prepared.write("", files=(tool,))
    await reply(prepared, "Here", "plan.pdf", "tool.exe")
    await prepared.deliver()
    [message] = await prepared.company.messages(author="staff", direction="out")
    assert message.state == "failed"
    assert "tool.exe" in message.error
    assert "Of its 2 parts 1 had been sent." in message.error
    line = await prepared.line("Maria · could not be delivered")
    assert "tool.exe" in line.words


async def test_the_bots_files_leave_too_and_are_put_into_the_thread(house: House) -> None:
    await house.say(QUESTION)
    [conversation] = await house.company.conversations()
    database, tenant_id = house.company.runtime.database, house.tenant_id
    async with database.transaction(tenant_id) as session:
        message = Outbox(session, tenant_id).put(
            NewReply(conversation.id, conversation.channel_account_id, "bot", "Your quote.")
        )
        await session.flush()
        files = Attachments(session, tenant_id)
        row = files.add(message.id, "QT-1.pdf", PDF)
        await session.flush()
        await files.store(row.id, b"%PDF quote")
        await queue.put(session, "deliver", tenant_id=tenant_id, message_id=message.id)
    await house.deliver()
    [sent] = documents(house)
    assert shown(house, sent) == ("QT-1.pdf", b"%PDF quote", "Your quote.")
    [upload] = uploads(house)
    assert house.workspace.files[upload.files[0]].content == b"%PDF quote"


async def test_a_large_file_is_kept_in_pieces_and_arrives_whole(house: House) -> None:
    await house.say(QUESTION)
    large = bytes(range(256)) * (10 * 1024)
    await house.write("", files=(house.share("large.pdf", large, PDF),))
    await reply(house, "Large", "large.pdf")
    await house.deliver()
    [sent] = documents(house)
    assert shown(house, sent)[1] == large


async def test_nothing_is_open_in_the_database_while_files_travel(prepared: House) -> None:
    graph = prepared.company.graph
    graph.sent = watched = Watched(prepared.company.runtime.database)
    await reply(prepared, "Here", "plan.pdf", "price list.pdf")
    await prepared.deliver()
    assert watched.open == [0, 0]
