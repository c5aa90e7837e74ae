"""Switching the bot: automatic or draft-only, stopped, paused here, on a channel, everywhere."""

from bot.desk.asking.parsing import wrong_use
from bot.desk.asking.rights import Right
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling.bench import Answer, Bench, conversation_meant, own_id
from bot.desk.showing.tickets import run
from bot.desk.showing.words import short
from bot.engine.reacting.threads import touched
from bot.model.turns import Intent
from channels.cards import Button, Card, Section, Style
from domain.audit.service import note as audit
from domain.conversations.models import Conversation
from domain.errors import Refused
from domain.staff.service import StaffMembers
from domain.tenants.models import ChannelAccount
from domain.tenants.service import ChannelAccounts, Tenants
from domain.types import utc_now

STOP = "stop"
TOPICS = tuple(intent.value for intent in Intent)
EVERYWHERE = frozenset({"all", "everywhere", "everything"})
_ON = {"on": True, "automatic": True, "off": False, "draft": False, "draft-only": False}


async def live(bench: Bench, command: StaffCommand) -> Answer:
    words = command.words.lower().split()
    if not words:
        return await _overview(bench, command.by)
    command.by.rights.require(Right.OPERATE, command.by.role)
    channel, *rest = words
    is_on = _ON.get(rest[-1]) if rest else True
    topics = rest[:-1] if rest and rest[-1] in _ON else rest
    if is_on is None:
        is_on = True
    if len(topics) > 1 or not set(topics) <= set(TOPICS):
        raise wrong_use("live", f"A topic is one of {', '.join(TOPICS)}.")
    async with bench.database.transaction(command.tenant_id) as session:
        accounts = ChannelAccounts(session, command.tenant_id)
        rows = await accounts.all(channel)
        if not rows:
            raise Refused(f"There is no {short(channel, 30)} account to switch.")
        tenants = Tenants(session, command.tenant_id)
        settings = await tenants.settings()
        if topics:
            key = f"{channel}:{topics[0]}"
            kept = [topic for topic in settings.desk.draft_topics if topic != key]
            await tenants.change({"desk.draft_topics": kept if is_on else [*kept, key]})
        else:
            mode = "automatic" if is_on else "draft_only"
            for row in rows:
                await accounts.go_live(row.id, mode, utc_now())
            if is_on and not settings.features.auto_answer:
                await tenants.change({"features.auto_answer": True})
        state = {"topic": topics[0] if topics else "", "automatic": is_on}
        audit(session, command.tenant_id, command.by.actor, "channel.mode", channel, **state)
    bench.accounts.forget()
    return await _overview(bench, command.by)


async def _overview(bench: Bench, by: StaffView) -> Card:
    async with bench.database.transaction(by.tenant_id) as session:
        rows = await ChannelAccounts(session, by.tenant_id).all()
        settings = await Tenants(session, by.tenant_id).settings()
    lines = []
    for row in rows:
        account = await bench.accounts.get(by.tenant_id, row.id)
        state = "answers by itself" if account.answers_by_itself else "draft-only"
        if row.channel in settings.desk.paused_channels:
            state = "paused"
        held = [
            t.split(":")[1] for t in settings.desk.draft_topics if t.startswith(f"{row.channel}:")
        ]
        about = f", but drafts about {', '.join(held)}" if held else ""
        lines.append(f"{account.channel.title} {row.hint}: {state}{about}")
    if not settings.features.bot:
        lines.insert(0, "The bot is paused everywhere.")
    may = Right.OPERATE in by.rights.held and bool(rows)
    return Card(
        title="Who answers where",
        sections=(Section("\n".join(lines) or "No channel is set up yet."),),
        buttons=(run("Stop all", "stop all", Style.DANGER),) if may else (),
    )


