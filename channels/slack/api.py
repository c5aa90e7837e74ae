"""One call of Slack's Web API, and what its failure means for staff."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from pydantic import SecretStr

from channels.messages import ChannelError, Permanent, Temporary
from channels.slack.reading import Node, document, elements, node, text

WEB_API = "https://slack.com/api"
DEFAULT_WAIT = 30.0
LONGEST_WAIT = 3600.0
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

_INSTALL = "Install the app into the workspace again (see the set-up page of the Slack channel)."
_INVITE = "Invite the bot into it: `/invite @Desk`."
_SCOPES = "Install the app again so that it gets the rights it asks for."
_BUG = "Slack refuses what was sent as malformed"
_TOO_LATE = (
    "Slack waited too long for the window to open. Press the button or type the command again."
)

_PERMANENT = {
    "account_inactive": f"The bot's user was switched off in Slack. {_INSTALL}",
    "cannot_dm_bot": "A bot cannot be written to directly.",
    "cant_update_message": "Slack lets the bot change only its own messages.",
    "channel_is_archived": "The Slack channel is archived. Choose another for these threads.",
    "channel_not_found": f"The Slack channel does not exist or is private. {_INVITE}",
    "edit_window_closed": "Slack no longer lets this message be changed.",
    "exchanged_trigger_id": "This press has opened a window before. Press the button again.",
    "expired_trigger_id": _TOO_LATE,
    "file_not_found": "The file is no longer in Slack.",
    "file_upload_size_restricted": "The file is larger than this workspace allows.",
    "file_uploads_disabled": "This workspace does not allow files to be uploaded.",
    "hash_conflict": "The window has changed meanwhile; open it again.",
    "invalid_auth": f"Slack does not know the bot's token. {_INSTALL}",
    "invalid_blocks": _BUG,
    "invalid_trigger_id": _TOO_LATE,
    "is_archived": "The Slack channel is archived. Choose another for these threads.",
    "message_not_found": "The message is no longer in Slack.",
    "missing_scope": f"The app lacks a right in Slack. {_SCOPES}",
    "msg_blocks_too_long": "The message is too long for Slack.",
    "msg_too_long": "The message is too long for Slack.",
    "no_permission": f"The bot may not do this in Slack. {_SCOPES}",
    "not_allowed_token_type": f"The token is not a bot's token. {_INSTALL}",
    "not_authed": f"There is no token for this workspace. {_INSTALL}",
    "not_enabled": "The App Home is switched off. Switch on its Home Tab in the app's settings.",
    "not_in_channel": f"The bot is not in the Slack channel. {_INVITE}",
    "not_found": "The window was closed meanwhile.",
    "restricted_action": "An administrator of the workspace forbids posting there.",
    "team_access_not_granted": f"The app may not use this workspace. {_INSTALL}",
    "thread_not_found": "The thread is no longer in Slack.",
    "token_expired": f"The bot's token has expired. {_INSTALL}",
    "token_revoked": f"The bot's token was withdrawn. {_INSTALL}",
    "user_not_found": "Slack does not know this person.",
    "user_not_in_channel": "This person is not in the Slack channel.",
}
_TEMPORARY = {
    "fatal_error": "Slack has a disturbance of its own; it is tried again.",
    "internal_error": "Slack has a disturbance of its own; it is tried again.",
    "message_limit_exceeded": "Too many messages in this channel; it is tried again.",
    "rate_limited": "Slack takes no more at the moment; it is tried again.",
    "ratelimited": "Slack takes no more at the moment; it is tried again.",
    "request_timeout": "Slack was too slow; it is tried again.",
    "service_unavailable": "Slack has a disturbance of its own; it is tried again.",
    "team_added_to_org": "The workspace is moving into an organisation; it is tried again.",
}
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_LIMITED = {"ratelimited", "rate_limited", "message_limit_exceeded"}


@dataclass(frozen=True, slots=True)
class WebApi:
    """The API with one workspace's token; made anew for each, nothing is shared but the client."""

    token: SecretStr
    client: httpx.AsyncClient
    api_url: str = WEB_API

    @property
    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token.get_secret_value()}"}

    async def call(self, method: str, **arguments: Any) -> Node:
        """With JSON. Raises Temporary or Permanent."""
        body = json.dumps(arguments, ensure_ascii=False).encode()
        return await self._answer(method, is_repeatable=False, content=body, headers=_JSON)

    async def ask(self, method: str, **arguments: str) -> Node:
        """With a form, as methods want it that only read; doing it twice harms nothing."""
        return await self._answer(method, is_repeatable=True, data=arguments)

    async def _answer(self, method: str, *, is_repeatable: bool, **content: Any) -> Node:
        url = f"{self.api_url.rstrip('/')}/{method}"
        headers = {**content.pop("headers", {}), **self.authorization}
        request = self.client.build_request("POST", url, headers=headers, **content)
        return answered(await sent(self.client, request, is_repeatable), is_repeatable)


async def sent(
    client: httpx.AsyncClient, request: httpx.Request, is_repeatable: bool
) -> httpx.Response:
    """Follows no redirect: the token must not go elsewhere."""
    try:
        return await client.send(request, follow_redirects=False)
    except httpx.TransportError as error:
        raise unreachable(error, is_repeatable) from error


def unreachable(error: httpx.TransportError, is_repeatable: bool) -> Temporary:
    """Once the request is out, a silence does not say whether Slack took it."""
    return Temporary(
        f"Slack could not be reached ({type(error).__name__}); it is tried again.",
        code="network",
        may_have_been_sent=not is_repeatable and not isinstance(error, _NOT_SENT),
    )


def answered(response: httpx.Response, is_repeatable: bool = False) -> Node:
    """The answer of a method; Slack tells most failures with a 200."""
    if response.status_code == 429:
        raise refusal({"error": "ratelimited"}, response.headers)
    try:
        answer = document(response.text)
    except ValueError:
        raise Temporary(
            f"Slack answered with status {response.status_code} and no words; it is tried again.",
            code=str(response.status_code),
            may_have_been_sent=not is_repeatable,
        ) from None
    if answer.get("ok") is not True:
        raise refusal(answer, response.headers)
    return answer


def refusal(answer: Node, headers: Mapping[str, str]) -> ChannelError:
    code = text(answer.get("error")) or "unknown"
    if code in _TEMPORARY:
        wait = _seconds(headers.get("retry-after", "")) if code in _LIMITED else None
        return Temporary(_TEMPORARY[code], code=code, retry_after=wait)
    details = "; ".join(_details(answer))
    meant = _PERMANENT.get(code, f"Slack refuses: {code.replace('_', ' ')}.")
    return Permanent(f"{meant}: {details}" if details and meant is _BUG else meant, code=code)


def _details(answer: Node) -> list[str]:
    told = elements(node(answer.get("response_metadata")).get("messages"))
    return [words for entry in told[:5] if (words := text(entry))]


def _seconds(told: str) -> float:
    try:
        return min(max(float(told), 1.0), LONGEST_WAIT)
    except ValueError:
        return DEFAULT_WAIT
