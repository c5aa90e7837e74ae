"""What model calls cost: tokens as the provider counted them, at the prices of the table."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from pydantic import BaseModel, ConfigDict, Field

from bot.foundation.errors import Misconfigured
from bot.model.turns import ModelUse

MILLION = Decimal(1_000_000)


class Prices(BaseModel):
    """US dollars per million tokens; `cached_input` for what the provider had in its cache."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: Decimal = Field(ge=0)
    output: Decimal = Field(ge=0)
    cached_input: Decimal | None = Field(default=None, ge=0)


def _listed(price_in: str, price_out: str, price_cached: str) -> Prices:
    return Prices(
        input=Decimal(price_in), output=Decimal(price_out), cached_input=Decimal(price_cached)
    )


LIST_PRICES: Mapping[str, Prices] = {
    "gpt-4o": _listed("2.50", "10", "1.25"),
    "gpt-4o-mini": _listed("0.15", "0.60", "0.075"),
    "gpt-4.1": _listed("2", "8", "0.50"),
    "gpt-4.1-mini": _listed("0.40", "1.60", "0.10"),
    "gpt-5-mini": _listed("0.25", "2", "0.025"),
    "gpt-5.2": _listed("1.75", "14", "0.175"),
    "gpt-4o-transcribe": _listed("6", "10", "6"),
    "gpt-4o-mini-transcribe": _listed("3", "5", "3"),
    "claude-haiku-4-5": _listed("1", "5", "0.10"),
    "claude-sonnet-4": _listed("3", "15", "0.30"),
}
"""What the providers listed when this was written; the operator's own table comes first."""


PER_MINUTE: Mapping[str, Decimal] = {"whisper-1": Decimal("0.006")}
"""US dollars per minute of sound, for models that count no tokens."""


def parse_prices(text: str) -> dict[str, Prices]:
    """`gpt-5-mini=0.25/2.00, my-model=0/0`: dollars per million tokens in / out.

    Raises Misconfigured for anything else.
    """
    table = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        name, _, amounts = entry.rpartition("=")
        price_in, _, price_out = amounts.partition("/")
        try:
            table[name.strip()] = Prices(input=Decimal(price_in), output=Decimal(price_out))
        except (InvalidOperation, ValueError) as error:
            raise Misconfigured(
                f"“{entry}” is no price: write MODEL=INPUT/OUTPUT in dollars per million tokens."
            ) from error
    return table


def prices_of(model: str, own: Mapping[str, Prices]) -> Prices | None:
    """The operator's price, else the listed one; a dated name costs what its family costs."""
    for table in (own, LIST_PRICES):
        families = [name for name in table if _is_of_family(model, name)]
        if families:
            return table[max(families, key=len)]
    return None


def _is_of_family(model: str, family: str) -> bool:
    """gpt-4o-2024-08-06 costs what gpt-4o costs; gpt-4o-mini is another product."""
    rest = model.removeprefix(family)
    return rest != model and (not rest or rest == "-latest" or rest[1:2].isdigit())


def use_of(messages: Iterable[object], model: str, prices: Prices | None) -> ModelUse:
    """The calls, tokens and cost of a run, from the messages the model wrote in it."""
    counts = [c for m in messages if (c := getattr(m, "usage_metadata", None))]
    tokens_in = sum(int(c.get("input_tokens", 0)) for c in counts)
    tokens_out = sum(int(c.get("output_tokens", 0)) for c in counts)
    cached = sum(int((c.get("input_token_details") or {}).get("cache_read") or 0) for c in counts)
    return ModelUse(
        model=model,
        input_tokens=tokens_in,
        output_tokens=tokens_out,
        calls=len(counts),
        cost=_cost(tokens_in, tokens_out, cached, prices),
    )


def cost_of(tokens_in: int, tokens_out: int, prices: Prices | None) -> Decimal:
    """US dollars; 0 where no price is known."""
    return _cost(tokens_in, tokens_out, 0, prices)


def _cost(tokens_in: int, tokens_out: int, cached: int, prices: Prices | None) -> Decimal:
    if prices is None:
        return Decimal(0)
    cached_price = prices.input if prices.cached_input is None else prices.cached_input
    fresh = (tokens_in - cached) * prices.input
    return (fresh + cached * cached_price + tokens_out * prices.output) / MILLION


def together(uses: Iterable[ModelUse]) -> ModelUse:
    """The sum over a turn; names the last model that was asked and its prompts."""
    asked = [use for use in uses if use.model or use.calls]
    if not asked:
        return ModelUse()
    return ModelUse(
        model=asked[-1].model,
        prompt_versions=asked[-1].prompt_versions,
        input_tokens=sum(use.input_tokens for use in asked),
        output_tokens=sum(use.output_tokens for use in asked),
        calls=sum(use.calls for use in asked),
        cost=sum((use.cost for use in asked), Decimal(0)),
    )
