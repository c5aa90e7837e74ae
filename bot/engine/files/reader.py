"""Fetches and reads what the messages of a turn bring along; each file once."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Protocol
from uuid import UUID

from bot.engine.files.parsing import FileParser
from bot.engine.media import MediaFetcher
from bot.foundation.telemetry import log
from bot.model.turns import FileView, MessageView, TurnContext
from domain.conversations.attachments import Attachments
from domain.conversations.readings import HEARING, FileReading, KnownFile, Readings
from domain.database import Database
from domain.files.content import Trouble

FETCHING_PATIENCE = 25.0
"""Seconds; what is not there by then is read in no turn, and staff see it arrive."""
MOST_FILES = 20
"""Of one turn."""


class Sense(Protocol):
    """A model that makes words of what code cannot read."""

    means: str

    def takes(self, trouble: Trouble | None) -> bool: ...

    async def read(self, context: TurnContext, known: KnownFile, content: bytes) -> FileReading:
        """Never raises for what the model does; what it cost is recorded."""
        ...


class FileReader:
    """`senses`: for pictures and recordings, where models for them are configured."""

    def __init__(
        self,
        database: Database,
        media: MediaFetcher,
        parser: FileParser,
        senses: tuple[Sense, ...] = (),
    ) -> None:
        self._database = database
        self._media = media
        self._parser = parser
        self._senses = senses

    async def read(self, context: TurnContext) -> TurnContext:
        """With no transaction open. Whatever goes wrong, the turn goes on without the file."""
        try:
            return await self._read(context)
        except Exception:
            log.exception("files.not_read", conversation=str(context.conversation.id))
            return context

    async def _read(self, context: TurnContext) -> TurnContext:
        tenant_id = context.tenant.id
        new = _ids(context.messages)[-MOST_FILES:]
        await self._fetched(tenant_id, new)
        async with self._database.transaction(tenant_id) as session:
            found = await Readings(session, tenant_id).of([*new, *_ids(context.history)])
        known = {one.row.id: one for one in found}
        for id_ in new:
            if id_ in known and known[id_].reading is None and known[id_].row.state == "stored":
                reading = await self._first_reading(context, known[id_])
                known[id_] = replace(known[id_], reading=reading)
        return replace(
            context,
            messages=tuple(_seen(message, known) for message in context.messages),
            history=tuple(_seen(message, known) for message in context.history),
        )

    async def _fetched(self, tenant_id: UUID, ids: list[UUID]) -> None:
        """A picture is fetched by a job of its own, which may be later than the turn."""
        async with self._database.transaction(tenant_id) as session:
            found = await Readings(session, tenant_id).of(ids)
        waiting = [one.row.id for one in found if one.row.state == "waiting"]
        if not waiting:
            return
        try:
            async with asyncio.timeout(FETCHING_PATIENCE):
                await asyncio.gather(*(self._media.fetch(tenant_id, id_) for id_ in waiting))
        except TimeoutError:
            log.warning("files.still_fetching", files=len(waiting))

    async def _first_reading(self, context: TurnContext, known: KnownFile) -> FileReading:
        tenant_id, row = context.tenant.id, known.row
        means = ["file", *(sense.means for sense in self._senses)]
        async with self._database.transaction(tenant_id) as session:
            equal = await Readings(session, tenant_id).of_equal(row.sha256 or "", means)
            content = b"" if equal else await Attachments(session, tenant_id).whole(row.id)
        reading = equal or await self._parser.read(content, row.filename, row.content_type)
        for sense in self._senses:
            if equal is None and sense.takes(reading.trouble):
                reading = await sense.read(context, known, content)
                break
        async with self._database.transaction(tenant_id) as session:
            await Readings(session, tenant_id).keep(row.id, row.sha256 or "", reading)
        return reading


def has_files(context: TurnContext) -> bool:
    return bool(_ids(context.messages) or _ids(context.history))


def _ids(messages: Iterable[MessageView]) -> list[UUID]:
    """Of the customer's files; what stands within a mail (a logo) is none."""
    return [
        file.id
        for message in messages
        if message.author == "customer"
        for file in message.files
        if not file.is_inline
    ]


def _seen(message: MessageView, known: Mapping[UUID, KnownFile]) -> MessageView:
    if not message.files:
        return message
    files = tuple(_view(file, known.get(file.id)) for file in message.files)
    heard = [file.content.text for file in files if file.is_heard and file.content]
    text = "\n".join(filter(None, (message.text, *heard)))
    return replace(message, files=files, text=text)


def _view(file: FileView, known: KnownFile | None) -> FileView:
    if known is None:
        return file
    reading = known.reading
    if reading is None:
        is_there = known.row.state in {"stored", "waiting"}
        reason = "" if is_there else known.row.reason
        return replace(file, trouble=None if is_there else Trouble.MISSING, reason=reason)
    return replace(
        file,
        content=reading.content,
        trouble=reading.trouble,
        reason=reading.reason,
        is_heard=reading.means == HEARING and reading.content is not None,
    )
