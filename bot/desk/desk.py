"""The desk: a command of staff in, a card or a form out; buttons and forms come back here."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk import threads
from bot.desk.asking import plainly
from bot.desk.asking.parsing import Parsed, WrongUse, parse
from bot.desk.asking.rights import Policy, Right, rights_of
from bot.desk.asking.verbs import VERBS, Verb
from bot.desk.command import Place, StaffCommand, StaffView
from bot.desk.handling import (
    answering,
    bulk,
    deciding,
    inbox,
    knowledge,
    operating,
    people,
    prompting,
    quoting,
    rooms,
    switching,
    ticketing,
)
from bot.desk.handling.agreements import contracts
from bot.desk.handling.bench import Answer, Bench, as_id, own_id
from bot.desk.handling.quotes import approving
from bot.desk.handling.service_levels import promised
from bot.desk.handling.tickets import table
from bot.desk.handling.workflows import rulebook
from bot.desk.showing.home import HomeView, home_card
from bot.desk.showing.threads import Beside, thread_cards
from bot.desk.showing.tickets import run as run_button
from channels.cards import Card, Form, Section, Used
from domain.audit.service import note as audit
from domain.conversations.outbox import Outbox
from domain.conversations.repository import ConversationReader
from domain.errors import DomainError
from domain.sla.reading import ClockReader
from domain.staff.models import StaffMember
from domain.staff.service import StaffMembers
from domain.tenants.models import Tenant
from domain.tenants.service import Tenants
from domain.tenants.settings import TenantSettings
from domain.tickets.listing import TicketList, Wanted
from domain.tickets.working.ledger import PromiseLedger
from domain.types import utc_now

Handler = Callable[[Bench, StaffCommand], Awaitable[Answer]]
Reaction = Callable[[Bench, Used, StaffView], Awaitable[Answer]]

COMMANDS: dict[str, Handler] = {
    "inbox": inbox.inbox,
    "ticket": inbox.ticket,
    "thread": inbox.thread,
    "count": inbox.count,
    "drafts": inbox.drafts,
    "find": inbox.find,
    "reply": answering.reply,
    "take": answering.take,
    "hand-back": answering.hand_back,
    "note": ticketing.note,
    "assign": ticketing.assign,
    "status": ticketing.status,
    "priority": ticketing.priority,
    "tag": ticketing.tag,
    "close": bulk.close,
    "kb": knowledge.kb,
    "quote": quoting.quote,
    "contract": contracts.contract,
    "prompt": prompting.prompt,
    "live": switching.live,
    "sla": promised.sla,
    "rule": rulebook.rule,
    "stop": switching.stop,
    "pause": switching.pause,
    "resume": switching.resume,
    "stats": operating.stats,
    "lost": operating.lost,
    "doctor": operating.doctor,
    "here": rooms.here,
    "staff": people.staff,
    "mute": rooms.mute,
    "unmute": rooms.unmute,
    **table.COMMANDS,
    "unmute-address": rooms.unmute_address,
}
REACTIONS: dict[str, tuple[Right, Reaction]] = {
    "reply.send": (Right.ACT, answering.send),
    "reply.undo": (Right.ACT, answering.undo),
    "draft.send": (Right.ACT, deciding.send),
    "draft.edit": (Right.ACT, deciding.edit),
    "draft.send_edited": (Right.ACT, deciding.send_edited),
    "draft.reject": (Right.ACT, deciding.reject),
    "draft.reject_because": (Right.ACT, deciding.reject_because),
    "kb.drafted": (Right.TEACH, knowledge.drafted),
    "quote.edited": (Right.ACT, quoting.edited),
    "quote.approve": (Right.ACT, approving.approve_seen),
    "quote.refuse": (Right.ACT, approving.refuse_seen),
    "quote.refused_because": (Right.ACT, approving.refused_because),
    "lost.replay": (Right.ACT, operating.replay),
    "dismiss": (Right.READ, bulk.dismiss),
    **table.REACTIONS,
    **rulebook.REACTIONS,
}
HOME_ROWS = 5
LOOKS = frozenset(
    {"help", "inbox", "ticket", "thread", "count", "drafts", "find", "reply", "stats", "lost"}
    | {"doctor", "sla"}
)


class Desk:
    """Nothing here knows a skin. Every answer names the tenant; a refusal is a private card."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    async def member(self, tenant_id: UUID, kind: str, value: str) -> StaffView:
        """Who that is: by mail address (kind `email`) or as a staff channel calls them.

        Somebody nobody knows is a guest, without rights.
        """
        async with self._bench.database.transaction(tenant_id) as session:
            found = await StaffMembers(session, tenant_id).known_as(kind, value)
            settings = await Tenants(session, tenant_id).settings()
        return _view(found, settings) if found else StaffView(tenant_id)

    async def link(self, tenant_id: UUID, staff_id: UUID, kind: str, value: str) -> None:
        """From now on that id of a staff channel is this member."""
        async with self._bench.database.transaction(tenant_id) as session:
            await StaffMembers(session, tenant_id).link(staff_id, kind, value)
            audit(session, tenant_id, f"staff:{staff_id}", "staff.linked", kind)

    async def run(self, command: StaffCommand) -> Answer:
        return await self._answered(command.by, lambda: self._run(command))

    async def hear(self, text: str, by: StaffView, place: Place = Place()) -> Answer:  # noqa: B008
        """A typed `/desk …`."""
        return await self._answered(by, lambda: self._parsed(parse(text), by, place))

    async def mentioned(self, text: str, by: StaffView, place: Place = Place()) -> Answer:  # noqa: B008
        """Plain words to the desk."""
        return await self._answered(by, lambda: self._parsed(plainly.understand(text), by, place))

    def only_reads(self, text: str) -> bool:
        """Whether giving the command twice changes nothing; of a word nobody knows as well."""
        try:
            return parse(text).verb in LOOKS
        except WrongUse:
            return True

    async def use(self, used: Used, by: StaffView, place: Place = Place()) -> Answer:  # noqa: B008
        """A button pressed or a form sent; rights are asked for again."""
        return await self._answered(by, lambda: self._use(used, by, place))

    async def thread(self, conversation_id: UUID, by: StaffView) -> tuple[Card, ...]:
        """The conversation message by message. Raises NotFound or NotAllowed."""
        by.rights.require(Right.READ, by.role)
        async with self._bench.database.transaction(by.tenant_id) as session:
            conversation = await ConversationReader(session).get(conversation_id)
            read = await threads.read(session, by.tenant_id, conversation_id)
            name = await _tenant_name(session, by.tenant_id)
        channel = self._bench.accounts.channels[conversation.channel]
        beside = Beside(
            channel.title,
            channel.capabilities.window,
            conversation.last_inbound_at,
            utc_now(),
            may_act=Right.ACT in by.rights.held,
        )
        return tuple(replace(card, tenant=name) for card in thread_cards(read, beside))

    async def home(self, by: StaffView) -> Answer:
        return await self._answered(by, lambda: self._home(by))

    # --- inner ---

    async def _run(self, command: StaffCommand) -> Answer:
        verb = VERBS.get(command.verb)
        if verb is None:
            raise WrongUse(f"There is no command “{command.verb[:40]}”.")
        command.by.rights.require(verb.right, command.by.role)
        if verb.name == "help":
            return _help(command.words.strip().lower(), command.by)
        return await COMMANDS[verb.name](self._bench, command)

    async def _parsed(self, parsed: Parsed, by: StaffView, place: Place) -> Answer:
        return await self._run(StaffCommand(parsed.verb, parsed.words, by, place))

    async def _use(self, used: Used, by: StaffView, place: Place) -> Answer:
        if used.action == "run":
            return await self._parsed(parse(used.value), by, place)
        if used.action == "say":
            return await self._parsed(plainly.understand(used.value), by, place)
        if used.action == "confirm":
            return await self._confirmed(used, by)
        known = REACTIONS.get(used.action)
        if known is None:
            raise WrongUse("This button is of an older version: give the command again.")
        right, react = known
        by.rights.require(right, by.role)
        return await react(self._bench, used, by)

    async def _confirmed(self, used: Used, by: StaffView) -> Answer:
        """Once, by the one who was asked, and only what was shown."""
        by.rights.require(Right.ACT, by.role)
        async with self._bench.database.transaction(by.tenant_id) as session:
            members = StaffMembers(session, by.tenant_id)
            answered = await members.answer(as_id(used.value), own_id(by), utc_now())
        return await self._carry_out(answered.kind, answered.payload, by)

    async def _carry_out(self, kind: str, payload: dict[str, Any], by: StaffView) -> Answer:
        if kind == bulk.CLOSE:
            return await bulk.close_shown(self._bench, by, list(payload["numbers"]))
        if kind == switching.STOP:
            by.rights.require(Right.OPERATE, by.role)
            return await switching.stop_shown(self._bench, by)
        if kind == quoting.REVISE:
            return await quoting.revise(self._bench, by, payload)
        if kind in rulebook.CONFIRMED:
            return await rulebook.CONFIRMED[kind](self._bench, by, payload)
        if kind in table.CONFIRMED:
            return await table.CONFIRMED[kind](self._bench, by, payload)
        raise WrongUse("This button is of an older version: give the command again.")

    async def _home(self, by: StaffView) -> Answer:
        by.rights.require(Right.READ, by.role)
        quotes = await approving.waiting_for(self._bench.database, by, HOME_ROWS)
        now = utc_now()
        async with self._bench.database.transaction(by.tenant_id) as session:
            mine = Wanted(assignee_id=own_id(by))
            view = HomeView(
                name=by.name,
                now=now,
                mine=await TicketList(session, by.tenant_id).find(mine, HOME_ROWS),
                at_risk=await ClockReader(session, by.tenant_id).at_risk(now, HOME_ROWS),
                unanswered=await ConversationReader(session).unanswered(now, HOME_ROWS),
                drafts=await Outbox(session, by.tenant_id).drafts(HOME_ROWS),
                quotes=quotes,
                figures=await operating.todays_figures(session, by.tenant_id),
                may_act=Right.ACT in by.rights.held,
                promises=await PromiseLedger(session, by.tenant_id).due(HOME_ROWS, by.id),
            )
        return home_card(view)

    async def _answered(self, by: StaffView, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """With the tenant's name; what is refused becomes a card for the one who asked."""
        async with self._bench.database.transaction(by.tenant_id) as session:
            name = await _tenant_name(session, by.tenant_id)
        try:
            answer = await work()
        except WrongUse as error:
            answer = _usage_card(error, by)
        except DomainError as error:
            answer = Card("That did not work", "", (Section(str(error)),), is_error=True)
            answer = replace(answer, is_private=True)
        return replace(answer, tenant=name)


def _view(member: StaffMember, settings: TenantSettings) -> StaffView:
    policy = Policy(
        settings.desk.approval_limit,
        settings.desk.staff_see_margins,
        member.approval_limit,
        member.sees_margins,
    )
    rights = rights_of(member.role, policy)
    return StaffView(member.tenant_id, member.id, member.name, member.role, rights)


async def _tenant_name(session: AsyncSession, tenant_id: UUID) -> str:
    return (await session.get_one(Tenant, tenant_id)).name


def _usage_card(error: WrongUse, by: StaffView) -> Card:
    verb = error.verb
    sections = [Section(str(error))]
    buttons = (run_button("Help", "help"),)
    if verb is not None and verb.right in by.rights.held:
        sections.append(Section(f"Usage: /desk {verb.usage}\nExample: /desk {verb.example}"))
        buttons = (run_button("Help", f"help {verb.name}"),)
    return Card("Not like this", "", tuple(sections), buttons, is_private=True, is_error=True)


def _help(word: str, by: StaffView) -> Card:
    offered = [verb for verb in VERBS.values() if verb.right in by.rights.held]
    one = [verb for verb in offered if verb.name == word]
    if one:
        verb = one[0]
        text = f"{verb.meaning}\nUsage: /desk {verb.usage}\nExample: /desk {verb.example}"
        return Card(f"/desk {verb.name}", "", (Section(text),), is_private=True)
    return Card(
        "What you can do here",
        "",
        (Section("\n".join(_line(verb) for verb in offered)),),
        footnote="Or in plain words: “how many urgent tickets are open?”",
        is_private=True,
    )


def _line(verb: Verb) -> str:
    return f"/desk {verb.usage}\n    {verb.meaning}"


__all__ = ["Answer", "Desk", "Form", "Place", "StaffCommand", "StaffView"]
