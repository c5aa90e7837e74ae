"""Where providers deliver: verified, stored, acknowledged."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from fastapi.responses import PlainTextResponse

from bot.dependencies import RuntimeOf, capped_body
from bot.engine.receive import Unverified
from channels.channel import Channel, Delivery

LIMIT = 4 * 1024 * 1024

router = APIRouter(tags=["webhooks"])


async def _channel(name: str, runtime: RuntimeOf) -> Channel:
    channel = runtime.channels.get(name)
    if channel is None:
        raise HTTPException(404, "Not found")
    return channel


ChannelNamed = Annotated[Channel, Depends(_channel)]


@router.get("/{name}/webhook", response_class=PlainTextResponse)
async def confirm(request: Request, channel: ChannelNamed, runtime: RuntimeOf) -> Response:
    """The provider's set-up request: its challenge back, if it knows an account's verify token."""
    query = dict(request.query_params)
    token = channel.verify_token(query)
    knows = token is not None and await runtime.accounts.knows_verify_token(channel.name, token)
    challenge = channel.challenge(query, knows)
    if challenge is None:
        raise HTTPException(403, "Forbidden")
    return PlainTextResponse(challenge, headers={"X-Content-Type-Options": "nosniff"})


@router.post("/{name}/webhook")
async def deliver(request: Request, channel: ChannelNamed, runtime: RuntimeOf) -> Response:
    """200 once it is on disk; 401, the same for every reason, when no secret vouches for it."""
    delivery = Delivery(
        body=await capped_body(request, LIMIT),
        headers={name.lower(): value for name, value in request.headers.items()},
        query=dict(request.query_params),
    )
    try:
        await runtime.receiver.receive(channel, delivery)
    except Unverified as error:
        raise HTTPException(401, "Unauthorized") from error
    return Response(status_code=200)
