"""Who is at the simulated Slack, and how they are shown."""

from dataclasses import dataclass

from bot.console.blockkit import Names
from channels.slack.reading import node, text
from channels.slack.simulator import SimulatedWorkspace

BOT = "Frontdesk"


@dataclass(frozen=True, slots=True)
class Colleague:
    """`about`: what they do at the company, or that they are no one of it."""

    id: str
    name: str
    about: str


def colleagues(workspace: SimulatedWorkspace) -> tuple[Colleague, ...]:
    return tuple(
        Colleague(name, text(person.get("real_name")), text(node(person["profile"]).get("title")))
        for name, person in workspace.people.items()
    )


def names(workspace: SimulatedWorkspace) -> Names:
    people = {one.id: one.name for one in colleagues(workspace)}
    return Names(people | {workspace.bot_user: BOT}, workspace.channels)
