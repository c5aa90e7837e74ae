"""Prompts as files: one file one prompt, with a header that names its purpose and variables.

The body is Jinja2 cut down to what a prompt needs: variables, conditions, one level of loops and
a few filters. Everything else is refused when it is saved and again when it is rendered.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from jinja2 import Environment, Template, nodes

SIZE_LIMIT = 20_000
RENDERED_LIMIT = 40_000
FILTERS = ("join", "lower", "upper", "title", "trim", "length", "default", "first", "last")
TESTS = ("defined", "undefined", "none")
SHIPPED_VERSION = 0

_STATEMENTS = {"Template", "Output", "TemplateData", "If", "For"}
_EXPRESSIONS = {
    *("Name", "Const", "Filter", "Test", "Compare", "Operand", "And", "Or", "Not", "CondExpr"),
    *("Tuple", "List", "Concat"),
}

Value = str | int | bool | tuple[str, ...]


class BrokenPrompt(Exception):
    """A prompt that cannot be rendered; the message says why."""


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    meaning: str
    is_required: bool = False
    """Whether a tenant's own body must use it."""


@dataclass(frozen=True, slots=True)
class PromptFile:
    name: str
    purpose: str
    variables: tuple[Variable, ...]
    body: str
    is_editable: bool = True
    """False for the rules that no tenant may take away."""


class PromptSource(Protocol):
    """Where a turn gets a tenant's prompt from: (version, body); version 0 is the file."""

    async def get(self, tenant_id: UUID, name: str) -> tuple[int, str]: ...


class ShippedPrompts:
    """The files as they are, for every tenant."""

    async def get(self, tenant_id: UUID, name: str) -> tuple[int, str]:
        return SHIPPED_VERSION, shipped()[name].body


@cache
def shipped() -> dict[str, PromptFile]:
    folder = files("prompts")
    texts = [f.read_text("utf-8") for f in folder.iterdir() if f.name.endswith(".md")]
    prompts = [parse(text) for text in texts]
    return {prompt.name: prompt for prompt in sorted(prompts, key=lambda p: p.name)}


def parse(text: str) -> PromptFile:
    """Reads the header between two lines of `---`.

    `name`, `purpose`, `editable` (yes or no) and, indented under `variables:`, lines of
    `name: meaning`, with `*` after the name of a required one. Raises BrokenPrompt.
    """
    match = re.match(r"---\n(.*?)\n---\n(.*)\Z", text, re.DOTALL)
    if match is None:
        raise BrokenPrompt("The header between two lines of --- is missing.")
    head, body = match.groups()
    fields, variables = _header(head)
    for wanted in ("name", "purpose"):
        if not fields.get(wanted):
            raise BrokenPrompt(f"The header has no {wanted}.")
    return PromptFile(
        name=fields["name"],
        purpose=fields["purpose"],
        variables=tuple(variables),
        body=body.strip() + "\n",
        is_editable=fields.get("editable", "yes") != "no",
    )


def _header(head: str) -> tuple[dict[str, str], list[Variable]]:
    fields: dict[str, str] = {}
    variables = []
    for line in filter(str.strip, head.splitlines()):
        name, colon, value = line.partition(":")
        if not colon:
            raise BrokenPrompt(f"The header line “{line.strip()}” has no colon.")
        bare = name.strip()
        if line[0].isspace():
            variables.append(Variable(bare.rstrip("*"), value.strip(), bare.endswith("*")))
        else:
            fields[bare] = value.strip()
    return fields, variables


def check(name: str, body: str) -> list[str]:
    """What is wrong with a tenant's own body, one sentence each; empty: it can be saved."""
    prompt = shipped().get(name)
    if prompt is None:
        return [f"There is no prompt “{name}”."]
    if not prompt.is_editable:
        return [f"The prompt “{name}” holds the rules of the house and stays as it is."]
    if not body.strip():
        return ["The prompt is empty."]
    if len(body) > SIZE_LIMIT:
        return [f"The prompt has {len(body)} characters; at most {SIZE_LIMIT} are allowed."]
    try:
        tree = _parsed(body)
    except BrokenPrompt as error:
        return [str(error)]
    return _wrong_variables(prompt, _names_used(tree))


def _wrong_variables(prompt: PromptFile, used: frozenset[str]) -> list[str]:
    known = {variable.name for variable in prompt.variables}
    required = {variable.name for variable in prompt.variables if variable.is_required}
    offered = ", ".join(sorted(known)) or "none"
    return [
        *(f"There is no variable “{n}”; known are: {offered}." for n in sorted(used - known)),
        *(f"The variable “{n}” must appear in it." for n in sorted(required - used)),
    ]


def variables_used(body: str) -> frozenset[str]:
    """Raises BrokenPrompt."""
    return _names_used(_parsed(body))


def render(body: str, variables: Mapping[str, Value]) -> str:
    """Raises BrokenPrompt for a body that is refused, a missing variable or endless output."""
    from jinja2 import TemplateError

    parts, size = [], 0
    try:
        for part in _compiled(body).generate(**variables):
            size += len(part)
            if size > RENDERED_LIMIT:
                raise BrokenPrompt(f"The prompt grows past {RENDERED_LIMIT} characters.")
            parts.append(part)
    except (TemplateError, TypeError, ValueError) as error:
        raise BrokenPrompt(f"The prompt cannot be rendered: {error}") from error
    return "".join(parts).strip() + "\n"


@lru_cache(maxsize=256)
def _compiled(body: str) -> "Template":
    _parsed(body)
    return _environment().from_string(body)


def _parsed(body: str) -> "nodes.Template":
    from jinja2 import TemplateSyntaxError

    try:
        tree = _environment().parse(body)
    except TemplateSyntaxError as error:
        raise BrokenPrompt(f"Line {error.lineno}: {error.message}") from error
    _refuse_what_no_prompt_needs(tree, loops=0)
    return tree


def _refuse_what_no_prompt_needs(node: "nodes.Node", loops: int) -> None:
    """Sums, calls, attributes, macros, imports and loops in loops have no place in a prompt."""
    kind = type(node).__name__
    loops += kind == "For"
    if kind not in _STATEMENTS | _EXPRESSIONS or loops > 1:
        what = "a loop in a loop" if loops > 1 else f"“{kind.lower()}”"
        raise BrokenPrompt(f"Line {node.lineno}: {what} is not allowed in a prompt.")
    named = {"Filter": FILTERS, "Test": TESTS}.get(kind)
    name = getattr(node, "name", "")
    if named is not None and name not in named:
        raise BrokenPrompt(f"Line {node.lineno}: no “{name}”; there are {', '.join(named)}.")
    for child in node.iter_child_nodes():
        _refuse_what_no_prompt_needs(child, loops)


def _names_used(tree: "nodes.Template") -> frozenset[str]:
    from jinja2.meta import find_undeclared_variables

    return frozenset(find_undeclared_variables(tree))


@cache
def _environment() -> "Environment":
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    environment.filters = {name: environment.filters[name] for name in FILTERS}
    environment.tests = {name: environment.tests[name] for name in TESTS}
    environment.globals.clear()
    return environment
