"""The new words of a mail. Pure."""


def trimmed(text: str) -> str:
    return text.strip()
