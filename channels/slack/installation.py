"""How the app gets into a workspace: its manifest, the page that asks, and the token given."""

import json
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

import httpx
from pydantic import SecretStr

from channels.messages import Permanent
from channels.slack.api import WEB_API, answered, sent
from channels.slack.reading import Node, node, text

EVENTS_PATH = "/slack/events"
INSTALL_PATH = "/slack/install"
CALLBACK_PATH = "/slack/oauth/callback"
_MANIFEST = Path(__file__).with_name("manifest.json")


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """Of the app itself, from the page “Basic Information” of its settings."""

    client_id: str
    client_secret: SecretStr


@dataclass(frozen=True, slots=True)
class Installation:
    """What a workspace (or a whole organisation, then without `team`) granted."""

    team: str
    team_name: str
    enterprise: str
    app: str
    bot_token: SecretStr
    bot_user: str
    scopes: tuple[str, ...]
    installed_by: str = ""
    is_for_organisation: bool = False


def manifest(base_url: str, *, socket_mode: bool = False) -> dict[str, Any]:
    """The app's manifest for an installation at this public address.

    With Socket Mode Slack needs no address of ours, and the manifest names none.
    """
    whole = deepcopy(_manifest())
    settings, command = whole["settings"], whole["features"]["slash_commands"][0]
    settings["socket_mode_enabled"] = socket_mode
    for holder, key in (
        (settings["event_subscriptions"], "request_url"),
        (settings["interactivity"], "request_url"),
        (command, "url"),
    ):
        if socket_mode:
            del holder[key]
        else:
            holder[key] = _absolute(base_url, holder[key])
    redirects = whole["oauth_config"].pop("redirect_urls")
    if not socket_mode:
        whole["oauth_config"]["redirect_urls"] = [_absolute(base_url, r) for r in redirects]
    return whole


def scopes() -> tuple[str, ...]:
    return tuple(_manifest()["oauth_config"]["scopes"]["bot"])


def authorize_url(
    credentials: AppCredentials, state: str, redirect_url: str, api_url: str = WEB_API
) -> str:
    """Where an administrator grants the app. `state`: random, single use, of the one who asks."""
    query = {
        "client_id": credentials.client_id,
        "scope": ",".join(scopes()),
        "state": state,
        "redirect_uri": redirect_url,
    }
    site = api_url.rstrip("/").removesuffix("/api")
    return f"{site}/oauth/v2/authorize?{urlencode(query)}"


async def exchange(
    credentials: AppCredentials,
    code: str,
    redirect_url: str,
    client: httpx.AsyncClient,
    api_url: str = WEB_API,
) -> Installation:
    """The token for a code that Slack handed to the redirect. Raises Temporary or Permanent."""
    request = client.build_request(
        "POST",
        f"{api_url.rstrip('/')}/oauth.v2.access",
        data={
            "code": code,
            "redirect_uri": redirect_url,
            "client_id": credentials.client_id,
            "client_secret": credentials.client_secret.get_secret_value(),
        },
    )
    try:
        return _installation(answered(await sent(client, request, is_repeatable=False)))
    except Permanent as error:
        raise Permanent(
            f"Slack did not grant the app ({error.code}): start the installation again.",
            code=error.code,
        ) from error


def _installation(answer: Node) -> Installation:
    team, enterprise = node(answer.get("team")), node(answer.get("enterprise"))
    token = text(answer.get("access_token"))
    if not token or text(answer.get("token_type")) not in {"bot", ""}:
        raise Permanent("Slack granted no bot token.", code="no_bot_token")
    return Installation(
        team=text(team.get("id")),
        team_name=text(team.get("name")) or text(enterprise.get("name")),
        enterprise=text(enterprise.get("id")),
        app=text(answer.get("app_id")),
        bot_token=SecretStr(token),
        bot_user=text(answer.get("bot_user_id")),
        scopes=tuple(scope for scope in text(answer.get("scope")).split(",") if scope),
        installed_by=text(node(answer.get("authed_user")).get("id")),
        is_for_organisation=answer.get("is_enterprise_install") is True,
    )


@cache
def _manifest() -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(_MANIFEST.read_text(encoding="utf-8"))
    return whole


def _absolute(base_url: str, path: str) -> str:
    return urljoin(f"{base_url.rstrip('/')}/", path.lstrip("/"))
