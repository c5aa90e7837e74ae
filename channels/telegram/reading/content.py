"""What one Telegram message says: a reader for each kind of the Bot API's `Message`. Pure.

Kinds and fields follow “Message” in the Bot API. Words in square brackets are ours: they stand
where the customer wrote no text.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from channels.messages import EventKind, InboundAttachment
from channels.telegram.reading.attachments import attachment, largest
from channels.telegram.reading.payload import Node, elements, known, node, text
from channels.telegram.reading.people import is_forwarded

_START = re.compile(r"/start(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*")
# What surrounds a message's content; any other key names a kind.
_AROUND = frozenset(
    re.findall(
        r"\w+",
        """
        message_id message_thread_id direct_messages_topic from sender_chat sender_boost_count
        sender_business_bot sender_tag date business_connection_id chat forward_origin
        forward_from forward_from_chat forward_from_message_id forward_signature
        forward_sender_name forward_date is_topic_message is_automatic_forward reply_to_message
        external_reply quote reply_to_story reply_to_checklist_task_id via_bot edit_date
        has_protected_content is_from_offline is_paid_post media_group_id author_signature
        paid_star_count link_preview_options effect_id show_caption_above_media has_media_spoiler
        reply_markup entities caption caption_entities suggested_post_info
        """,
    )
)
_SERVICE = frozenset(
    re.findall(
        r"\w+",
        """
        new_chat_members new_chat_member new_chat_participant left_chat_member
        left_chat_participant new_chat_title new_chat_photo delete_chat_photo group_chat_created
        supergroup_chat_created channel_chat_created message_auto_delete_timer_changed
        migrate_to_chat_id migrate_from_chat_id pinned_message users_shared chat_shared
        connected_website write_access_allowed proximity_alert_triggered boost_added
        chat_background_set forum_topic_created forum_topic_edited forum_topic_closed
        forum_topic_reopened general_forum_topic_hidden general_forum_topic_unhidden
        giveaway_created giveaway_completed video_chat_scheduled video_chat_started
        video_chat_ended video_chat_participants_invited web_app_data chat_owner_left
        chat_owner_changed
        """,
    )
)


@dataclass(frozen=True, slots=True)
class Content:
    text: str = ""
    content_kind: str = "text"
    kind: EventKind = EventKind.MESSAGE
    attachments: tuple[InboundAttachment, ...] = ()
    reason: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


def service_of(message: Node) -> str:
    """The kind of a line that Telegram itself writes (somebody joined, a title changed), or ""."""
    return next((key for key in message if key in _SERVICE), "")


def read(message: Node) -> Content:
    """Never fails: what is not understood becomes a visible "[unsupported: …]"."""
    kind = next((kind for kind in _READERS if message.get(kind) is not None), "")
    if kind:
        return _READERS[kind](message)
    strange = next((key for key in message if key not in _AROUND), "")
    return unsupported(text(strange)[:60].replace("_", " ") or "empty message", message)


def unsupported(what: str, message: Node) -> Content:
    caption = text(message.get("caption"))
    shown = f"[unsupported: {what}]"
    return Content(
        text=f"{caption}\n{shown}".strip(),
        content_kind="unsupported",
        kind=EventKind.UNSUPPORTED,
        reason=f"not understood: {what}",
    )


def surroundings(message: Node) -> dict[str, str]:
    """Details from around the content: forwarded, quoted, of an album, through another bot."""
    origin = node(message.get("forward_origin"))
    people = (origin.get("sender_user"), message.get("forward_from"))
    named = (text(node(person).get("first_name")) for person in people)
    chats = (origin.get("chat"), origin.get("sender_chat"), message.get("forward_from_chat"))
    titled = (text(node(chat).get("title")) for chat in chats)
    told = (text(origin.get("sender_user_name")), text(message.get("forward_sender_name")))
    source = next(filter(None, (*named, *titled, *told)), "")
    writer = node(message.get("from"))
    return known(
        username=text(writer.get("username")),
        client_language=text(writer.get("language_code"))[:35],
        forwarded="yes" if is_forwarded(message) else "",
        forwarded_from=source[:200] if is_forwarded(message) else "",
        album=text(message.get("media_group_id"))[:64],
        quote=text(node(message.get("quote")).get("text"))[:1024],
        via_bot=text(node(message.get("via_bot")).get("username")),
    )


def _text(message: Node) -> Content:
    words = text(message.get("text"))
    start = _START.fullmatch(words)
    if start:
        return Content(words, "start", details=known(start_payload=start[1] or ""))
    return Content(words) if words.strip() else unsupported("text without words", message)


def _file(kind: str, key: str) -> Callable[[Node], Content]:
    def reader(message: Node) -> Content:
        file = attachment(kind, node(message.get(key)))
        return _with(message, kind, file, key)

    return reader


def _photo(message: Node) -> Content:
    return _with(message, "image", attachment("image", largest(message.get("photo"))), "photo")


def _with(message: Node, kind: str, file: InboundAttachment | None, key: str) -> Content:
    if file is None:
        return unsupported(f"{key.replace('_', ' ')} without a file", message)
    return Content(text(message.get("caption")), kind, attachments=(file,))


def _sticker(message: Node) -> Content:
    sticker = node(message.get("sticker"))
    file = attachment("sticker", sticker)
    if file is None:
        return unsupported("sticker without a file", message)
    details = known(emoji=text(sticker.get("emoji"))[:16])
    return Content("", "sticker", attachments=(file,), details=details)


def _location(message: Node) -> Content:
    return _place(message, node(message.get("location")), ())


def _venue(message: Node) -> Content:
    venue = node(message.get("venue"))
    place = (text(venue.get("title")), text(venue.get("address")))
    return _place(message, node(venue.get("location")), place)


def _place(message: Node, location: Node, place: tuple[str, ...]) -> Content:
    latitude, longitude = text(location.get("latitude")), text(location.get("longitude"))
    shown = ", ".join(part for part in (*place, latitude, longitude) if part)
    if not shown:
        return unsupported("location without a place", message)
    is_live = location.get("live_period") is not None
    details = known(latitude=latitude, longitude=longitude, live="yes" if is_live else "")
    return Content(f"[location: {shown}]", "location", details=details)


def _contact(message: Node) -> Content:
    contact = node(message.get("contact"))
    names = (text(contact.get("first_name")), text(contact.get("last_name")))
    name = " ".join(part for part in names if part)
    shown = ", ".join(part for part in (name, text(contact.get("phone_number"))) if part)
    return Content(f"[contact: {shown or 'empty card'}]", "contacts")


def _poll(message: Node) -> Content:
    poll = node(message.get("poll"))
    options = [text(node(one).get("text")) for one in elements(poll.get("options"))]
    asked = text(poll.get("question"))
    if not asked:
        return unsupported("poll without a question", message)
    return Content(f"[poll: {asked} ({' / '.join(filter(None, options))})]", "poll")


def _dice(message: Node) -> Content:
    dice = node(message.get("dice"))
    shown = f"{text(dice.get('emoji'))} {text(dice.get('value'))}".strip()
    return Content(f"[dice: {shown or 'unknown'}]", "dice")


# An animation comes with a `document` too, a venue with a `location`: the more telling first.
_READERS: dict[str, Callable[[Node], Content]] = {
    "text": _text,
    "photo": _photo,
    "animation": _file("video", "animation"),
    "video": _file("video", "video"),
    "video_note": _file("video", "video_note"),
    "voice": _file("voice", "voice"),
    "audio": _file("audio", "audio"),
    "document": _file("document", "document"),
    "sticker": _sticker,
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "dice": _dice,
}
