"""Contracts as cards: one whole, a list, what they bring in."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot.desk.asking.rights import Right, Rights
from bot.desk.showing.tickets import run
from bot.desk.showing.words import short
from channels.cards import Button, Card, Field, Section
from domain.contracts.models import Contract, ContractLine
from domain.contracts.revenue import Revenue
from domain.contracts.support import Left
from domain.types import Money

LINES = 30
_EVERY = {"once": "once", "monthly": "a month", "quarterly": "a quarter", "yearly": "a year"}
_RENEWAL = {"manual": "when both agree", "automatic": "by itself", "none": "not"}


def contract_card(
    contract: Contract,
    lines: Sequence[ContractLine],
    left: Sequence[Left],
    customer: str,
    rights: Rights,
) -> Card:
    money = contract.currency
    ends = f"{contract.starts_on.isoformat()} to {contract.ends_on.isoformat()}"
    if contract.cancels_on:
        ends += f", cancelled from {contract.cancels_on.isoformat()} on"
    fields = [
        Field("Customer", customer or "—"),
        Field("Status", contract.status.replace("_", " ")),
        Field("Runs", ends),
        Field("Renewed", _RENEWAL[contract.renewal]),
        Field("A year, net", str(Money(contract.annual_value, money))),
        Field("Once, net", str(Money(contract.once_value, money))),
    ]
    if contract.signatory:
        signed = contract.signatory
        fields.append(Field("Signed", f"{signed['name']}, {signed['role']} ({signed['proof']})"))
    sections = [Section(fields=tuple(fields)), Section(_lines(lines, money))]
    if left:
        sections.append(Section("\n".join(_left(one) for one in left)))
    return Card(
        title=f"{contract.number} v{contract.version} · {short(contract.title, 80)}",
        sections=tuple(sections),
        buttons=_buttons(contract, rights),
    )


def contract_list(title: str, contracts: Sequence[Contract]) -> Card:
    sections = tuple(
        Section(
            f"{one.number} · {one.status.replace('_', ' ')} · until {one.ends_on.isoformat()} · "
            f"{Money(one.annual_value, one.currency)} a year · {short(one.title, 80)}",
            buttons=(run("Open", f"contract show {one.number}"),),
        )
        for one in contracts
    )
    return Card(title=title, sections=sections or (Section("None."),))


def revenue_card(found: Sequence[Revenue], days: int) -> Card:
    sections = tuple(
        Section(
            fields=(
                Field("Running", f"{one.contracts}"),
                Field("A year, net", f"{one.annual} {one.currency}"),
                Field("A month, net", f"{one.monthly} {one.currency}"),
                Field(
                    f"Ends within {days} days",
                    f"{one.ending_contracts}, {one.ending} {one.currency} a year",
                ),
            )
        )
        for one in found
    )
    return Card(
        title="What contracts bring in", sections=sections or (Section("No contract runs."),)
    )


def expiring_title(days: int, today: date) -> str:
    return f"Contracts that end within {days} days of {today.isoformat()}"


def _lines(lines: Sequence[ContractLine], currency: str) -> str:
    shown = [
        f"{line.position}. {_plain(line.quantity)} {line.unit} × {line.description}: "
        f"{Money(line.total, currency)} {_EVERY[line.interval]}"
        for line in lines[:LINES]
    ]
    if len(lines) > LINES:
        shown.append(f"… and {len(lines) - LINES} lines more")
    return "\n".join(shown) or "No charges."


def _left(one: Left) -> str:
    return (
        f"{one.service}: {_plain(one.left)} of {_plain(one.included)} {one.unit} left "
        f"until {one.until.isoformat()}"
    )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _buttons(contract: Contract, rights: Rights) -> tuple[Button, ...]:
    if Right.ACT not in rights.held:
        return ()
    number = contract.number
    if contract.status == "draft":
        return (run("To be signed", f"contract send {number}"),)
    if contract.status in ("active", "pending_renewal"):
        return (
            run("Quote renewal", f"contract quote {number}"),
            run("Renew", f"contract renew {number}"),
        )
    return ()
