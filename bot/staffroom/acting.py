"""Carries out what staff did: a job each. Who, for which company, about what; then the desk."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from bot.desk.desk import Answer, Desk
from bot.foundation.telemetry import log
from bot.staffroom.answering import WORKING, Counterpart
from bot.staffroom.listening import WithoutFiles
from bot.staffroom.marking import drawn, unmarked
from bot.staffroom.places import (
    Nobody,
    Places,
    SeveralCompanies,
    Somebody,
    which_company,
)
from bot.staffroom.threads import Threads
from bot.staffroom.workspaces import Workspaces
from channels.cards import Button, Card, Section
from channels.slack.events import (
    HomeOpened,
    MemberJoined,
    Mention,
    Place,
    Pressed,
    SlashCommand,
    StaffEvent,
    Submitted,
    ThreadMessage,
    TokensRevoked,
    Uninstalled,
)
from domain.errors import DomainError

Work = Callable[[Somebody], Awaitable[Answer]]

UNKNOWN = Card(
    "Sorry, I do not know you",
    "",
    (
        Section(
            "I only work for the staff of the companies connected here. Ask an admin to add you "
            "with the mail address that Slack has of you."
        ),
    ),
    is_private=True,
    is_error=True,
)


TOLD = SlashCommand | Mention | Pressed | Submitted | ThreadMessage
"""A person waits for what becomes of these."""


def _failed(problem: str) -> Card:
    text = f"Something failed on our side (problem {problem}). Look, then try again."
    return Card("That did not work", "", (Section(text),), is_private=True, is_error=True)


@dataclass(frozen=True, slots=True)
class Heard:
    """An event with the kind of staff channel it came from. `is_again`: an earlier try was cut."""

    kind: str
    event: StaffEvent
    is_again: bool = False


class Acting:
    def __init__(
        self, desk: Desk, places: Places, workspaces: Workspaces, threads: Threads
    ) -> None:
        self._desk = desk
        self._places = places
        self._workspaces = workspaces
        self._threads = threads

    async def act(self, heard: Heard) -> None:
        """What goes wrong on our side is told to the one who asked, never to nobody."""
        try:
            await self._act(heard)
        except Exception:
            problem = uuid4().hex[:8]
            log.exception("desk.failed", problem=problem, event_kind=type(heard.event).__name__)
            if not isinstance(heard.event, TOLD):
                raise
            tenants = await self._workspaces.tenants(heard.kind, heard.event.origin.team)
            if tenants:
                counterpart = await self._counterpart(heard, tenants[0], is_marked=False)
                await counterpart.tell(_failed(problem))

    async def _act(self, heard: Heard) -> None:
        match heard.event:
            case SlashCommand() as event:
                await self._command(heard, event)
            case Mention() as event:
                await self._mention(heard, event)
            case Pressed() | Submitted() as used:
                await self._use(heard, used)
            case ThreadMessage() as event:
                await self._note(heard, event)
            case HomeOpened():
                await self._home(heard)
            case MemberJoined(is_bot=True):
                await self._greet(heard)
            case Uninstalled() | TokensRevoked():
                await self._leave(heard)

    # --- what they did ----------------------------------------------------------------------

    async def _command(self, heard: Heard, event: SlashCommand) -> None:
        async def work(who: Somebody) -> Answer:
            return await self._desk.hear(event.text, who.by, who.place)

        await self._answered(heard, None, work, ("run", event.text))

    async def _mention(self, heard: Heard, event: Mention) -> None:
        async def work(who: Somebody) -> Answer:
            return await self._desk.mentioned(event.text, who.by, who.place)

        await self._answered(heard, None, work, ("say", event.text))

    async def _use(self, heard: Heard, event: Pressed | Submitted) -> None:
        meant, used = unmarked(event.used)

        async def work(who: Somebody) -> Answer:
            return await self._desk.use(used, who.by, who.place)

        again = (used.action, used.value) if isinstance(event, Pressed) else ("run", "help")
        await self._answered(heard, meant, work, again)

    async def _note(self, heard: Heard, event: ThreadMessage) -> None:
        """A plain line in a conversation's thread; in any other thread it is nobody's business."""
        located = await self._threads.located(heard.kind, event.origin.place)
        if located is None:
            return
        by = await self._places.member(heard.kind, located.tenant_id, event.origin)
        refusal = replace(UNKNOWN, title="This line was not kept as a note")
        if by.id is not None:
            try:
                await self._threads.heard(event, located, by)
                return
            except DomainError as error:
                title = "Kept" if isinstance(error, WithoutFiles) else refusal.title
                refusal = replace(refusal, title=title, sections=(Section(str(error)),))
        counterpart = await self._counterpart(heard, located.tenant_id)
        await counterpart.tell(refusal)

    async def _home(self, heard: Heard) -> None:
        """Of every company that knows the person."""
        origin = heard.event.origin
        cards: list[Card] = []
        for tenant_id in await self._workspaces.tenants(heard.kind, origin.team):
            by = await self._places.member(heard.kind, tenant_id, origin)
            if by.id is not None:
                answer = await self._desk.home(by)
                assert isinstance(answer, Card)
                cards.append(drawn(answer, tenant_id))
        tenants = await self._workspaces.tenants(heard.kind, origin.team)
        if tenants:
            workspace = await self._workspaces.open(tenants[0], heard.kind, origin.team)
            await workspace.publish(tuple(cards) or (UNKNOWN,), origin.person)

    async def _greet(self, heard: Heard) -> None:
        """The bot was invited into a channel: what can be done there."""
        origin = heard.event.origin
        for tenant_id in await self._workspaces.tenants(heard.kind, origin.team):
            workspace = await self._workspaces.open(tenant_id, heard.kind, origin.team)
            card = Card(
                "Hello, this is the desk",
                await self._places.name(tenant_id),
                (Section("An admin can have every conversation shown here as a thread."),),
                (Button("run", "Show conversations here", "here"), Button("run", "Help", "help")),
            )
            await workspace.post(drawn(card, tenant_id), Place(origin.team, origin.channel))

    async def _leave(self, heard: Heard) -> None:
        origin = heard.event.origin
        if isinstance(heard.event, TokensRevoked) and not heard.event.bots:
            return
        for tenant_id in await self._workspaces.tenants(heard.kind, origin.team):
            await self._workspaces.leave(tenant_id, heard.kind, origin.team)

    # --- the answer -------------------------------------------------------------------------

    async def _answered(
        self, heard: Heard, meant: UUID | None, work: Work, again: tuple[str, str]
    ) -> None:
        """`again`: the action and words of a button that does the same once more."""
        who = await self._places.somebody(heard.kind, heard.event.origin, meant)
        if not isinstance(who, Somebody):
            await self._turned_away(heard, who, again)
            return
        counterpart = await self._counterpart(heard, who.by.tenant_id)
        if heard.is_again and not self._is_harmless(again):
            await counterpart.tell(self._interrupted(who, again))
            return
        task = asyncio.ensure_future(work(who))
        done, _ = await asyncio.wait({task}, timeout=WORKING)
        if not done:
            await counterpart.ask_patience()
        await counterpart.answer(await task, again)
        await self._after(heard)

    async def _turned_away(
        self, heard: Heard, why: SeveralCompanies | Nobody, again: tuple[str, str]
    ) -> None:
        tenants = await self._workspaces.tenants(heard.kind, heard.event.origin.team)
        if not tenants:
            return
        counterpart = await self._counterpart(heard, tenants[0], is_marked=False)
        if isinstance(why, SeveralCompanies):
            await counterpart.tell(which_company(why, *again))
        else:
            await counterpart.tell(UNKNOWN)

    def _is_harmless(self, again: tuple[str, str]) -> bool:
        """Whether doing it once more cannot do anything twice."""
        action, words = again
        return action == "run" and self._desk.only_reads(words)

    def _interrupted(self, who: Somebody, again: tuple[str, str]) -> Card:
        return Card(
            "I was interrupted",
            "",
            (Section("What you asked for may be done or not. Look first, then give it again."),),
            (Button(again[0], "Do it again", again[1]),),
            is_private=True,
            is_error=True,
        )

    async def _after(self, heard: Heard) -> None:
        """The home shows what changed; threads follow by themselves."""
        if isinstance(heard.event, Pressed) and heard.event.view:
            await self._home(heard)

    async def _counterpart(
        self, heard: Heard, tenant_id: UUID, *, is_marked: bool = True
    ) -> Counterpart:
        workspace = await self._workspaces.open(tenant_id, heard.kind, heard.event.origin.team)
        mark = tenant_id if is_marked else None
        is_line = isinstance(heard.event, Pressed) and await self._threads.is_line(
            tenant_id, heard.event.origin.place, heard.event.message
        )
        return Counterpart(workspace, heard.event, mark, is_line=is_line)
