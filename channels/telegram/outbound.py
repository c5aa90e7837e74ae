"""A rendered message as calls of the Bot API: one call a part, so that a retry repeats none."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    Message,
    MessageEntity,
    ReplyParameters,
)

from channels.channel import Capabilities
from channels.filenames import safe_filename
from channels.messages import (
    ChannelError,
    OutboundAttachment,
    OutboundMessage,
    Permanent,
    Receipt,
)
from channels.rendering import render
from channels.telegram.api import Api, Calls, Refused
from channels.telegram.formatting import marked
from channels.telegram.reading.people import GROUP, KIND, message_key

MEGABYTE = 1024 * 1024
PHOTO_LIMIT = 10 * MEGABYTE
UPLOAD_LIMIT = 50 * MEGABYTE
_SHOWN = {
    "image/jpeg": "photo",
    "image/png": "photo",
    "image/webp": "photo",
    "video/mp4": "video",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
}
_ALBUM = {
    "photo": InputMediaPhoto,
    "video": InputMediaVideo,
    "audio": InputMediaAudio,
    "document": InputMediaDocument,
}
_TOGETHER = {"photo", "video"}


class Sending:
    """Sends the parts of one message in order; what was taken is told even when one fails."""

    def __init__(self, api: Api, capabilities: Capabilities) -> None:
        self._api = api
        self._capabilities = capabilities

    async def send(self, message: OutboundMessage) -> Receipt:
        """Ids are `chat:message`, as what answers them will name."""
        accepted: list[str] = []
        target = target_of(message)
        for part in render(message, self._capabilities):
            try:
                accepted += await self._send_part(part, target)
            except ChannelError as error:
                error.accepted = tuple(accepted)
                raise
        if not accepted:
            raise Permanent("There is nothing in this message that could be sent.", code="empty")
        return Receipt(tuple(accepted), datetime.now(UTC))

    async def _send_part(self, part: OutboundMessage, target: dict[str, Any]) -> list[str]:
        try:
            return await self._call(part, target)
        except Refused as moved:
            # The group became a supergroup, with a new id: sent there at once.
            moved_to = moved.refusal.moved_to
        try:
            return await self._call(part, {"chat_id": moved_to})
        except Refused:
            raise Permanent("Telegram moved this group; write to it again.", code="moved") from None

    async def _call(self, part: OutboundMessage, target: dict[str, Any]) -> list[str]:
        if part.reaction:
            return [await self._react(part, target["chat_id"])]
        further = target | _quoting(part)
        async with self._api.calling() as bot:
            if part.attachments[1:]:
                sent = await _send_album(bot, part, further)
            elif part.attachments:
                sent = [await _send_file(bot, part, further)]
            else:
                words, entities = _formatted(part.text)
                keyboard = _keyboard(part)
                sent = [
                    await bot.send_message(
                        text=words, entities=entities, reply_markup=keyboard, **further
                    )
                ]
        return [message_key(one.chat.id, one.message_id) for one in sent]

    async def _react(self, part: OutboundMessage, chat_id: int) -> str:
        """Telegram gives a reaction no id of its own. Put twice it is put once."""
        _, _, number = (part.in_reply_to or "").partition(":")
        if not number.isdigit():
            raise Permanent("There is no message of theirs to react to.", code="recipient")
        async with self._api.calling(is_repeatable=True) as bot:
            await bot.set_message_reaction(chat_id, int(number), reaction=part.reaction)
        return f"{message_key(chat_id, int(number))}:{part.idempotency_key}"


async def _send_file(bot: Calls, part: OutboundMessage, further: dict[str, Any]) -> Message:
    file = part.attachments[0]
    _refuse_too_large(file)
    words, entities = _formatted(part.text)
    told = {"caption": words or None, "caption_entities": entities, **further}
    kind = shown_as(file)
    name = _name(file)
    if kind == "photo":
        try:
            return await bot.send_photo(photo=_source(file), filename=name, **told)
        except Refused as error:
            # Too narrow, too many pixels, or no picture at all: then as a file.
            if not error.refusal.says("photo", "image", "dimensions"):
                raise
    if kind == "video":
        return await bot.send_video(video=_source(file), filename=name, **told)
    if kind == "audio":
        return await bot.send_audio(audio=_source(file), filename=name, **told)
    # Telegram would else decide by itself and make of a GIF something without its name.
    return await bot.send_document(
        document=_source(file), filename=name, disable_content_type_detection=True, **told
    )


async def _send_album(
    bot: Calls, part: OutboundMessage, further: dict[str, Any]
) -> Sequence[Message]:
    """In one call: pictures and videos together, else all of them as documents."""
    for file in part.attachments:
        _refuse_too_large(file)
    if sum(file.size for file in part.attachments) > UPLOAD_LIMIT:
        raise _too_large("These files together are")
    kinds = {shown_as(file) for file in part.attachments}
    media = [
        _ALBUM[_album_kind(file, kinds)](media=_source(file, attach=True), filename=_name(file))
        for file in part.attachments
    ]
    words, entities = _formatted(part.text)
    caption: dict[str, Any] = {"caption": words, "caption_entities": entities} if words else {}
    return await bot.send_media_group(media=media, **caption, **further)


def _album_kind(file: OutboundAttachment, kinds: set[str]) -> str:
    """Which kinds an album may mix: “sendMediaGroup” of the Bot API."""
    if kinds <= _TOGETHER or kinds == {"audio"}:
        return shown_as(file)
    return "document"


def target_of(message: OutboundMessage) -> dict[str, Any]:
    """`chat_id`, and in a forum the topic."""
    if message.conversation_hint.startswith(GROUP):
        chat, _, topic = message.conversation_hint.removeprefix(GROUP).partition("/")
        return {"chat_id": int(chat)} | ({"message_thread_id": int(topic)} if topic else {})
    if message.to.kind == KIND and message.to.value.isdigit():
        return {"chat_id": int(message.to.value)}
    raise Permanent(
        f"This person has no Telegram address ({message.to.kind or 'none'} only): use another"
        " channel.",
        code="recipient",
    )


def shown_as(file: OutboundAttachment) -> str:
    """photo, video, audio or document."""
    kind = _SHOWN.get(file.content_type.partition(";")[0].strip().lower(), "document")
    return "document" if kind == "photo" and file.size > PHOTO_LIMIT else kind


def _keyboard(part: OutboundMessage) -> InlineKeyboardMarkup | None:
    """A button a row: side by side they would be cut on a phone."""
    rows = [[InlineKeyboardButton(c.title, callback_data=c.id)] for c in part.choices]
    return InlineKeyboardMarkup(rows) if rows else None


def _formatted(words: str) -> tuple[str, list[MessageEntity]]:
    plain, marks = marked(words)
    return plain, [
        MessageEntity("text_link", mark.offset, mark.length, url=mark.url)
        if mark.url
        else MessageEntity("bold", mark.offset, mark.length)
        for mark in marks
    ]


def _quoting(part: OutboundMessage) -> dict[str, Any]:
    _, _, number = (part.in_reply_to or "").partition(":")
    if not number.isdigit():
        return {}
    return {"reply_parameters": ReplyParameters(int(number), allow_sending_without_reply=True)}


def _name(file: OutboundAttachment) -> str:
    return safe_filename(file.filename, content_type=file.content_type)


def _source(file: OutboundAttachment, *, attach: bool = False) -> bytes | InputFile:
    """The library would read a file whole; it is sent in pieces instead."""
    if file.spool is None:
        return file.content
    handle = file.spool.opened()
    return InputFile(handle, filename=_name(file), attach=attach, read_file_handle=False)


def _refuse_too_large(file: OutboundAttachment) -> None:
    if file.size > UPLOAD_LIMIT:
        raise _too_large(f"“{_name(file)}” is")


def _too_large(what: str) -> Permanent:
    return Permanent(
        f"{what} larger than the {UPLOAD_LIMIT // MEGABYTE} MB that Telegram takes: send a link"
        " instead.",
        code="too_large",
    )
