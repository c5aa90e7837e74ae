"""The pages on which an admin connects a company's Slack workspace."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.console import pages
from bot.dependencies import RuntimeOf
from bot.foundation.security import new_token
from channels.messages import ChannelError
from channels.slack.installation import CALLBACK_PATH, INSTALL_PATH
from domain.errors import DomainError

COOKIE = "frontdesk_slack"
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    # The form is answered by a redirect to Slack's consent page.
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self' https: http:",
}

router = APIRouter(include_in_schema=False)

Ticket = Annotated[str, Query(max_length=2000)]


@router.get(INSTALL_PATH)
async def install(runtime: RuntimeOf, ticket: Ticket = "") -> Response:
    """Says which company the link is for; going on is a person's own act."""
    if not ticket:
        return _page(problem="Ask an admin for a link: frontdesk slack install")
    try:
        company = await runtime.staffroom.installing.company(ticket)
    except DomainError as error:
        return _page(problem=str(error))
    return _page(company=company, ticket=ticket)


@router.post(INSTALL_PATH)
async def consent(runtime: RuntimeOf, ticket: Ticket = "") -> Response:
    browser = new_token()
    try:
        url = runtime.staffroom.installing.consent_url(ticket, browser)
    except DomainError as error:
        return _page(problem=str(error))
    response = RedirectResponse(url, status_code=303, headers=HEADERS)
    response.set_cookie(
        COOKIE,
        browser,
        max_age=3600,
        httponly=True,
        samesite="lax",
        secure=runtime.settings.base_url.startswith("https:"),
        path=CALLBACK_PATH,
    )
    return response


@router.get(CALLBACK_PATH)
async def callback(
    request: Request,
    runtime: RuntimeOf,
    code: Annotated[str, Query(max_length=500)] = "",
    state: Ticket = "",
) -> Response:
    if not code:
        return _page(problem="Slack did not grant the app. Nothing was changed.")
    browser = request.cookies.get(COOKIE, "")
    try:
        workspace = await runtime.staffroom.installing.finish(code, state, browser)
    except (DomainError, ChannelError) as error:
        return _page(problem=str(error))
    return _page(workspace=workspace)


def _page(
    *, company: str = "", ticket: str = "", workspace: str = "", problem: str = ""
) -> Response:
    shown = {"company": company, "ticket": ticket, "workspace": workspace, "problem": problem}
    body = pages.render("connect.html", action=INSTALL_PATH, **shown)
    return HTMLResponse(body, 400 if problem else 200, headers=HEADERS)
