"""`/desk template`: the words a provider approved, brought into step, submitted."""

from collections.abc import Sequence

from bot.desk.asking.parsing import wrong_use
from bot.desk.asking.rights import Right
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench
from bot.desk.showing.tickets import run
from bot.desk.showing.words import many, short
from bot.engine.delivering.template_office import Submitted
from channels.cards import Card, Section
from channels.messages import ChannelError
from domain.audit.service import note as audit
from domain.errors import Refused
from domain.templates.models import MessageTemplate

SHOWN = 30


async def template(bench: Bench, command: StaffCommand) -> Answer:
    what, *rest = command.words.split() or ["list"]
    office = bench.deliverer.templates
    if what == "list":
        return _listed(await office.all(command.tenant_id))
    if what not in ("sync", "submit"):
        raise wrong_use("template", f"There is no template command “{short(what, 40)}”.")
    command.by.rights.require(Right.OPERATE, command.by.role)
    try:
        if what == "sync":
            changed = await office.sync(command.tenant_id)
            answer = _listed(changed, title=f"In step; changed: {many(len(changed), 'template')}")
        else:
            name, language = (*rest, "", "")[:2]
            answer = _told(await office.submit(command.tenant_id, name, language))
    except ChannelError as error:
        raise Refused(str(error)) from error
    async with bench.database.transaction(command.tenant_id) as session:
        audit(session, command.tenant_id, command.by.actor, f"templates.{what}")
    return answer


def _listed(rows: Sequence[MessageTemplate], title: str = "") -> Card:
    lines = [_line(row) for row in rows[:SHOWN]]
    more = len(rows) - SHOWN
    return Card(
        title=title or f"Message templates: {len(rows)}",
        sections=(Section("\n".join(lines) or "None."),),
        buttons=(run("Sync", "template sync"),),
        footnote=f"and {more} more" if more > 0 else "",
    )


def _line(row: MessageTemplate) -> str:
    why = f": {row.reason}" if row.reason else ""
    return f"{row.name} ({row.language}, {row.category}) · {row.state}{why}\n{short(row.body, 160)}"


def _told(done: Sequence[Submitted]) -> Card:
    troubles = [one for one in done if one.trouble]
    lines = [
        f"{one.template.name} ({one.template.language}): {one.trouble or one.template.state}"
        for one in done
    ]
    return Card(
        title=f"Submitted: {many(len(done) - len(troubles), 'template')}",
        sections=(Section("\n".join(lines) or "None waits to be submitted."),),
        footnote="The provider decides, usually within minutes; staff are told of a refusal.",
        is_error=bool(troubles),
    )
