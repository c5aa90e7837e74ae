"""Small words of the desk's cards: languages, spans of time, masked addresses, shortened texts."""

from datetime import datetime, timedelta

LANGUAGES = {
    "en": "English", "es": "Spanish", "de": "German", "fr": "French", "it": "Italian",
    "pt": "Portuguese", "nl": "Dutch", "pl": "Polish", "ca": "Catalan", "sv": "Swedish",
    "da": "Danish", "no": "Norwegian", "fi": "Finnish", "cs": "Czech", "ro": "Romanian",
    "tr": "Turkish", "el": "Greek", "hu": "Hungarian", "ru": "Russian", "uk": "Ukrainian",
    "ar": "Arabic", "zh": "Chinese", "ja": "Japanese",
}  # fmt: skip


def language(code: str) -> str:
    return LANGUAGES.get(code, code or "language unknown")


def span(time: timedelta) -> str:
    """`43 min`, `5 h`, `3 days`."""
    minutes = max(0, int(time.total_seconds() // 60))
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} days"


def ago(at: datetime, now: datetime) -> str:
    return f"{span(now - at)} ago"


def masked(address: str) -> str:
    """Enough to know whom: the last two digits, or the beginning and the domain of a mail."""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:2]}…@{domain}"
    return f"…{address[-2:]}"


def short(text: str, limit: int = 160) -> str:
    """On one line."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def spoken(value: str) -> str:
    """`waiting_customer` as people say it."""
    return value.replace("_", " ")


def many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
