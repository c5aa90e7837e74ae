"""The window of a rule: opened empty or with a rule, sent, tried, and opened again as it was."""

from bot.desk.asking.parsing import WrongUse
from bot.desk.command import StaffView
from bot.desk.handling.bench import Answer, Bench, as_id, own_id
from bot.desk.handling.workflows import writing
from bot.desk.handling.workflows.cards import Seen, tried_sections
from bot.desk.handling.workflows.form import WRITTEN, form, inputs_of, rule_of
from bot.desk.handling.workflows.shelf import people
from bot.desk.handling.workflows.words import in_words
from channels.cards import Button, Card, Form, Section, Style, Used
from domain.errors import NotFound, Refused
from domain.staff.service import StaffMembers
from domain.types import utc_now
from domain.workflows.book import RuleBook
from domain.workflows.rules import body_of
from domain.workflows.service import Workflows
from domain.workflows.trying import MOST_TRIED, try_rule

BACK = "rule.back"
FILLED = "rule.filled"
NEW, EDITED = "New rule", "Edit the rule"


def empty() -> Form:
    return form({}, "", NEW)


def of(seen: Seen) -> Answer:
    """Of a rule; one that says more than the window holds is shown in words."""
    rule = seen.rule
    body = body_of(rule)
    inputs = inputs_of(body, seen.people, is_on=rule.is_on)
    if inputs is None:
        text = (
            "It says more than the window holds. Change it in words (the whole rule, as below) "
            f"with: /desk rule edit {seen.place} on … then …, or over REST."
        )
        return Card(
            title=f"“{rule.name}” is too rich for the window",
            sections=(Section(text), Section(in_words(body, seen.people), is_quoted=True)),
            is_private=True,
        )
    return form(inputs, f"{rule.id}:{rule.version}", EDITED)


async def written(bench: Bench, used: Used, by: StaffView) -> Answer:
    """Tried or kept; what is wrong in it leads back into the window, with all that was filled
    in."""
    try:
        wish = await _wish(bench, used, by)
        if used.inputs.get("then", "").strip().lower().startswith("save"):
            return await writing.propose(bench, by, wish)
        return await _tried(bench, used, by, wish)
    except WrongUse:
        raise
    except (Refused, NotFound) as error:
        back = await _way_back(bench, used, by)
        sections = (Section(str(error)),)
        return Card("Not kept", "", sections, (back,), is_private=True, is_error=True)


async def _wish(bench: Bench, used: Used, by: StaffView) -> writing.Wish:
    reference, _, version = used.value.partition(":")
    stops_here = False
    async with bench.database.transaction(by.tenant_id) as session:
        known = await people(session, by)
        if reference:
            rule = await Workflows(session, by.tenant_id).get(as_id(reference))
            stops_here = rule.stops_here
    body = rule_of(used.inputs, known, stops_here=stops_here)
    is_on = used.inputs.get("state", "").strip().lower() == "on"
    if not reference:
        return writing.Wish(body, is_on)
    seen_version = int(version) if version.isdecimal() else 0
    return writing.Wish(body, is_on, as_id(reference), seen_version)


async def _tried(bench: Bench, used: Used, by: StaffView, wish: writing.Wish) -> Card:
    """Nothing is kept yet; what was seen here needs no second question."""
    async with bench.database.transaction(by.tenant_id) as session:
        await RuleBook(session, by.tenant_id, by.actor).require_sound(wish.body)
        tried = await try_rule(session, by.tenant_id, wish.body, MOST_TRIED)
        known = await people(session, by)
        question = await writing.ask(session, by, wish)
    title = "Save it, on" if wish.is_on else "Save it, off"
    return Card(
        title=f"“{wish.body.name}” tried: nothing was changed, nothing is kept yet",
        sections=(
            Section(in_words(wish.body, known), is_quoted=True),
            *tried_sections(tried, wish.body, known),
        ),
        buttons=(
            Button("confirm", title, question, Style.PRIMARY),
            await _way_back(bench, used, by),
        ),
        is_private=True,
    )


async def _way_back(bench: Bench, used: Used, by: StaffView) -> Button:
    async with bench.database.transaction(by.tenant_id) as session:
        payload = {"value": used.value, "inputs": used.inputs}
        members = StaffMembers(session, by.tenant_id)
        question = await members.ask(own_id(by), FILLED, payload)
    return Button(BACK, "Back to the window", str(question))


async def back(bench: Bench, used: Used, by: StaffView) -> Answer:
    async with bench.database.transaction(by.tenant_id) as session:
        members = StaffMembers(session, by.tenant_id)
        kept = await members.asked(as_id(used.value), own_id(by), utc_now())
    if kept.kind != FILLED:
        raise WrongUse("This button is of an older version: give the command again.")
    value = str(kept.payload["value"])
    return form(kept.payload["inputs"], value, EDITED if value else NEW)


__all__ = ["BACK", "WRITTEN", "back", "empty", "of", "written"]
