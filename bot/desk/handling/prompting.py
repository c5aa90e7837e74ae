"""Prompts at the desk, for admins: read, tried, put in force, rolled back."""

from bot import queue
from bot.desk.asking.parsing import first_word, wrong_use
from bot.desk.command import StaffCommand
from bot.desk.handling.bench import Answer, Bench
from bot.desk.prompts import PromptDesk, Trial
from bot.desk.showing.tickets import run
from bot.desk.showing.words import short
from channels.cards import Card, Section, Style
from domain.errors import Refused
from domain.prompts.difference import ADDED, SAME

MOST_LETTERS = 2800
MARKS = {ADDED: "+", "removed": "-"}


async def prompt(bench: Bench, command: StaffCommand) -> Answer:
    kind, words = first_word(command.words)
    name, rest = first_word(words)
    match kind.lower():
        case "list" | "":
            return await _list(bench, command)
        case "show":
            return await _show(bench, command, _named(name), _version(rest))
        case "try":
            return await _try(bench, command, _named(name), _version(rest))
        case "publish" | "rollback" as act:
            version = _version(rest)
            if version is None:
                raise wrong_use("prompt", "Which version?")
            return await _put_in_force(bench, command, (act, _named(name), version))
        case _:
            raise wrong_use("prompt", "List, show, try, publish or roll back?")


async def _list(bench: Bench, command: StaffCommand) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        cards = await PromptDesk(session, command.tenant_id).overview()
    sections = tuple(
        Section(
            f"{card.name} · version {card.current} in force"
            f"{f', draft {card.latest}' if card.has_draft else ''}\n{card.purpose}",
            buttons=(run("Show", f"prompt show {card.name}"),),
        )
        for card in cards
    )
    return Card(title="Prompts (version 0 is the shipped file)", sections=sections)


async def _show(bench: Bench, command: StaffCommand, name: str, version: int | None) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        desk = PromptDesk(session, command.tenant_id)
        card = await desk.version(name, version)
        in_force = await desk.version(name)
        lines = (
            await desk.difference(name, in_force.version, card.version)
            if card.version != in_force.version
            else ()
        )
    sections = [Section(short_text(card.body))]
    if lines:
        changed = "\n".join(
            f"{MARKS[line.change]} {line.text}" for line in lines if line.change != SAME
        )
        sections.append(Section(f"Against version {in_force.version}:\n{short_text(changed)}"))
    buttons = [run("Try", f"prompt try {name} {card.version}")]
    if card.state == "draft":
        buttons.append(run("Publish", f"prompt publish {name} {card.version}", Style.DANGER))
    elif card.state == "published":
        buttons.append(run("Roll back to it", f"prompt rollback {name} {card.version}"))
    return Card(
        title=f"{name} · version {card.version} ({card.state})",
        sections=tuple(sections),
        buttons=tuple(buttons),
        footnote=card.note,
        is_private=True,
    )


async def _try(bench: Bench, command: StaffCommand, name: str, version: int | None) -> Answer:
    async with bench.database.transaction(command.tenant_id) as session:
        desk = PromptDesk(session, command.tenant_id)
        tried = await desk.attempt(Trial(name, version=version))
    problems = tuple(Section(problem) for problem in tried.problems)
    return Card(
        title=f"{name} · version {tried.version}, with sample values",
        sections=(Section(short_text(tried.text)), *problems),
        is_private=True,
    )


async def _put_in_force(
    bench: Bench, command: StaffCommand, wanted: tuple[str, str, int]
) -> Answer:
    act, name, version = wanted
    async with bench.database.transaction(command.tenant_id) as session:
        desk = PromptDesk(session, command.tenant_id)
        before = (await desk.version(name)).version
        if before == version:
            raise Refused(f"Version {version} of “{name}” is in force already.")
        change = desk.publish if act == "publish" else desk.roll_back
        await change(name, version, author=command.by.actor)
        await queue.put(session, "react", tenant_id=command.tenant_id)
    return Card(
        title=f"Version {version} of {name} is in force",
        buttons=(run(f"Back to version {before}", f"prompt rollback {name} {before}"),),
        footnote="Running processes use it within seconds.",
    )


def short_text(text: str) -> str:
    """Lines are kept."""
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…"


def _named(name: str) -> str:
    if not name:
        raise wrong_use("prompt", "Which prompt?")
    return name


def _version(words: str) -> int | None:
    word = words.strip().lower().removeprefix("v")
    if not word:
        return None
    if not word.isdecimal() or len(word) > 6:
        raise wrong_use("prompt", f"“{short(words, 30)}” is no version.")
    return int(word)
