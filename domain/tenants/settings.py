"""A tenant's settings: typed, validated, changed by dotted keys."""

from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from domain.errors import Refused
from domain.tenants.addresses import require_deposit_url

OPEN_MAPPINGS = frozenset({"desk.rooms"})
"""Sections whose keys are the tenant's own."""


class InvalidSetting(Refused):
    pass


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Features(Section):
    """Each can be switched off per tenant while everything runs."""

    bot: bool = True
    auto_answer: bool = True
    quotes: bool = True
    whatsapp: bool = True
    email: bool = True
    telegram: bool = True
    slack: bool = True


class Assistant(Section):
    name: str = Field(default="", max_length=80)
    discloses_itself: Literal[True] = True
    """The law says so in most places: it can be worded, not switched off."""


class Llm(Section):
    """Empty model: the operator's. `daily_budget` in US dollars; None: the operator's."""

    model: str = ""
    second_model: str = ""
    daily_budget: float | None = Field(default=None, ge=0)


class Branding(Section):
    """What a quote's paper shows of the company; empty: left out. The logo is set by itself."""

    company_name: str = Field(default="", max_length=200)
    address: str = Field(default="", max_length=500)
    colour: str = Field(default="#1f4e79", pattern="^#[0-9a-fA-F]{6}$")
    email: str = Field(default="", max_length=200)
    phone: str = Field(default="", max_length=60)
    website: str = Field(default="", max_length=200)
    company_number: str = Field(default="", max_length=60)
    vat_number: str = Field(default="", max_length=60)
    bank_details: str = Field(default="", max_length=600)
    terms: str = Field(default="", max_length=20_000)


class Quoting(Section):
    """`exclusions`: what every quote says is not included; empty: whatever is not listed.

    `code_above`: the total from which on whoever signs proves their address with a code that is
    mailed to them; 0: always; None: never. `deposit_url`: an https address with `{number}`,
    `{amount}` and `{currency}`, shown once a quote is accepted, for `deposit_percent` of its total.

    `reminder_days`: the customer is reminded so many days before a quote ends, `follow_up_days`:
    staff so many days after it was sent and not looked at; 0: never.
    `approval_above`: up to this total nobody has to approve; empty: whoever sends needs the limit
    or an approval. `minimum_margin`: below it, a quote is approved by somebody who sees margins.
    """

    validity_days: int = Field(default=30, ge=1, le=365)
    reminder_days: int = Field(default=3, ge=0, le=90)
    follow_up_days: int = Field(default=5, ge=0, le=90)
    approval_above: Decimal | None = Field(default=None, ge=0)
    minimum_margin: float | None = Field(default=None, ge=-1, le=1)
    markup: float = Field(default=0.20, ge=0, le=5)
    tax_rate: float = Field(default=0.20, ge=0, le=1)
    exclusions: str = Field(default="", max_length=5000)
    code_above: Decimal | None = Field(default=None, ge=0)
    deposit_url: str = Field(default="", max_length=500)
    deposit_percent: Decimal = Field(default=Decimal(100), gt=0, le=100)
    branding: Branding = Branding()

    @field_validator("code_above", mode="before")
    @classmethod
    def _nothing_said(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("deposit_url")
    @classmethod
    def _safe_address(cls, value: str) -> str:
        return require_deposit_url(value)


class Sla(Section):
    first_response_hours: float = Field(default=4, gt=0)
    resolution_hours: float = Field(default=24, gt=0)


class Desk(Section):
    """What staff may do, where a member has no limit of their own (amounts in the currency).

    `paused_channels`: the bot stays out there. `draft_topics`: `channel:intent` pairs whose
    answers a person approves although the channel is automatic.
    """

    approval_limit: Decimal = Field(default=Decimal(5000), ge=0)
    staff_see_margins: bool = False
    paused_channels: list[str] = []
    draft_topics: list[str] = []
    rooms: dict[str, str] = {}
    """Where conversations are shown to staff (`T1/C1`): by topic, by channel, `` for all others."""

    def room(self, channel: str, topic: str = "") -> str:
        """Empty: nowhere."""
        keys = (topic, channel, "") if topic else (channel, "")
        return next((self.rooms[key] for key in keys if self.rooms.get(key)), "")

    def needs_approval(self, channel: str, topic: str) -> bool:
        """Whether a person approves answers about the topic there, whatever the channel's mode."""
        return f"{channel}:{topic}" in self.draft_topics


class TenantSettings(Section):
    currency: str = Field(default="GBP", pattern="^[A-Z]{3}$")
    language: str = Field(default="en", pattern="^[a-z]{2}$")
    country: str = Field(default="GB", pattern="^[A-Z]{2}$")
    time_zone: str = "Europe/London"
    is_demo: bool = False
    reopen_grace_days: int = Field(default=14, ge=0, le=365)
    features: Features = Features()
    assistant: Assistant = Assistant()
    llm: Llm = Llm()
    quoting: Quoting = Quoting()
    sla: Sla = Sla()
    desk: Desk = Desk()

    def changed(self, changes: dict[str, Any]) -> "TenantSettings":
        """With `{"features.email": "false"}` applied. Raises InvalidSetting."""
        tree = self.model_dump()
        for key, value in changes.items():
            *path, last = key.split(".")
            branch: Any = tree
            for part in path:
                branch = branch.get(part) if isinstance(branch, dict) else None
            is_open = ".".join(path) in OPEN_MAPPINGS
            if not isinstance(branch, dict) or (last not in branch and not is_open):
                raise InvalidSetting(f"There is no setting “{key}”.")
            branch[last] = value
        try:
            return TenantSettings.model_validate(tree)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise InvalidSetting(
                f"The setting {where} is wrong: {first['msg'].lower()}."
            ) from error
