"""`/desk customer merge` and `unmerge`: shown first, done when confirmed, taken back exactly."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.asking.rights import Right
from bot.desk.command import StaffCommand, StaffView
from bot.desk.handling.bench import Answer, Bench, as_id, own_id
from bot.desk.handling.customers.looking import named
from bot.desk.handling.tickets.joining import follow
from bot.desk.showing.customers import EVIDENCE, described, moves_in_words
from bot.desk.showing.tickets import run
from channels.cards import Button, Card, Section, Style
from domain.customers.joining.deciding import merge_people
from domain.customers.joining.links import STAFF, CustomerLinks
from domain.customers.joining.merging import (
    COMPANY,
    PERSON,
    Because,
    CustomerMerges,
    MergeRefused,
    Preview,
)
from domain.customers.models import Company, CustomerMerge
from domain.customers.naming import called
from domain.errors import NotFound
from domain.staff.service import StaffMembers

MERGE, UNMERGE = "customer_merge", "customer_unmerge"
_INTO = re.compile(
    r"(?P<one>.*?)\s*\binto\s+(?P<other>.+?)(?:\s+because\s+(?P<why>.+))?", re.I | re.S
)


async def merge(bench: Bench, command: StaffCommand, words: str) -> Answer:
    """`merge WHO into WHO`: first what would move, and on what evidence."""
    command.by.rights.require(Right.ACT, command.by.role)
    kind, words = _kind(words)
    named_pair = _INTO.fullmatch(words)
    if named_pair is None:
        raise wrong_use("customer", "Merge whom into whom?")
    why = named_pair["why"] or ""
    async with bench.database.transaction(command.tenant_id) as session:
        source = await _meant(session, command, kind, named_pair["one"])
        target = await _meant(session, command, kind, named_pair["other"])
        links = await CustomerLinks(session, command.tenant_id).between(source.id, target.id)
        evidence = tuple(f"{link.state}: {EVIDENCE[link.evidence]}" for link in links)
        merges = CustomerMerges(session, command.tenant_id, kind)
        preview = await merges.preview(source.id, target.id)
        payload = {"kind": kind, "source": str(source.id), "target": str(target.id), "why": why}
        members = StaffMembers(session, command.tenant_id)
        question = await members.ask(own_id(command.by), MERGE, payload)
    return _asked((source.told, target.told), preview, evidence, str(question))


def _asked(
    told: tuple[str, str], preview: Preview, evidence: tuple[str, ...], question: str
) -> Card:
    known = "\n".join(evidence) or "Nothing but your word."
    return Card(
        title="Merge these two?",
        sections=(
            Section(told[0]),
            Section(f"goes into {told[1]}"),
            Section(f"What moves: {moves_in_words(preview.moves)}."),
            Section(f"Evidence: {known}"),
            Section(
                "From then on the customer sees both as one, on every channel. What was said "
                "keeps its speaker, and the merge can be taken back."
            ),
        ),
        buttons=(
            Button("confirm", "Merge", question, Style.PRIMARY),
            Button("dismiss", "Leave them", question),
        ),
        is_private=True,
    )


async def merge_shown(bench: Bench, by: StaffView, payload: dict[str, Any]) -> Answer:
    source_id, target_id = as_id(payload["source"]), as_id(payload["target"])
    why = payload["why"]
    async with bench.database.transaction(by.tenant_id) as session:
        if payload["kind"] == COMPANY:
            merges = CustomerMerges(session, by.tenant_id, COMPANY)
            await merges.merge(source_id, target_id, Because(STAFF, by.actor, why))
            buttons = [run("Take apart", f"customer unmerge company {source_id}")]
        else:
            pair = (source_id, target_id)
            done = await merge_people(session, by.tenant_id, pair, actor=by.actor, why=why)
            show = run("Show", f"customer show {done.target_id}")
            buttons = [show, run("Take apart", f"customer unmerge {source_id}")]
        await follow(session, by)
    return Card("They are one now", buttons=tuple(buttons), is_private=True)


async def unmerge(bench: Bench, command: StaffCommand, words: str) -> Answer:
    """Asks first; where several went into one, which."""
    command.by.rights.require(Right.ACT, command.by.role)
    kind, words = _kind(words)
    async with bench.database.transaction(command.tenant_id) as session:
        meant = await _meant(session, command, kind, words)
        merges = CustomerMerges(session, command.tenant_id, kind)
        standing = [one for one in await merges.of(meant.id) if one.undone_at is None]
        chosen = [one for one in standing if one.source_id == meant.id] or standing
        if not chosen:
            raise MergeRefused("Nothing was merged there.")
        names = [(await _meant(session, command, kind, str(one.source_id))).told for one in chosen]
        if len(chosen) > 1:
            return _which(kind, chosen, names)
        payload = {"kind": kind, "source": str(chosen[0].source_id)}
        members = StaffMembers(session, command.tenant_id)
        question = await members.ask(own_id(command.by), UNMERGE, payload)
    return _asked_back(chosen[0], names[0], str(question))


def _which(kind: str, chosen: list[CustomerMerge], names: list[str]) -> Card:
    word = f"{COMPANY} " if kind == COMPANY else ""
    sections = tuple(
        Section(told, buttons=(run("Take apart", f"customer unmerge {word}{one.source_id}"),))
        for one, told in zip(chosen, names, strict=True)
    )
    return Card("Which of these?", sections=sections, is_private=True)


def _asked_back(done: CustomerMerge, told: str, question: str) -> Card:
    moved = {name.partition(".")[0]: len(ids) for name, ids in done.moved.items()}
    return Card(
        title="Take these two apart?",
        sections=(
            Section(told),
            Section(f"gets back: {moves_in_words(moved)}, and what came from there since."),
            Section(f"Merged on {done.created_at:%d %b %Y}: {EVIDENCE.get(done.evidence, '')}."),
        ),
        buttons=(
            Button("confirm", "Take apart", question, Style.DANGER),
            Button("dismiss", "Leave it", question),
        ),
        is_private=True,
    )


async def unmerge_shown(bench: Bench, by: StaffView, payload: dict[str, Any]) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        merges = CustomerMerges(session, by.tenant_id, payload["kind"])
        done = await merges.undo(as_id(payload["source"]), actor=by.actor, why=f"{by.name}: /desk")
        await follow(session, by)
    ids = (done.source_id, done.target_id) if payload["kind"] == PERSON else ()
    buttons = tuple(run("Show", f"customer show {one}") for one in ids)
    return Card("Each has their own again", buttons=buttons, is_private=True)


def _kind(words: str) -> tuple[str, str]:
    head, rest = first_word(words)
    return (COMPANY, rest) if head.lower() == COMPANY and rest else (PERSON, words)


@dataclass(frozen=True, slots=True)
class _Meant:
    id: UUID
    told: str


async def _meant(session: AsyncSession, command: StaffCommand, kind: str, words: str) -> _Meant:
    if kind == PERSON:
        found = await named(session, command, words)
        return _Meant(found.person.id, described(found))
    plain = words.strip()
    try:
        company_id = as_id(plain)
    except NotFound:
        company_id = (await called(session, command.tenant_id, plain)).id
    company = await session.get(Company, company_id)
    if company is None or company.tenant_id != command.tenant_id:
        raise NotFound("company", plain[:60])
    return _Meant(company.id, company.name)
