"""Versions of prompts: saved, checked, published, rolled back, and who did it."""

from typing import Any

import pytest
from sqlalchemy import select

from domain.audit.models import AuditEntry
from domain.errors import NotFound, Refused
from domain.events import DomainEvent
from domain.prompts.service import FILE, NewBody, PromptRefused, Prompts


def allows_all(name: str, body: str) -> list[str]:
    return []


def allows_no_price(name: str, body: str) -> list[str]:
    return ["There is no variable “price”."] if "price" in body else []


@pytest.fixture
def prompts(tenant: Any) -> Prompts:
    return Prompts(tenant.session, tenant.tenant_id, allows_no_price)


async def saved(prompts: Prompts, *bodies: str) -> None:
    for body in bodies:
        await prompts.save(NewBody("support", body, "a note"), author="sam")


async def test_a_saved_body_is_a_draft_until_it_is_published(prompts: Prompts) -> None:
    await saved(prompts, "one")
    assert await prompts.current("support") is None
    await prompts.publish("support", 1, author="sam")
    current = await prompts.current("support")
    assert current is not None
    assert (current.version, current.body) == (1, "one")


async def test_versions_are_numbered_per_prompt_and_newest_first(prompts: Prompts) -> None:
    await saved(prompts, "one", "two", "three")
    other = await prompts.save(NewBody("triage", "x", "a note"), author="sam")
    assert other.version == 1
    assert [v.version for v in await prompts.versions("support")] == [3, 2, 1]
    assert [v.version for v in await prompts.versions("support", 2, before=3)] == [2, 1]


async def test_publishing_puts_the_one_before_aside(prompts: Prompts) -> None:
    await saved(prompts, "one", "two")
    await prompts.publish("support", 1, author="sam")
    await prompts.publish("support", 2, author="sam")
    assert await prompts.in_force() == {"support": 2}
    assert not (await prompts.version("support", 1)).is_current


async def test_rolling_back_publishes_the_older_one_again(prompts: Prompts) -> None:
    await saved(prompts, "one", "two")
    for version in (1, 2):
        await prompts.publish("support", version, author="sam")
    again = await prompts.roll_back("support", 1, author="kim")
    assert again is not None
    assert await prompts.in_force() == {"support": 1}
    assert await prompts.latest() == {"support": 2}


async def test_rolling_back_to_the_file_leaves_no_version_in_force(prompts: Prompts) -> None:
    await saved(prompts, "one")
    await prompts.publish("support", 1, author="sam")
    assert await prompts.roll_back("support", FILE, author="sam") is None
    assert await prompts.in_force() == {}


async def test_a_draft_cannot_be_rolled_back_to(prompts: Prompts) -> None:
    await saved(prompts, "one")
    with pytest.raises(Refused, match="never published"):
        await prompts.roll_back("support", 1, author="sam")


async def test_an_unknown_variable_is_refused_with_its_sentence(prompts: Prompts) -> None:
    with pytest.raises(PromptRefused, match="There is no variable “price”"):
        await saved(prompts, "the price is {{ price }}")
    assert await prompts.versions("support") == []


async def test_a_body_that_went_out_of_date_is_not_published(tenant: Any) -> None:
    before = Prompts(tenant.session, tenant.tenant_id, allows_all)
    await saved(before, "the price is {{ price }}")
    now = Prompts(tenant.session, tenant.tenant_id, allows_no_price)
    with pytest.raises(PromptRefused):
        await now.publish("support", 1, author="sam")
    assert await now.current("support") is None


async def test_a_version_needs_a_note(prompts: Prompts) -> None:
    with pytest.raises(Refused, match="note"):
        await prompts.save(NewBody("support", "one", "  "), author="sam")


async def test_a_version_that_is_not_there_is_not_found(prompts: Prompts) -> None:
    for act in (prompts.publish, prompts.roll_back):
        with pytest.raises(NotFound):
            await act("support", 9, author="sam")


async def test_every_change_is_audited_and_told(prompts: Prompts, tenant: Any) -> None:
    await saved(prompts, "one")
    await prompts.publish("support", 1, author="kim")
    await prompts.roll_back("support", FILE, author="kim")
    await tenant.session.flush()
    entries = list(await tenant.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))
    assert [(e.actor, e.action, e.subject) for e in entries] == [
        ("sam", "prompt.saved", "support"),
        ("kim", "prompt.published", "support"),
        ("kim", "prompt.rolled_back", "support"),
    ]
    events = await tenant.session.scalars(select(DomainEvent).order_by(DomainEvent.sequence))
    assert [(e.kind, e.payload["from"], e.payload["to"]) for e in events] == [
        ("prompt.published", 0, 1),
        ("prompt.rolled_back", 1, 0),
    ]
