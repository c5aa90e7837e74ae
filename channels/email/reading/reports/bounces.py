"""Whether a mail reports on another one, and what it says. Pure."""

from channels.email.reading.letter import Letter
from channels.messages import DeliveryReport


def report(mail: Letter) -> DeliveryReport | None:
    return None
