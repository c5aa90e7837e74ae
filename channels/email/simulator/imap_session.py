"""A logged-in connection to the simulated IMAP server: folders, mails, IDLE."""

import asyncio
import ssl

from channels.email.simulator import imap_mails, imap_syntax
from channels.email.simulator.faults import Fault
from channels.email.simulator.imap_connection import Connection, Keeper, No
from channels.email.simulator.imap_syntax import Argument, numbers
from channels.email.simulator.world import Mailfolder, StoredMail


class Session(Connection):
    """`_view`: the mails that the client knows of; their places in it are its numbers."""

    def __init__(
        self,
        keeper: Keeper,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(keeper, reader, writer, tls)
        self._folder: Mailfolder | None = None
        self._is_read_only = False
        self._view: list[StoredMail] = []
        self._news = asyncio.Event()

    def leave(self) -> None:
        self._watch(None)

    # --- folders ------------------------------------------------------------------------

    async def on_list(self, told: list[Argument], by_uid: bool) -> None:
        assert self.account
        for folder in self.account.folders.values():
            flags = " ".join((*folder.flags, "\\HasNoChildren"))
            name = imap_syntax.quoted(imap_syntax.encoded_name(folder.name)).decode("latin-1")
            await self.say(f'* LIST ({flags}) "/" {name}')

    async def on_status(self, told: list[Argument], by_uid: bool) -> None:
        folder = self._named(told[0])
        known = {
            "MESSAGES": len(folder.mails),
            "UIDNEXT": folder.uidnext,
            "UIDVALIDITY": folder.uidvalidity,
            "UNSEEN": sum("\\Seen" not in mail.flags for mail in folder.mails),
        }
        shown = " ".join(f"{item} {known[str(item).upper()]}" for item in told[1])
        await self.say(f"* STATUS {told[0]} ({shown})")

    async def on_select(self, told: list[Argument], by_uid: bool) -> str:
        return await self._opened(told, is_read_only=False)

    async def on_examine(self, told: list[Argument], by_uid: bool) -> str:
        return await self._opened(told, is_read_only=True)

    async def _opened(self, told: list[Argument], *, is_read_only: bool) -> str:
        if self.keeper.orders.take(Fault.DROP_ON_SELECT):
            self.drop()
        folder = self._named(told[0])
        if self.keeper.orders.take(Fault.RENUMBER):
            folder.renumber()
        self._watch(folder)
        self._is_read_only = is_read_only
        self._view = list(folder.mails)
        await self.say(f"* {len(self._view)} EXISTS")
        await self.say("* 0 RECENT")
        await self.say("* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)")
        await self.say(f"* OK [UIDVALIDITY {folder.uidvalidity}] UIDs valid")
        await self.say(f"* OK [UIDNEXT {folder.uidnext}] next")
        return "[READ-ONLY] examined" if is_read_only else "[READ-WRITE] selected"

    async def on_append(self, told: list[Argument], by_uid: bool) -> str:
        folder = self._named(told[0])
        flags = [str(flag) for flag in told[1]] if isinstance(told[1], list) else []
        mail = folder.add(str(told[-1]).encode("latin-1"), flags=flags)
        return f"[APPENDUID {folder.uidvalidity} {mail.uid}] kept"

    def _named(self, told: Argument) -> Mailfolder:
        assert self.account
        folder = self.account.folder(imap_syntax.decoded_name(str(told)))
        if folder is None:
            raise No("[NONEXISTENT] Mailbox doesn't exist")
        return folder

    # --- mails --------------------------------------------------------------------------

    async def on_search(self, told: list[Argument], by_uid: bool) -> None:
        if str(told[0]).upper() == "CHARSET":
            told = told[2:]
        found = imap_mails.search(self._view, told)
        shown = [m.uid if by_uid else self._view.index(m) + 1 for m in found]
        await self.say(" ".join(["* SEARCH", *map(str, shown)]))

    async def on_fetch(self, told: list[Argument], by_uid: bool) -> None:
        items = list(told[1]) if isinstance(told[1], list) else [told[1]]
        items = ["UID", *[item for item in items if str(item).upper() != "UID"]]
        mails = self._chosen(str(told[0]), by_uid)
        is_whole = any("[" in str(item) for item in items)
        if is_whole and mails:
            await self._spoil(mails, items)
        for mail in [m for m in mails if self._folder and m in self._folder.mails]:
            if imap_mails.marks_as_seen(items) and not self._is_read_only:
                mail.flags.add("\\Seen")
            body = imap_mails.fetched(mail, items)
            self.writer.write(b"* %d FETCH (%s)\r\n" % (self._view.index(mail) + 1, body))
            await self.writer.drain()

    async def _spoil(self, mails: list[StoredMail], items: list[Argument]) -> None:
        orders = self.keeper.orders
        if orders.take(Fault.REFUSE_FETCH):
            raise No("[SERVERBUG] Internal error")
        if orders.take(Fault.EXPUNGE_DURING_FETCH) and self._folder:
            self._folder.remove([mails[-1].uid])
        if orders.take(Fault.SILENCE_ON_FETCH):
            await self.reader.read()
            self.drop()
        is_body = any("[]" in str(item) for item in items)
        is_defective = any(m.defect == "all" or (m.defect and is_body) for m in mails)
        if is_defective or orders.take(Fault.DROP_DURING_FETCH):
            whole = imap_mails.fetched(mails[0], items)
            self.writer.write(b"* 1 FETCH (" + whole[: len(whole) // 2])
            await self.writer.drain()
            self.drop()

    async def on_store(self, told: list[Argument], by_uid: bool) -> None:
        if self._is_read_only:
            raise No("[READ-ONLY] folder")
        flags = told[2] if isinstance(told[2], list) else [told[2]]
        for mail in self._chosen(str(told[0]), by_uid):
            imap_mails.store(mail, str(told[1]), flags)
            if ".SILENT" not in str(told[1]).upper():
                place, shown = self._view.index(mail) + 1, imap_mails.flags(mail).decode()
                await self.say(f"* {place} FETCH (UID {mail.uid} FLAGS ({shown}))")

    async def on_expunge(self, told: list[Argument], by_uid: bool) -> None:
        assert self._folder
        chosen = self._chosen(str(told[0]), True) if by_uid else self._view
        self._folder.remove([mail.uid for mail in chosen if "\\Deleted" in mail.flags])

    async def on_idle(self, told: list[Argument], by_uid: bool) -> None:
        if not self.keeper.has_idle:
            raise ValueError("unknown command IDLE")
        await self.say("+ idling")
        self.keeper.is_watched.set()
        done = asyncio.create_task(self.reader.readline())
        while not done.done():
            self._news.clear()
            await self.tell_changes()
            news = asyncio.create_task(self._news.wait())
            await asyncio.wait([done, news], return_when=asyncio.FIRST_COMPLETED)
            news.cancel()
        if not done.result():
            self.end()

    def _chosen(self, told: str, by_uid: bool) -> list[StoredMail]:
        if by_uid:
            wanted = numbers(told, [mail.uid for mail in self._view])
            return [mail for mail in self._view if mail.uid in wanted]
        return [self._view[n - 1] for n in numbers(told, range(1, len(self._view) + 1))]

    # --- the wire -----------------------------------------------------------------------

    async def tell_changes(self) -> None:
        """What others did meanwhile: EXPUNGE from the end, then EXISTS."""
        if self._folder is None:
            return
        present = set(self._folder.mails)
        for place in range(len(self._view), 0, -1):
            if self._view[place - 1] not in present:
                del self._view[place - 1]
                await self.say(f"* {place} EXPUNGE")
        if len(self._folder.mails) > len(self._view):
            self._view = list(self._folder.mails)
            await self.say(f"* {len(self._view)} EXISTS")

    def _watch(self, folder: Mailfolder | None) -> None:
        if self._folder and self._news.set in self._folder.watchers:
            self._folder.watchers.remove(self._news.set)
        self._folder = folder
        if folder:
            folder.watchers.append(self._news.set)
