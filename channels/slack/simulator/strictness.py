"""Says of blocks and views what Slack would complain of, from its reference and independent of
how we draw them. Pure."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Thing = Mapping[str, Any]
Complaints = Iterator[str]

_ON_MESSAGES = {"header", "section", "context", "actions", "divider", "rich_text", "image"}
_ON_VIEWS = _ON_MESSAGES | {"input"}
_MESSAGE_TOTAL = 13_200


def complaints(blocks: object, surface: str = "message") -> list[str]:
    """Of a message's blocks; `surface`: message, modal or home."""
    if not isinstance(blocks, list | tuple):
        return ["blocks: not a list"]
    return list(_blocks(list(blocks), surface))


def view_complaints(view: object) -> list[str]:
    if not isinstance(view, Mapping):
        return ["view: not an object"]
    return list(_view(view))


def length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _view(view: Thing) -> Complaints:
    kind = view.get("type")
    if kind not in {"modal", "home"}:
        yield "view.type: neither modal nor home"
        return
    known = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
    if kind == "modal":
        known |= {"title", "submit", "close", "clear_on_close", "notify_on_close"}
        yield from _plain(view.get("title"), 24, "view.title")
        for name in ("submit", "close"):
            if name in view:
                yield from _plain(view[name], 24, f"view.{name}")
        blocks = view.get("blocks")
        asks = any(isinstance(b, Mapping) and b.get("type") == "input" for b in blocks or [])
        if asks and "submit" not in view:
            yield "view.submit: needed where there is an input"
    yield from _unknown(view, known, "view")
    yield from _string(view.get("private_metadata", ""), 3000, "view.private_metadata", least=0)
    yield from _string(view.get("callback_id", ""), 255, "view.callback_id", least=0)
    yield from complaints(view.get("blocks"), str(kind))
    if _written(view) > 250_000:
        yield "view: larger than 250 KB"


def _blocks(blocks: list[Any], surface: str) -> Complaints:
    most = 50 if surface == "message" else 100
    if len(blocks) > most:
        yield f"blocks: {len(blocks)}, more than {most}"
    if surface == "message" and (total := _written(blocks)) > _MESSAGE_TOTAL:
        yield f"blocks: {total} characters in all"
    yield from _distinct([b.get("block_id") for b in blocks if isinstance(b, Mapping)], "block_id")
    allowed = _ON_MESSAGES if surface == "message" else _ON_VIEWS
    for n, block in enumerate(blocks):
        if not isinstance(block, Mapping) or block.get("type") not in allowed:
            yield f"blocks[{n}].type: not allowed here"
            continue
        where = f"blocks[{n}]"
        if "block_id" in block:
            yield from _string(block["block_id"], 255, f"{where}.block_id")
        yield from _BLOCKS[block["type"]](block, where)


def _header(block: Thing, where: str) -> Complaints:
    yield from _unknown(block, {"type", "block_id", "text"}, where)
    yield from _plain(block.get("text"), 150, f"{where}.text")


def _section(block: Thing, where: str) -> Complaints:
    yield from _unknown(block, {"type", "block_id", "text", "fields", "accessory", "expand"}, where)
    if "text" not in block and "fields" not in block:
        yield f"{where}: neither text nor fields"
    if "text" in block:
        yield from _text(block["text"], 3000, f"{where}.text")
    if "fields" in block:
        yield from _count(block["fields"], 10, f"{where}.fields")
        for n, field in enumerate(block["fields"]):
            yield from _text(field, 2000, f"{where}.fields[{n}]")
    if "accessory" in block:
        yield from _element(block["accessory"], f"{where}.accessory")


def _context(block: Thing, where: str) -> Complaints:
    yield from _unknown(block, {"type", "block_id", "elements"}, where)
    yield from _count(block.get("elements"), 10, f"{where}.elements")
    for n, element in enumerate(block.get("elements") or []):
        yield from _text(element, 3000, f"{where}.elements[{n}]")


