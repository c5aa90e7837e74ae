"""Slack's side on this machine: its Web API, as strict as Slack, for several workspaces.

simulator = SlackSimulator()
acme = simulator.add_workspace("T1", "Acme")
acme.add_channel("C1", "desk")
async with simulator.serve() as api_url:
    …                                   # Slack(api_url=api_url).workspace("T1", …).post(…)
    assert "Hello" in acme.last().words
"""

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from channels.loopback import served
from channels.slack.simulator import chat, views
from channels.slack.simulator.files import file_methods
from channels.slack.simulator.refusal import Refused
from channels.slack.simulator.strictness import complaints
from channels.slack.simulator.world import (
    AnswerPlace,
    Line,
    SimulatedWorkspace,
    fresh,
    stamp,
)

TRIGGER_SECONDS = 3.0
ANSWERS_PER_URL = 5


class Fault(StrEnum):
    """What may go wrong with the next call; each order is used up once."""

    RATE_LIMITED = "ratelimited"
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - an error code of Slack's
    SERVER_ERROR = "internal_error"
    BAD_GATEWAY = "502"
    SLOW = "slow"
    DROP_AFTER_ACCEPTING = "drop"
    GARBAGE = "garbage"


@dataclass(slots=True)
class SlackSimulator:
    """Workspaces and faults. `grants`: the workspace that an OAuth code stands for."""

    signing_secret: str = "simulator-signing-secret"  # noqa: S105 - opens nothing but this
    client_id: str = "1.1"
    client_secret: str = "simulator-client-secret"  # noqa: S105
    app_token: str = "xapp-simulator"  # noqa: S105
    app_id: str = "A0DESK"
    workspaces: dict[str, SimulatedWorkspace] = field(default_factory=dict)
    grants: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    """Team and method of every call."""
    socket_url: str = ""
    base_url: str = ""
    triggers: dict[str, tuple[str, float]] = field(default_factory=dict)
    pressed_by: dict[str, str] = field(default_factory=dict)
    """Trigger → the person who pressed or typed."""
    _faults: deque[Fault] = field(default_factory=deque)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)
    _answers: dict[str, int] = field(default_factory=dict)

    def add_workspace(
        self, team: str, name: str = "", *, enterprise: str = ""
    ) -> SimulatedWorkspace:
        """A workspace that has installed the app."""
        found = SimulatedWorkspace(
            team, name or team, f"xoxb-{team}-token", f"U{team}BOT", f"B{team}", enterprise
        )
        self.workspaces[team] = found
        return found

    def order(self, fault: Fault, times: int = 1) -> None:
        """The next calls go wrong in this way."""
        self._faults.extend([fault] * times)

    def trigger(self, team: str, person: str = "") -> str:
        """Lets a window be opened, once, within three seconds, on that person's screen."""
        name = fresh("trigger.")
        self.triggers[name] = (team, time.monotonic())
        self.pressed_by[name] = person
        return name

    def answer_address(self, workspace: SimulatedWorkspace, place: AnswerPlace) -> str:
        """A response_url."""
        name = fresh("R")
        workspace.answer_addresses[name] = place
        return f"{self.base_url}/actions/{workspace.team}/{name}"

    # --- as Slack's server --------------------------------------------------------------

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/api/{method}", self._call, methods=["GET", "POST"]),
                Route("/actions/{team}/{name}", self._answered, methods=["POST"]),
                Route("/upload/{team}/{file}", self._uploaded, methods=["POST"]),
                Route("/files-pri/{team}/{file}", self._file, methods=["GET"]),
            ]
        )

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Listens on a free port of this machine; gives the API's URL."""
        self._stopped.clear()
        async with served(self.application()) as self.base_url:
            try:
                yield f"{self.base_url}/api"
            finally:
                self._stopped.set()

    async def _call(self, request: Request) -> Response:
        method = request.path_params["method"]
        arguments = await _arguments(request)
        token = _token(request, arguments)
        workspace = self._workspace_of(token)
        self.calls.append((workspace.team if workspace else "", method))
        fault = self._faults.popleft() if self._faults else None
        if early := _early(fault):
            return early
        if fault is Fault.SLOW:
            await self._stopped.wait()
        try:
            answer = self._answer(method, token, workspace, arguments)
        except Refused as refused:
            return JSONResponse(refused.answer)
        if fault is Fault.DROP_AFTER_ACCEPTING:
            request.state.sever()
        if fault is Fault.GARBAGE:
            return Response(b"<html>", media_type="text/html")
        return JSONResponse({"ok": True, **answer})

    def _answer(
        self,
        method: str,
        token: str,
        workspace: SimulatedWorkspace | None,
        arguments: dict[str, Any],
    ) -> dict[str, Any]:
        if method == "oauth.v2.access":
            return self._granted(arguments)
        if method == "apps.connections.open":
            if token != self.app_token:
                raise Refused("invalid_auth")
            return {"url": f"{self.socket_url}?ticket={fresh('')}"}
        if workspace is None:
            raise Refused("invalid_auth" if token else "not_authed")
        if not workspace.is_installed:
            raise Refused("token_revoked")
        methods = chat.METHODS | views.METHODS | file_methods(self.base_url)
        if method not in methods:
            raise Refused("unknown_method")
        if "trigger_id" in arguments:
            self._use(arguments["trigger_id"], workspace)
        answer = methods[method](workspace, arguments)
        if person := self.pressed_by.get(str(arguments.get("trigger_id"))):
            workspace.viewers[answer["view"]["id"]] = person
        return answer

    def _use(self, trigger: object, workspace: SimulatedWorkspace) -> None:
        team, made = self.triggers.get(str(trigger), ("", 0.0))
        if team != workspace.team:
            raise Refused("invalid_trigger_id")
        if made < 0:
            raise Refused("exchanged_trigger_id")
        if time.monotonic() - made > TRIGGER_SECONDS:
            raise Refused("expired_trigger_id")
        self.triggers[str(trigger)] = (team, -1.0)

    def _granted(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if (arguments.get("client_id"), arguments.get("client_secret")) != (
            self.client_id,
            self.client_secret,
        ):
            raise Refused("bad_client_secret")
        team = self.grants.pop(str(arguments.get("code")), "")
        if not team:
            raise Refused("invalid_code")
        workspace = self.workspaces[team]
        enterprise = {"id": workspace.enterprise, "name": ""} if workspace.enterprise else None
        return {
            "app_id": self.app_id,
            "token_type": "bot",
            "access_token": workspace.token,
            "bot_user_id": workspace.bot_user,
            "scope": "chat:write,commands",
            "team": {"id": team, "name": workspace.name},
            "enterprise": enterprise,
            "authed_user": {"id": "UADMIN"},
            "is_enterprise_install": False,
        }

    def _workspace_of(self, token: str) -> SimulatedWorkspace | None:
        return next((w for w in self.workspaces.values() if w.token == token), None)

    async def _answered(self, request: Request) -> Response:
        """What comes to a response_url: up to five times."""
        name = request.path_params["name"]
        workspace = self.workspaces[request.path_params["team"]]
        self._answers[name] = self._answers.get(name, 0) + 1
        if name not in workspace.answer_addresses or self._answers[name] > ANSWERS_PER_URL:
            return JSONResponse({"ok": False, "error": "used_url"}, status_code=404)
        place = workspace.answer_addresses[name]
        body = await request.json()
        if told := complaints(body.get("blocks", [])):
            refused = {"ok": False, "error": "invalid_blocks"}
            return JSONResponse({**refused, "response_metadata": {"messages": told}})
        _answer_in(workspace, place, body)
        return PlainTextResponse("ok")

    async def _uploaded(self, request: Request) -> Response:
        """No token is asked for: who has the address may put the file there."""
        workspace = self.workspaces[request.path_params["team"]]
        file = workspace.files[request.path_params["file"]]
        file.content = await request.body()
        if len(file.content) != file.length:
            return PlainTextResponse("wrong length", status_code=400)
        return PlainTextResponse(f"OK - {file.length}")

    async def _file(self, request: Request) -> Response:
        """Without the workspace's own token: a log-in page, with a 200."""
        workspace = self.workspaces[request.path_params["team"]]
        if _token(request, {}) != workspace.token:
            return Response(b"<html>Sign in</html>", media_type="text/html")
        file = workspace.files.get(request.path_params["file"])
        if file is None:
            return PlainTextResponse("not found", status_code=404)
        return Response(file.content, media_type=file.content_type)


def _answer_in(workspace: SimulatedWorkspace, place: AnswerPlace, body: dict[str, Any]) -> None:
    """A new message, or another one in the place of what was used."""
    used = workspace.line(place.channel, place.used)
    if body.get("delete_original"):
        if used is not None:
            workspace.lines.remove(used)
        return
    if body.get("replace_original") and used is not None:
        used.text, used.blocks, used.edits = body.get("text", ""), body["blocks"], used.edits + 1
        return
    line = Line(stamp(), place.channel, workspace.bot_user, body.get("text", ""), place.thread)
    line.blocks = body.get("blocks", [])
    line.only_to = "" if body.get("response_type") == "in_channel" else place.person
    workspace.lines.append(line)
    place.used = place.used or line.ts


async def _arguments(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = dict(request.query_params)
    if "json" in request.headers.get("content-type", ""):
        return {**found, **json.loads(await request.body() or b"{}")}
    async with request.form() as form:
        return found | {name: str(value) for name, value in form.items()}


def _token(request: Request, arguments: dict[str, Any]) -> str:
    kind, _, told = request.headers.get("authorization", "").partition(" ")
    return told if kind == "Bearer" else str(arguments.get("token", ""))


def _early(fault: Fault | None) -> Response | None:
    if fault is Fault.RATE_LIMITED:
        answer = {"ok": False, "error": "ratelimited"}
        return JSONResponse(answer, status_code=429, headers={"retry-after": "7"})
    if fault is Fault.BAD_GATEWAY:
        return PlainTextResponse("Bad Gateway", status_code=502)
    if fault in {Fault.TOKEN_REVOKED, Fault.SERVER_ERROR}:
        return JSONResponse({"ok": False, "error": str(fault)})
    return None
