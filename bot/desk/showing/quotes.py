"""A quote as a card: its lines, sums, open questions, and the margin for those who may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.desk.asking.rights import Right, Rights
from bot.desk.showing.tickets import run
from bot.desk.showing.words import short
from channels.cards import Button, Card, Field, Form, Input, InputKind, Option, Section, Style
from domain.quotes.approval import is_approved, own_total
from domain.quotes.models import Quote
from domain.quotes.pricing import QuoteLine

LINES = 40
EDITABLE = 40


@dataclass(frozen=True, slots=True)
class Margin:
    """What is left of the net total after cost; `unknown`: lines whose cost nobody knows."""

    amount: Decimal
    percent: Decimal
    unknown: int


def margin_of(lines: Sequence[QuoteLine]) -> Margin | None:
    """Of the lines that count and whose cost is known; None: of none."""
    counted = [line for line in lines if line.is_summed]
    known = [line for line in counted if line.unit_cost is not None]
    net = sum((line.total.amount for line in known), Decimal(0))
    cost = sum(
        (line.unit_cost.amount * line.quantity for line in known if line.unit_cost), Decimal(0)
    )
    if not known or not net:
        return None
    percent = ((net - cost) / net * 100).quantize(Decimal("0.1"))
    return Margin((net - cost).quantize(Decimal("0.01")), percent, len(counted) - len(known))


def quote_card(quote: Quote, lines: Sequence[QuoteLine], customer: str, rights: Rights) -> Card:
    approval = f"approved (version {quote.version})" if is_approved(quote) else "not approved"
    fields = [
        Field("Customer", customer or "—"),
        Field("Status", f"{quote.status}, {approval}"),
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
    return Card(
        title=f"{quote.number} v{quote.version} · {short(quote.title, 80)}",
        sections=tuple(sections),
        buttons=_buttons(quote, rights),
        footnote=f"drafted by the {quote.step} reader" if quote.step else "",
    )


def lines_text(lines: Sequence[QuoteLine]) -> str:
    shown = [_line(number, line) for number, line in enumerate(lines[:LINES], 1)]
    if len(lines) > LINES:
        shown.append(f"… and {len(lines) - LINES} lines more")
    return "\n".join(shown) or "No lines yet."


def _line(number: int, line: QuoteLine) -> str:
    discount = f" − {line.discount}" if line.discount.amount else ""
    optional = " (optional)" if line.is_optional else ""
    return (
        f"{number}. {quantity(line.quantity)} {line.unit} × {line.description} at "
        f"{line.unit_price}{discount} = {line.total}{optional}"
    )


def quantity(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _buttons(quote: Quote, rights: Rights) -> tuple[Button, ...]:
    if Right.ACT not in rights.held:
        return ()
    pdf = (run("PDF", f"quote pdf {quote.number}"),) if quote.conversation_id else ()
    if quote.status != "draft":
        return pdf
    buttons = [run("Edit", f"quote edit {quote.number}"), *pdf]
    if rights.may_approve(own_total(quote)) and not is_approved(quote):
        value = f"{quote.number}:{quote.version}"
        buttons.append(Button("quote.approve", "Approve", value, Style.PRIMARY))
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
            label="Discount on all lines, %",
            kind=InputKind.NUMBER,
            is_required=False,
            hint="Empty: discounts stay as they are",
        )
    )
    inputs.append(
        Input(
            name="optional",
            label="Options (shown, not summed)",
            kind=InputKind.SEVERAL,
            initial=",".join(str(number) for number, line in numbered if line.is_optional),
            options=tuple(
                Option(str(number), short(f"{number}. {line.description}", 70))
                for number, line in numbered
            ),
            is_required=False,
        )
    )
    return Form(
        action="quote.edited",
        title=f"Edit {quote.number}",
        submit="Show the new prices",
        inputs=tuple(inputs),
        value=f"{quote.number}:{quote.version}",
        intro=f"Version {quote.version}, total {quote.total} {quote.currency}.",
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
