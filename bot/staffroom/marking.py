"""Marks what a card or form carries with its company, and reads the mark of what comes back."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from channels.cards import Button, Card, Form, Used

MARK = 32


def drawn(card: Card, tenant_id: UUID) -> Card:
    return replace(
        card,
        sections=tuple(
            replace(section, buttons=_marked(section.buttons, tenant_id))
            for section in card.sections
        ),
        buttons=_marked(card.buttons, tenant_id),
    )


def asked(form: Form, tenant_id: UUID) -> Form:
    return replace(form, value=mark(form.value, tenant_id))


def unmarked(used: Used) -> tuple[UUID | None, Used]:
    """Whose it is as it claims, and the rest; None: it carries no mark."""
    head, colon, value = used.value[:MARK], used.value[MARK : MARK + 1], used.value[MARK + 1 :]
    try:
        tenant_id = UUID(hex=head) if colon == ":" else None
    except ValueError:
        tenant_id = None
    return (tenant_id, replace(used, value=value)) if tenant_id else (None, used)


def mark(value: str, tenant_id: UUID) -> str:
    return f"{tenant_id.hex}:{value}"


def _marked(buttons: Iterable[Button], tenant_id: UUID) -> tuple[Button, ...]:
    return tuple(replace(one, value=mark(one.value, tenant_id)) for one in buttons)
