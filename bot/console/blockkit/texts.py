"""The two kinds of text objects in blocks: plain, and in mrkdwn. Pure."""

import re

from markupsafe import Markup, escape

from bot.console.blockkit.emoji import emoji
from bot.console.blockkit.mrkdwn import mrkdwn
from bot.console.blockkit.names import Names
from channels.slack.reading import node, text

_EMOJI = re.compile(r":([a-z0-9_+-]{1,60}):")


def plain(told: object) -> Markup:
    """A plain_text object: only emoji in it become something else, where it allows that."""
    words = text(node(told).get("text"))
    if node(told).get("emoji") is not False:
        words = _EMOJI.sub(lambda found: emoji(found[1]) or found[0], words)
    return escape(words)


def words(told: object, names: Names) -> Markup:
    """Either kind."""
    if node(told).get("type") != "mrkdwn":
        return plain(told)
    is_verbatim = node(told).get("verbatim") is True
    return mrkdwn(text(node(told).get("text")), names, verbatim=is_verbatim)
