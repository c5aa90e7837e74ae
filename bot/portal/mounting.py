"""Puts the customers' pages into the app: routes, and refusals as pages that say what to do."""

from fastapi import FastAPI, Request, Response

from bot.desk.signing.finding import LinkUnknown
from bot.portal import contracts, quotes
from bot.portal.pages import plain_page
from bot.portal.visiting import BadForm, TooOften, visit_of


def mount(app: FastAPI) -> None:
    app.include_router(quotes.router)
    app.include_router(contracts.router)

    @app.exception_handler(LinkUnknown)
    async def unknown(request: Request, error: LinkUnknown) -> Response:
        return plain_page("not_valid", visit_of(request).language, 404)

    @app.exception_handler(BadForm)
    async def unread(request: Request, error: BadForm) -> Response:
        return plain_page("not_valid", visit_of(request).language, 400)

    @app.exception_handler(TooOften)
    async def too_often(request: Request, error: TooOften) -> Response:
        response = plain_page("too_fast", visit_of(request).language, 429)
        response.headers["Retry-After"] = str(int(error.wait) + 1)
        return response
