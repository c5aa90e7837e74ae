"""Wraps what others wrote so that a model reads it as data and cannot mistake its end."""

import re

CUT = " [cut]"

_TAG = re.compile(r"<(?=\s*/?\s*data\b)", re.IGNORECASE)
# Zero-width, bidirectional and tag characters: invisible to people, read by models.
_HIDDEN = re.compile("[\u200b\u2060-\u2064\ufeff\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b[^.\n]{0,40}\b(?:instructions?|rules?|prompts?|above)\b|"
    r"(?-i:\b(?:SYSTEM|ASSISTANT|DEVELOPER)\s*:)|^\s*(?:system|assistant|developer)\s*:|"
    r"\b(?:system|developer) (?:prompt|message|override)\b|\bnew instructions?\b|"
    r"\bfrom now on,? (?:say|tell|answer|respond|reply|you)\b|"
    r"\byou must (?:promise|say|tell|reply|respond|answer|call|obey)\b|"
    r"\b(?:dear |hey |attention,? )?(?:AI|language model|chatbot|LLM)\b[,:]|"
    r"</?\s*data\b",
    re.IGNORECASE | re.MULTILINE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def visible(text: str, limit: int = 4000) -> str:
    """Only what a person would see, at most `limit` characters."""
    shown = _CONTROL.sub(" ", _HIDDEN.sub("", text.replace("\r\n", "\n"))).strip()
    return shown if len(shown) <= limit else shown[:limit].rstrip() + CUT


def gives_orders(text: str) -> bool:
    """Whether a text speaks to the assistant instead of to people.

    Only the bluntest forms: what it misses is held by the checks after the model.
    """
    return bool(_ORDERS.search(_HIDDEN.sub("", text)))


def block(kind: str, text: str, limit: int = 4000, **attributes: str) -> str:
    """`<data kind="…">text</data>`, the delimiter escaped wherever the text holds it."""
    shown = {"kind": kind, **attributes}
    head = " ".join(f'{name}="{_attribute(value)}"' for name, value in shown.items())
    return f"<data {head}>\n{_TAG.sub('&lt;', visible(text, limit))}\n</data>"


def _attribute(value: str) -> str:
    plain = re.sub(r"\s+", " ", visible(value, 200))
    return plain.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
