"""Words with variables, as in “Hello {customer}”; pure: names of a fixed list, no expressions."""

import re
from collections.abc import Mapping

from domain.errors import Refused

VARIABLES = ("customer", "company", "number", "subject", "status", "priority", "staff", "tenant")
LONGEST = 4_000
_VARIABLE = re.compile(r"\{([^{}]*)\}")


class UnknownVariable(Refused):
    def __init__(self, name: str) -> None:
        known = ", ".join(f"{{{one}}}" for one in VARIABLES)
        super().__init__(f"There is no variable {{{name[:40]}}}; there are {known}.")


def require_known(text: str) -> None:
    """Raises UnknownVariable, or Refused for a brace that belongs to none."""
    if len(text) > LONGEST:
        raise Refused(f"A canned reply has at most {LONGEST} characters.")
    for name in _VARIABLE.findall(text):
        if name not in VARIABLES:
            raise UnknownVariable(name)
    if set("{}") & set(_VARIABLE.sub("", text)):
        raise Refused("A brace stands alone: a variable is written as {customer}.")


def filled(text: str, values: Mapping[str, str]) -> str:
    """Once: braces in a value are words of somebody, not variables."""
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)
