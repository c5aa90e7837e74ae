"""The simulated login service: refresh tokens in, access tokens out (RFC 6749, 6)."""

from dataclasses import dataclass, field
from uuid import uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from channels.email.simulator.faults import Fault, Orders

CLIENT_ID = "simulator-client"
CLIENT_SECRET = "simulator-client-secret"  # noqa: S105 - opens nothing but this simulator


@dataclass(slots=True)
class TokenService:
    """Of each token, the address of the mailbox it opens."""

    orders: Orders
    refresh: dict[str, str] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)
    lifetime: int = 3600
    rotates: bool = False
    asked: int = 0

    def grant(self, address: str) -> str:
        """A refresh token, as after somebody has consented in the browser."""
        token = f"refresh-{uuid4().hex}"
        self.refresh[token] = address
        return token

    def expire(self) -> None:
        """Every access token that was given out."""
        self.access.clear()

    def withdraw(self, address: str) -> None:
        """The consent is taken back."""
        for tokens in (self.refresh, self.access):
            for token in [one for one, owner in tokens.items() if owner == address]:
                del tokens[token]

    def opens(self, token: str, address: str) -> bool:
        if self.orders.take(Fault.TOKEN_EXPIRED):
            self.expire()
        return self.access.get(token) == address

    def application(self) -> Starlette:
        return Starlette(routes=[Route("/token", self._token, methods=["POST"])])

    async def _token(self, request: Request) -> Response:
        self.asked += 1
        if self.orders.take(Fault.TOKEN_SERVICE_DOWN):
            return PlainTextResponse("Service Unavailable", status_code=503)
        async with request.form() as form:
            told = {name: str(value) for name, value in form.items()}
        if (told.get("client_id"), told.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        address = self.refresh.get(told.get("refresh_token", ""))
        if told.get("grant_type") != "refresh_token" or address is None:
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        token = f"access-{uuid4().hex}"
        self.access[token] = address
        answer = {"access_token": token, "expires_in": self.lifetime, "token_type": "Bearer"}
        if self.rotates:
            answer["refresh_token"] = self.grant(address)
        return JSONResponse(answer)
