"""What the forms of the staff's side may say."""

from typing import Annotated

from pydantic import StringConstraints

from bot.console.bodies import SentForm
from bot.console.forms import OnPage, Word
from channels.slack.simulator.people import SharedBytes

ANSWER = "answer:"


class UsedButton(OnPage):
    """`button`: the key it was drawn with; `line`: the message it stands in, empty at home."""

    button: Annotated[str, StringConstraints(pattern="^[0-9a-f]{16}$")]
    line: Word = ""


class InWindow(OnPage):
    window: Word


class Spoken(OnPage):
    """`thread`: the root under which it is said."""

    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] = ""
    thread: Word = ""


def answers(sent: SentForm) -> dict[str, str]:
    """What was filled in, by block; several choices joined by commas."""
    names = dict.fromkeys(name for name, _ in sent.pairs if name.startswith(ANSWER))
    return {
        name.removeprefix(ANSWER): ",".join(value for value in sent.all(name) if value)
        for name in names
    }


def files_by_block(sent: SentForm) -> dict[str, tuple[SharedBytes, ...]]:
    names = dict.fromkeys(name for name, _ in sent.files if name.startswith(ANSWER))
    return {name.removeprefix(ANSWER): shared(sent, name) for name in names}


def shared(sent: SentForm, name: str) -> tuple[SharedBytes, ...]:
    """The files of one field."""
    return tuple((f.name, f.content, f.content_type) for own, f in sent.files if own == name)
