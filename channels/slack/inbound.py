"""Understands what Slack sends: commands, interactions and events, as frozen values. Pure."""

import re
from collections.abc import Callable

from channels.slack import interactions
from channels.slack.events import (
    Challenge,
    FileShared,
    HomeOpened,
    MemberJoined,
    Mention,
    NotForUs,
    Origin,
    SharedFile,
    StaffEvent,
    ThreadMessage,
    TokensRevoked,
    Uninstalled,
)
from channels.slack.markup import plain
from channels.slack.reading import Node, elements, fingerprint, first, node, payload, text

_SAID = {"", "file_share", "thread_broadcast", "me_message"}
_SLACKBOT = "USLACKBOT"


def parse(body: bytes, content_type: str = "") -> StaffEvent | Challenge:
    """ValueError with a reason if the body as a whole is not Slack's."""
    return understood(payload(body, content_type))


def understood(whole: Node) -> StaffEvent | Challenge:
    """Never raises: what is odd is NotForUs, with the reason."""
    kind = text(whole.get("type"))
    if kind == "url_verification":
        return Challenge(text(whole.get("challenge")))
    if kind == "event_callback" or (not kind and isinstance(whole.get("event"), dict)):
        return _event(whole)
    if "command" in whole and not kind:
        return interactions.command(whole)
    if kind in interactions.KINDS:
        return interactions.KINDS[kind](whole)
    if "ssl_check" in whole:
        return NotForUs(Origin(fingerprint(whole), ""), "Slack checks the certificate")
    origin = Origin(fingerprint(whole), text(whole.get("team_id")))
    return NotForUs(origin, f"{kind or 'a payload without type'} asks nothing of the desk")


# --- the Events API ----------------------------------------------------------------------


def _event(whole: Node) -> StaffEvent:
    event = node(whole.get("event"))
    kind = text(event.get("type"))
    understand = _EVENTS.get(kind)
    origin = _origin(whole, event)
    if understand is None:
        return NotForUs(origin, f"{kind or 'an event without type'} asks nothing of the desk")
    if not origin.team:
        return NotForUs(origin, "the event names no workspace")
    return understand(origin, event, whole)


def _origin(whole: Node, event: Node) -> Origin:
    """`authorizations` names the installation; in shared channels `team_id` may be another's."""
    installed = _authorization(whole)
    team = first(
        installed.get("team_id"), whole.get("team_id"), whole.get("context_team_id")
    ) or text(event.get("team"))
    item = node(event.get("item"))
    spoken = node(event.get("message")) or event
    return Origin(
        event_id=text(whole.get("event_id")) or fingerprint(whole),
        team=team,
        enterprise=first(installed.get("enterprise_id"), whole.get("enterprise_id")),
        person=first(spoken.get("user"), event.get("user_id"), event.get("user")),
        person_team=first(spoken.get("user_team"), spoken.get("source_team"), spoken.get("team")),
        channel=first(event.get("channel"), event.get("channel_id"), item.get("channel")),
        thread=text(spoken.get("thread_ts")),
    )


def _authorization(whole: Node) -> Node:
    return next((node(entry) for entry in elements(whole.get("authorizations"))), {})


def _bot(whole: Node) -> str:
    """Our own user in the workspace, where the event says it."""
    installed = _authorization(whole)
    return text(installed.get("user_id")) if installed.get("is_bot") is True else ""


def _message(origin: Origin, event: Node, whole: Node) -> StaffEvent:
    subtype = text(event.get("subtype"))
    if subtype == "message_changed":
        return _edited(origin, event)
    if subtype == "message_deleted":
        return NotForUs(origin, "a line was deleted in Slack; the record keeps it")
    if subtype not in _SAID:
        return NotForUs(origin, f"a message of the kind {subtype} is nobody's words")
    if reason := _by_nobody(origin, event):
        return NotForUs(origin, reason)
    if text(event.get("channel_type")) == "im":
        return _mention(origin, event, whole, is_direct=True)
    if not origin.thread:
        return NotForUs(origin, "not in a thread")
    bot = _bot(whole)
    if bot and f"<@{bot}" in text(event.get("text")):
        return NotForUs(origin, "also told as a mention")
    return ThreadMessage(
        origin, plain(text(event.get("text"))), text(event.get("ts")), _files(event)
    )


