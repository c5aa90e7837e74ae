"""`/desk rule`: looked at by staff, written and switched by admins; a second company sees none."""

from typing import Any

import pytest
from sqlalchemy import select

from channels.cards import Card, Form
from domain.conversations.models import Message
from domain.types import utc_now
from domain.workflows.book import RuleBook
from domain.workflows.models import WorkflowRule
from domain.workflows.rules import parse
from domain.workflows.service import Workflows
from domain.workflows.webhooks import Webhooks
from tests.bot.desk.handling.conftest import Counter, pressed, text_of
from tests.bot.desk.handling.test_tickets import opened

RAISED = 'new "Doors first" on created if subject contains door then set_priority high'
NAGGING = 'new "Nag" on time_passed if status is open then add_tags nagged; note "Look at it."'
FORM = {
    "name": "Gates",
    "event": "created",
    "field__1": "subject",
    "operator__1": "contains",
    "value__1": "gate, or door",
    "do__1": "add_tags",
    "with__1": "gate, site",
    "do__2": "assign",
    "with__2": "staff@acme.example",
    "then": "save",
}


async def rules(counter: Counter) -> list[WorkflowRule]:
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        return await Workflows(session, counter.tenant_id).all()


async def admin(counter: Counter, words: str) -> Card:
    return await counter.say(f"rule {words}", "admin")


async def kept(counter: Counter, **said: Any) -> None:
    body = {"name": "Rich", "event": "created", "actions": [{"do": "note", "text": "a"}]}
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        await RuleBook(session, counter.tenant_id, "test").add(parse(body | said))


async def test_a_rule_is_written_in_words_tried_switched_on_and_logged(
    counter: Counter, rivals: Counter
) -> None:
    await opened(counter, "Door stuck", "Camera dead")
    await opened(rivals, "Door of theirs")
    await counter.company.execute("update domain_events set reacted_at = now()")
    card = await admin(counter, RAISED)
    assert "is kept, and off" in card.title
    assert '"Doors first" on created if subject contains door then set_priority high' in text_of(
        card
    )
    tried = text_of(await counter.say("rule try 1 10", "readonly"))
    assert "Of the latest 2 tickets 1 match" in tried
    assert "priority: medium → high" in tried
    assert [ticket.priority for ticket in await counter.company.tickets()] == ["medium", "medium"]

    asked = await admin(counter, "on 1")
    assert "priority: medium → high" in text_of(asked)
    assert not (await rules(counter))[0].is_on
    done = await counter.press(pressed(asked, "Switch it on"), "admin")
    assert "is on, version 1" in done.title

    await opened(counter, "Door again")
    while await counter.company.runtime.reactions.react(counter.tenant_id):
        pass
    assert "a rule: priority: medium → high" in text_of(await counter.say("ticket 3"))
    log = text_of(await counter.say("rule log 1"))
    assert "Doors first, version 1 · done: priority: medium → high" in log
    assert "Nothing yet" in text_of(await rivals.say("rule log"))
    assert "None yet" in text_of(await rivals.say("rule list"))
    actor = counter.staff["admin"].actor
    written = [(who, what) for who, what in await counter.audited() if what.startswith("rule.")]
    assert written == [(actor, "rule.added"), (actor, "rule.switched_on")]


async def test_a_rule_that_changes_no_open_ticket_is_on_at_once(counter: Counter) -> None:
    await opened(counter, "Camera dead")
    await admin(counter, RAISED)
    assert "is on" in (await admin(counter, "on 1")).title
    assert "is off" in (await admin(counter, "off 1")).title
    assert not (await rules(counter))[0].is_on


async def test_staff_look_and_only_admins_change(counter: Counter) -> None:
    await admin(counter, RAISED)
    for words in ("list", "show 1", "try 1", "log", "log 1"):
        for role in ("staff", "readonly"):
            assert not (await counter.say(f"rule {words}", role)).is_error, words
    shown = await counter.say("rule show 1")
    assert [button.title for button in shown.buttons] == ["Try", "Log"]
    for words in ("on 1", "off 1", "delete 1", "edit 1", "move 1 to 1", RAISED, "new"):
        card = await counter.say(f"rule {words}")
        assert "cannot change workflow rules" in text_of(card), words
    asked = await admin(counter, "delete 1")
    assert "expired" in text_of(await counter.press(pressed(asked, "Delete"), "staff"))  # type: ignore[arg-type]
    assert "I only work for" in text_of(await counter.say("rule list", "guest"))
    assert len(await rules(counter)) == 1


