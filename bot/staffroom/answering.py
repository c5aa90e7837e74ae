"""Shows a person what the desk answered: privately, in the thread, as a window, in place."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from uuid import UUID

import stamina

from bot.desk.desk import Answer
from bot.foundation.telemetry import log
from bot.staffroom import marking
from channels.cards import Button, Card, Form, Section
from channels.messages import ChannelError, Permanent, Temporary
from channels.slack.events import Mention, Place, Pressed, SlashCommand, StaffEvent, Submitted
from channels.slack.forms import DoesNotFit
from channels.slack.outbound import Workspace

Way = Callable[[], Awaitable[None]]

WORKING = 1.5
"""Seconds after which a person is told that it takes longer."""
PATIENCE = 60.0
_MOVES = frozenset({"run", "say"})
"""Buttons that lead on; others are used up by the press."""
_TOO_LATE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})


@dataclass
class Counterpart:
    """The one who did something, and where. `mark`: the company whose answers these are.

    `is_line`: the button stands in a line of a thread, which is drawn anew by itself.
    """

    workspace: Workspace
    event: StaffEvent
    mark: UUID | None
    is_line: bool = False
    _was_asked: bool = False

    async def answer(self, answer: Answer, again: tuple[str, str]) -> None:
        if isinstance(answer, Form):
            await self._open(answer, again)
        else:
            await self.tell(answer)

    async def ask_patience(self) -> None:
        """Nothing is said where a card stands for all to see: the answer will come."""
        if not self._response_url:
            return
        card = Card("Working on it …", "", is_private=True)
        if await self._said(lambda: self.workspace.respond(card, self._response_url)):
            self._was_asked = True

    async def tell(self, card: Card) -> None:
        """By the way that reaches the person; what cannot be shown there goes to them directly."""
        drawn = marking.drawn(card, self.mark) if self.mark else card
        ways = [lambda: self._in_place(drawn)] if self._response_url else []
        ways += [lambda: self._near(drawn), lambda: self._directly(drawn)]
        for way in ways:
            if await self._said(way):
                return
        log.warning("desk.unheard", title=card.title, team=self.workspace.team)

    async def _open(self, form: Form, again: tuple[str, str]) -> None:
        trigger = getattr(self.event, "trigger", "")
        drawn = marking.asked(form, self.mark) if self.mark else form
        if not trigger:
            await self.tell(_press_to_open(form, again, "Fill it in in a window."))
            return
        try:
            place = self.event.origin.place
            if isinstance(self.event, Submitted):
                await self.workspace.push(drawn, trigger, place)
            else:
                await self.workspace.open(drawn, trigger, place)
        except DoesNotFit as error:
            await self.tell(_refused(form, f"{error} Use the terminal: frontdesk desk."))
        except Permanent as error:
            text = "It took too long to open the window." if error.code in _TOO_LATE else str(error)
            await self.tell(_press_to_open(form, again, text))
        except Temporary:
            await self.tell(_press_to_open(form, again, "Slack did not open the window."))

    async def _in_place(self, card: Card) -> None:
        """By the address that came with the press or command."""
        event = self.event
        replaces = self._was_asked
        if isinstance(event, SlashCommand):
            card = replace(card, is_private=True)
        elif isinstance(event, Pressed):
            is_used_up = event.used.action not in _MOVES and not self.is_line
            replaces = replaces or (is_used_up and not card.is_error)
            card = card if replaces and not event.is_private else replace(card, is_private=True)
        await self.workspace.respond(card, self._response_url, replace=replaces)

    async def _near(self, card: Card) -> None:
        """In the channel: to all after a mention, else to the person alone."""
        origin = self.event.origin
        if not origin.channel or origin.channel.startswith("D"):
            raise Permanent("There is no channel to say it in.", code="no_channel")
        if isinstance(self.event, Mention) and not (card.is_private or card.is_error):
            root = origin.thread or self.event.message
            await self.workspace.post(card, replace(origin.place, thread=root))
        else:
            await self.workspace.whisper(card, origin.place, origin.person)

    async def _directly(self, card: Card) -> None:
        origin = self.event.origin
        is_direct = origin.channel.startswith("D") and isinstance(self.event, Mention)
        channel = origin.channel if is_direct else origin.person
        await self.workspace.post(card, Place(origin.team, channel))

    async def _said(self, way: Way) -> bool:
        """Waits as Slack asks; False where this way leads nowhere."""
        try:
            async for attempt in stamina.retry_context(
                on=_pause, attempts=6, timeout=PATIENCE, wait_initial=0.5, wait_max=10.0
            ):
                with attempt:
                    await way()
        except ChannelError as error:
            log.info("desk.not_said", error=str(error), code=error.code)
            return isinstance(error, Temporary) and error.may_have_been_sent
        return True

    @property
    def _response_url(self) -> str:
        return str(getattr(self.event, "response_url", ""))


def _pause(error: Exception) -> bool | float:
    """How long to wait before the next try (seconds); False: never again.

    What may have been shown already is not shown twice.
    """
    if not isinstance(error, Temporary) or error.may_have_been_sent:
        return False
    return error.retry_after or True


def _press_to_open(form: Form, again: tuple[str, str], text: str) -> Card:
    buttons = (Button(again[0], "Open", again[1]),) if again[1] else ()
    return Card(form.title, form.tenant, (Section(text),), buttons, is_private=True)


def _refused(form: Form, text: str) -> Card:
    return Card(form.title, form.tenant, (Section(text),), is_private=True, is_error=True)
