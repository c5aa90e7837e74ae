"""Fetches and reads what the messages of a turn bring along; each file once."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol
from uuid import UUID

from bot.agents.files import attached
from bot.agents.quoting.files.wire import NamedFile
from bot.engine.files.parsing import FileParser
from bot.engine.media import MediaFetcher
from bot.engine.reading.ledger import beside
from bot.foundation.telemetry import log
from bot.model.turns import (
    FileView,
    MessageView,
    TenantView,
    TurnContext,
)
from bot.model.untrusted import visible
from domain.conversations.attachments import Attachments
from domain.conversations.models import Attachment
from domain.conversations.readings import (
    FILE,
    HEARING,
    FileReading,
    KnownFile,
    Readings,
    known_files,
)
from domain.database import Database
from domain.errors import NotFound, Refused
from domain.files.content import Trouble

FETCHING_PATIENCE = 25.0
"""Seconds; what is not there by then is read in no turn, and staff see it arrive."""
MOST_FILES = 20
"""Of one turn."""
MOST_SHOWN = 5
"""Of those, to models."""
AT_ONCE = 2


class FileNotRead(Refused):
    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"“{visible(name, 120)}” could not be read: {reason}. Leave it out, send it as xlsx, "
            "CSV, docx, PDF or text, or write what is needed."
        )


class Sense(Protocol):
    """A model that makes words of what code cannot read."""

    means: str

    def takes(self, trouble: Trouble | None) -> bool: ...

    async def read(self, context: TurnContext, filename: str, content: bytes) -> FileReading:
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

    async def attached(
        self, tenant: TenantView, attachment_ids: Sequence[UUID]
    ) -> tuple[NamedFile, ...]:
        """Files of any conversation, for a request beside it. Raises NotFound or FileNotRead."""
        ids = list(dict.fromkeys(attachment_ids))[:MOST_FILES]
        await self._fetched(tenant.id, ids)
        async with self._database.transaction(tenant.id) as session:
            found = {one.row.id: one for one in await known_files(session, ids)}
        if missing := [id_ for id_ in ids if id_ not in found]:
            raise NotFound("attachment", missing[0])
        read = await self._first_readings(beside(tenant), list(found.values()))
        found |= {one.row.id: one for one in read}
        return tuple(_named(found[id_].row.filename, found[id_]) for id_ in ids)

    async def loose(
        self, tenant: TenantView, name: str, content: bytes, content_type: str = ""
    ) -> NamedFile:
        """A file that is kept nowhere. Raises FileNotRead."""
        reading = await self._parser.read(content, name, content_type)
        for sense in self._senses:
            if sense.takes(reading.trouble):
                reading = await sense.read(beside(tenant), name, content)
                break
        if reading.content is None:
            raise FileNotRead(name, reading.reason)
        return NamedFile(name, reading.content)

    async def _read(self, context: TurnContext) -> TurnContext:
        tenant_id = context.tenant.id
        new = _ids(context.messages)[-MOST_FILES:]
        if new:
            await self._fetched(tenant_id, new)
        async with self._database.transaction(tenant_id) as session:
            found = await known_files(session, [*new, *_ids(context.history)])
        known = {one.row.id: one for one in found}
        for one in await self._first_readings(context, [known[i] for i in new if i in known]):
            known[one.row.id] = one
        return replace(
            context,
            messages=tuple(_seen(message, known) for message in context.messages),
            history=tuple(_seen(message, known) for message in context.history),
        )

    async def _fetched(self, tenant_id: UUID, ids: list[UUID]) -> None:
        """A picture is fetched by a job of its own, which may be later than the turn."""
        async with self._database.transaction(tenant_id) as session:
            found = await known_files(session, ids)
        waiting = [one.row.id for one in found if one.row.state == "waiting"]
        if not waiting:
            return
        try:
            async with asyncio.timeout(FETCHING_PATIENCE):
                await asyncio.gather(*(self._media.fetch(tenant_id, id_) for id_ in waiting))
        except TimeoutError:
            log.warning("files.still_fetching", files=len(waiting))

    async def _first_readings(
        self, context: TurnContext, files: Sequence[KnownFile]
    ) -> list[KnownFile]:
        """Few at a time: each may be of 25 MB."""
        unread = [one for one in files if one.reading is None and one.row.state == "stored"]
        lane = asyncio.Semaphore(AT_ONCE)

        async def first(number: int, one: KnownFile) -> KnownFile:
            async with lane:
                senses = self._senses if number < MOST_SHOWN else ()
                return replace(one, reading=await self._first_reading(context, one.row, senses))

        return list(await asyncio.gather(*(first(n, one) for n, one in enumerate(unread))))

    async def _first_reading(
        self, context: TurnContext, row: Attachment, senses: tuple[Sense, ...]
    ) -> FileReading:
        tenant_id, digest = context.tenant.id, row.sha256 or ""
        means = [FILE, *(sense.means for sense in senses)]
        async with self._database.transaction(tenant_id) as session:
            reading = await Readings(session, tenant_id).of_equal(digest, means)
            # What no model could make words of is tried again when it is sent again.
            if reading and any(sense.takes(reading.trouble) for sense in senses):
                reading = None
            content = b"" if reading else await Attachments(session, tenant_id).whole(row.id)
        if reading is None:
            reading = await self._parser.read(content, row.filename, row.content_type)
            for sense in senses:
                if sense.takes(reading.trouble):
                    reading = await sense.read(context, row.filename, content)
                    break
        async with self._database.transaction(tenant_id) as session:
            await Readings(session, tenant_id).keep(row.id, digest, reading)
        return reading


def _named(name: str, known: KnownFile) -> NamedFile:
    reading = known.reading
    if reading is None:
        raise FileNotRead(name, known.row.reason or "it has not arrived")
    if reading.content is None:
        raise FileNotRead(name, reading.reason)
    return NamedFile(name, reading.content)


def has_files(context: TurnContext) -> bool:
    return bool(_ids(context.messages) or _ids(context.history))


def _ids(messages: Iterable[MessageView]) -> list[UUID]:
    return [file.id for file in attached(messages)]


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
