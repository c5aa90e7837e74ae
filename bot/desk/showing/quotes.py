"""A quote as a card: its lines, sums, open questions, and the margin for those who may see it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.desk.asking.rights import Right, Rights
from bot.desk.showing.tickets import run
from bot.desk.showing.words import short
from channels.cards import Button, Card, Field, Form, Input, InputKind, Option, Section, Style
from domain.quotes.approval import Standing, own_total
from domain.quotes.lifecycle.revisions import REVISABLE
from domain.quotes.lifecycle.states import OPEN, SUPERSEDED
from domain.quotes.margin import margin_of
from domain.quotes.models import Quote, QuoteRevision
from domain.quotes.pricing import QuoteLine

LINES = 40
EDITABLE = 40


@dataclass(frozen=True, slots=True)
class Lineage:
    """`earlier`: revisions that were sent before the present one; `told`: what changed since."""

    earlier: tuple[QuoteRevision, ...] = ()
    told: tuple[str, ...] = ()


def quote_card(
    quote: Quote,
    lines: Sequence[QuoteLine],
    customer: str,
    rights: Rights,
    standing: Standing,
    lineage: Lineage = Lineage(),
) -> Card:
    fields = [
        Field("Customer", customer or "—"),
        Field("Status", _status(quote, standing)),
        Field("Net", f"{quote.subtotal} {quote.currency}"),
        Field("Tax", f"{quote.tax} {quote.currency}"),
        Field("Total", f"{quote.total} {quote.currency}"),
    ]
    if quote.exchange_rate is not None and quote.exchange_rate_on is not None:
        rate = f"1 {quote.exchange_from} = {quote.exchange_rate.normalize():f} {quote.currency}"
        fields.append(Field("Rate", f"{rate}, {quote.exchange_rate_on.isoformat()}"))
    margin = margin_of(lines) if rights.sees_margins else None
    if margin is not None:
        unknown = f", {margin.unknown} lines of unknown cost" if margin.unknown else ""
        fields.append(Field("Margin", f"{margin.amount} ({margin.percent} %{unknown})"))
    sections = [Section(fields=tuple(fields)), Section(lines_text(lines))]
    if quote.staff_questions:
        settle = "\n".join(f"• {question}" for question in quote.staff_questions)
        sections.append(Section(f"For you to settle before it can go out:\n{settle}"))
    if quote.open_questions:
        asked = "\n".join(f"• {question}" for question in quote.open_questions)
        sections.append(Section(f"Still open:\n{asked}"))
    if lineage.told:
        sections.append(Section("As the customer is told:\n" + "\n".join(lineage.told)))
    if lineage.earlier:
        sections.append(Section("\n".join(_earlier(quote, one) for one in lineage.earlier)))
    revision = f"revision {quote.revision} · " if quote.revision > 1 else ""
    return Card(
        title=f"{quote.number} v{quote.version} · {revision}{short(quote.title, 80)}",
        sections=tuple(sections),
        buttons=_buttons(quote, rights, standing),
        footnote=f"drafted by the {quote.step} reader" if quote.step else "",
    )


def _status(quote: Quote, standing: Standing) -> str:
    if quote.status != "draft":
        until = f", valid until {quote.valid_until}" if quote.valid_until else ""
        return f"{quote.status}, revision {quote.revision}{until}"
    approval = {
        "approved": f"approved (version {quote.version})",
        "rejected": f"approval refused: {short(standing.reason, 200)}",
        "not_required": "needs no approval",
    }.get(standing.approval, "not approved")
    who = ", by somebody who sees margins" if standing.by_margin else ""
    return f"{quote.status}, {approval}{who if approval == 'not approved' else ''}"


def _earlier(quote: Quote, sent: QuoteRevision) -> str:
    """Of one that is open: it can still be accepted while the next is a draft."""
    if sent.status == SUPERSEDED:
        state = f"superseded by revision {sent.revision + 1}"
    elif sent.status in OPEN:
        state = f"{sent.status}, can be accepted until {sent.valid_until} or the next is sent"
    else:
        state = sent.status
    return f"Revision {sent.revision} · {sent.total} {sent.currency} · {state}"


def lines_text(lines: Sequence[QuoteLine]) -> str:
    shown = [_line(number, line) for number, line in enumerate(lines[:LINES], 1)]
    if len(lines) > LINES:
        shown.append(f"… and {len(lines) - LINES} lines more")
    return "\n".join(shown) or "No lines yet."


def _line(number: int, line: QuoteLine) -> str:
    discount = f" − {line.discount}" if line.discount.amount else ""
    optional = " (optional)" if line.is_optional else ""
    optional = " (alternative)" if line.is_alternate else optional
    note = f" · {line.note}" if line.note else ""
    return (
        f"{number}. {quantity(line.quantity)} {line.unit} × {line.description} at "
        f"{line.unit_price}{discount} = {line.total}{optional}{note}"
    )


def quantity(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _buttons(quote: Quote, rights: Rights, standing: Standing) -> tuple[Button, ...]:
    if Right.ACT not in rights.held:
        return ()
    pdf = (run("PDF", f"quote pdf {quote.number}"),) if quote.conversation_id else ()
    again = run("Duplicate", f"quote duplicate {quote.number}")
    if quote.status in OPEN:
        resend = run("Send again", f"quote send {quote.number}")
        return (resend, run("Revise", f"quote revise {quote.number}"), *pdf, again)
    if quote.status in REVISABLE:
        return (run("Revise", f"quote revise {quote.number}"), *pdf, again)
    if quote.status != "draft":
        return (*pdf, again)
    buttons = [run("Edit", f"quote edit {quote.number}"), *pdf]
    if standing.approval in ("approved", "not_required"):
        buttons.insert(0, run("Send", f"quote send {quote.number}", Style.PRIMARY))
    may = rights.may_approve(own_total(quote)) or (
        Right.ACT in rights.held and not standing.by_amount
    )
    if may and (rights.sees_margins or not standing.by_margin):
        value = f"{quote.number}:{quote.version}"
        if standing.approval in ("pending", "rejected"):
            buttons.append(Button("quote.approve", "Approve", value, Style.PRIMARY))
        if standing.approval in ("pending", "approved"):
            buttons.append(Button("quote.refuse", "Refuse", value))
    return tuple(buttons)


def edit_form(quote: Quote, lines: Sequence[QuoteLine]) -> Form:
    """A number a line (0 takes it out), one discount, and which lines are options."""
    numbered = list(enumerate(lines[:EDITABLE], 1))
    inputs = [
        Input(
            name=f"quantity.{number}",
            label=short(f"{number}. {line.description}", 70),
            kind=InputKind.NUMBER,
            initial=quantity(line.quantity),
            hint=f"{line.unit}, {line.unit_price} each; 0 takes the line out",
        )
        for number, line in numbered
    ]
    inputs.append(
        Input(
            name="discount",
            label="Discount: 5 % on all lines, or £100 off the whole",
            is_required=False,
            hint="Empty: discounts stay as they are",
        )
    )
    inputs += [
        _several("optional", "Options (shown, not summed)", lines, lambda line: line.is_optional),
        _several(
            "alternate", "Alternatives (shown, not summed)", lines, lambda line: line.is_alternate
        ),
    ]
    return Form(
        action="quote.edited",
        title=f"Edit {quote.number}",
        submit="Show the new prices",
        inputs=tuple(inputs),
        value=f"{quote.number}:{quote.version}",
        intro=f"Version {quote.version}, total {quote.total} {quote.currency}.",
    )


def _several(
    name: str, label: str, lines: Sequence[QuoteLine], is_so: Callable[[QuoteLine], bool]
) -> Input:
    numbered = list(enumerate(lines[:EDITABLE], 1))
    return Input(
        name=name,
        label=label,
        kind=InputKind.SEVERAL,
        initial=",".join(str(number) for number, line in numbered if is_so(line)),
        options=tuple(
            Option(str(number), short(f"{number}. {line.description}", 70))
            for number, line in numbered
        ),
        is_required=False,
    )


def proposal_card(quote: Quote, told: Sequence[str], total: str, question: str) -> Card:
    """What a change would do, before it is made."""
    return Card(
        title=f"{quote.number}: version {quote.version} → {quote.version + 1}?",
        sections=(
            Section("\n".join(told)),
            Section(f"Total {quote.total} {quote.currency} → {total}"),
        ),
        buttons=(
            Button("confirm", "Make it so", question, Style.PRIMARY),
            Button("dismiss", "Leave it", question),
        ),
    )
