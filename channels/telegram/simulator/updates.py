"""Updates as Telegram makes them when somebody writes, presses, reacts or blocks. Pure but for
counting: `Updates` numbers messages and updates as one bot's server would."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Update = dict[str, Any]
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


@dataclass(frozen=True, slots=True)
class Customer:
    id: int
    first_name: str = "Robin"
    username: str = ""
    language_code: str = "en"

    @property
    def user(self) -> Update:
        known = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        further = {"username": self.username, "language_code": self.language_code}
        return known | {key: value for key, value in further.items() if value}

    @property
    def chat(self) -> Update:
        known: Update = {"id": self.id, "type": "private", "first_name": self.first_name}
        return known | ({"username": self.username} if self.username else {})


@dataclass(frozen=True, slots=True)
class Group:
    id: int
    title: str = "Site office"
    type: str = "supergroup"

    @property
    def chat(self) -> Update:
        return {"id": self.id, "title": self.title, "type": self.type}


def webhook_headers(secret: str) -> dict[str, str]:
    return {SECRET_HEADER: secret, "Content-Type": "application/json"}


def now() -> int:
    return int(datetime.now(UTC).timestamp())


def _counter() -> Iterator[int]:
    # Not from one on: ids of a bot that has been there for a while.
    return itertools.count(4101)


@dataclass(slots=True)
class Updates:
    """`bot`: the user that the bot is, for what answers it."""

    bot: Update
    _message_ids: Iterator[int] = field(default_factory=_counter)
    _update_ids: Iterator[int] = field(default_factory=lambda: itertools.count(873_000_001))

    def next_message_id(self) -> int:
        return next(self._message_ids)

    def begin_anew(self, update_id: int) -> None:
        """As after a week without updates: the next id is any number."""
        self._update_ids = itertools.count(update_id)

    def update(self, kind: str, content: Update) -> Update:
        return {"update_id": next(self._update_ids), kind: content}

    def message(self, customer: Customer, *, group: Group | None = None, **content: Any) -> Update:
        """Any kind of message: `photo=[…]`, `location={…}`, `reply_to_message=…`."""
        said = {
            "message_id": self.next_message_id(),
            "from": customer.user,
            "chat": group.chat if group else customer.chat,
            "date": now(),
        }
        return self.update("message", said | content)

    def text(self, customer: Customer, words: str, **further: Any) -> Update:
        return self.message(customer, text=words, **further)

    def mention(self, customer: Customer, group: Group, words: str) -> Update:
        """In a group, with the bot's name before it."""
        name = f"@{self.bot['username']}"
        entity = {"type": "mention", "offset": 0, "length": len(name)}
        return self.text(customer, f"{name} {words}", group=group, entities=[entity])

    def edited(self, update: Update, words: str, *, after: int = 5) -> Update:
        original = update["message"]
        changed = {"text": words, "edit_date": original["date"] + after}
        return self.update("edited_message", original | changed)

    def album(self, customer: Customer, photos: Sequence[list[Update]], caption: str = "") -> Any:
        """An update for each picture; the first carries the caption."""
        told: Update = {"media_group_id": str(8_800_000_000 + self.next_message_id())}
        first = told | ({"caption": caption} if caption else {})
        return [
            self.message(customer, photo=sizes, **(told if number else first))
            for number, sizes in enumerate(photos)
        ]

    def press(self, customer: Customer, under: Update, data: str, query_id: str = "") -> Update:
        """`under`: the message of ours with the buttons, as the simulator gave it back."""
        number = query_id or str(10**17 + self.next_message_id())
        query = {"id": number, "from": customer.user, "message": under, "data": data}
        return self.update("callback_query", query | {"chat_instance": "-42"})

    def reaction(self, customer: Customer, message_id: int, emoji: str) -> Update:
        given = [{"type": "emoji", "emoji": emoji}] if emoji else []
        change = {"chat": customer.chat, "message_id": message_id, "user": customer.user}
        told = {"date": now(), "old_reaction": [], "new_reaction": given}
        return self.update("message_reaction", change | told)

    def membership(self, customer: Customer, status: str, at: int | None = None) -> Update:
        """`status`: kicked (the person blocked the bot) or member (let it in again)."""
        before = "member" if status == "kicked" else "kicked"
        change = {
            "chat": customer.chat,
            "from": customer.user,
            "date": at or now(),
            "old_chat_member": self._member(before),
            "new_chat_member": self._member(status),
        }
        return self.update("my_chat_member", change)

    def _member(self, status: str) -> Update:
        known: Update = {"user": self.bot, "status": status}
        return known | ({"until_date": 0} if status == "kicked" else {})
