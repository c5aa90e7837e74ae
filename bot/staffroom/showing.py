"""Brings a thread in Slack up to the picture: posts what is new, changes what has changed.

No transaction is open while Slack is asked; each line is written down at once after it stands.
A kill between the two doubles that one line at most.
"""

from dataclasses import replace
from uuid import UUID

from bot.foundation.security import Vault
from bot.staffroom.marking import drawn
from bot.staffroom.picture import Picture, Piece, digest, to_show
from channels.cards import Card, Section
from channels.messages import OutboundAttachment, Permanent
from channels.slack.events import Place
from channels.slack.outbound import Posted, Workspace
from domain.conversations.attachments import Attachments
from domain.database import Database
from domain.errors import NotFound
from domain.staff.threads import THEIRS, Held, Shown, StaffThreads
from domain.tenants import directory

GONE = frozenset({"message_not_found", "thread_not_found"})
_UNCHANGEABLE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})


def thread_kind(kind: str) -> str:
    """The directory's name for threads of that kind of workspace."""
    return f"{kind}.thread"


class Showing:
    """One job's work on one thread. `held` is as it was kept last, also after an error."""

    def __init__(self, database: Database, vault: Vault, tenant_id: UUID, held: Held) -> None:
        self.held = held
        self._database = database
        self._vault = vault
        self._tenant_id = tenant_id
        self._shown: dict[str, Shown] = {}

    async def run(self, picture: Picture, kind: str, workspace: Workspace) -> None:
        """Raises Temporary, Permanent, or Outrun when another job has the thread."""
        self._picture, self._shown = picture, dict(picture.shown)
        self._kind, self._workspace = kind, workspace
        if self.held.root and self.held.room != picture.room:
            await self._begin_anew()
        self.held = replace(self.held, room=picture.room)
        try:
            await self._show()
        except Permanent as error:
            if error.code not in GONE:
                raise
            # Somebody deleted it, or the simulated workspace has forgotten everything.
            await self._begin_anew()
            await self._show()

    async def _show(self) -> None:
        is_new = not self.held.root
        await self._show_root()
        for piece in to_show(self._picture.pieces, self._shown):
            await self._show_piece(piece)
        await self._show_turn(is_new)

    async def _show_root(self) -> None:
        card = self._picture.root
        fresh, told, owner = digest(card), *_parts(self.held.head)
        if not self.held.root:
            posted = await self._workspace.post(drawn(card, self._tenant_id), self._channel)
            self.held = replace(self.held, root=posted.message, head=_head(fresh, owner))
            await self._keep_root()
        elif fresh != told:
            await self._workspace.update(
                drawn(card, self._tenant_id), Posted(self._channel, self.held.root)
            )
            await self._keep(head=_head(fresh, owner))

    async def _show_piece(self, piece: Piece) -> None:
        known = self._shown.get(piece.key)
        if known is None:
            await self._keep(await self._posted(piece))
        elif piece.card is not None and known.stamp and known.drawn != THEIRS:
            fresh = digest(piece.card)
            if fresh != known.drawn:
                await self._keep(await self._updated(piece.card, known, fresh))

    async def _show_turn(self, is_new: bool) -> None:
        """A line when somebody else answers now; then the head says that it was told."""
        picture, (told, owner) = self._picture, _parts(self.held.head)
        if owner == picture.owner:
            return
        line = None
        if picture.turn is not None and not is_new and picture.turn.key not in self._shown:
            line = await self._posted(picture.turn)
        await self._keep(line, head=_head(told, picture.owner))

    async def _posted(self, piece: Piece) -> Shown:
        if piece.card is None:
            return await self._uploaded(piece)
        posted = await self._workspace.post(drawn(piece.card, self._tenant_id), self._thread)
        return Shown(piece.key, _stamp(posted), digest(piece.card))

    async def _updated(self, card: Card, known: Shown, fresh: str) -> Shown:
        first, *further = known.stamps
        posted = Posted(self._thread, first, tuple(further))
        try:
            await self._workspace.update(drawn(card, self._tenant_id), posted)
        except Permanent as error:
            if error.code not in _UNCHANGEABLE:
                raise
            return Shown(known.key, "", fresh)
        return replace(known, drawn=fresh)

    async def _uploaded(self, piece: Piece) -> Shown:
        """A file that Slack does not take is named with the reason."""
        assert piece.file is not None
        await self._keep()
        try:
            file = await self._file(piece)
            ids = await self._workspace.upload((file,), self._thread)
        except (Permanent, NotFound) as error:
            name = piece.file.filename
            words = Section(f"The file “{name}” could not be put here: {error}")
            card = Card("A file is missing here", self._picture.root.tenant, (words,))
            posted = await self._workspace.post(drawn(card, self._tenant_id), self._thread)
            return Shown(piece.key, _stamp(posted), "refused")
        return Shown(piece.key, ",".join(ids), "uploaded")

    async def _file(self, piece: Piece) -> OutboundAttachment:
        assert piece.file is not None
        async with self._database.transaction(self._tenant_id) as session:
            content = await Attachments(session, self._tenant_id).whole(piece.file.id)
        if not content:
            raise Permanent("It is empty.", code="empty")
        return OutboundAttachment(piece.file.filename, piece.file.content_type, content)

    # --- written down ---

    async def _keep(self, shown: Shown | None = None, *, head: str | None = None) -> None:
        """Renews the lease too."""
        held = self.held if head is None else replace(self.held, head=head)
        async with self._database.transaction(self._tenant_id) as session:
            self.held = await StaffThreads(session, self._tenant_id).keep(held, shown)
        if shown is not None:
            self._shown[shown.key] = shown

    async def _keep_root(self) -> None:
        """With the way back: what staff write in the thread names its place only."""
        kind = thread_kind(self._kind)
        place = self._vault.digest(kind, str(self._thread))
        async with self._database.transaction(self._tenant_id) as session:
            self.held = await StaffThreads(session, self._tenant_id).keep(self.held)
            await directory.register(session, kind, place, self._tenant_id, self.held.id)

    async def _begin_anew(self) -> None:
        async with self._database.transaction(self._tenant_id) as session:
            self.held = await StaffThreads(session, self._tenant_id).forget(self.held)
        self._shown = {}

    @property
    def _channel(self) -> Place:
        return Place.of(self.held.room)

    @property
    def _thread(self) -> Place:
        return replace(self._channel, thread=self.held.root)


def _stamp(posted: Posted) -> str:
    return ",".join((posted.message, *posted.further))


def _head(root: str, owner: str) -> str:
    return f"{root} {owner}"


def _parts(head: str) -> tuple[str, str]:
    """What the root shows, and who the thread said answers."""
    root, _, owner = head.partition(" ")
    return root, owner
