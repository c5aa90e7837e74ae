"""Decides how a message of ours reaches the customer. Pure: facts in, a plan with its reason out.

A plan is made once the channel itself does not simply take the words: outside its window, for an
address that gets nothing more, or after the provider has refused.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from channels.channel import Capabilities
from channels.messages import Address, ChannelError, Unreachable, WindowClosed
from channels.templates import Purpose, chosen_language


class Way(StrEnum):
    HERE = "here"
    TEMPLATE = "template"
    """Words approved before go here; where they only ask, the free text waits."""
    ELSEWHERE = "elsewhere"
    HOLD = "hold"
    """The customer was asked already: what waits, waits for their answer."""
    REFUSE = "refuse"


class Refusal(StrEnum):
    """What the provider said to the first try."""

    NONE = ""
    WINDOW = "window"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class OfferedTemplate:
    """An approved template of the account."""

    name: str
    language: str
    body: str
    category: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another account on which this person can be written to; the first of several is best."""

    account_id: UUID
    title: str
    to: Address
    conversation_id: UUID | None = None
    has_subject: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """`last_inbound_at`: by the provider's clock, on this very account. `muted`: why the address
    gets nothing more. `is_asked`: a template has asked for an answer since they last wrote.
    `purpose`: what the message is, where a template of its own says all of it. `tried`: ways
    that these words were sent before: none of them is tried a second time."""

    now: datetime
    title: str
    capabilities: Capabilities
    is_on: bool = True
    last_inbound_at: datetime | None = None
    by_person: bool = True
    is_opted_out: bool = False
    muted: str = ""
    refusal: Refusal = Refusal.NONE
    refused_because: str = ""
    elsewhere: tuple[Elsewhere, ...] = ()
    templates: tuple[OfferedTemplate, ...] = ()
    languages: tuple[str, ...] = ()
    is_asked: bool = False
    prefers_template: bool = False
    purpose: str = ""
    tried: frozenset[str] = frozenset()

    @property
    def is_window_open(self) -> bool:
        window = self.capabilities.window
        return self.refusal is not Refusal.WINDOW and is_open(
            window, self.last_inbound_at, self.now
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """`reason`: in a few plain words, as staff see them beside the message."""

    way: Way
    reason: str = ""
    template: OfferedTemplate | None = None
    elsewhere: Elsewhere | None = None
    advice: str = ""
    """What staff can do where nothing else helps."""


def is_open(window: timedelta | None, last_inbound_at: datetime | None, now: datetime) -> bool:
    if window is None:
        return True
    return last_inbound_at is not None and now - last_inbound_at < window


def refusal_of(error: ChannelError) -> Refusal:
    if isinstance(error, WindowClosed):
        return Refusal.WINDOW
    return Refusal.UNREACHABLE if isinstance(error, Unreachable) else Refusal.NONE


def decide(facts: Facts) -> Plan:
    if facts.is_opted_out and not facts.by_person:
        told = "The customer wants no more automatic messages."
        return Plan(Way.REFUSE, told, advice="A person may still write to them.")
    reason = _why_not_here(facts)
    if not reason:
        return Plan(Way.HERE)
    template = _template(facts)
    elsewhere = facts.elsewhere if Way.ELSEWHERE not in facts.tried else ()
    if elsewhere and not (template and facts.prefers_template):
        return Plan(Way.ELSEWHERE, reason, elsewhere=elsewhere[0])
    return _by_template(facts, reason, template)


def _why_not_here(facts: Facts) -> str:
    if not facts.is_on:
        return f"{facts.title} is switched off for this company"
    if facts.refusal is Refusal.UNREACHABLE:
        return facts.refused_because or f"{facts.title} does not reach this person"
    if facts.muted:
        return f"nothing more is sent to this address: {facts.muted}"
    return "" if facts.is_window_open else "window closed"


def _by_template(facts: Facts, reason: str, template: OfferedTemplate | None) -> Plan:
    if template is None:
        return Plan(Way.REFUSE, _told(facts, reason), advice=_advice(facts, reason))
    if facts.is_asked and template.purpose == Purpose.REPLY_WAITING:
        return Plan(Way.HOLD, reason)
    return Plan(Way.TEMPLATE, reason, template=template)


def _template(facts: Facts) -> OfferedTemplate | None:
    """For this purpose, else the one that asks for an answer; in the first language there is."""
    is_reachable = facts.is_on and not facts.muted and facts.refusal is not Refusal.UNREACHABLE
    is_possible = facts.capabilities.has_templates and Way.TEMPLATE not in facts.tried
    if not (is_possible and is_reachable):
        return None
    for purpose in dict.fromkeys((facts.purpose or Purpose.REPLY_WAITING, Purpose.REPLY_WAITING)):
        fitting = [one for one in facts.templates if one.purpose == purpose]
        offered = tuple(one.language for one in fitting)
        language = chosen_language(offered, *facts.languages, "en", *offered)
        if language is not None:
            return next(one for one in fitting if one.language == language)
    return None


def _told(facts: Facts, reason: str) -> str:
    if reason != "window closed":
        return f"{reason[:1].upper()}{reason[1:]}".rstrip(".") + "."
    hours = round((facts.capabilities.window or timedelta()).total_seconds() / 3600)
    return (
        f"The customer last wrote more than {hours} hours ago: {facts.title} takes no free text"
        " now."
    )


def _advice(facts: Facts, reason: str) -> str:
    told = "Call them, or wait until they write again"
    if facts.capabilities.has_templates and reason == "window closed":
        return f"{told}; an approved template (`frontdesk templates submit`) can ask them to."
    return f"{told}. With a proven mail address they can be written to by email."
