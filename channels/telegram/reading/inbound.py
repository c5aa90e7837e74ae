"""An update of the Bot API to events: each gives at least one. Pure.

Read leniently and by hand: an update of a kind that a library's classes do not know yet, or an
old one that lacks a field they insist on, must be shown all the same.
"""

from collections.abc import Callable, Iterator
from datetime import datetime

from channels.messages import EventKind, Ignored, InboundEvent, InboundMessage, Sender
from channels.telegram.reading import content
from channels.telegram.reading.content import Content, surroundings
from channels.telegram.reading.payload import (
    Node,
    document,
    elements,
    fingerprint,
    integer,
    known,
    moment,
    node,
    text,
    unknown_moment,
)
from channels.telegram.reading.people import (
    GROUP,
    Chat,
    Ourselves,
    chat_of,
    hint_of,
    is_for,
    message_key,
    own_phone,
    sender_of,
    without_mention,
)

ON_ARRIVAL = {"sent_at": "on_arrival"}
"""Updates without a time of their own: they count from when they reach us."""
NOBODY = Ourselves()


def parse(body: bytes, ourselves: Ourselves = NOBODY) -> tuple[InboundEvent, ...]:
    """All events of an update, a bare message, or an answer of `getUpdates`.

    Raises ValueError only if the whole is no JSON object.
    """
    whole = document(body)
    if isinstance(whole.get("result"), list):
        events = [e for one in elements(whole["result"]) for e in _update(node(one), ourselves)]
        return tuple(events) or (Ignored(ourselves.bot_id, "no updates"),)
    return tuple(_update(whole, ourselves))


def _update(update: Node, ourselves: Ourselves) -> Iterator[InboundEvent]:
    if "message_id" in update and "chat" in update:
        update = {"message": update}
    kind = next((key for key in _READERS if node(update.get(key))), "")
    if kind:
        yield _READERS[kind](Update(update, ourselves), node(update.get(kind)))
        return
    named = next((key for key, value in update.items() if isinstance(value, dict)), "")
    what = text(named)[:60].replace("_", " ") or "not an update of Telegram"
    yield Ignored(ourselves.bot_id, f"[unsupported: {what}]")


class Update:
    """One update, and who reads it."""

    def __init__(self, raw: Node, ourselves: Ourselves) -> None:
        self.ourselves = ourselves
        self.account = ourselves.bot_id
        # `update_id` may begin anew after a quiet week: alone it names nothing.
        self.number = integer(raw.get("update_id")) or 0
        self._raw = raw

    def ignored(self, reason: str) -> Ignored:
        return Ignored(self.account, reason)

    def unreadable(self, what: str) -> Ignored:
        return self.ignored(f"[unsupported: {what}] {fingerprint(self._raw)}")


def _message(update: Update, message: Node) -> InboundEvent:
    found = _unread(update, message)
    return found or _assembled(update, message, content.read(message))


def _edited(update: Update, message: Node) -> InboundEvent:
    found = _unread(update, message)
    if found:
        return found
    if node(message.get("location")):
        return update.ignored("a live location that moved")
    return _assembled(update, message, content.read(message), is_edit=True)


def _unread(update: Update, message: Node) -> Ignored | None:
    """Why a message is nobody's to us; None for all others."""
    chat, message_id = chat_of(message.get("chat")), integer(message.get("message_id"))
    if chat is None or message_id is None:
        return update.unreadable("a message without chat or id")
    writer = node(message.get("from"))
    service = content.service_of(message)
    if upgraded := _upgrade(chat, message):
        reason = f"the group “{chat.title}” became a supergroup"
        return Ignored(update.account, reason, moves=upgraded)
    rules = (
        (chat.kind == "channel", f"a post in the channel “{chat.title}”: channels are read only"),
        (bool(service), f"news of the chat: {service.replace('_', ' ')}"),
        (integer(writer.get("id")) is None, "a message that names no person"),
        (writer.get("is_bot") is True, "written by a bot"),
        (
            chat.is_group and not is_for(update.ourselves, message),
            f"said in the group “{chat.title}” to others, not to the bot",
        ),
    )
    return next((update.ignored(reason) for applies, reason in rules if applies), None)


def _upgrade(chat: Chat, message: Node) -> tuple[str, str] | None:
    """A group that grows gets a new id; both chats tell of it. The hints, old and new."""
    new = integer(message.get("migrate_to_chat_id"))
    old = integer(message.get("migrate_from_chat_id"))
    if new is not None:
        return f"{GROUP}{chat.id}", f"{GROUP}{new}"
    return (f"{GROUP}{old}", f"{GROUP}{chat.id}") if old is not None else None


def _assembled(
    update: Update, message: Node, said: Content, *, is_edit: bool = False
) -> InboundMessage:
    chat = chat_of(message.get("chat")) or Chat(0, "private")
    key = message_key(chat.id, integer(message.get("message_id")) or 0)
    edited_at = moment(message.get("edit_date")) if is_edit else None
    sent_at = edited_at or moment(message.get("date"))
    external_id = _edit_key(update, key, message) if is_edit else key
    shown = without_mention(update.ourselves, said.text) if chat.is_group else said.text
    answered = integer(node(message.get("reply_to_message")).get("message_id"))
    sender = sender_of(node(message.get("from")))
    phone = own_phone(message)
    if phone:
        sender = Sender((*sender.addresses, phone), sender.name)
    group = known(group=chat.title) if chat.is_group else {}
    return InboundMessage(
        kind=said.kind,
        account=update.account,
        external_id=external_id,
        conversation_hint=hint_of(chat, message),
        sender=sender,
        sent_at=sent_at or unknown_moment(),
        text=shown,
        full_text=said.text,
        content_kind=said.content_kind,
        attachments=said.attachments,
        in_reply_to=message_key(chat.id, answered) if answered is not None else None,
        replaces=key if is_edit else None,
        reason=said.reason,
        details={**surroundings(message), **said.details, **group, **_time(sent_at)},
    )


