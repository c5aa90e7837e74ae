"""How quoting goes, over REST."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from bot.api.rest import Body, Shown, rest_router
from bot.dependencies import Reader, ReadTransaction
from domain.contracts.calendar import today
from domain.quotes.figures import figures

router = rest_router("/metrics", "metrics")

USUAL_DAYS = 30


class Period(Body):
    """Days where the company lives, both included; left out: the last 30."""

    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")


class Reason(BaseModel):
    reason: str
    count: int


class Open(Shown):
    currency: str
    amount: Decimal
    count: int


class QuoteMetrics(BaseModel):
    """Of the quotes drafted in the period. Times are medians in minutes from the draft; shares
    are fractions, null where there is nothing to take a share of; `pipeline`: sent and not
    answered, before tax."""

    first: date
    last: date
    drafted: int
    approved: int
    sent: int
    won: int
    lost: int
    minutes_to_approval: Decimal | None
    minutes_to_sending: Decimal | None
    share_unedited: Decimal | None
    share_same_day: Decimal | None
    win_rate: Decimal | None
    lost_reasons: list[Reason]
    pipeline: list[Open]


@router.get("/quotes", summary="How quoting goes")
async def quotes(
    asked: Annotated[Period, Query()], caller: Reader, session: ReadTransaction
) -> QuoteMetrics:
    last = asked.last or await today(session, caller.tenant_id)
    first = asked.first or last - timedelta(days=USUAL_DAYS - 1)
    found = await figures(session, caller.tenant_id, first, last)
    plain = (
        *("drafted", "approved", "sent", "won", "lost", "minutes_to_approval"),
        *("minutes_to_sending", "share_unedited", "share_same_day", "win_rate"),
    )
    return QuoteMetrics(
        first=first,
        last=last,
        lost_reasons=[Reason(reason=why, count=count) for why, count in found.lost_reasons],
        pipeline=[Open.model_validate(one) for one in found.pipeline],
        **{name: getattr(found, name) for name in plain},
    )
