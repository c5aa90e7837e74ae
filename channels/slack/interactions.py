"""Understands commands, buttons and forms. Pure.

None of them is repeated by Slack, but a replayed request within five minutes would be: the
trigger, made anew for every press, is their id.
"""

from collections.abc import Callable

from channels.cards import Used
from channels.slack.blocks import action_of
from channels.slack.events import (
    NotForUs,
    Origin,
    Place,
    Pressed,
    SlashCommand,
    StaffEvent,
    Submitted,
)
from channels.slack.forms import carried, filled_in
from channels.slack.markup import plain
from channels.slack.reading import Node, elements, fingerprint, first, node, text


def command(whole: Node) -> StaffEvent:
    origin = Origin(
        event_id=text(whole.get("trigger_id")) or fingerprint(whole),
        team=text(whole.get("team_id")),
        enterprise=text(whole.get("enterprise_id")),
        person=text(whole.get("user_id")),
        person_team=text(whole.get("team_id")),
        channel=text(whole.get("channel_id")),
        thread=text(whole.get("thread_ts")),
    )
    if not (origin.team and origin.person and text(whole.get("command"))):
        return NotForUs(origin, "the command names no workspace, no person or nothing to do")
    return SlashCommand(
        origin,
        text(whole.get("command")),
        plain(text(whole.get("text"))).strip(),
        trigger=text(whole.get("trigger_id")),
        response_url=text(whole.get("response_url")),
    )


def _pressed(whole: Node) -> StaffEvent:
    container, view = node(whole.get("container")), node(whole.get("view"))
    origin = _origin(whole)
    action = next((node(entry) for entry in elements(whole.get("actions"))), {})
    if reason := _is_incomplete(origin, text(action.get("action_id"))):
        return NotForUs(origin, reason)
    value = first(action.get("value"), node(action.get("selected_option")).get("value"))
    used = Used(action_of(text(action.get("action_id"))), value, origin.person, str(origin.place))
    return Pressed(
        origin,
        used,
        trigger=text(whole.get("trigger_id")),
        response_url=text(whole.get("response_url")),
        message=first(container.get("message_ts"), node(whole.get("message")).get("ts")),
        view=first(view.get("id"), container.get("view_id")),
        view_hash=text(view.get("hash")),
        is_private=container.get("is_ephemeral") is True,
    )


def _submitted(whole: Node) -> StaffEvent:
    view = node(whole.get("view"))
    action = text(view.get("callback_id"))
    origin = _origin(whole)
    if reason := _is_incomplete(origin, action):
        return NotForUs(origin, reason)
    value, _ = carried(view)
    used = Used(action, value, origin.person, str(origin.place), filled_in(view))
    return Submitted(origin, used, trigger=text(whole.get("trigger_id")), view=text(view.get("id")))


def _origin(whole: Node) -> Origin:
    """A modal does not say where it was opened: its metadata does, for its own workspace."""
    view, user, team = node(whole.get("view")), node(whole.get("user")), node(whole.get("team"))
    container, message = node(whole.get("container")), node(whole.get("message"))
    # An app installed for a whole organisation is told no team but the person's.
    workspace = first(
        view.get("app_installed_team_id"), team.get("id"), user.get("team_id"), view.get("team_id")
    )
    # What stands in no thread begins one; what only one person sees does not.
    root = "" if container.get("is_ephemeral") is True else container.get("message_ts")
    opened = Place.of(carried(view)[1])
    opened = opened if opened.team == workspace else Place("")
    return Origin(
        event_id=first(whole.get("trigger_id")) or fingerprint(whole),
        team=workspace,
        enterprise=first(node(whole.get("enterprise")).get("id"), team.get("enterprise_id")),
        person=text(user.get("id")),
        person_team=text(user.get("team_id")),
        channel=first(
            node(whole.get("channel")).get("id"), container.get("channel_id"), opened.channel
        ),
        thread=first(container.get("thread_ts"), message.get("thread_ts"), root, opened.thread),
    )


def _is_incomplete(origin: Origin, action: str) -> str:
    if not origin.team or not origin.person:
        return "the interaction names no workspace or no person"
    return "" if action else "the interaction says not what was used"


def _unneeded(whole: Node) -> StaffEvent:
    return NotForUs(_origin(whole), f"{text(whole.get('type'))} asks nothing of the desk")


KINDS: dict[str, Callable[[Node], StaffEvent]] = {
    "block_actions": _pressed,
    "view_submission": _submitted,
    "view_closed": _unneeded,
    "shortcut": _unneeded,
    "message_action": _unneeded,
    "block_suggestion": _unneeded,
    "interactive_message": _unneeded,
    "dialog_submission": _unneeded,
    "dialog_cancellation": _unneeded,
    "dialog_suggestion": _unneeded,
}
