"""What the demo company consists of: frozen values, as the files beside this one tell them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal

COST_FACTOR = Decimal("1.20")
EVERY_JOB = ""


@dataclass(frozen=True, slots=True)
class DemoArticle:
    """`stem` is the file's name without `.md`; `text` is Markdown without the front matter."""

    stem: str
    title: str
    category: str
    tags: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """Prices in the company's currency without tax. `base_price` None: sold by cost."""

    code: str
    name: str
    description: str
    category: str
    unit: str
    cost_price: Decimal
    base_price: Decimal | None
    supplier: str
    part_number: str
    is_service: bool
    tax_rate: Decimal

    @property
    def sell_price(self) -> Decimal:
        if self.base_price is not None:
            return self.base_price
        return (self.cost_price * COST_FACTOR).quantize(Decimal("0.01"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class DemoSupplier:
    name: str
    email: str
    phone: str
    is_own_products: bool
    lead_time_days: int
    is_verified: bool


@dataclass(frozen=True, slots=True)
class DemoSupplierPrice:
    """Valid on both days named; None: without an end."""

    supplier: str
    code: str
    cost_price: Decimal
    valid_from: date
    valid_to: date | None
    is_verified: bool

    def is_valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class DemoDayRate:
    name: str
    people: int
    price: Decimal
    hours_per_day: Decimal
    overtime_factor: Decimal


@dataclass(frozen=True, slots=True)
class DemoNorm:
    """Hours of a pair of engineers. `applies_to`: a category, or `EVERY_JOB`.

    `fixed_hours` count once for a job that has labour by norm.
    """

    code: str
    applies_to: str
    per_unit_hours: Decimal
    fixed_hours: Decimal
    description: str


@dataclass(frozen=True, slots=True)
class DemoQuestion:
    """`article` is the stem that answers it; None: the articles do not."""

    text: str
    article: str | None
    intent: str


@dataclass(frozen=True, slots=True)
class DemoBranding:
    legal_name: str
    address: tuple[str, ...]
    phone: str
    emergency_phone: str
    email: str
    website: str
    vat_number: str
    company_number: str
    colour: str
    accent_colour: str
    tagline: str
    footer: str


@dataclass(frozen=True, slots=True)
class DemoOpening:
    """Local time; Monday is 0."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class DemoStaff:
    name: str
    email: str
    role: str
    title: str
    phone: str


@dataclass(frozen=True, slots=True)
class DemoChannelAccount:
    """`settings` holds no secrets: those are made when the demo is seeded."""

    channel: str
    name: str
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DemoSite:
    name: str
    address: tuple[str, ...]
    notes: str


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """`contact` is main, technical or billing: what he or she may ask for."""

    name: str
    email: str
    phone: str
    role: str
    contact: str


@dataclass(frozen=True, slots=True)
class DemoComment:
    """`author` is the email of a staff member or of a person; the age keeps the demo fresh."""

    author: str
    visibility: str
    hours_ago: float
    text: str


@dataclass(frozen=True, slots=True)
class DemoTicket:
    """`customer` and `assignee` are emails; `site` is the name of one of the company's sites."""

    subject: str
    description: str
    status: str
    priority: str
    type: str
    channel: str
    customer: str
    site: str
    assignee: str
    tags: tuple[str, ...]
    opened_hours_ago: float
    closed_hours_ago: float | None
    satisfaction: int | None
    comments: tuple[DemoComment, ...]


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    name: str
    vat_number: str
    payment_terms_days: int
    language: str
    support_level: str
    sites: tuple[DemoSite, ...]
    people: tuple[DemoPerson, ...]
    tickets: tuple[DemoTicket, ...]


@dataclass(frozen=True, slots=True)
class DemoCompany:
    name: str
    slug: str
    currency: str
    language: str
    time_zone: str
    branding: DemoBranding
    opening_hours: tuple[DemoOpening, ...]
    staff: tuple[DemoStaff, ...]
    channel_accounts: tuple[DemoChannelAccount, ...]
    customers: tuple[DemoCustomer, ...]
