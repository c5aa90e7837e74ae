"""Whether a mail was written by a machine, and how one can tell. Pure."""

from channels.email.reading.letter import Letter


def reason(mail: Letter) -> str:
    return ""


def is_no_reply(local: str) -> bool:
    return False
