"""The address at which a deposit is paid, with its placeholders filled in; pure."""

import re
from decimal import Decimal
from urllib.parse import quote, urlsplit

PLACEHOLDERS = ("number", "amount", "currency")
_GAP = re.compile(r"\{([^{}]*)\}")
_ODD = re.compile(r"[\s<>\"'\\`\x00-\x1f\x7f]")


def require_deposit_url(template: str) -> str:
    """As it is. Raises ValueError with what is wrong."""
    if not template:
        return template
    if _ODD.search(template):
        raise ValueError("an address has no spaces, quotes or angle brackets")
    unknown = [name for name in _GAP.findall(template) if name not in PLACEHOLDERS]
    if unknown or re.search(r"[{}]", _GAP.sub("", template)):
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ValueError(f"what is filled in is {known} and nothing else")
    parts = urlsplit(template)
    if parts.scheme != "https" or not parts.hostname or "{" in parts.netloc:
        raise ValueError("it begins with https:// and a host of its own")
    return template


def deposit_url(template: str, number: str, amount: Decimal, currency: str) -> str:
    """Empty where there is none."""
    facts = {"number": number, "amount": f"{amount:f}", "currency": currency}
    return _GAP.sub(lambda gap: quote(facts[gap[1]], safe=""), template)
