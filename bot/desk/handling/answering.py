"""Answering customers: the reply with its pre-flight and undo, taking over and handing back."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import conversations
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling.bench import (
    Answer,
    Bench,
    as_id,
    conversation_meant,
    note_presence,
    own_id,
)
from bot.desk.handling.manners.introducing import introduce
from bot.desk.showing.preflight import Destination, preflight
from bot.desk.showing.tickets import run
from bot.desk.showing.words import ago, short
from bot.engine.delivering.planning import Way
from channels.cards import Button, Card, Form, Input, InputKind, Option, Section, Style, Used
from domain.conversations.models import Attachment, Conversation, Message
from domain.customers.models import Person
from domain.customers.optouts import OptOuts
from domain.customers.service import Customers
from domain.errors import NotFound, Refused
from domain.tickets.working.presence import Presences
from domain.types import utc_now

UNDO = timedelta(seconds=10)
LONGEST = conversations.LONGEST_REPLY
KNOWS_OF_STOP = ":stop"
QUOTABLE = 8
STOPPED = (
    "CAREFUL: this customer wrote STOP here. Send only an answer to what they asked themselves, "
    "nothing that advertises or asks. Sending confirms that it is one.\n"
)


async def reply(bench: Bench, command: StaffCommand) -> Answer:
    """A form that says to whom it goes; only sending it sends anything."""
    async with bench.database.transaction(command.tenant_id) as session:
        conversation, words = await conversation_meant(session, command)
        to = await destination(bench, session, conversation)
        name, last = await _customers_words(session, conversation)
        sequence = await _last_sequence(session, conversation.id)
        files = await conversations.files_to_send(session, command.tenant_id, conversation.id)
        others = await _others(session, command, conversation.id)
        can_quote = bench.accounts.channels[conversation.channel].capabilities.has_quotes
        said = await conversations.quotable(session, conversation.id, QUOTABLE) if can_quote else []
        stop = await OptOuts(session, command.tenant_id).applies_to(conversation.id)
    to = await planned(bench, conversation, to)
    text = Input("text", "Your reply", InputKind.TEXT, initial=words, limit=LONGEST)
    inputs = [replace(text, is_required=not files)]
    inputs += [_files_input(files)] if files else []
    inputs += [_quotes_input(said)] if said else []
    return Form(
        action="reply.send",
        title=f"Reply to {short(name, 40) or 'the customer'}",
        submit="Send",
        intro=f"{STOPPED * stop}{others}{preflight(to, utc_now())}\nThey wrote: {short(last, 300)}",
        inputs=tuple(inputs),
        value=f"{conversation.id}:{sequence}{KNOWS_OF_STOP * stop}",
    )


async def _others(session: AsyncSession, command: StaffCommand, conversation_id: UUID) -> str:
    """Who else is at it, so that two do not answer; and that this one is."""
    now = utc_now()
    presences = Presences(session, command.tenant_id)
    found = await presences.others([conversation_id], command.by.id, now)
    await note_presence(session, command.by, conversation_id, "typing")
    told = [
        f"{one.name} {'is writing a reply' if one.activity == 'typing' else 'looked at this'} "
        f"({ago(one.at, now)})"
        for one in found[:3]
    ]
    return f"Careful: {', '.join(told)}.\n" if told else ""


async def send(bench: Bench, used: Used, by: StaffView) -> Answer:
    """Stored, and sent in ten seconds unless undone."""
    knows_of_stop = used.value.endswith(KNOWS_OF_STOP)
    reference, _, seen = used.value.removesuffix(KNOWS_OF_STOP).partition(":")
    conversation_id = as_id(reference)
    async with bench.database.transaction(by.tenant_id) as session:
        conversation = await session.get(Conversation, conversation_id)
        if conversation is None:
            raise NotFound("conversation", conversation_id)
        to = await destination(bench, session, conversation)
        news = await _news(session, conversation_id, int(seen) if seen.isdecimal() else 0)
    to = await planned(bench, conversation, to)
    text = used.inputs.get("text", "")
    files = tuple(as_id(each) for each in used.inputs.get("files", "").split(",") if each)
    quoted = used.inputs.get("quotes", "")
    answers = as_id(quoted) if quoted else None
    how = conversations.Sending(UNDO, files, knows_of_stop, answers)
    message_id = await conversations.reply(
        bench.database, by.tenant_id, conversation_id, own_id(by), text, how
    )
    to = replace(to, files=len(files))
    sections = [Section(text.strip(), is_quoted=True)] if text.strip() else []
    if news:
        sections.append(Section(f"They wrote meanwhile: {short(news, 300)}"))
    return Card(
        title=f"Leaves in {int(UNDO.total_seconds())} seconds · {preflight(to, utc_now())}",
        sections=tuple(sections),
        buttons=(Button("reply.undo", "Undo", str(message_id), Style.DANGER),),
    )


async def undo(bench: Bench, used: Used, by: StaffView) -> Answer:
    message = await conversations.take_back(
        bench.database, by.tenant_id, as_id(used.value), own_id(by)
    )
    return Card(
        title="Taken back: nothing was sent",
        sections=(Section(message.text, is_quoted=True),),
        buttons=(run("Write again", f"reply {message.conversation_id}"),),
    )


async def take(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        conversation, _ = await conversation_meant(session, command)
        name, last = await _customers_words(session, conversation)
        to = await destination(bench, session, conversation)
        await introduce(session, conversation, command.by, to)
    await conversations.take_over(
        bench.database, command.tenant_id, conversation.id, own_id(command.by)
    )
    return Card(
        title=f"{command.by.name} answers {name or 'this customer'} now",
        sections=(Section(last, is_quoted=True),) if last else (),
        buttons=(
            run("Reply", f"reply {conversation.id}", Style.PRIMARY),
            run("Hand back", f"hand-back {conversation.id}"),
        ),
        footnote="The bot keeps out until you hand back.",
    )


async def hand_back(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        conversation, _ = await conversation_meant(session, command)
    await conversations.hand_back(
        bench.database, command.tenant_id, conversation.id, own_id(command.by)
    )
    return Card(
        title="The bot answers again",
        sections=(Section("It begins with what the customer writes next."),),
        buttons=(run("Take", f"take {conversation.id}"),),
    )


async def destination(
    bench: Bench, session: AsyncSession, conversation: Conversation
) -> Destination:
    """Where a reply goes: where they last wrote from, the address that names the thread, else the
    person's first that the channel reaches (they may have some on other channels)."""
    channel = bench.accounts.channels[conversation.channel]
    identities = await Customers(session, conversation.tenant_id).identities(
        [conversation.person_id]
    )
    reaches = channel.capabilities.reaches
    known = identities[conversation.person_id]
    values = [one.value for one in known if not reaches or one.kind in reaches]
    named = conversation.hint if conversation.hint in values else (values or [conversation.hint])[0]
    named = conversation.address or named
    return Destination(
        channel=channel.title,
        address=named,
        language=conversation.language,
        window=channel.capabilities.window,
        last_inbound_at=conversation.last_inbound_at,
    )


