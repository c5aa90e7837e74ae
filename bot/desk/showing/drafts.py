"""A draft of the bot with what a person can do about it."""

from uuid import UUID

from channels.cards import Button, Section, Style


def draft_section(message_id: UUID, text: str, *, may_act: bool) -> Section:
    return Section(text, buttons=draft_buttons(message_id) if may_act else (), is_quoted=True)


def draft_buttons(message_id: UUID) -> tuple[Button, ...]:
    value = str(message_id)
    return (
        Button("draft.send", "Send", value, Style.PRIMARY),
        Button("draft.edit", "Edit", value),
        Button("draft.reject", "Reject", value, Style.DANGER),
    )
