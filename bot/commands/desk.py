"""`desk`: what staff can do from Slack or the console, from a terminal."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.commands.common import JsonOption, TenantOption, say, show, with_tenant
from domain.errors import Refused

if TYPE_CHECKING:
    from bot.desk.command import Place, StaffView
    from bot.desk.desk import Answer, Desk
    from bot.runtime import Runtime
    from channels.cards import Button, Card, Form
    from domain.tenants.directory import TenantName


def desk(  # noqa: PLR0913 - options of a command
    text: Annotated[str, typer.Argument(help="As after /desk: “inbox mine”.")] = "help",
    member: Annotated[str, typer.Option("--as", help="Your mail address as staff.")] = "",
    tenant: TenantOption = None,
    ticket: Annotated[str, typer.Option(help="As if said in this ticket's thread.")] = "",
    press: Annotated[str, typer.Option(help="Press a button: ACTION=VALUE as shown.")] = "",
    fill: Annotated[
        list[str] | None, typer.Option("--fill", help="Fill in and send a form: NAME=VALUE.")
    ] = None,
    *,
    plain: Annotated[bool, typer.Option("--plain", help="Plain words, as to @desk.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Inbox, tickets, replies, quotes, articles, prompts: `frontdesk desk help --as EMAIL`."""
    filled = _pairs(fill or [])

    async def work(runtime: "Runtime", found: "TenantName") -> "Answer":
        from bot.desk.command import Place
        from bot.desk.desk import Desk
        from channels.cards import Form, Used

        counter = Desk(runtime)
        by = await counter.member(found.id, "email", member)
        place = Place(ticket=ticket)
        if press:
            action, _, value = press.partition("=")
            return await counter.use(Used(action, value, member, inputs=filled), by, place)
        answer = await _said(counter, (text, plain), by, place)
        if filled and isinstance(answer, Form):
            inputs = {one.name: one.initial for one in answer.inputs} | filled
            return await counter.use(Used(answer.action, answer.value, member, "", inputs), by)
        return answer

    answer = with_tenant(tenant, work)
    if as_json:
        from dataclasses import asdict

        show({"kind": type(answer).__name__.lower()} | asdict(answer))
    else:
        _draw(answer)
    if getattr(answer, "is_error", False):
        raise typer.Exit(1)


async def _said(
    counter: "Desk", said: tuple[str, bool], by: "StaffView", place: "Place"
) -> "Answer":
    text, is_plain = said
    if is_plain:
        return await counter.mentioned(text, by, place)
    return await counter.hear(text, by, place)


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise Refused(f"“{one}” is not of the form NAME=VALUE.")
        pairs[name.strip()] = value
    return pairs


def _draw(answer: "Answer") -> None:
    from channels.cards import Card

    say(f"— {answer.tenant} — {answer.title}")
    if isinstance(answer, Card):
        _draw_card(answer)
    else:
        _draw_form(answer)


def _draw_card(card: "Card") -> None:
    for section in card.sections:
        mark = "│ " if section.is_quoted else ""
        for line in section.text.splitlines():
            say(f"{mark}{line}")
        for field in section.fields:
            say(f"  {field.name}: {field.value}")
        for button in section.buttons:
            say(_button(button))
    for button in card.buttons:
        say(_button(button))
    if card.footnote:
        say(f"({card.footnote})")


def _button(button: "Button") -> str:
    if button.action == "run":
        return f"    [{button.title}] desk “{button.value}”"
    return f"    [{button.title}] desk --press {button.action}={button.value}"


def _draw_form(form: "Form") -> None:
    if form.intro:
        say(form.intro)
    for one in form.inputs:
        options = f" ({', '.join(option.title for option in one.options)})" if one.options else ""
        value = f": {one.initial}" if one.initial else ""
        say(f"  {one.name} · {one.label}{value}{options}")
    example: Any = next((one.name for one in form.inputs), "name")
    say(f"(fill it in and send it with --fill {example}=… : {form.submit})")
