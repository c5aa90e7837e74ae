"""What the Bot API's refusals mean for us: try again, tell staff, or the person is out of reach.

The Bot API has no error codes of its own: an HTTP status, a description in words, and now and
then `parameters`. Sentences are for staff: what is wrong and what to do. Pure.
"""

from dataclasses import dataclass

from channels.messages import Blocked, ChannelError, Permanent, Temporary

_LONGEST_PAUSE = 86_400.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is not a success. `status` 0: there was none that could be read."""

    status: int
    description: str = ""
    retry_after: float | None = None
    moved_to: int | None = None

    def says(self, *words: str) -> bool:
        return any(word in self.description.lower() for word in words)


CONFLICT = "409"
UNKNOWN_BOT = (
    "Telegram does not know this bot token (withdrawn, or copied wrongly). Ask BotFather for the"
    " token with /token and set it with `frontdesk tenant set TENANT telegram.bot_token=…`."
)
WEBHOOK_SET = (
    "A webhook is set for this bot, so Telegram gives nothing to polling. If no other program"
    " needs it, `frontdesk channel connect telegram` takes it away; else set"
    " telegram.delivery=webhook."
)
POLLED_TWICE = (
    "Another program asks for the messages of this bot too, and Telegram gives each message to"
    " one of them only. Stop the other one, or make a bot of its own for Frontdesk (BotFather,"
    " /newbot)."
)
_BLOCKED = (
    "The customer has blocked the bot on Telegram. Reach them on another channel; when they write"
    " again, answers go there again."
)
_GONE = "This Telegram account was deleted. Reach the customer on another channel."
_NOT_BEGUN = (
    "A bot may not write to a person first: the customer must open the chat and press Start."
)
_REMOVED = "The bot was removed from this Telegram group: somebody there must add it again."
_BUSY = "Telegram takes no more messages from this bot at the moment; it is tried again."
_DOWN = "Telegram has a disturbance of its own; it is tried again."
_NOT_FOUND = (
    "Telegram does not know this chat: the customer never wrote to this very bot, or the chat"
    " was deleted. Use another channel."
)
_TOO_LONG = "The message is longer than Telegram takes: send it in two."
_TOO_LARGE = "Telegram takes no file of this size: send a link instead."
_FILE_TOO_LARGE = (
    "The customer's file is larger than the 20 MB that Telegram hands to bots. Ask for a smaller"
    " one or for a link."
)

# (words of the description, what it means), the first that fits counts.
_FORBIDDEN: tuple[tuple[tuple[str, ...], type[Permanent], str], ...] = (
    (("blocked by the user",), Blocked, _BLOCKED),
    (("user is deactivated",), Blocked, _GONE),
    (("can't initiate conversation",), Blocked, _NOT_BEGUN),
    (("kicked", "not a member"), Permanent, _REMOVED),
    (("send messages to bots", "to the bot"), Permanent, "Bots cannot write to each other."),
)
_BAD: tuple[tuple[tuple[str, ...], str], ...] = (
    (("chat not found", "peer_id_invalid", "user not found"), _NOT_FOUND),
    (("too long",), _TOO_LONG),
    (("file is too big",), _FILE_TOO_LARGE),
    (("too large", "too big"), _TOO_LARGE),
    (
        ("not enough rights", "have no rights", "chat_write_forbidden", "chat_restricted"),
        "The bot may not write in this group: make it an administrator there.",
    ),
    (
        ("wrong file", "file_id", "file identifier", "temporarily unavailable"),
        "Telegram no longer has this file: ask the customer to send it again.",
    ),
    (
        ("reaction_invalid", "reaction is invalid", "reactions_"),
        "Telegram takes only some emoji as a reaction (as 👍 ❤ 🔥 🎉 👏): choose another.",
    ),
    (
        ("voice_messages_forbidden",),
        "The customer takes no voice messages on Telegram: send it as a document.",
    ),
)


def error_for(refusal: Refusal, *, is_repeatable: bool = False) -> ChannelError:
    """The error to raise. `is_repeatable`: doing it twice harms nothing."""
    if refusal.status in {401, 404}:
        return Permanent(UNKNOWN_BOT, code=str(refusal.status))
    if refusal.status == 409:
        if refusal.says("webhook"):
            return Permanent(WEBHOOK_SET, code=CONFLICT)
        return Temporary(POLLED_TWICE, code=CONFLICT)
    if refusal.status == 429 or refusal.retry_after is not None:
        pause = min(max(refusal.retry_after or 1.0, 0.0), _LONGEST_PAUSE)
        return Temporary(_BUSY, code="429", retry_after=pause)
    if refusal.status == 413:
        return Permanent(_TOO_LARGE, code="413")
    if refusal.status == 403:
        return _forbidden(refusal)
    if 400 <= refusal.status < 500:
        return Permanent(_bad_request(refusal), code=str(refusal.status))
    # Neither a 5xx nor a broken answer says whether Telegram had taken the message.
    code = str(refusal.status or "answer")
    return Temporary(_DOWN, code=code, may_have_been_sent=not is_repeatable)


def unreachable(why: str, *, may_have_been_sent: bool) -> Temporary:
    return Temporary(
        f"Telegram could not be reached ({why}); it is tried again.",
        code="network",
        may_have_been_sent=may_have_been_sent,
    )


def _forbidden(refusal: Refusal) -> Permanent:
    for words, family, sentence in _FORBIDDEN:
        if refusal.says(*words):
            return family(sentence, code="403")
    return Permanent(f"Telegram refuses the message: {_shown(refusal)}", code="403")


def _bad_request(refusal: Refusal) -> str:
    found = (sentence for words, sentence in _BAD if refusal.says(*words))
    return next(found, f"Telegram refuses the message: {_shown(refusal)}")


def _shown(refusal: Refusal) -> str:
    words = " ".join(refusal.description.split())[:200]
    return words.rpartition(": ")[2] or f"HTTP status {refusal.status}"