def _actions(block: Thing, where: str) -> Complaints:
    yield from _unknown(block, {"type", "block_id", "elements"}, where)
    yield from _count(block.get("elements"), 25, f"{where}.elements")
    given = [e for e in block.get("elements") or [] if isinstance(e, Mapping)]
    yield from _distinct([e.get("action_id") for e in given], f"{where}.action_id")
    for n, element in enumerate(block.get("elements") or []):
        yield from _element(element, f"{where}.elements[{n}]")


def _divider(block: Thing, where: str) -> Complaints:
    yield from _unknown(block, {"type", "block_id"}, where)


def _rich_text(block: Thing, where: str) -> Complaints:
    yield from _unknown(block, {"type", "block_id", "elements"}, where)
    yield from _count(block.get("elements"), 100, f"{where}.elements")
    for n, part in enumerate(block.get("elements") or []):
        kinds = {"rich_text_section", "rich_text_quote", "rich_text_preformatted", "rich_text_list"}
        if not isinstance(part, Mapping) or part.get("type") not in kinds:
            yield f"{where}.elements[{n}].type: unknown"
            continue
        yield from _count(part.get("elements"), 1000, f"{where}.elements[{n}].elements")
        for word in part.get("elements") or []:
            if word.get("type") == "text":
                yield from _string(word.get("text"), 3000, f"{where}.elements[{n}].text")


def _input(block: Thing, where: str) -> Complaints:
    known = {"type", "block_id", "label", "element", "hint", "optional", "dispatch_action"}
    yield from _unknown(block, known, where)
    yield from _plain(block.get("label"), 2000, f"{where}.label")
    if "hint" in block:
        yield from _plain(block["hint"], 2000, f"{where}.hint")
    yield from _element(block.get("element"), f"{where}.element", is_asking=True)


def _image(block: Thing, where: str) -> Complaints:
    yield from _string(block.get("image_url"), 3000, f"{where}.image_url")
    yield from _string(block.get("alt_text"), 2000, f"{where}.alt_text")


_BLOCKS: dict[str, Callable[[Thing, str], Complaints]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
    "rich_text": _rich_text,
    "input": _input,
    "image": _image,
}


# --- elements ----------------------------------------------------------------------------


def _element(element: object, where: str, *, is_asking: bool = False) -> Complaints:
    if not isinstance(element, Mapping):
        yield f"{where}: not an object"
        return
    kind = element.get("type")
    asking = set(_ELEMENTS) - {"button"}
    if kind not in (asking if is_asking else {"button", "static_select", "multi_static_select"}):
        yield f"{where}.type: {kind} is not allowed here"
        return
    yield from _string(element.get("action_id"), 255, f"{where}.action_id")
    yield from _ELEMENTS[str(kind)](element, where)


def _button(button: Thing, where: str) -> Complaints:
    known = {"type", "action_id", "text", "value", "url", "style", "confirm"}
    yield from _unknown(button, known, where)
    yield from _plain(button.get("text"), 75, f"{where}.text")
    if "value" in button:
        yield from _string(button["value"], 2000, f"{where}.value")
    if "url" in button:
        yield from _string(button["url"], 3000, f"{where}.url")
        if not str(button["url"]).startswith(("http://", "https://")):
            yield f"{where}.url: no link"
    if button.get("style", "primary") not in {"primary", "danger"}:
        yield f"{where}.style: neither primary nor danger"
    if "confirm" in button:
        yield from _confirm(button["confirm"], f"{where}.confirm")


def _confirm(confirm: Thing, where: str) -> Complaints:
    yield from _unknown(confirm, {"title", "text", "confirm", "deny", "style"}, where)
    yield from _plain(confirm.get("title"), 100, f"{where}.title")
    yield from _text(confirm.get("text"), 300, f"{where}.text")
    yield from _plain(confirm.get("confirm"), 30, f"{where}.confirm")
    yield from _plain(confirm.get("deny"), 30, f"{where}.deny")


def _text_input(element: Thing, where: str) -> Complaints:
    known = {"type", "action_id", "multiline", "max_length", "min_length", "initial_value"}
    yield from _unknown(element, known | {"placeholder", "focus_on_load"}, where)
    most = element.get("max_length", 3000)
    if not isinstance(most, int) or not 1 <= most <= 3000:
        yield f"{where}.max_length: not 1 to 3000"
        return
    if "initial_value" in element:
        yield from _string(element["initial_value"], most, f"{where}.initial_value")


