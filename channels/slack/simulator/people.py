"""A person at Slack: types commands, presses buttons, fills in forms, writes in threads."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from channels.slack.simulator.files import kept
from channels.slack.simulator.lines import Ack, Kind, Wire
from channels.slack.simulator.web_api import SlackSimulator
from channels.slack.simulator.world import (
    AnswerPlace,
    Line,
    SimulatedWorkspace,
    View,
    buttons,
    direct,
    fresh,
    stamp,
)

SharedBytes = tuple[str, bytes, str]
"""A file as (name, content, content type)."""
_MENTION = re.compile(r"&lt;([@#!][^&<>]+)&gt;")


@dataclass(frozen=True, slots=True)
class Member:
    """One person of one workspace, and the wire that leads to the app."""

    simulator: SlackSimulator
    workspace: SimulatedWorkspace
    person: str
    wire: Wire

    async def command(self, text: str, channel: str, command: str = "/desk") -> Ack:
        """What the answer says is seen by this person only."""
        payload = {
            **self._app,
            "team_id": self.workspace.team,
            "team_domain": self.workspace.name.lower(),
            "enterprise_id": self.workspace.enterprise,
            "channel_id": self._told(channel),
            "user_id": self.person,
            "command": command,
            "text": escaped(text),
            "response_url": self._answer_address(channel),
            "trigger_id": self.simulator.trigger(self.workspace.team, self.person),
        }
        ack = await self.wire.deliver(Kind.COMMAND, payload)
        if ack.body:
            line = Line(stamp(), channel, self.workspace.bot_user, ack.body, only_to=self.person)
            self.workspace.lines.append(line)
        return ack

    async def press(self, line: Line, title: str) -> Ack:
        """The button of a message, by what it says."""
        return await self.press_button(line, _called(line.blocks, title))

    async def press_button(self, line: Line, button: Mapping[str, Any]) -> Ack:
        container = {
            "type": "message",
            "message_ts": line.ts,
            "channel_id": line.channel,
            "is_ephemeral": bool(line.only_to),
            **({"thread_ts": line.thread} if line.thread else {}),
        }
        message = {"ts": line.ts, "text": line.text, "blocks": line.blocks}
        payload = {
            **self._interaction("block_actions"),
            "container": container,
            "channel": {"id": line.channel, "name": self.workspace.channels.get(line.channel, "")},
            "message": message | ({"thread_ts": line.thread} if line.thread else {}),
            "response_url": self._answer_address(line.channel, line.thread, line.ts),
            "actions": [_pressed(button)],
        }
        return await self.wire.deliver(Kind.INTERACTION, payload)

    async def press_at_home(self, title: str) -> Ack:
        blocks = self.workspace.homes[self.person]["blocks"]
        return await self.press_button_at_home(_called(blocks, title))

    async def press_button_at_home(self, button: Mapping[str, Any]) -> Ack:
        view = self.workspace.homes[self.person]
        payload = {
            **self._interaction("block_actions"),
            "container": {"type": "view", "view_id": view["id"]},
            "view": view,
            "actions": [_pressed(button)],
        }
        return await self.wire.deliver(Kind.INTERACTION, payload)

    async def submit(
        self,
        view: View,
        answers: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[SharedBytes, ...]] | None = None,
    ) -> Ack:
        """Sends a window; `answers` and `files` by the label of what is asked, or by its block_id
        where labels are alike. The rest goes as it was shown.

        ValueError where Slack would not let it be sent.
        """
        shared = {asked: self._kept(given) for asked, given in (files or {}).items()}
        values = {
            block["block_id"]: _answered(block, answers or {}, shared)
            for block in view["blocks"]
            if block["type"] == "input"
        }
        self.workspace.views.pop(view["id"], None)
        payload = {
            **self._interaction("view_submission"),
            "view": {**view, "state": {"values": values}},
        }
        return await self.wire.deliver(Kind.INTERACTION, payload)

    async def say(
        self,
        text: str,
        channel: str,
        thread: str = "",
        files: tuple[SharedBytes, ...] = (),
    ) -> Ack:
        """A plain line; to the bot directly where the channel is the person."""
        told = self._written(escaped(text), channel, thread, files)
        kind = "im" if told["channel"].startswith("D") else "channel"
        return await self.event({"type": "message", "channel_type": kind, **told})

    async def mention(
        self, text: str, channel: str, thread: str = "", files: tuple[SharedBytes, ...] = ()
    ) -> Ack:
        """Speaks to the bot; Slack tells of it twice."""
        words = f"<@{self.workspace.bot_user}> {escaped(text)}"
        told = self._written(words, channel, thread, files)
        await self.event({"type": "message", "channel_type": "channel", **told})
        told.pop("subtype", "")
        return await self.event({"type": "app_mention", **told})

    async def open_home(self) -> Ack:
        return await self.event({"type": "app_home_opened", "tab": "home", "channel": "D1"})

    async def uninstall(self) -> Ack:
        """The administrator takes the app away: its token is worth nothing from then on."""
        self.workspace.is_installed = False
        return await self.event({"type": "app_uninstalled"})

    async def event(self, event: Mapping[str, Any], event_id: str = "") -> Ack:
        """Any event of this person's."""
        return await self.wire.deliver(Kind.EVENT, self.envelope(event, event_id))

    def envelope(self, event: Mapping[str, Any], event_id: str = "") -> dict[str, Any]:
        team, enterprise = self.workspace.team, self.workspace.enterprise or None
        authorization = {
            "enterprise_id": enterprise,
            "team_id": team,
            "user_id": self.workspace.bot_user,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        return {
            **self._app,
            "type": "event_callback",
            "team_id": team,
            "enterprise_id": enterprise,
            "event": {"user": self.person, "team": team, **event},
            "event_id": event_id or fresh("Ev"),
            "event_time": int(time.time()),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
        }

    @property
    def _app(self) -> dict[str, str]:
        return {"api_app_id": self.simulator.app_id, "token": "deprecated"}

    def _interaction(self, kind: str) -> dict[str, Any]:
        team, enterprise = self.workspace.team, self.workspace.enterprise
        return {
            **self._app,
            "type": kind,
            "team": {"id": team, "domain": self.workspace.name.lower()},
            "enterprise": {"id": enterprise} if enterprise else None,
            "user": {"id": self.person, "username": self.person.lower(), "team_id": team},
            "trigger_id": self.simulator.trigger(team, self.person),
            "is_enterprise_install": False,
        }

    def _answer_address(self, channel: str, thread: str = "", used: str = "") -> str:
        place = AnswerPlace(channel, thread, self.person, used)
        return self.simulator.answer_address(self.workspace, place)

    def _written(
        self, words: str, channel: str, thread: str, files: tuple[SharedBytes, ...]
    ) -> dict[str, Any]:
        """Puts the line there; what an event tells of it."""
        shared = self._kept(files)
        line = Line(stamp(), channel, self.person, words, thread)
        line.files = tuple(file["id"] for file in shared)
        self.workspace.lines.append(line)
        return {
            "channel": self._told(channel),
            "text": words,
            "ts": line.ts,
            **({"thread_ts": thread} if thread else {}),
            **({"subtype": "file_share", "files": shared} if shared else {}),
        }

    def _told(self, channel: str) -> str:
        """Direct messages stand under the person, and are told under a name of their own."""
        return direct(channel) if channel == self.person else channel

    def _kept(self, files: tuple[SharedBytes, ...]) -> list[dict[str, Any]]:
        return [kept(self.workspace, self.simulator.base_url, *file) for file in files]


def escaped(text: str) -> str:
    """As Slack hands on what people type; mentions in angle brackets stay."""
    whole = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MENTION.sub(r"<\1>", whole)


def _called(blocks: list[dict[str, Any]], title: str) -> dict[str, Any]:
    found = [button for button in buttons(blocks) if button["text"]["text"] == title]
    if not found:
        raise ValueError(f"there is no button “{title}”")
    return found[0]


def _pressed(button: Mapping[str, Any]) -> dict[str, Any]:
    return {**button, "block_id": "made-up", "action_ts": stamp()}


def _answered(
    block: dict[str, Any], answers: Mapping[str, str], files: Mapping[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    element, asked = block["element"], block["label"]["text"]
    name = block["block_id"]
    given = answers.get(name, answers.get(asked))
    kind, action = element["type"], element["action_id"]
    if kind == "file_input":
        shared = files.get(name, files.get(asked, []))
        answer: dict[str, Any] = {"files": shared}
        is_empty = not shared
    elif kind == "multi_static_select":
        chosen = [o["value"] for o in element.get("initial_options", [])]
        chosen = chosen if given is None else [v for v in given.split(",") if v]
        answer = {"selected_options": [_option(block, value) for value in chosen]}
        is_empty = not chosen
    elif kind == "static_select":
        option = element.get("initial_option") if given is None else _option(block, given)
        answer, is_empty = {"selected_option": option}, option is None
    else:
        value = element.get("initial_value") if given is None else given
        answer, is_empty = {"value": value or None}, not value
        if value and len(value) > element.get("max_length", 3000):
            raise ValueError(f"“{asked}” is too long")
    if is_empty and not block.get("optional"):
        raise ValueError(f"“{asked}” must be filled in")
    return {action: {"type": kind, **answer}}


def _option(block: dict[str, Any], value: str) -> dict[str, Any] | None:
    """None: nothing was chosen."""
    if not value:
        return None
    found = [option for option in block["element"]["options"] if option["value"] == value]
    if not found:
        raise ValueError(f"“{value}” is none of the options of “{block['label']['text']}”")
    chosen: dict[str, Any] = found[0]
    return chosen
