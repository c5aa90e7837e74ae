"""Draws a form as a modal and reads what was filled in. Pure."""

import json
import re
from collections.abc import Iterator
from typing import Any

from channels.cards import Form, Input, InputKind, Option
from channels.rendering import units
from channels.slack.blocks import VIEW_SIZE, Block, context, label, paragraphs, size, top
from channels.slack.markup import clean, cut, escaped, one_line
from channels.slack.reading import Node, elements, node, text

TITLE = 24
CALLBACK = 255
METADATA = 3000
INPUTS = 80
LABEL = 2000
NAME = 240
ANSWER = 3000
OPTIONS = 100
OPTION = 75
OPTION_VALUE = 150
_NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,20})?")
_ANSWER = "answer"


class DoesNotFit(ValueError):
    """A form that Slack can't carry and that can't be cut without changing what it does."""


def modal(form: Form, place: str = "") -> dict[str, Any]:
    """`place` comes back with what was filled in: the modal itself does not say where it was
    opened. Raises DoesNotFit."""
    metadata = json.dumps({"value": form.value, "place": place}, ensure_ascii=False)
    if units(metadata) > METADATA or units(form.action) > CALLBACK or not form.action:
        raise DoesNotFit(f"The form “{form.title}” carries more than Slack can keep.")
    if len(form.inputs) > INPUTS or any(units(i.name) > NAME for i in form.inputs):
        raise DoesNotFit(f"The form “{form.title}” asks for more than Slack can show.")
    blocks = [block for n, asked in enumerate(form.inputs) for block in _input(asked, n)]
    view = {
        "type": "modal",
        "callback_id": form.action,
        "title": label(form.title, TITLE),
        "submit": label(form.submit, TITLE, "Send"),
        "close": label("Cancel", TITLE),
        "private_metadata": metadata,
        "blocks": [*_introduction(form), *blocks] or paragraphs(form.title or "Are you sure?"),
    }
    if size(view) > VIEW_SIZE:
        raise DoesNotFit(f"The form “{form.title}” is larger than Slack takes.")
    return view


def carried(view: Node) -> tuple[str, str]:
    """(value, place) that the modal was given."""
    try:
        kept = node(json.loads(text(view.get("private_metadata"))))
    except (ValueError, RecursionError):
        return "", ""
    return text(kept.get("value")), text(kept.get("place"))


def filled_in(view: Node) -> dict[str, str]:
    """What a person entered, by the names of the inputs; several choices joined by commas."""
    found = {}
    for block_id, answers in node(node(view.get("state")).get("values")).items():
        name = text(block_id).partition(":")[2] or text(block_id)
        for answer in node(answers).values():
            found[name] = _answer(node(answer))
    return found


def _introduction(form: Form) -> Iterator[Block]:
    if one_line(form.tenant):
        yield top(form.tenant)
    yield from paragraphs(form.intro)[:10]


def _input(asked: Input, number: int) -> Iterator[Block]:
    element, remark = _element(asked)
    if element is None:
        name = escaped(one_line(asked.label) or one_line(asked.name), 200)
        yield context(f"*{name}*: nothing to choose from.")
        return
    block: Block = {
        "type": "input",
        "block_id": f"{number}:{asked.name}",
        "label": label(asked.label, LABEL, asked.name),
        "element": {**element, "action_id": _ANSWER},
        "optional": not asked.is_required,
    }
    if hint := " ".join(part for part in (one_line(asked.hint), remark) if part):
        block["hint"] = label(hint, LABEL)
    yield block


def _element(asked: Input) -> tuple[dict[str, Any] | None, str]:
    """The element and what must be said about it."""
    if asked.kind in {InputKind.CHOICE, InputKind.SEVERAL}:
        return _choice(asked)
    if asked.kind is InputKind.NUMBER:
        number = asked.initial.strip()
        given = {"initial_value": number} if _NUMBER.fullmatch(number) else {}
        return {"type": "number_input", "is_decimal_allowed": True, **given}, ""
    limit = min(max(asked.limit, 1), ANSWER)
    is_long = asked.kind is InputKind.TEXT
    whole = clean(asked.initial) if is_long else one_line(asked.initial)
    initial = cut(whole, limit)
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "multiline": is_long,
        "max_length": limit,
    }
    if initial:
        element["initial_value"] = initial
    return element, "" if initial == whole else f"Cut at {limit} characters."


def _choice(asked: Input) -> tuple[dict[str, Any] | None, str]:
    unique = {option.value: option for option in asked.options if _can_be_chosen(option)}
    shown = list(unique.values())[:OPTIONS]
    if not shown:
        return None, ""
    drawn = {option.value: _option(option) for option in shown}
    initial = [drawn[value] for value in _initial(asked) if value in drawn]
    missing = len({option.value for option in asked.options}) - len(shown)
    remark = f"{missing} more not shown." if missing else ""
    if asked.kind is InputKind.SEVERAL:
        several = {"initial_options": initial} if initial else {}
        element = {"type": "multi_static_select", "options": list(drawn.values()), **several}
        return element, remark
    one = {"initial_option": initial[0]} if initial else {}
    return {"type": "static_select", "options": list(drawn.values()), **one}, remark


def _can_be_chosen(option: Option) -> bool:
    return 0 < units(option.value) <= OPTION_VALUE and clean(option.value) == option.value


def _option(option: Option) -> dict[str, Any]:
    return {"text": label(option.title, OPTION, option.value), "value": option.value}


def _initial(asked: Input) -> list[str]:
    if asked.kind is InputKind.CHOICE:
        return [asked.initial]
    return list(dict.fromkeys(value.strip() for value in asked.initial.split(",")))


def _answer(answer: Node) -> str:
    if "selected_options" in answer:
        chosen = [text(node(o).get("value")) for o in elements(answer.get("selected_options"))]
        return ",".join(chosen)
    if "selected_option" in answer:
        return text(node(answer.get("selected_option")).get("value"))
    return text(answer.get("value")).strip()
