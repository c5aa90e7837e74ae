"""Who answers: a person, nobody, or an agent."""

from typing import Any

from sqlalchemy import Row

from domain.tenants.settings import TenantSettings

OPTED_OUT = "opted_out"
STILL_WRITES = "Who wants nothing automatic has written: only a person can answer, with Reply."
CRASHES = 3
HOPELESS = 8


def kept_from_bot(row: Row[Any], settings: TenantSettings) -> str | None:
    """Why the bot stays out of this conversation, as an outcome's reason; None: it may answer."""
    if row.is_opted_out:
        return OPTED_OUT
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
    return None


def is_stopped_loop(row: Row[Any], reason: str | None) -> bool:
    """Whether the bot is silent for a loop's sake only: no person has taken the conversation."""
    stopped = reason == "a_person_answers" and row.loop_since is not None
    return stopped and row.owner_id is None


def is_waiting_for_person(row: Row[Any], reason: str | None) -> bool:
    """Whether nobody but a person may answer: no loop is stopped, nothing paused."""
    return reason == "a_person_answers" and row.loop_since is None and not row.is_paused


def keeps_crashing(row: Row[Any]) -> bool:
    """Whether thinking about this conversation stopped the worker again and again."""
    return bool(row.turn_failures > CRASHES)
