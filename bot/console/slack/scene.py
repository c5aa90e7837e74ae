"""What a member of staff sees of Slack at this moment, from the simulated workspace. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from markupsafe import Markup

from bot.console.blockkit import Names, Part, Window, mrkdwn, parts, window
from bot.console.blockkit.mrkdwn import unescaped
from bot.console.forms import OnPage
from bot.console.slack.people import BOT, Colleague, colleagues, names
from channels.slack.simulator import Line, SimulatedWorkspace

HOME = "home"
DIRECT = "direct"
CLOSED = "none"
SHOWN = 60
SUGGESTIONS = (
    ("/desk help", "/desk help"),
    ("/desk inbox", "/desk inbox"),
    ("/desk stats", "/desk stats"),
    ("@desk …", "@desk how many urgent tickets are open?"),
)


@dataclass(frozen=True, slots=True)
class FileShown:
    id: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class LineShown:
    """A message. `words` where it has no blocks; `json`: its blocks raw, if asked for."""

    ts: str
    channel: str
    author: str
    at: datetime
    is_bot: bool
    is_private: bool
    is_edited: bool
    parts: tuple[Part, ...]
    words: Markup
    notice: str
    """What Slack would tell in a notification."""
    files: tuple[FileShown, ...]
    replies: int
    last_reply: datetime | None
    json: str

    @property
    def scope(self) -> str:
        """An id for its parts on the page."""
        return f"m{self.ts.replace('.', '-')}"


@dataclass(frozen=True, slots=True)
class Room:
    key: str
    title: str
    is_here: bool
    is_joined: bool
    unread: int


@dataclass(frozen=True, slots=True)
class Thread:
    root: LineShown
    replies: tuple[LineShown, ...]
    channel: str


@dataclass(frozen=True, slots=True)
class SlackScene:
    """`room` is where the member is; `beat` is another one after a change of anything here."""

    company: str
    me: Colleague
    people: tuple[Colleague, ...]
    rooms: tuple[Room, ...]
    room: Room
    lines: tuple[LineShown, ...]
    thread: Thread | None
    is_thread_lost: bool
    home: tuple[Part, ...] | None
    home_json: str
    window: Window | None
    window_json: str
    beat: str

    @property
    def suggestions(self) -> tuple[tuple[str, str], ...]:
        """What a newcomer may try, with its label."""
        return SUGGESTIONS

    @property
    def is_channel(self) -> bool:
        return self.room.key not in (HOME, DIRECT)


def slack_scene(
    workspace: SimulatedWorkspace, on_page: OnPage, root: str, read: Mapping[str, str]
) -> SlackScene:
    """`root`: the thread that is open, empty for none. `read`: the last line seen, by room."""
    people = colleagues(workspace)
    me = next((one for one in people if one.id == on_page.me), people[0])
    eyes = _Eyes(workspace, me.id, names(workspace), on_page.wire)
    rooms = eyes.rooms(on_page.room, read)
    room = next(one for one in rooms if one.is_here)
    home, view = workspace.homes.get(me.id), workspace.view_of(me.id)
    opened = next((x for x in eyes.seen() if x.ts == root and not x.only_to), None)
    return SlackScene(
        company=workspace.name,
        me=me,
        people=people,
        rooms=rooms,
        room=room,
        lines=eyes.shown(eyes.lines_of(room.key)[-SHOWN:]),
        thread=eyes.thread(opened) if opened else None,
        is_thread_lost=bool(root) and opened is None,
        home=parts(home["blocks"], eyes.names) if home else None,
        home_json=eyes.raw(home) if home else "",
        window=window(view, eyes.names) if view else None,
        window_json=eyes.raw(view) if view else "",
        beat=beat(workspace, me.id),
    )


def beat(workspace: SimulatedWorkspace, person: str) -> str:
    """Cheap to ask: what the person sees is the same as long as this is."""
    seen = [(x.ts, x.edits) for x in workspace.lines if sees(workspace, person, x)]
    views = (workspace.homes.get(person), workspace.view_of(person))
    marks = [(view["id"], view["hash"]) if view else None for view in views]
    return sha256(json.dumps([seen, marks]).encode()).hexdigest()[:20]


def sees(workspace: SimulatedWorkspace, person: str, line: Line) -> bool:
    """What is in a channel or was said to them directly, unless it is for somebody else's eyes."""
    is_near = line.channel in workspace.channels or line.channel == person
    return is_near and line.only_to in ("", person)


@dataclass(frozen=True, slots=True)
class _Eyes:
    """One person's view of the workspace."""

    workspace: SimulatedWorkspace
    me: str
    names: Names
    with_json: bool

    def rooms(self, asked: str, read: Mapping[str, str]) -> tuple[Room, ...]:
        titles = {
            **{channel: f"#{name}" for channel, name in self.workspace.channels.items()},
            HOME: "App Home",
            DIRECT: "Messages",
        }
        here = asked if asked in titles else next(iter(titles))
        unjoined = self.workspace.channels.keys() - self.workspace.joined
        return tuple(
            Room(key, title, key == here, key not in unjoined, self._unread(key, read))
            for key, title in titles.items()
        )

    def _unread(self, room: str, read: Mapping[str, str]) -> int:
        """Lines of others after the last one that was read."""
        last = _order(read.get(room, ""))
        return sum(x.author != self.me and _order(x.ts) > last for x in self.lines_of(room))

    def lines_of(self, room: str) -> list[Line]:
        """What stands in the room itself, not in its threads."""
        channel = self.me if room == DIRECT else room
        return [x for x in self.seen() if x.channel == channel and not x.thread]

    def thread(self, root: Line) -> Thread:
        replies = [x for x in self.seen() if x.channel == root.channel and x.thread == root.ts]
        channel = self.workspace.channels.get(root.channel, "")
        (drawn,) = self.shown([root])
        return Thread(drawn, self.shown(replies), channel)

    def shown(self, lines: Iterable[Line]) -> tuple[LineShown, ...]:
        return tuple(self._line(line) for line in lines)

    def raw(self, value: object) -> str:
        if not self.with_json:
            return ""
        return json.dumps(value, indent=2, ensure_ascii=False)

    def seen(self) -> list[Line]:
        return [x for x in self.workspace.lines if sees(self.workspace, self.me, x)]

    def _line(self, line: Line) -> LineShown:
        replies = self.workspace.thread(line.channel, line.ts)[1:] if not line.only_to else []
        is_bot = line.author == self.workspace.bot_user
        return LineShown(
            ts=line.ts,
            channel=line.channel,
            author=BOT if is_bot else self.names.people.get(line.author, line.author),
            at=_at(line.ts),
            is_bot=is_bot,
            is_private=bool(line.only_to),
            is_edited=line.edits > 0,
            parts=parts(line.blocks, self.names),
            words=Markup("") if line.blocks else mrkdwn(line.text, self.names),
            notice=unescaped(line.text),
            files=tuple(self._file(name) for name in line.files),
            replies=len(replies),
            last_reply=_at(replies[-1].ts) if replies else None,
            json=self.raw(line.blocks) if line.blocks else "",
        )

    def _file(self, name: str) -> FileShown:
        file = self.workspace.files.get(name)
        return FileShown(name, file.name, len(file.content)) if file else FileShown("", name, 0)


def _order(ts: str) -> tuple[int, int]:
    seconds, _, number = ts.partition(".")
    return int(seconds or 0), int(number or 0)


def _at(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts.partition(".")[0]), UTC)
