"""What a member of staff does at the simulated Slack: signed, through the front door."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from bot.console.blockkit import button_of
from bot.console.forms import OnPage
from bot.console.slack.scene import CLOSED, DIRECT, HOME, SlackScene, sees, slack_scene
from bot.demo.slack import DESK_CHANNEL, DemoSlack
from bot.staffroom.staffroom import Staffroom
from channels.slack.simulator import Ack, Line, Member
from channels.slack.simulator.people import SharedBytes
from channels.slack.simulator.world import StoredFile
from domain.errors import NotFound, Refused

LOOK_AGAIN = 0.02
COMMAND = "/desk"
_CALLED = ("@desk", "@frontdesk")
_GONE = "That button is not there any more."


@dataclass(frozen=True, slots=True)
class StaffSide:
    """`patience`: seconds to wait for what the product does before the page is shown."""

    slack: DemoSlack
    staffroom: Staffroom
    tenant_id: UUID
    patience: float

    async def scene(self, on_page: OnPage, conversation_id: UUID | None) -> SlackScene:
        root = "" if on_page.root == CLOSED else on_page.root or await self._root(conversation_id)
        read = self.slack.read.setdefault(self.me(on_page), {})
        scene = slack_scene(self.slack.workspace, on_page, root, read)
        if scene.lines:
            read[scene.room.key] = scene.lines[-1].ts
        return scene

    async def open_home(self, on_page: OnPage) -> None:
        """Frontdesk draws the App Home anew when somebody comes to it."""
        await self._do(on_page, lambda member: member.open_home())

    async def press(self, on_page: OnPage, ts: str, key: str) -> None:
        line = self._seen(on_page, ts)
        button = button_of(line.blocks, key)
        if button is None:
            raise Refused(_GONE)
        await self._do(on_page, lambda member: member.press_button(line, button))

    async def press_at_home(self, on_page: OnPage, key: str) -> None:
        home = self.slack.workspace.homes.get(self.me(on_page), {})
        button = button_of(home.get("blocks"), key)
        if button is None:
            raise Refused(_GONE)
        await self._do(on_page, lambda member: member.press_button_at_home(button))

    async def submit(
        self,
        on_page: OnPage,
        window: str,
        answers: Mapping[str, str],
        files: Mapping[str, tuple[SharedBytes, ...]],
    ) -> None:
        view = self.slack.workspace.view_of(self.me(on_page))
        if view is None or view["id"] != window:
            raise Refused("That window is not open any more.")
        await self._do(on_page, lambda member: member.submit(view, answers, files))

    def close(self, on_page: OnPage, window: str) -> None:
        """Slack tells nobody of it."""
        view = self.slack.workspace.view_of(self.me(on_page))
        if view is not None and view["id"] == window:
            del self.slack.workspace.views[window]

    async def say(
        self, on_page: OnPage, words: str, thread: str, files: tuple[SharedBytes, ...]
    ) -> None:
        """A command, words to the bot, or a plain line."""
        channel = self._channel(on_page, thread)
        called = next((name for name in _CALLED if words.lower().startswith(name)), "")
        asked = words[len(called) :].strip(" ,:")
        if words.startswith("/"):
            await self._command(on_page, words, channel, thread)
        elif not words and not files:
            raise Refused("Nothing was written.")
        elif called and channel != self.me(on_page):
            await self._do(on_page, lambda member: member.mention(asked, channel, thread, files))
        else:
            # A note is kept without a word; what is said to the bot directly is answered.
            await self._do(
                on_page,
                lambda member: member.say(words, channel, thread, files),
                waits=channel == self.me(on_page),
            )

    def file(self, name: str) -> StoredFile:
        """Raises NotFound."""
        found = self.slack.workspace.files.get(name)
        if found is None or not found.is_shown:
            raise NotFound("file", name)
        return found

    def me(self, on_page: OnPage) -> str:
        people = self.slack.workspace.people
        return on_page.me if on_page.me in people else next(iter(people))

    # --- inner ---

    async def _command(self, on_page: OnPage, words: str, channel: str, thread: str) -> None:
        command, _, rest = words.partition(" ")
        if thread:
            raise Refused(f"Slack takes no commands in threads. Type {command} in the channel.")
        if command != COMMAND:
            raise Refused(f"“{command}” is not a command here. Try {COMMAND} help.")
        await self._do(on_page, lambda member: member.command(rest.strip(), channel))

    async def _do(
        self, on_page: OnPage, act: Callable[[Member], Awaitable[Ack]], *, waits: bool = True
    ) -> None:
        """Acknowledged at once, as Slack wants it; then waits until something new shows."""
        person = self.me(on_page)
        member = self.slack.member(person, self.staffroom.receive_simulated)
        before = self._of_the_bot(person)
        try:
            ack = await act(member)
        except ValueError as error:
            raise Refused(f"Slack would not take that: {error}.") from error
        if not ack.is_good:
            raise Refused(f"Frontdesk did not take that (status {ack.statuses[-1]}). Try again.")
        for _ in range(round(self.patience / LOOK_AGAIN) if waits else 0):
            if self._of_the_bot(person) - before:
                return
            await asyncio.sleep(LOOK_AGAIN)

    def _of_the_bot(self, person: str) -> set[tuple[str, object]]:
        """Marks of all that the bot has put there."""
        workspace = self.slack.workspace
        lines: set[tuple[str, object]] = {
            (x.ts, x.edits) for x in workspace.lines if x.author == workspace.bot_user
        }
        views = (workspace.homes.get(person), workspace.view_of(person))
        return lines | {(view["id"], view["hash"]) for view in views if view}

    def _seen(self, on_page: OnPage, ts: str) -> Line:
        person = self.me(on_page)
        workspace = self.slack.workspace
        found = next((x for x in workspace.lines if x.ts == ts), None)
        if found is None or not sees(workspace, person, found):
            raise Refused(_GONE)
        return found

    def _channel(self, on_page: OnPage, thread: str) -> str:
        if thread:
            return self._seen(on_page, thread).channel
        if on_page.room in (DIRECT, HOME):
            return self.me(on_page)
        known = self.slack.workspace.channels
        return on_page.room if on_page.room in known else DESK_CHANNEL

    async def _root(self, conversation_id: UUID | None) -> str:
        if conversation_id is None:
            return ""
        found = await self.staffroom.thread_of(self.tenant_id, conversation_id)
        return found[1] if found else ""
