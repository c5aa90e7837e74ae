"""Models that make words of pictures and recordings, within the tenant's budget."""

from bot.engine.reading.ledger import Ledger
from bot.foundation.telemetry import log
from bot.model.failures import ModelFailed
from bot.model.prompts import shipped
from bot.model.transcription import LARGEST as LONGEST_RECORDING
from bot.model.transcription import TranscriptionModel
from bot.model.turns import TurnContext
from bot.model.untrusted import visible
from bot.model.vision import LARGEST, VisionModel, shown_type
from domain.conversations.readings import HEARING, VISION, FileReading
from domain.files.content import (
    SHOWN,
    FileText,
    Line,
    Part,
    Trouble,
    Unreadable,
    capped,
    plain_text,
)

SECONDS = 20.0
LONGEST = 8_000
"""Letters of what a model makes of one file."""
_BUDGET_SPENT = "today's budget for models is spent"


class Sight:
    """Pictures, and pages without text."""

    means = VISION

    def __init__(self, model: VisionModel, ledger: Ledger, *, seconds: float = SECONDS) -> None:
        self._model = model
        self._ledger = ledger
        self._seconds = seconds

    def takes(self, trouble: Trouble | None) -> bool:
        return trouble is Trouble.NO_TEXT

    async def read(self, context: TurnContext, filename: str, content: bytes) -> FileReading:
        if not shown_type(content):
            return self._unseen("it is of a kind that the model does not look at")
        if len(content) > LARGEST:
            return self._unseen(f"it is larger than the {LARGEST >> 20} MB that the model takes")
        if not await self._ledger.allows(context.tenant):
            return self._unseen(_BUDGET_SPENT)
        try:
            text, use = await self._model.describe(
                shipped()["vision"].body, content, visible(filename, 120), self._seconds
            )
        except ModelFailed as failure:
            log.warning("files.not_seen", reason=failure.reason)
            await self._ledger.record(context.tenant, failure.use)
            return self._unseen(f"the model could not look at it ({failure.reason})")
        await self._ledger.record(context.tenant, use)
        try:
            written = written_down(visible(text, LONGEST))
        except Unreadable:
            return self._unseen("the model recognised nothing in it")
        return FileReading(written, means=VISION, model=self._model.settings.name)

    def _unseen(self, reason: str) -> FileReading:
        name = self._model.settings.name
        return FileReading(trouble=Trouble.NO_TEXT, reason=reason, means=VISION, model=name)


class Hearing:
    """Voice notes."""

    means = HEARING

    def __init__(
        self, model: TranscriptionModel, ledger: Ledger, *, seconds: float = SECONDS
    ) -> None:
        self._model = model
        self._ledger = ledger
        self._seconds = seconds

    def takes(self, trouble: Trouble | None) -> bool:
        return trouble is Trouble.SOUND

    async def read(self, context: TurnContext, filename: str, content: bytes) -> FileReading:
        if len(content) > LONGEST_RECORDING:
            return self._unheard("it is larger than the model takes")
        if not await self._ledger.allows(context.tenant):
            return self._unheard(_BUDGET_SPENT)
        try:
            text, use = await self._model.listen(content, self._seconds)
        except ModelFailed as failure:
            log.warning("files.not_heard", reason=failure.reason)
            await self._ledger.record(context.tenant, failure.use)
            return self._unheard(f"the model could not listen to it ({failure.reason})")
        await self._ledger.record(context.tenant, use)
        heard = plain_text(visible(text, LONGEST) or ".")
        return FileReading(heard, means=HEARING, model=self._model.settings.name)

    def _unheard(self, reason: str) -> FileReading:
        name = self._model.settings.name
        return FileReading(trouble=Trouble.SOUND, reason=reason, means=HEARING, model=name)


def written_down(text: str) -> FileText:
    """A model's lines with their numbers; rows of cells as a table. Raises Unreadable."""
    if text.strip().strip(".").upper() == "NOTHING":
        raise Unreadable(Trouble.NO_TEXT, "nothing is recognised in it")
    parts: list[Part] = []
    words, _, shown = f"\n{text}".partition("\nShown:")
    for number, row in enumerate(words.splitlines()):
        cells = tuple(cell.strip() for cell in row.strip().strip("|").split("|"))
        if not any(cells) or set(row) <= set("|-: "):
            continue
        is_table = len(cells) > 1
        line = Line(f"line {number}", cells if is_table else (row.strip(),))
        if parts and parts[-1].is_table is is_table:
            parts[-1] = Part("", (*parts[-1].lines, line), is_table)
        else:
            parts.append(Part("", (line,), is_table))
    if shown.strip():
        parts.append(Part(SHOWN, (Line("what it shows", (" ".join(shown.split()),)),)))
    return capped(parts)
