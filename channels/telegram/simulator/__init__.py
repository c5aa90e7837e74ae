"""A stand-in for Telegram: the Bot API over HTTP, and the webhooks it sends."""

from channels.telegram.simulator.bot_api import BotApiSimulator, Fault, Line, Sent
from channels.telegram.simulator.updates import Customer, Group, Updates, webhook_headers

__all__ = [
    "BotApiSimulator",
    "Customer",
    "Fault",
    "Group",
    "Line",
    "Sent",
    "Updates",
    "webhook_headers",
]
