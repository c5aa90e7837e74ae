"""Meta's webhook body to events: every entry × change × element gives exactly one. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from channels.messages import (
    Author,
    DeliveryState,
    EventKind,
    Ignored,
    InboundEvent,
    InboundMessage,
    Sender,
    StatusUpdate,
)
from channels.whatsapp import content
from channels.whatsapp.content import Content, surroundings
from channels.whatsapp.payload import (
    Node,
    document,
    elements,
    errors_of,
    fingerprint,
    known,
    moment,
    node,
    refuse_bombs,
    text,
    unknown_moment,
)
from channels.whatsapp.people import GROUP, Person, address, receiver, writer
from channels.whatsapp.template_news import TEMPLATE_FIELDS, template_news

OBJECT = "whatsapp_business_account"
PLACEHOLDER = ":placeholder"

_STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "played": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
}
_SUMMARY = (
    "event",
    "reason",
    "decision",
    "message_template_name",
    "message_template_language",
    "new_quality_score",
    "current_limit",
    "display_phone_number",
    "alert_type",
    "max_daily_conversations_per_business",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One change with what all its elements share."""

    account: str
    field: str
    value: Node
    entry_time: datetime | None

    @property
    def business(self) -> str:
        """Our own number, as digits where it is one."""
        found = address(node(self.value.get("metadata")).get("display_phone_number"))
        return found.value if found else ""


def accounts(body: bytes) -> tuple[str, ...]:
    """Every phone number id named; for account news without one, the business account's id."""
    try:
        changes = list(_changes(document(body)))
    except ValueError:
        return ()
    numbers = [phone_number_id(c.value) for c in changes]
    named = [n for n in numbers if n] or [c.account for c in changes if c.account]
    return tuple(dict.fromkeys(named))


def phone_number_id(value: Node) -> str:
    return text(node(value.get("metadata")).get("phone_number_id"))


def parse(body: bytes) -> tuple[InboundEvent, ...]:
    """All events in order. ValueError only if the whole is no WhatsApp webhook."""
    whole = document(body)
    if whole.get("object") != OBJECT:
        raise ValueError(f"object is “{text(whole.get('object'))[:60]}”, not “{OBJECT}”")
    refuse_bombs(whole)
    events = [event for change in _changes(whole) for event in _events(change)]
    return tuple(events) or (Ignored("", "a webhook without any change"),)


def _changes(whole: Node) -> Iterator[Change]:
    for element in elements(whole.get("entry")):
        entry = node(element)
        for inner in elements(entry.get("changes")) or [None]:
            change = node(inner)
            value = node(change.get("value"))
            account = phone_number_id(value) or text(entry.get("id"))
            yield Change(account, text(change.get("field")), value, moment(entry.get("time")))


def _events(change: Change) -> Iterator[InboundEvent]:
    found = False
    for key, reader in _SECTIONS.items():
        for element in elements(change.value.get(key)):
            found = True
            yield from reader(change, element)
    if not found and change.field in TEMPLATE_FIELDS:
        yield template_news(change.account, change.value, _account_news(change))
    elif not found:
        yield Ignored(change.account, _account_news(change))


def _account_news(change: Change) -> str:
    if not change.value:
        return f"{change.field or 'a change'}: nothing in it"
    told = (text(change.value.get(key)) for key in _SUMMARY)
    return f"{change.field or 'a change'}: {', '.join(t for t in told if t) or 'account news'}"


def _messages(change: Change, element: object) -> Iterator[InboundEvent]:
    message = node(element)
    if not message:
        yield Ignored(change.account, "a message that is no object")
    elif change.field == "history":
        yield _old_message(change, message, None)
    else:
        yield _message(change, message, content.read(message))


def _message(change: Change, message: Node, said: Content) -> InboundMessage:
    contacts = change.value.get("contacts")
    person = writer(message, contacts)
    return _assembled(change, message, said, person)


def _assembled(change: Change, message: Node, said: Content, customer: Person) -> InboundMessage:
    """The message of a customer; `_of_staff` turns one into a message of ours."""
    external_id = text(message.get("id")) or fingerprint(message)
    group = text(message.get("group_id"))
    sent_at = moment(message.get("timestamp")) or change.entry_time
    unknown = known(sent_at="" if sent_at else "unknown", username=customer.username)
    is_anonymous = not customer.hint
    return InboundMessage(
        kind=EventKind.UNSUPPORTED if is_anonymous else said.kind,
        account=change.account,
        external_id=external_id,
        # Without a sender each message stands alone: strangers must not share a conversation.
        conversation_hint=f"{GROUP}{group}" if group else customer.hint or f"message:{external_id}",
        sender=customer.sender,
        sent_at=sent_at or unknown_moment(),
        text=said.text,
        full_text=said.text,
        content_kind=said.content_kind,
        recipients=(change.business,) if change.business else (),
        attachments=said.attachments,
        in_reply_to=said.in_reply_to or text(node(message.get("context")).get("id")) or None,
        choice=said.choice,
        replaces=said.replaces,
        deletes=said.deletes,
        reason=said.reason or ("the message names no sender" if is_anonymous else ""),
        details={**surroundings(message), **said.details, **unknown},
    )