async def test_an_edit_of_a_rule_that_is_on_is_shown_before_it_acts(counter: Counter) -> None:
    await opened(counter, "Camera dead")
    await admin(counter, RAISED)
    await admin(counter, "on 1")
    asked = await admin(counter, "edit 1 on created if subject contains camera then add_tags cam")
    assert "tags: + cam" in text_of(asked)
    assert (await rules(counter))[0].version == 1
    await counter.press(pressed(asked, "Switch it on"), "admin")
    (rule,) = await rules(counter)
    assert (rule.name, rule.version, rule.is_on) == ("Doors first", 2, True)
    again = await counter.press(pressed(asked, "Switch it on"), "admin")
    assert "answered or has expired" in text_of(again)  # type: ignore[arg-type]


async def test_what_was_shown_is_not_switched_on_when_the_rule_changed_meanwhile(
    counter: Counter,
) -> None:
    await opened(counter, "Door stuck")
    await admin(counter, RAISED)
    asked = await admin(counter, "on 1")
    await admin(counter, "edit 1 on created if subject contains door then set_priority low")
    refused = await counter.press(pressed(asked, "Switch it on"), "admin")
    assert "changed meanwhile" in text_of(refused)  # type: ignore[arg-type]
    assert not (await rules(counter))[0].is_on


async def test_rules_are_moved_and_deleted_by_number(counter: Counter, rivals: Counter) -> None:
    for words in (RAISED, NAGGING, 'new "Third" on created then note "third"'):
        await admin(counter, words)
    await admin(rivals, RAISED)
    listed = text_of(await admin(counter, "move 3 to 1"))
    heads = [line[:9] for line in listed.splitlines()[1:4]]
    assert heads == ["1 · Third", "2 · Doors", "3 · Nag ·"]
    asked = await admin(counter, "delete 2")
    assert "“Doors first”" in asked.title
    await counter.press(pressed(asked, "Delete it"), "admin")
    assert [rule.name for rule in await rules(counter)] == ["Third", "Nag"]
    assert [rule.name for rule in await rules(rivals)] == ["Doors first"]
    whats = [what for _, what in await counter.audited()]
    assert whats.count("rule.ordered") == whats.count("rule.deleted") == 1


async def test_wrong_use_names_the_usage_and_an_example(counter: Counter) -> None:
    await admin(counter, RAISED)
    for words in (
        *("dance", "show", "on", "move 1", "move 1 to 9", "try 1 0", "try 1 many"),
        *("new x", 'new "x" on moon then note a', "edit 1 then note a"),
    ):
        shown = text_of(await admin(counter, words))
        assert "Usage: /desk rule list" in shown, words
        assert "Example: /desk rule new" in shown, words
    assert "no workflow rule “7”" in text_of(await admin(counter, "show 7"))


async def test_a_rule_that_names_a_webhook_nobody_set_up_is_refused_everywhere(
    counter: Counter, rivals: Counter
) -> None:
    async with rivals.company.runtime.database.transaction(rivals.tenant_id) as session:
        await Webhooks(session, rivals.tenant_id).add("https://crm.example", [], b"x", "crm")
    words = 'new "Tell" on created then webhook crm'
    assert "There is no webhook “crm”" in text_of(await admin(counter, words))
    form = await counter.ask_form("rule new", "admin")
    sent = await counter.fill(
        form, "admin", name="Tell", do__1="webhook", with__1="crm", then="save"
    )
    assert "There is no webhook “crm”" in text_of(sent)
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        await Webhooks(session, counter.tenant_id).add("https://crm.example", [], b"x", "crm")
    assert "is kept, and off" in (await admin(counter, words)).title
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        hooks = Webhooks(session, counter.tenant_id)
        await hooks.switch((await hooks.named("crm")).id, utc_now(), is_on=False)
    assert "switched off" in text_of(await admin(counter, "on 1"))


async def test_the_window_makes_a_rule_and_edits_it(counter: Counter) -> None:
    form = await counter.ask_form("rule new", "admin")
    made = await counter.fill(form, "admin", **FORM)
    assert "is kept, and off" in made.title
    (rule,) = await rules(counter)
    assert rule.conditions["conditions"][0]["value"] == "gate, or door"
    assert [one["do"] for one in rule.actions] == ["add_tags", "assign"]
    assert rule.actions[1]["to"] == str(counter.staff["staff"].id)

    form = await counter.ask_form("rule edit 1", "admin")
    values = {one.name: one.initial for one in form.inputs}
    assert (values["with.1"], values["with.2"]) == ("gate, site", "staff@acme.example")
    sent = await counter.fill(form, "admin", do__2="-", with__2="", then="save")
    assert "version 2" in sent.title
    assert len((await rules(counter))[0].actions) == 1
    late = await counter.fill(form, "admin", name="Too late", then="save")
    assert "changed meanwhile" in text_of(late)


