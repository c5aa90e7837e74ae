"""What customers answered when they were asked how it went."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime, BaseModel

from bot.api.rest import Body, rest_router
from bot.dependencies import Reader, ReadTransaction
from domain.tickets.working.surveys import Ratings, Surveys
from domain.types import utc_now

router = rest_router("/metrics", "satisfaction")

SPAN = timedelta(days=30)


class CsatQuery(Body):
    """Of those asked in the span; without one: the last 30 days."""

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class RatingsOut(BaseModel):
    """`scores`: how many gave 1 to 5. `satisfied`: the share that gave 4 or 5. Null without any."""

    asked: int
    answered: int
    average: float | None
    satisfied: float | None
    scores: list[int]

    @classmethod
    def of(cls, ratings: Ratings) -> "RatingsOut":
        return cls(
            asked=ratings.asked,
            answered=ratings.answered,
            average=ratings.average,
            satisfied=ratings.satisfied,
            scores=list(ratings.scores),
        )


class CommentOut(BaseModel):
    number: str
    channel: str
    score: int | None
    comment: str
    at: datetime | None


class CsatOut(RatingsOut):
    channels: dict[str, RatingsOut]
    comments: list[CommentOut]


@router.get("/csat", summary="How satisfied customers are")
async def csat(
    caller: Reader, session: ReadTransaction, asked: Annotated[CsatQuery, Query()]
) -> CsatOut:
    """The worst comments first."""
    until = asked.until or utc_now()
    since = asked.since or until - SPAN
    surveys = Surveys(session, caller.tenant_id)
    channels = {
        name: RatingsOut.of(await surveys.ratings(since, until, name))
        for name in await surveys.channels(since, until)
    }
    whole = RatingsOut.of(await surveys.ratings(since, until))
    comments = await surveys.comments(since, until)
    return CsatOut(
        **whole.model_dump(),
        channels=channels,
        comments=[
            CommentOut(
                number=one.number,
                channel=one.channel,
                score=one.score,
                comment=one.comment,
                at=one.at,
            )
            for one in comments
        ],
    )