async def stop(bench: Bench, command: StaffCommand) -> Answer:
    """No automatic answer anywhere; asks first where that is more than one account."""
    if command.words.strip().lower() not in EVERYWHERE:
        raise wrong_use("stop", "Stop what?")
    async with bench.database.transaction(command.tenant_id) as session:
        rows = await ChannelAccounts(session, command.tenant_id).all()
        if len(rows) > 1:
            payload = {"accounts": [str(row.id) for row in rows]}
            members = StaffMembers(session, command.tenant_id)
            question = await members.ask(own_id(command.by), STOP, payload)
            return _asked(rows, str(question))
    return await stop_shown(bench, command.by)


def _asked(rows: list[ChannelAccount], question: str) -> Card:
    listed = "\n".join(f"{row.channel} {row.hint} ({row.mode.replace('_', '-')})" for row in rows)
    return Card(
        title="Stop all automatic answers?",
        sections=(Section(listed), Section("From then on a person approves every answer.")),
        buttons=(
            Button("confirm", "Stop all", question, Style.DANGER),
            Button("dismiss", "Leave them", question),
        ),
        is_private=True,
    )


async def stop_shown(bench: Bench, by: StaffView) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        accounts = ChannelAccounts(session, by.tenant_id)
        for row in await accounts.all():
            await accounts.go_live(row.id, "draft_only", utc_now())
        await Tenants(session, by.tenant_id).change({"features.auto_answer": False})
        audit(session, by.tenant_id, by.actor, "channel.stopped_all")
    bench.accounts.forget()
    return await _overview(bench, by)


async def pause(bench: Bench, command: StaffCommand) -> Answer:
    return await _switch(bench, command, is_paused=True)


async def resume(bench: Bench, command: StaffCommand) -> Answer:
    return await _switch(bench, command, is_paused=False)


async def _switch(bench: Bench, command: StaffCommand, *, is_paused: bool) -> Answer:
    word = command.words.strip().lower()
    verb = "paused" if is_paused else "resumed"
    if word in EVERYWHERE:
        command.by.rights.require(Right.OPERATE, command.by.role)
        async with bench.database.transaction(command.tenant_id) as session:
            await Tenants(session, command.tenant_id).change({"features.bot": not is_paused})
            audit(session, command.tenant_id, command.by.actor, f"bot.{verb}", "everywhere")
        bench.accounts.forget()
        return _switched("everywhere", "all", is_paused=is_paused)
    if word in bench.accounts.channels:
        command.by.rights.require(Right.OPERATE, command.by.role)
        async with bench.database.transaction(command.tenant_id) as session:
            tenants = Tenants(session, command.tenant_id)
            others = {*(await tenants.settings()).desk.paused_channels} - {word}
            paused = sorted(others | ({word} if is_paused else set()))
            await tenants.change({"desk.paused_channels": paused})
            audit(session, command.tenant_id, command.by.actor, f"bot.{verb}", word)
        bench.accounts.forget()
        title = bench.accounts.channels[word].title
        return _switched(f"on {title}", word, is_paused=is_paused)
    async with bench.database.transaction(command.tenant_id) as session:
        found, _ = await conversation_meant(session, command)
        conversation = await session.get_one(Conversation, found.id, with_for_update=True)
        conversation.is_paused = is_paused
        conversation.version += 1
        subject = str(conversation.id)
        audit(session, command.tenant_id, command.by.actor, f"bot.{verb}", subject)
        await touched(session, command.tenant_id, conversation.id)
    return _switched("in this conversation", str(found.id), is_paused=is_paused)


def _switched(where: str, subject: str, *, is_paused: bool) -> Card:
    if is_paused:
        return Card(
            title=f"The bot is paused {where}",
            sections=(Section("What customers write is kept and shown; a person answers."),),
            buttons=(run("Resume", f"resume {subject}"),),
        )
    return Card(
        title=f"The bot is no longer paused {where}",
        sections=(Section("It begins with what customers write next."),),
        buttons=(run("Pause", f"pause {subject}"),),
    )