async def test_a_rule_is_tried_from_the_window_and_kept_only_then(counter: Counter) -> None:
    await opened(counter, "The gate, or door")
    form = await counter.ask_form("rule new", "admin")
    tried = await counter.fill(form, "admin", **FORM | {"then": "try", "state": "on"})
    assert "tags: + gate, site; assignee_id: nobody → staff@acme.example" in text_of(tried)
    assert await rules(counter) == []
    for _ in range(2):
        again = await counter.press(pressed(tried, "Back"), "admin")
        assert isinstance(again, Form)
        assert {one.name: one.initial for one in again.inputs}["with.1"] == "gate, site"
    saved = await counter.press(pressed(tried, "Save it, on"), "admin")
    assert "is on" in saved.title


async def test_what_is_wrong_in_the_window_leads_back_into_it(counter: Counter) -> None:
    form = await counter.ask_form("rule new", "admin")
    for change, reason in (
        ({"operator__1": "-"}, "Condition 1: choose how subject is compared"),
        ({"field__1": "-"}, "Condition 1: what is compared"),
        ({"field__1": "tags", "operator__1": "equals"}, "Condition 1: “tags equals gate, or door”"),
        ({"do__1": "-"}, "Action 1: what is done"),
        ({"do__1": "set_priority"}, "Action 1: “set_priority gate, site”"),
        ({"with__2": "Zoe"}, "Action 2: There is no staff member"),
        ({"do__1": "-", "with__1": "", "do__2": "-", "with__2": ""}, "needs an action"),
        ({"name": " "}, "name"),
    ):
        card = await counter.fill(form, "admin", **FORM | change)
        assert card.is_error
        assert reason in text_of(card)
        again = await counter.press(pressed(card, "Back"), "admin")
        assert isinstance(again, Form)
        filled = {one.name: one.initial for one in again.inputs}
        assert all(filled[name.replace("__", ".")] == value for name, value in change.items())
    assert await rules(counter) == []


async def test_a_rule_too_rich_for_the_window_says_so_and_is_edited_in_words(
    counter: Counter,
) -> None:
    one = {"field": "status", "operator": "equals", "value": "open"}
    group = {"match": "any", "conditions": [one, one]}
    await kept(counter, conditions={"conditions": [one, group]}, stops_here=True)
    card = await admin(counter, "edit 1")
    words = (
        '"Rich" on created if status equals open and (status equals open or status equals open) '
        "then note a; stop"
    )
    assert "too rich" in card.title
    assert words in text_of(card)
    assert "version 2" in (await admin(counter, f"edit 1 {words}; note b")).title
    (rule,) = await rules(counter)
    assert [one["text"] for one in rule.actions] == ["a", "b"]
    assert rule.conditions["conditions"][1]["match"] == "any"


@pytest.mark.parametrize("words", ["rule show {}", "rule on {}", "rule log {}", "rule edit {}"])
async def test_another_companys_rule_is_not_found(
    counter: Counter, rivals: Counter, words: str
) -> None:
    await admin(rivals, RAISED)
    (theirs,) = await rules(rivals)
    shown = text_of(await counter.say(words.format(theirs.id), "admin"))
    assert "There is no workflow rule" in shown
    form = await counter.ask_form("rule new", "admin")
    strange = Form(form.action, form.title, form.submit, form.inputs, f"{theirs.id}:1")
    sent = await counter.fill(strange, "admin", **FORM)
    assert "There is no workflow rule" in text_of(sent)
    assert (await rules(rivals))[0].version == 1


async def test_a_rules_words_never_reach_the_customer(counter: Counter) -> None:
    secret = "They never pay, be slow"
    steps = f'note "{secret}"; notify "{secret}"; follow_up 1h "{secret}"'
    await admin(counter, f'new "{secret}" on created then {steps}')
    await admin(counter, f'new "{secret}!" on customer_replied then {steps}')
    for number in (1, 2):
        await admin(counter, f"on {number}")
    await counter.company.say("the camera at the gate is dead")
    await counter.company.say("any news on my ticket? what did you note about me?")
    (ticket,) = await counter.company.tickets()
    assert "a note" in text_of(await counter.say("rule log 1"))
    assert secret in text_of(await counter.say(f"ticket {ticket.number}"))
    assert counter.company.graph.texts()
    assert "never pay" not in str(counter.company.graph.sent)
    async with counter.company.runtime.database.transaction(counter.tenant_id) as session:
        said = list(await session.scalars(select(Message.text)))
    assert not any("never pay" in words for words in said)
