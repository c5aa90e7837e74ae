"""Who answers: a person, nobody, or an agent."""

from typing import Any

from sqlalchemy import Row

from domain.tenants.settings import TenantSettings

CRASHES = 3
HOPELESS = 8


def kept_from_bot(row: Row[Any], settings: TenantSettings) -> str | None:
    """Why the bot stays out of this conversation, as an outcome's reason; None: it may answer."""
    if row.owner != "bot":
        return "a_person_answers"
    if row.is_paused:
        return "paused"
    if row.channel in settings.desk.paused_channels:
        return "channel_paused"
    if row.turn_failures > HOPELESS:
        return "answering_failed"
    if not settings.features.bot:
        return "bot_off"
    if row.opted_out_at is not None:
        return "opted_out"
    return None


def keeps_crashing(row: Row[Any]) -> bool:
    """Whether thinking about this conversation stopped the worker again and again."""
    return bool(row.turn_failures > CRASHES)