def _of_staff(message: InboundMessage, change: Change, customer: Person) -> InboundMessage:
    ours = address(change.business)
    return replace(
        message,
        author=Author.STAFF,
        sender=Sender((ours,) if ours else ()),
        addressee=customer.sender,
        recipients=tuple(a.value for a in customer.sender.addresses[:1]),
    )


def _echoes(change: Change, element: object) -> Iterator[InboundEvent]:
    """What a person of the company wrote in the phone app."""
    message = node(element)
    if not message:
        yield Ignored(change.account, "an echo that is no object")
        return
    customer = receiver(message, change.value.get("contacts"))
    said = content.read(message)
    yield _of_staff(_assembled(change, message, said, customer), change, customer)


def _history(change: Change, element: object) -> Iterator[InboundEvent]:
    chunk = node(element)
    code, words = errors_of(chunk)
    found = False
    for thread in elements(chunk.get("threads")):
        for message in elements(node(thread).get("messages")):
            found = True
            if node(message):
                yield _old_message(change, node(message), node(thread).get("id"))
            else:
                yield Ignored(change.account, "an old message that is no object")
    if code or words or not found:
        progress = text(node(chunk.get("metadata")).get("progress"))
        told = f"{code} {words}".strip() or (f"{progress} % done" if progress else "empty")
        yield Ignored(change.account, f"history: {told}")


def _old_message(change: Change, message: Node, thread: object) -> InboundMessage:
    """A message from before the number was connected, written by either side.

    A file comes twice under one id: first a placeholder, later its content, which replaces it.
    """
    if text(message.get("type")) == "media_placeholder":
        said = Content("[file, not transferred]", "media_placeholder")
        message = {**message, "id": f"{text(message.get('id'))}{PLACEHOLDER}"}
    else:
        said = content.read(message)
        if said.attachments and thread is None:
            said = replace(said, replaces=f"{text(message.get('id'))}{PLACEHOLDER}")
    contacts = change.value.get("contacts")
    if not _is_ours(change, message, thread):
        person = writer(message, contacts)
        return replace(_assembled(change, message, said, person), is_history=True)
    customer = receiver({"to": thread, **message}, contacts)
    ours = _of_staff(_assembled(change, message, said, customer), change, customer)
    return replace(ours, is_history=True)


def _is_ours(change: Change, message: Node, thread: object) -> bool:
    if message.get("to") is not None or message.get("to_user_id") is not None:
        return True
    wrote, other = address(message.get("from")), address(thread)
    if wrote is None:
        return False
    return wrote.value == change.business or (other is not None and wrote != other)


def _statuses(change: Change, element: object) -> Iterator[InboundEvent]:
    status = node(element)
    told, external_id = text(status.get("status")), text(status.get("id"))
    state = _STATES.get(told.lower())
    if text(status.get("type")) == "call" or change.field == "calls":
        yield Ignored(change.account, f"call status: {told or 'unknown'}", external_id)
    elif state is None or not external_id:
        reason = f"unknown status “{told}”" if state is None else "a status without a message id"
        yield Ignored(change.account, reason, external_id)
    else:
        yield _status(change, status, state)


def _status(change: Change, status: Node, state: DeliveryState) -> StatusUpdate:
    code, words = errors_of(status)
    origin = node(node(status.get("conversation")).get("origin"))
    return StatusUpdate(
        account=change.account,
        external_id=text(status.get("id")),
        state=state,
        at=moment(status.get("timestamp")) or change.entry_time or unknown_moment(),
        recipient=text(status.get("recipient_id")) or text(status.get("recipient_user_id")),
        error_code=code,
        error_text=words,
        price_category=text(node(status.get("pricing")).get("category"))
        or text(origin.get("type")),
        idempotency_key=text(status.get("biz_opaque_callback_data")),
    )


def _calls(change: Change, element: object) -> Iterator[InboundEvent]:
    ring = node(element)
    said = content.call(ring)
    if said is None:
        event = text(ring.get("event")) or "unknown"
        yield Ignored(change.account, f"call: {event}", text(ring.get("id")))
        return
    if text(ring.get("direction")) == "BUSINESS_INITIATED":
        customer = receiver(ring, change.value.get("contacts"))
        yield _of_staff(_assembled(change, ring, said, customer), change, customer)
    else:
        yield _message(change, ring, said)


def _contacts_synced(change: Change, element: object) -> Iterator[InboundEvent]:
    synced = node(element)
    action = text(synced.get("action")) or "changed"
    yield Ignored(change.account, f"contact in the phone's address book: {action}")


def _preferences(change: Change, element: object) -> Iterator[InboundEvent]:
    told = node(element)
    who = text(told.get("wa_id")) or text(told.get("user_id"))
    what = f"{text(told.get('category'))} {text(told.get('value'))}".strip()
    yield Ignored(change.account, f"preference of {who or 'somebody'}: {what or 'unknown'}")


def _errors(change: Change, element: object) -> Iterator[InboundEvent]:
    code, words = errors_of({"errors": [element]})
    yield Ignored(change.account, f"error told by Meta: {code} {words}".strip())


_SECTIONS = {
    "messages": _messages,
    "message_echoes": _echoes,
    "history": _history,
    "calls": _calls,
    "statuses": _statuses,
    "state_sync": _contacts_synced,
    "user_preferences": _preferences,
    "errors": _errors,
}
