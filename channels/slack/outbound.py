"""What is sent to one workspace: cards, windows, homes and files."""

from dataclasses import dataclass
from typing import Any

import httpx

from channels.cards import Card, Form
from channels.messages import Media, OutboundAttachment, Permanent
from channels.slack import files
from channels.slack.api import WebApi, answered, refusal, sent
from channels.slack.blocks import Message, home, message, messages
from channels.slack.events import Place, SharedFile
from channels.slack.forms import modal
from channels.slack.markup import cut, escape
from channels.slack.reading import NOTHING, Node, node, text

_HOOKS = "hooks.slack.com"
_WORDS = 3000


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a card stands: the first message of it, by which it is updated or answered."""

    place: Place
    message: str
    further: tuple[str, ...] = ()

    @property
    def thread(self) -> Place:
        """The thread that this message begins or belongs to."""
        return Place(self.place.team, self.place.channel, self.place.thread or self.message)


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str = ""
    email: str = ""
    time_zone: str = ""
    is_guest: bool = False
    is_bot: bool = False
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A window or home that stands open; `hash` keeps two updates from crossing."""

    view: str
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace, by its own token. Every method raises Temporary or Permanent."""

    team: str
    api: WebApi

    async def post(self, card: Card, place: Place) -> Posted:
        """A card in a channel or thread; a long one takes several messages."""
        stamps = [await self._post(drawn, place) for drawn in messages(card)]
        return Posted(place, stamps[0], tuple(stamps[1:]))

    async def update(self, card: Card, posted: Posted) -> None:
        """Draws a posted card anew, in the messages it took: what became too long is cut."""
        stamps = (posted.message, *posted.further)
        drawn = messages(card) if posted.further else (message(card),)
        if len(drawn) > len(stamps):
            drawn = (message(card),)
        for stamp, part in zip(stamps, drawn, strict=False):
            await self.api.call(
                "chat.update", channel=posted.place.channel, ts=stamp, **_content(part)
            )
        for stamp in stamps[len(drawn) :]:
            await self.api.call("chat.delete", channel=posted.place.channel, ts=stamp)

    async def whisper(self, card: Card, place: Place, person: str) -> None:
        """Shows a card to one person only."""
        for drawn in messages(card):
            await self.api.call(
                "chat.postEphemeral", **_address(place), user=person, **_content(drawn)
            )

    async def respond(self, card: Card, response_url: str, *, replace: bool = False) -> None:
        """Answers a command or button by its own address: five times within half an hour.

        Works where the bot is no member. `replace`: instead of the message that was used.
        """
        if not files.is_slack_address(response_url, self.api.api_url, {_HOOKS}):
            raise Permanent("Slack named a place for the answer that is not Slack's.", code="url")
        drawn = (message(card),) if replace else messages(card)[:5]
        for part in drawn:
            shown = "ephemeral" if card.is_private or card.is_error else "in_channel"
            body = {**_content(part), "response_type": shown, "replace_original": replace}
            request = self.api.client.build_request("POST", response_url, json=body)
            _responded(await sent(self.api.client, request, is_repeatable=False))

    async def delete(self, posted: Posted) -> None:
        for stamp in (posted.message, *posted.further):
            await self.api.call("chat.delete", channel=posted.place.channel, ts=stamp)

    async def open(self, form: Form, trigger: str, place: Place | None = None) -> Opened:
        """Within three seconds of the press. Raises DoesNotFit too."""
        return await self._view("views.open", modal(form, str(place or "")), trigger_id=trigger)

    async def push(self, form: Form, trigger: str, place: Place | None = None) -> Opened:
        """On top of the window that is open."""
        return await self._view("views.push", modal(form, str(place or "")), trigger_id=trigger)

    async def redraw(self, form: Form, opened: Opened, place: Place | None = None) -> Opened:
        kept = {"hash": opened.hash} if opened.hash else {}
        view = modal(form, str(place or ""))
        return await self._view("views.update", view, view_id=opened.view, **kept)

    async def publish(self, cards: tuple[Card, ...], person: str) -> Opened:
        """The App Home of a person."""
        return await self._view("views.publish", home(cards), user_id=person)

    async def upload(
        self, attachments: tuple[OutboundAttachment, ...], place: Place, words: str = ""
    ) -> tuple[str, ...]:
        """Files into a channel or thread, in one message; their ids."""
        comment = escape(cut(words, _WORDS))
        return await files.upload(self.api, attachments, place, comment)

    async def download(self, file: SharedFile, limit: int) -> Media:
        """At most `limit` bytes, from Slack's own hosts only."""
        whole = file if file.url else await self.file(file.id)
        return await files.download(self.api, whole, limit)

    async def file(self, file_id: str) -> SharedFile:
        found = node((await self.api.ask("files.info", file=file_id)).get("file"))
        size = found.get("size")
        return SharedFile(
            id=text(found.get("id")) or file_id,
            name=text(found.get("name")),
            content_type=text(found.get("mimetype")),
            size=size if isinstance(size, int) else None,
            url=text(found.get("url_private_download")) or text(found.get("url_private")),
        )

    async def person(self, person: str) -> Person:
        found = node((await self.api.ask("users.info", user=person)).get("user"))
        profile = node(found.get("profile"))
        return Person(
            id=text(found.get("id")),
            name=text(profile.get("display_name")) or text(found.get("real_name")),
            email=text(profile.get("email")).lower(),
            time_zone=text(found.get("tz")),
            is_guest=bool(found.get("is_restricted") or found.get("is_ultra_restricted")),
            is_bot=found.get("is_bot") is True,
            is_gone=found.get("deleted") is True,
        )

    async def channel_name(self, channel: str) -> str:
        found = await self.api.ask("conversations.info", channel=channel)
        return text(node(found.get("channel")).get("name"))

    async def require_room(self, channel: str) -> None:
        """Raises Permanent, with what to do, where the bot cannot post."""
        found = node((await self.api.ask("conversations.info", channel=channel)).get("channel"))
        if found.get("is_archived") is True:
            raise refusal({"error": "channel_is_archived"}, {})
        if found.get("is_member") is False:
            raise refusal({"error": "not_in_channel"}, {})

    async def greet(self) -> Node:
        """Whether the token is good: what `auth.test` says."""
        return await self.api.ask("auth.test")

    async def _post(self, drawn: Message, place: Place) -> str:
        answer = await self.api.call(
            "chat.postMessage",
            **_address(place),
            **_content(drawn),
            unfurl_links=False,
            unfurl_media=False,
        )
        return text(answer.get("ts"))

    async def _view(self, method: str, view: dict[str, Any], **arguments: str) -> Opened:
        shown = node((await self.api.call(method, view=view, **arguments)).get("view"))
        return Opened(text(shown.get("id")), text(shown.get("hash")))


def _content(drawn: Message) -> dict[str, Any]:
    return {"text": drawn.text, "blocks": list(drawn.blocks)}


def _address(place: Place) -> dict[str, str]:
    thread = {"thread_ts": place.thread} if place.thread else {}
    return {"channel": place.channel, **thread}


def _responded(response: httpx.Response) -> Node:
    """A response_url says a mere “ok” where all is well, and 404 when it is used up."""
    if response.status_code == 200 and response.text.strip() == "ok":
        return NOTHING
    if response.status_code in {404, 410}:
        raise Permanent("It is too late to answer this; type the command again.", code="used_url")
    return answered(response)
