"""The methods about messages, channels and people."""

from typing import Any

from channels.slack.simulator.refusal import Refused
from channels.slack.simulator.strictness import complaints, length
from channels.slack.simulator.world import Line, SimulatedWorkspace, direct, stamp

_LONGEST_TEXT = 4000


def _post(workspace: SimulatedWorkspace, arguments: dict[str, Any]) -> dict[str, Any]:
    line = _drawn(workspace, arguments)
    workspace.lines.append(line)
    return {"channel": line.channel, "ts": line.ts, "message": {"text": line.text, "ts": line.ts}}


def _whisper(workspace: SimulatedWorkspace, arguments: dict[str, Any]) -> dict[str, Any]:
    line = _drawn(workspace, arguments)
    line.only_to = str(arguments.get("user", ""))
    if line.only_to not in workspace.people:
        raise Refused("user_not_in_channel")
    workspace.lines.append(line)
    return {"message_ts": line.ts}


def _update(workspace: SimulatedWorkspace, arguments: dict[str, Any]) -> dict[str, Any]:
    line = _own(workspace, arguments)
    text, blocks = _content(arguments)
    line.text, line.blocks, line.edits = text, blocks, line.edits + 1
    return {"channel": line.channel, "ts": line.ts, "text": text}


def _delete(workspace: SimulatedWorkspace, arguments: dict[str, Any]) -> dict[str, Any]:
    line = _own(workspace, arguments)
    workspace.lines.remove(line)
    return {"channel": line.channel, "ts": line.ts}


def _drawn(workspace: SimulatedWorkspace, arguments: dict[str, Any]) -> Line:
    channel = _channel(workspace, arguments)
    if channel not in workspace.joined and channel not in workspace.people:
        raise Refused("not_in_channel")
    text, blocks = _content(arguments)
    thread = str(arguments.get("thread_ts", ""))
    if thread and workspace.line(channel, thread) is None:
        raise Refused("thread_not_found")
    return Line(stamp(), channel, workspace.bot_user, text, thread, blocks)


def _content(arguments: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    text, blocks = str(arguments.get("text", "")), arguments.get("blocks", [])
    if not text and not blocks:
        raise Refused("no_text")
    if length(text) > _LONGEST_TEXT:
        raise Refused("msg_too_long")
    if told := complaints(blocks):
        raise Refused("invalid_blocks", told)
    return text, blocks


def _own(workspace: SimulatedWorkspace, arguments: dict[str, Any]) -> Line:
    line = workspace.line(_channel(workspace, arguments), str(arguments.get("ts")))
    if line is None or line.only_to:
        raise Refused("message_not_found")
    if line.author != workspace.bot_user:
        raise Refused("cant_update_message")
    return line


def _channel(workspace: SimulatedWorkspace, arguments: dict[str, Any]) -> str:
    """A person's id stands for the direct messages with them, and so does their own channel's."""
    channel = str(arguments.get("channel", ""))
    for person in workspace.people:
        if channel == direct(person):
            return person
    if channel not in workspace.channels and channel not in workspace.people:
        raise Refused("channel_not_found")
    return channel


def _greeting(workspace: SimulatedWorkspace, arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        "team": workspace.name,
        "team_id": workspace.team,
        "enterprise_id": workspace.enterprise or None,
        "user_id": workspace.bot_user,
        "bot_id": workspace.bot_id,
        "url": "https://desk.slack.example/",
    }


def _channel_told(workspace: SimulatedWorkspace, arguments: dict[str, Any]) -> dict[str, Any]:
    channel = _channel(workspace, arguments)
    is_member = channel in workspace.joined
    name = workspace.channels.get(channel, "")
    return {"channel": {"id": channel, "name": name, "is_member": is_member}}


def _person_told(workspace: SimulatedWorkspace, arguments: dict[str, Any]) -> dict[str, Any]:
    person = workspace.people.get(str(arguments.get("user")))
    if person is None:
        raise Refused("user_not_found")
    return {"user": person}


METHODS = {
    "auth.test": _greeting,
    "chat.delete": _delete,
    "chat.postEphemeral": _whisper,
    "chat.postMessage": _post,
    "chat.update": _update,
    "conversations.info": _channel_told,
    "users.info": _person_told,
}
