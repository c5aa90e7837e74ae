"""Who may see and use the simulator: this machine's own browser, on this very page."""

import hmac
import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException, Request
from pydantic import BaseModel, ValidationError

from bot.console.bodies import SentForm, form_with_files, plain_form
from bot.dependencies import RuntimeOf
from bot.foundation.security import Vault, new_token
from bot.runtime import Runtime
from domain.errors import Refused

COOKIE = "frontdesk_simulator"
TOKEN_FIELD = "csrf"  # noqa: S105 - the name of a field
TOKEN_HEADER = "x-csrf-token"  # noqa: S105 - the name of a header
PROXIED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")

Form = TypeVar("Form", bound=BaseModel)


def local_only(request: Request) -> None:
    """404, as if there were nothing, for anybody but a browser of this machine.

    The Host must name this machine too: a page of another site whose name was rebound to
    127.0.0.1 connects from here, but asks for its own name. What a proxy passed on is not local.
    """
    client = request.client
    host = urlsplit(f"//{request.headers.get('host', '')}")
    is_local = client is not None and _is_loopback(client.host) and _names_loopback(host.hostname)
    if not is_local or any(name in request.headers for name in PROXIED):
        raise HTTPException(404, "Not Found")


def _is_loopback(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return bool((mapped or parsed).is_loopback)


def _names_loopback(name: str | None) -> bool:
    return name is not None and (name == "localhost" or _is_loopback(name))


def browser_key(request: Request) -> str:
    """What this browser is known by: its cookie, or a new one for it."""
    return request.cookies.get(COOKIE) or new_token()


def token_for(vault: Vault, key: str) -> str:
    return vault.digest("csrf.simulator", key).hex()


async def same_page(request: Request, runtime: RuntimeOf) -> SentForm:
    """What a form says that this page made for this browser; 403 for any other."""
    return await _proved(request, runtime, plain_form)


async def same_page_with_files(request: Request, runtime: RuntimeOf) -> SentForm:
    return await _proved(request, runtime, form_with_files)


async def _proved(
    request: Request, runtime: Runtime, read: Callable[[Request], Awaitable[SentForm]]
) -> SentForm:
    local_only(request)
    origin = urlsplit(request.headers.get("origin", ""))
    if (origin.scheme, origin.netloc) != (request.url.scheme, request.headers.get("host")):
        raise HTTPException(403, "Forbidden")
    form = await read(request)
    key = request.cookies.get(COOKIE, "")
    told = request.headers.get(TOKEN_HEADER) or form.fields.get(TOKEN_FIELD, "")
    right = token_for(runtime.vault, key)
    if not key or not hmac.compare_digest(told.encode(), right.encode()):
        raise HTTPException(403, "This page is out of date: load it again")
    return form


def posted(form: type[Form]) -> Callable[..., Awaitable[Form]]:
    """A dependency that gives a form of the page, checked in every respect."""

    async def read(sent: Annotated[SentForm, Depends(same_page)]) -> Form:
        return checked(form, sent.fields)

    return read


def checked(form: type[Form], fields: Mapping[str, str]) -> Form:
    """Raises Refused for what the form does not take."""
    try:
        return form.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "form"
        reason = str(first["msg"]).removeprefix("Value error, ").lower()
        raise Refused(f"The {where} cannot be taken: {reason}.") from error
