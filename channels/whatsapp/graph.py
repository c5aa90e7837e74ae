"""One request to Meta's Graph API, and what its failure means."""

from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import SecretStr

from channels.messages import Temporary
from channels.whatsapp.errors import Refusal, error_for
from channels.whatsapp.payload import Node, document, node

GRAPH_API = "https://graph.facebook.com/v24.0"

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@dataclass(frozen=True, slots=True)
class Graph:
    """Time-outs are the client's own: it is made for all channels in one place."""

    api_url: str
    token: SecretStr
    client: httpx.AsyncClient

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token.get_secret_value()}"}

    async def post(self, path: str, *, is_repeatable: bool = False, **content: Any) -> Node:
        """The JSON answer. `is_repeatable`: doing it twice harms nothing (an upload)."""
        request = self.client.build_request(
            "POST", f"{self.api_url}/{path}", headers=self.authorization, **content
        )
        return await self._answer(request, is_repeatable)

    async def get(self, path: str) -> Node:
        url = f"{self.api_url}/{path}"
        request = self.client.build_request("GET", url, headers=self.authorization)
        return await self._answer(request, is_repeatable=True)

    async def _answer(self, request: httpx.Request, is_repeatable: bool) -> Node:
        try:
            response = await self.client.send(request, follow_redirects=False)
        except httpx.TransportError as error:
            raise unreachable(error, is_repeatable) from error
        if not response.is_success:
            error_body = node(_json(response).get("error"))
            retry_after = response.headers.get("retry-after", "")
            refused = error_for(Refusal(response.status_code, error_body, retry_after))
            if is_repeatable and isinstance(refused, Temporary):
                refused.may_have_been_sent = False
            raise refused
        answer = _json(response)
        if not answer:
            raise Temporary(
                "WhatsApp answered with something that is not JSON; it is tried again.",
                code="answer",
                may_have_been_sent=not is_repeatable,
            )
        return answer


def unreachable(error: httpx.TransportError, is_repeatable: bool) -> Temporary:
    """Once the request is out, a silence does not say whether Meta took it."""
    return Temporary(
        f"WhatsApp could not be reached ({type(error).__name__}); it is tried again.",
        code="network",
        may_have_been_sent=not is_repeatable and not isinstance(error, _NOT_SENT),
    )


def _json(response: httpx.Response) -> Node:
    try:
        return document(response.content)
    except ValueError:
        return {}
