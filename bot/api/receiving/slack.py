"""Where Slack delivers: commands, buttons, forms and events of all workspaces."""

from fastapi import APIRouter, Request, Response

from bot.dependencies import RuntimeOf, capped_body
from channels.channel import Delivery
from channels.slack.installation import EVENTS_PATH

LIMIT = 1024 * 1024

router = APIRouter(tags=["webhooks"])


@router.post(EVENTS_PATH)
async def deliver(request: Request, runtime: RuntimeOf) -> Response:
    """200 once it is on disk; 401, the same for every reason, for what Slack did not sign."""
    delivery = Delivery(
        body=await capped_body(request, LIMIT),
        headers={name.lower(): value for name, value in request.headers.items()},
    )
    answer = await runtime.staffroom.receive(delivery)
    return Response(answer.body, answer.status, media_type=answer.content_type)
