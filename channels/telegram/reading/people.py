"""Who wrote, in which chat, and whether a group's message is meant for the bot. Pure."""

import re
from dataclasses import dataclass

from channels.messages import Address, Sender
from channels.telegram.reading.payload import Node, elements, integer, node, text

KIND, PHONE = "telegram", "phone"
GROUP = "group:"
_GROUPS = {"group", "supergroup"}


@dataclass(frozen=True, slots=True)
class Ourselves:
    """The bot that reads; empty fields: not known, and any bot counts as the one meant."""

    bot_id: str = ""
    username: str = ""


@dataclass(frozen=True, slots=True)
class Chat:
    id: int
    kind: str
    title: str = ""

    @property
    def is_private(self) -> bool:
        return self.kind == "private"

    @property
    def is_group(self) -> bool:
        return self.kind in _GROUPS


def chat_of(value: object) -> Chat | None:
    told = node(value)
    id_ = integer(told.get("id"))
    if id_ is None:
        return None
    kind = text(told.get("type")) or ("private" if id_ > 0 else "group")
    return Chat(id_, kind, text(told.get("title"))[:200])


def hint_of(chat: Chat, message: Node) -> str:
    """Equal for all messages of a thread; in a forum each topic is one."""
    if not chat.is_group:
        return str(chat.id)
    topic = integer(message.get("message_thread_id"))
    is_topic = message.get("is_topic_message") is True and topic is not None
    return f"{GROUP}{chat.id}/{topic}" if is_topic else f"{GROUP}{chat.id}"


def message_key(chat_id: int, message_id: int) -> str:
    """Our id of a message, filled up with zeros: those of one second must sort as they came."""
    return f"{chat_id}:{message_id:010d}"


def sender_of(user: Node) -> Sender:
    id_ = integer(user.get("id"))
    parts = (text(user.get("first_name")), text(user.get("last_name")))
    name = " ".join(part.strip() for part in parts if part.strip())
    name = name or text(user.get("username"))
    return Sender((Address(KIND, str(id_)),) if id_ is not None else (), name[:256])


def own_phone(message: Node) -> Address | None:
    """The sender's own number, shared by themselves: Telegram vouches for `user_id`.

    A card of somebody else, or one that was forwarded, proves nothing.
    """
    contact = node(message.get("contact"))
    owner, writer = (
        integer(contact.get("user_id")),
        integer(node(message.get("from")).get("id")),
    )
    if owner is None or owner != writer or is_forwarded(message):
        return None
    digits = re.sub(r"\D", "", text(contact.get("phone_number")))
    is_number = digits.isascii() and 5 <= len(digits) <= 20
    return Address(PHONE, digits) if is_number else None


def is_forwarded(message: Node) -> bool:
    return any(key.startswith("forward_") for key in message)


def is_for(ourselves: Ourselves, message: Node) -> bool:
    """Whether a message in a group answers the bot or mentions it."""
    answered = node(node(message.get("reply_to_message")).get("from"))
    if _is_bot(ourselves, answered):
        return True
    words = text(message.get("text")) or text(message.get("caption"))
    entities = elements(message.get("entities")) + elements(message.get("caption_entities"))
    return any(_names(ourselves, node(entity), words) for entity in entities)


def without_mention(ourselves: Ourselves, words: str) -> str:
    """A group's message without the bot's name, where that is known."""
    if not ourselves.username:
        return words
    named = re.compile(rf"@{re.escape(ourselves.username)}\b[,:]?", re.IGNORECASE)
    return re.sub(r"[ \t]{2,}", " ", named.sub("", words)).strip() or words


def _is_bot(ourselves: Ourselves, user: Node) -> bool:
    if ourselves.bot_id.isdigit():
        return text(user.get("id")) == ourselves.bot_id
    return user.get("is_bot") is True


def _names(ourselves: Ourselves, entity: Node, words: str) -> bool:
    kind = text(entity.get("type"))
    if kind == "text_mention":
        return _is_bot(ourselves, node(entity.get("user")))
    if kind not in {"mention", "bot_command"}:
        return False
    offset, length = integer(entity.get("offset")), integer(entity.get("length"))
    if offset is None or length is None or offset < 0 or length < 0:
        return False
    # Offsets count UTF-16 units.
    raw = words.encode("utf-16-le", "surrogatepass")[2 * offset : 2 * (offset + length)]
    name = raw.decode("utf-16-le", "replace").rpartition("@")[2].lower()
    # Without its own name to compare with: the name of every bot ends in “bot”.
    return name == ourselves.username.lower() if ourselves.username else name.endswith("bot")