def _files_input(files: list[Attachment]) -> Input:
    options = tuple(Option(str(file.id), _described(file)) for file in files)
    return Input(
        name="files",
        label="Files to send",
        kind=InputKind.SEVERAL,
        options=options,
        hint="What you and your colleagues put into this thread, newest first.",
        is_required=False,
    )


def _quotes_input(said: list[Message]) -> Input:
    options = tuple(
        Option(str(one.id), short(one.text, 70) or f"[{one.content_kind}]") for one in said
    )
    return Input(
        name="quotes",
        label="Quote what they said",
        kind=InputKind.CHOICE,
        options=options,
        hint="It is shown above your reply.",
        is_required=False,
    )


def _described(file: Attachment) -> str:
    size = file.size or 0
    told = f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(1, size // 1024)} kB"
    return f"{short(file.filename, 60)} ({told})"


async def planned(bench: Bench, conversation: Conversation, to: Destination) -> Destination:
    """With the way on which it will go. Raises Refused where there is none."""
    if to.is_open(utc_now()):
        return to
    plan = await bench.deliverer.foresee(
        conversation.tenant_id, conversation.channel_account_id, conversation.id
    )
    if plan.way is Way.REFUSE:
        raise Refused(f"{plan.reason} {plan.advice}".strip())
    title = plan.elsewhere.title if plan.elsewhere else ""
    return replace(to, instead=_WAYS[plan.way].format(title))


_WAYS = {
    Way.HERE: "",
    Way.ELSEWHERE: "goes by {} instead",
    Way.TEMPLATE: "a template asks them to answer, then it is sent",
    Way.HOLD: "they were asked to answer, then it is sent",
}


async def _customers_words(session: AsyncSession, conversation: Conversation) -> tuple[str, str]:
    """The customer's name, and what they wrote last."""
    person = await session.get(Person, conversation.person_id)
    query = (
        select(Message.text)
        .where(Message.conversation_id == conversation.id, Message.direction == "in")
        .order_by(Message.sequence.desc())
        .limit(1)
    )
    return (person.name if person else ""), (await session.scalar(query) or "")


async def _last_sequence(session: AsyncSession, conversation_id: UUID) -> int:
    query = select(func.max(Message.sequence)).where(Message.conversation_id == conversation_id)
    return await session.scalar(query) or 0


async def _news(session: AsyncSession, conversation_id: UUID, seen: int) -> str:
    """What the customer wrote since the form was opened."""
    query = (
        select(Message.text)
        .where(
            Message.conversation_id == conversation_id,
            Message.direction == "in",
            Message.sequence > seen,
        )
        .order_by(Message.sequence)
    )
    return "\n".join(await session.scalars(query)) if seen else ""
