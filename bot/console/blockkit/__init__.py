"""Slack's Block Kit as safe HTML: JSON in, frozen parts out, which `_blockkit.html` draws."""

from bot.console.blockkit.blocks import Part, Window, parts, window
from bot.console.blockkit.controls import button_of
from bot.console.blockkit.mrkdwn import mrkdwn
from bot.console.blockkit.names import Names

__all__ = ["Names", "Part", "Window", "button_of", "mrkdwn", "parts", "window"]
