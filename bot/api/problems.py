"""Errors as RFC 9457 problem documents; nothing of our insides in them."""

from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from bot.foundation.errors import FrontdeskError
from bot.foundation.telemetry import log
from domain.errors import Conflict, DomainError, NotConfigured, NotFound
from domain.idempotency.service import KeyReused
from domain.prompts.service import PromptRefused

_STATUS: tuple[tuple[type[DomainError], int, str], ...] = (
    (NotFound, 404, "Not found"),
    (Conflict, 409, "Somebody was faster"),
    (NotConfigured, 422, "Not configured"),
    (KeyReused, 422, "The key belongs to another request"),
    (PromptRefused, 422, "The prompt cannot be saved"),
    (DomainError, 400, "Refused"),
)


def problem(status: int, title: str, detail: str = "", **more: object) -> JSONResponse:
    body = {"type": "about:blank", "title": title, "status": status} | more
    if detail:
        body["detail"] = detail
    return JSONResponse(body, status, media_type="application/problem+json")


def translate_errors(app: FastAPI) -> None:
    """Each family of errors to its status, in one place."""

    @app.exception_handler(DomainError)
    async def domain_error(request: Request, error: DomainError) -> JSONResponse:
        status, title = next((s, t) for kind, s, t in _STATUS if isinstance(error, kind))
        return problem(status, title, str(error))

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        response = problem(error.status_code, str(error.detail))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [
            {"at": ".".join(str(part) for part in one["loc"]), "problem": one["msg"]}
            for one in error.errors()
        ]
        return problem(422, "The request is not valid", errors=wrong)

    @app.exception_handler(ClientDisconnect)
    async def hung_up(request: Request, error: ClientDisconnect) -> JSONResponse:
        return problem(499, "The client closed the connection")  # for access logs: nobody reads it

    @app.exception_handler(FrontdeskError)
    async def misconfigured(request: Request, error: FrontdeskError) -> JSONResponse:
        return problem(503, "Not ready", str(error))

    _translate_database_errors(app)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        reference = uuid4().hex
        log.error("request.failed", reference=reference, path=request.url.path, exc_info=error)
        return problem(500, "Something went wrong on our side", reference=reference)


def _translate_database_errors(app: FastAPI) -> None:
    """What slips past validation, and a database that is away; its own words stay in the log."""

    @app.exception_handler(IntegrityError)
    async def clash(request: Request, error: IntegrityError) -> JSONResponse:
        log.warning("request.clash", path=request.url.path, error=str(error.orig))
        return problem(409, "Somebody was faster", "There is such a thing already.")

    @app.exception_handler(DataError)
    async def unstorable(request: Request, error: DataError) -> JSONResponse:
        log.warning("request.unstorable", path=request.url.path, error=str(error.orig))
        return problem(422, "The request is not valid", "A value is out of range or not text.")

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    async def away(request: Request, error: Exception) -> JSONResponse:
        log.error("request.no_database", path=request.url.path, exc_info=error)
        response = problem(503, "Not ready", "The database does not answer: try again soon.")
        response.headers["Retry-After"] = "2"
        return response
