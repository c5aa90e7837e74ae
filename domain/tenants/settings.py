"""A tenant's settings: typed, validated, changed by dotted keys."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)

from domain.errors import Refused
from domain.tenants.addresses import require_deposit_url

OPEN_MAPPINGS = frozenset(
    {"desk.rooms", "tax.standard_rates", "tax.reduced_rates"}
    | {"handover.xero_tax_types", "handover.quickbooks_tax_types"}
)
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
    rate_days: int = Field(default=30, ge=1, le=365)
    """For how long an exchange rate may price quotes."""
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


Treatments = Literal["standard", "reduced", "zero", "exempt", "reverse_charge"]
_Rates = dict[
    Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")],
    Annotated[Decimal, Field(ge=0, le=1, max_digits=6, decimal_places=5)],
]


class Tax(Section):
    """Rates by country (`DE`) where they are not the usual ones; `exempt_reason`: why lines are
    exempt, as the law has it printed (“medical services, § 4 no. 14 UStG”)."""

    standard_rates: _Rates = {}
    reduced_rates: _Rates = {}
    exempt_reason: str = Field(default="", max_length=300)


class Handover(Section):
    """How an accepted quote goes into the books. `due_days`: None: the company's payment terms;
    tax types by treatment, named as the program has them (`xero_tax_types.standard`)."""

    due_days: int | None = Field(default=None, ge=0, le=365)
    invoice_prefix: str = Field(default="", max_length=5)
    account_code: str = Field(default="200", max_length=20)
    labour_account_code: str = Field(default="", max_length=20)
    with_item_codes: bool = False
    """Xero refuses codes of items that it does not have."""
    quickbooks_item: str = Field(default="Sales", max_length=100)
    xero_tax_types: dict[Treatments, Annotated[str, StringConstraints(max_length=100)]] = {}
    quickbooks_tax_types: dict[Treatments, Annotated[str, StringConstraints(max_length=100)]] = {}


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
    outside_window: Literal["elsewhere", "template"] = "elsewhere"
    """A reply outside a channel's window: by another channel where the customer is proven there,
    else a template asks for an answer; or the template first."""
    window_reminder_minutes: int = Field(default=120, ge=0, le=24 * 60)
    """Before a window closes in which the customer has the last word; 0: never."""
    rooms: dict[str, str] = {}
    """Where conversations are shown to staff (`T1/C1`): by topic, by channel, `` for all others."""

    def room(self, channel: str, topic: str = "") -> str:
        """Empty: nowhere."""
        keys = (topic, channel, "") if topic else (channel, "")
        return next((self.rooms[key] for key in keys if self.rooms.get(key)), "")

    def needs_approval(self, channel: str, topic: str) -> bool:
        """Whether a person approves answers about the topic there, whatever the channel's mode."""
        return f"{channel}:{topic}" in self.draft_topics


class Csat(Section):
    """Asking how it went: `delay_minutes` after a ticket is resolved, each customer at most once
    in `every_days`."""

    is_on: bool = True
    delay_minutes: int = Field(default=30, ge=0, le=1440)
    every_days: int = Field(default=30, ge=0, le=365)


class Presence(Section):
    """When people are there, and what is done when they are not.

    `calendar`: the name of a business calendar; empty: that of the first service level policy.
    `away_until`: nobody is there until then, whatever the calendar says. `introduces_staff`: who
    takes a conversation over is named to the customer. `remind_after_minutes`: business time in
    which a customer waits for the person who has the conversation; 0: nobody is reminded.
    `hand_back_after_hours`: of silence after a person's answer; 0: it stays theirs.
    """

    calendar: str = Field(default="", max_length=100)
    tells_away: bool = True
    away_until: Annotated[AwareDatetime | None, BeforeValidator(lambda told: told or None)] = None
    introduces_staff: bool = False
    remind_after_minutes: int = Field(default=120, ge=0, le=10_080)
    hand_back_after_hours: float = Field(default=0, ge=0, le=720)


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
    tax: Tax = Tax()
    handover: Handover = Handover()
    sla: Sla = Sla()
    desk: Desk = Desk()
    csat: Csat = Csat()
    presence: Presence = Presence()

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
