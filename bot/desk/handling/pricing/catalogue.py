"""`/desk catalogue`: products found, price lists, drift, synonyms, proposals to decide."""

from sqlalchemy import func, select

from bot import queue
from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.asking.rights import Right
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling.bench import Answer, Bench, as_id
from bot.desk.showing.catalogue import drift_card, proposals_card
from bot.desk.showing.tickets import run
from bot.desk.showing.words import many, short
from channels.cards import Card, Section, Used
from domain.audit.service import note as audit
from domain.catalogue.importing.lists import PriceLists
from domain.catalogue.keeping.suppliers import Suppliers
from domain.catalogue.keeping.synonyms import Synonyms
from domain.catalogue.models import ProductRecord
from domain.catalogue.service import revision
from domain.catalogue.watching.corrections import NORM
from domain.catalogue.watching.drift import drift
from domain.catalogue.watching.proposals import OPEN, Proposals

SHOWN = 20
LISTS = 5
HOW = (
    "A supplier's price list is looked at first and imported as it was seen: "
    "frontdesk catalogue import FILE --supplier NAME --preview, or over REST with "
    "POST /suppliers/ID/price-lists/preview."
)


async def catalogue(bench: Bench, command: StaffCommand) -> Answer:
    kind, words = first_word(command.words)
    match kind.lower().rstrip(":"):
        case "":
            return await _overview(bench, command)
        case "find" | "search":
            return await _find(bench, command, words)
        case "drift":
            return await _drift(bench, command, words)
        case "lists" | "list" | "import":
            return await _lists(bench, command, words)
        case "synonyms":
            return await _synonyms(bench, command)
        case "synonym":
            return await _synonym(bench, command, words)
        case "proposals" | "proposal":
            return await _proposals(bench, command.by)
        case _:
            raise wrong_use("catalogue", f"The catalogue knows no “{short(kind, 30)}”.")


async def _overview(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        sold = select(func.count()).where(ProductRecord.retired_at.is_(None))
        products = await session.scalar(sold) or 0
        latest = await revision(session, command.tenant_id)
        suppliers = await Suppliers(session, command.tenant_id).all()
        waiting = await Proposals(session, command.tenant_id).page(100, state=OPEN)
    names = ", ".join(supplier.name for supplier in suppliers[:SHOWN]) or "none yet"
    text = (
        f"{many(products, 'product')} at revision {latest}\nSuppliers: {names}\n"
        f"{many(len(waiting), 'proposal')} to decide"
    )
    return Card(
        title="The catalogue",
        sections=(Section(text), Section(HOW)),
        buttons=(
            run("What changed prices make wrong", "catalogue drift"),
            run("Proposals", "catalogue proposals"),
            run("Synonyms", "catalogue synonyms"),
        ),
    )


async def _find(bench: Bench, command: StaffCommand, words: str) -> Answer:
    if not words:
        raise wrong_use("catalogue", "Find what? Give a name, a part number, or a customer's word.")
    found = await bench.shelf.search(command.tenant_id, words)
    lines = [
        f"{one.code} · {short(one.name, 100)} · {one.price or 'no price'} per {one.unit}"
        for one in found
    ]
    text = "\n".join(lines) or "Nothing that is sold is called so."
    return Card(title=f"Products: {short(words, 80)}", sections=(Section(text),))


async def _drift(bench: Bench, command: StaffCommand, words: str) -> Answer:
    since = words.strip().lower().removeprefix("since").strip()
    if since and not (since.isdecimal() and len(since) < 10):
        raise wrong_use("catalogue", f"“{short(since, 30)}” is no revision of the catalogue.")
    async with bench.database.transaction(command.tenant_id) as session:
        found = await drift(session, command.tenant_id, int(since or 0))
    return drift_card(found)


async def _lists(bench: Bench, command: StaffCommand, words: str) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        suppliers = Suppliers(session, command.tenant_id)
        meant = [await suppliers.named(words)] if words else (await suppliers.all())[:SHOWN]
        lines = []
        for supplier in meant:
            for row in await PriceLists(session, supplier).page(LISTS if words else 1):
                state = "imported" if row.imported_at else "only looked at"
                counts = ", ".join(f"{row.found[n]} {n}" for n in ("new", "changed", "gone"))
                lines.append(
                    f"{supplier.name} · {short(row.filename, 60)} · {row.created_at:%d %b %Y} · "
                    f"{state} · {counts}"
                )
    return Card(
        title="Price lists",
        sections=(Section("\n".join(lines) or "None yet."), Section(HOW)),
    )


async def _synonyms(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        rows = await Synonyms(session, command.tenant_id).page(SHOWN + 1)
    lines = [f"“{row.phrase}” means {code}" for row, code in rows[:SHOWN]]
    return Card(
        title="Customers' words for products",
        sections=(Section("\n".join(lines) or "None yet."),),
        footnote="More are listed over REST." if len(rows) > SHOWN else "",
    )


async def _synonym(bench: Bench, command: StaffCommand, words: str) -> Answer:
    command.by.rights.require(Right.TEACH, command.by.role)
    kind, phrase = first_word(words)
    async with bench.database.transaction(command.tenant_id) as session:
        synonyms = Synonyms(session, command.tenant_id)
        if kind.lower() == "remove" and "=" not in phrase:
            await synonyms.forget(phrase)
            audit(session, command.tenant_id, command.by.actor, "synonym.removed", phrase[:100])
            return Card(title=f"“{short(phrase, 80)}” is no synonym any more")
        said, equals, code = words.rpartition("=")
        if not equals or not said.strip() or not code.strip():
            raise wrong_use("catalogue", "Which word means which product? Write WORDS = CODE.")
        row = await synonyms.add(said, code.strip(), actor=command.by.actor)
        audit(session, command.tenant_id, command.by.actor, "synonym.added", row.phrase)
    return Card(
        title=f"“{row.phrase}” means {code.strip()}",
        buttons=(run("Take it back", f"catalogue synonym remove {row.phrase}"),),
    )


async def _proposals(bench: Bench, by: StaffView) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        found = await Proposals(session, by.tenant_id).page(SHOWN, state=OPEN)
    return proposals_card(found, may_decide=Right.TEACH in by.rights.held)


async def accept(bench: Bench, used: Used, by: StaffView) -> Answer:
    return await _decide(bench, used, by, is_accepted=True)


async def dismiss(bench: Bench, used: Used, by: StaffView) -> Answer:
    return await _decide(bench, used, by, is_accepted=False)


async def _decide(bench: Bench, used: Used, by: StaffView, *, is_accepted: bool) -> Answer:
    """Hours of a norm are prices: those who change what holds for the company decide them."""
    async with bench.database.transaction(by.tenant_id) as session:
        proposals = Proposals(session, by.tenant_id)
        row = await proposals.get(as_id(used.value))
        if row.kind == NORM and is_accepted:
            by.rights.require(Right.OPERATE, by.role)
        act = proposals.accept if is_accepted else proposals.dismiss
        row = await act(row.id, actor=by.actor)
        audit(session, by.tenant_id, by.actor, f"proposal.{row.state}", row.words or row.code)
        await session.flush()
        await queue.put(session, "react", tenant_id=by.tenant_id)
    return await _proposals(bench, by)


COMMANDS = {"catalogue": catalogue}
REACTIONS = {
    "catalogue.accept": (Right.TEACH, accept),
    "catalogue.dismiss": (Right.TEACH, dismiss),
}