def _by_nobody(origin: Origin, event: Node) -> str:
    if event.get("bot_id") or event.get("bot_profile"):
        return "a bot's own message"
    if not origin.person or origin.person == _SLACKBOT:
        return "written by no person"
    return ""


def _edited(origin: Origin, event: Node) -> StaffEvent:
    now, before = node(event.get("message")), node(event.get("previous_message"))
    if reason := _by_nobody(origin, now):
        return NotForUs(origin, reason)
    if text(now.get("text")) == text(before.get("text")):
        return NotForUs(origin, "only what Slack shows around a line changed")
    if not origin.thread or origin.thread == text(now.get("ts")):
        return NotForUs(origin, "not in a thread")
    ts = text(now.get("ts"))
    return ThreadMessage(origin, plain(text(now.get("text"))), ts, _files(now), replaces=ts)


def _mention(origin: Origin, event: Node, whole: Node, *, is_direct: bool = False) -> StaffEvent:
    if reason := _by_nobody(origin, event):
        return NotForUs(origin, reason)
    words = _without_name(text(event.get("text")), _bot(whole))
    return Mention(origin, plain(words), text(event.get("ts")), _files(event), is_direct)


def _without_name(words: str, bot: str) -> str:
    """Without the bot's name; where it is not known, without the name the words begin with."""
    name = re.escape(bot) if bot else r"[A-Z0-9]+"
    pattern = rf"<@{name}(\|[^>]*)?>" if bot else rf"\A\s*<@{name}(\|[^>]*)?>"
    return " ".join(re.sub(pattern, " ", words).split(" ")).strip(" ,:\n")


def _files(event: Node) -> tuple[SharedFile, ...]:
    return tuple(file for entry in elements(event.get("files")) if (file := _file(node(entry))).id)


def _file(entry: Node) -> SharedFile:
    size = entry.get("size")
    return SharedFile(
        id=text(entry.get("id")),
        name=first(entry.get("name"), entry.get("title")),
        content_type=text(entry.get("mimetype")),
        size=size if isinstance(size, int) and not isinstance(size, bool) else None,
        url=first(entry.get("url_private_download"), entry.get("url_private")),
    )


def _home(origin: Origin, event: Node, whole: Node) -> StaffEvent:
    if text(event.get("tab")) not in {"home", ""}:
        return NotForUs(origin, "the messages tab was opened, not the home")
    return HomeOpened(origin)


def _joined(origin: Origin, event: Node, whole: Node) -> StaffEvent:
    return MemberJoined(origin, is_bot=bool(origin.person) and origin.person == _bot(whole))


def _file_shared(origin: Origin, event: Node, whole: Node) -> StaffEvent:
    file_id = first(event.get("file_id"), node(event.get("file")).get("id"))
    return FileShared(origin, file_id) if file_id else NotForUs(origin, "the event names no file")


def _uninstalled(origin: Origin, event: Node, whole: Node) -> StaffEvent:
    return Uninstalled(origin)


def _revoked(origin: Origin, event: Node, whole: Node) -> StaffEvent:
    tokens = node(event.get("tokens"))
    bots, people = (
        tuple(filter(None, map(text, elements(tokens.get(k))))) for k in ("bot", "oauth")
    )
    return TokensRevoked(origin, bots, people)


_EVENTS: dict[str, Callable[[Origin, Node, Node], StaffEvent]] = {
    "message": _message,
    "app_mention": _mention,
    "app_home_opened": _home,
    "member_joined_channel": _joined,
    "file_shared": _file_shared,
    "app_uninstalled": _uninstalled,
    "tokens_revoked": _revoked,
}