def _edit_key(update: Update, key: str, message: Node) -> str:
    """Sorts after what it replaces, and later edits after earlier ones."""
    at = integer(message.get("edit_date")) or 0
    return f"{key}:edit:{at:010d}:{update.number:010d}"


def _time(known_at: datetime | None) -> dict[str, str]:
    return {} if known_at else {"sent_at": "unknown"}


def _pressed(update: Update, query: Node) -> InboundEvent:
    """A button under a message of ours. The query itself has no time."""
    query_id, choice = text(query.get("id")), text(query.get("data"))
    under = node(query.get("message"))
    chat, message_id = chat_of(under.get("chat")), integer(under.get("message_id"))
    presser = node(query.get("from"))
    if not query_id or chat is None or message_id is None or integer(presser.get("id")) is None:
        return update.ignored("[unsupported: a button outside of our chats]")
    title = _title_of(choice, under)
    return InboundMessage(
        kind=EventKind.MESSAGE if choice else EventKind.UNSUPPORTED,
        account=update.account,
        external_id=f"{chat.id}:press:{query_id}",
        conversation_hint=hint_of(chat, under),
        sender=sender_of(presser),
        sent_at=moment(under.get("date")) or unknown_moment(),
        text=title or choice or "[unsupported: a button without meaning]",
        full_text=title or choice,
        content_kind="button_reply",
        in_reply_to=message_key(chat.id, message_id),
        choice=choice or None,
        details={**ON_ARRIVAL, **known(press=query_id, username=text(presser.get("username")))},
    )


def _title_of(choice: str, under: Node) -> str:
    """What stands on the button that was pressed."""
    rows = elements(node(under.get("reply_markup")).get("inline_keyboard"))
    buttons = (node(button) for row in rows for button in elements(row))
    titles = (text(b.get("text")) for b in buttons if text(b.get("callback_data")) == choice)
    return next(titles, "") if choice else ""


def _reaction(update: Update, reaction: Node) -> InboundEvent:
    chat, message_id = chat_of(reaction.get("chat")), integer(reaction.get("message_id"))
    person = node(reaction.get("user"))
    if chat is None or message_id is None or integer(person.get("id")) is None:
        return update.ignored("a reaction of nobody in particular")
    now = "".join(_emoji(node(one)) for one in elements(reaction.get("new_reaction")))
    at = moment(reaction.get("date"))
    stamp = f"{integer(reaction.get('date')) or 0:010d}:{update.number:010d}"
    return InboundMessage(
        kind=EventKind.REACTION,
        account=update.account,
        external_id=f"{message_key(chat.id, message_id)}:reaction:{stamp}",
        conversation_hint=hint_of(chat, reaction),
        sender=sender_of(person),
        sent_at=at or unknown_moment(),
        text=now,
        full_text=now,
        content_kind="reaction",
        in_reply_to=message_key(chat.id, message_id),
        reason="" if now else "reaction removed",
        details=_time(at),
    )


def _emoji(reaction: Node) -> str:
    if text(reaction.get("type")) == "paid":
        return "⭐"
    return text(reaction.get("emoji"))[:16] or "[custom emoji]"


def _membership(update: Update, change: Node) -> InboundEvent:
    """A person blocks the bot or lets it in again; or it is added to a group or removed."""
    chat, person = chat_of(change.get("chat")), node(change.get("from"))
    status = text(node(change.get("new_chat_member")).get("status"))
    if chat is None or not chat.is_private or integer(person.get("id")) is None:
        where = f"the {chat.kind} “{chat.title}”" if chat else "a chat"
        return update.ignored(f"the bot's place in {where}: {status or 'unknown'}")
    at = moment(change.get("date"))
    is_reachable = status not in {"kicked", "left"}
    words = "lets the bot write again" if is_reachable else "has blocked the bot"
    stamp = f"{integer(change.get('date')) or 0:010d}:{update.number:010d}"
    return InboundMessage(
        kind=EventKind.AUTOMATIC,
        account=update.account,
        external_id=f"{chat.id}:member:{stamp}",
        conversation_hint=str(chat.id),
        sender=sender_of(person),
        sent_at=at or unknown_moment(),
        text=f"[{words}]",
        full_text=f"[{words}]",
        content_kind="system",
        reason="unblocked" if is_reachable else "blocked",
        is_reachable=is_reachable,
        details=_time(at),
    )


def _payment(what: str) -> Callable[[Update, Node], InboundEvent]:
    def reader(update: Update, query: Node) -> InboundEvent:
        """Nothing is sold through the bot: shown to staff, so that nobody pays in vain."""
        person, query_id = node(query.get("from")), text(query.get("id"))
        who = integer(person.get("id"))
        if who is None or not query_id:
            return update.unreadable(what)
        return InboundMessage(
            kind=EventKind.UNSUPPORTED,
            account=update.account,
            external_id=f"{who}:query:{query_id}",
            conversation_hint=str(who),
            sender=sender_of(person),
            sent_at=unknown_moment(),
            text=f"[unsupported: {what}]",
            full_text=f"[unsupported: {what}]",
            content_kind="unsupported",
            reason=f"not understood: {what}",
            details=ON_ARRIVAL,
        )

    return reader


_READERS: dict[str, Callable[[Update, Node], InboundEvent]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _pressed,
    "message_reaction": _reaction,
    "my_chat_member": _membership,
    "channel_post": _message,
    "edited_channel_post": _message,
    "pre_checkout_query": _payment("pre checkout query"),
    "shipping_query": _payment("shipping query"),
}