def _number_input(element: Thing, where: str) -> Complaints:
    known = {"type", "action_id", "is_decimal_allowed", "initial_value", "min_value", "max_value"}
    yield from _unknown(element, known, where)
    if "is_decimal_allowed" not in element:
        yield f"{where}.is_decimal_allowed: missing"
    try:
        float(element.get("initial_value", "0"))
    except (TypeError, ValueError):
        yield f"{where}.initial_value: no number"


def _file_input(element: Thing, where: str) -> Complaints:
    yield from _unknown(element, {"type", "action_id", "filetypes", "max_files"}, where)
    most = element.get("max_files", 10)
    if not isinstance(most, int) or not 1 <= most <= 10:
        yield f"{where}.max_files: not 1 to 10"


def _select(element: Thing, where: str) -> Complaints:
    first = {"initial_option", "initial_options"}
    yield from _unknown(element, {"type", "action_id", "options", "placeholder"} | first, where)
    options = element.get("options")
    yield from _count(options, 100, f"{where}.options")
    for n, option in enumerate(options or []):
        yield from _plain(option.get("text"), 75, f"{where}.options[{n}].text")
        yield from _string(option.get("value"), 150, f"{where}.options[{n}].value")
    given = [o.get("value") for o in options or [] if isinstance(o, Mapping)]
    yield from _distinct(given, f"{where}.options.value")
    initial = [element["initial_option"]] if "initial_option" in element else []
    if any(
        option not in (options or []) for option in [*initial, *element.get("initial_options", [])]
    ):
        yield f"{where}.initial_option: not among the options"


_ELEMENTS: dict[str, Callable[[Thing, str], Complaints]] = {
    "button": _button,
    "file_input": _file_input,
    "plain_text_input": _text_input,
    "number_input": _number_input,
    "static_select": _select,
    "multi_static_select": _select,
}


# --- the smallest parts --------------------------------------------------------------------


def _text(value: object, most: int, where: str) -> Complaints:
    if isinstance(value, Mapping) and value.get("type") == "mrkdwn":
        yield from _unknown(value, {"type", "text", "verbatim"}, where)
        yield from _shown(value.get("text"), most, f"{where}.text")
        yield from _markup(str(value.get("text")), f"{where}.text")
        return
    yield from _plain(value, most, where)


def _plain(value: object, most: int, where: str) -> Complaints:
    if not isinstance(value, Mapping) or value.get("type") != "plain_text":
        yield f"{where}: not a plain_text object"
        return
    yield from _unknown(value, {"type", "text", "emoji"}, where)
    yield from _shown(value.get("text"), most, f"{where}.text")


def _markup(text: str, where: str) -> Complaints:
    """Of a mention or channel call that somebody's words could have smuggled in."""
    if any(sign in text for sign in ("<!", "<@", "<#")):
        yield f"{where}: calls people"


def _shown(value: object, most: int, where: str) -> Complaints:
    if isinstance(value, str) and value and not value.strip():
        yield f"{where}: empty"
    yield from _string(value, most, where)


def _string(value: object, most: int, where: str, least: int = 1) -> Complaints:
    if not isinstance(value, str):
        yield f"{where}: not a string"
    elif len(value) < least:
        yield f"{where}: empty"
    elif length(value) > most:
        yield f"{where}: {length(value)} characters, more than {most}"
    elif any("\ud800" <= character <= "\udfff" for character in value):
        yield f"{where}: half a character"


def _count(values: object, most: int, where: str) -> Complaints:
    if not isinstance(values, list | tuple) or not 1 <= len(values) <= most:
        yield f"{where}: not 1 to {most}"


def _distinct(values: list[Any], where: str) -> Complaints:
    named = [value for value in values if value is not None]
    if len(set(named)) != len(named):
        yield f"{where}: not all different"


def _unknown(thing: Thing, known: set[str], where: str) -> Complaints:
    for name in thing.keys() - known:
        yield f"{where}.{name}: unknown"


def _written(value: object) -> int:
    return length(json.dumps(value, ensure_ascii=False, default=str))
