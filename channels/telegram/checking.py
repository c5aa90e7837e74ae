"""Tries a bot out without writing to anybody, and tells Telegram how messages shall arrive."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from telegram import User, WebhookInfo

from channels.messages import Permanent
from channels.telegram.api import ALLOWED, Api
from channels.telegram.settings import TelegramSettings

MANY = 100
LATELY = timedelta(hours=24)
CONNECT = "run `frontdesk channel connect telegram`"


async def findings(api: Api, settings: TelegramSettings, now: datetime) -> tuple[str, ...]:
    """A sentence each. Raises Temporary or Permanent where Telegram itself says no."""
    async with api.calling(is_repeatable=True) as bot:
        user = await bot.get_me()
        info = await bot.get_webhook_info()
    found = [*_about_name(user, settings), *_about_delivery(info, settings)]
    if info.pending_update_count > MANY:
        found.append(
            f"{info.pending_update_count} messages wait at Telegram: is the"
            f" {'address reachable from outside' if info.url else 'worker running'}? Telegram"
            " forgets them after a day."
        )
    failed_at = info.last_error_date
    if info.url and failed_at and now - failed_at.astimezone(UTC) < LATELY:
        found.append(
            f"Telegram could not deliver at {failed_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC:"
            f" {_one_line(info.last_error_message or 'no reason given')}. Check the public address"
            " and its certificate."
        )
    return tuple(found)


def _about_name(user: User, settings: TelegramSettings) -> list[str]:
    told, real = settings.bot_username, user.username or ""
    if told and told.lower() != real.lower():
        return [
            f"The settings call the bot @{told}, but this token is of @{real}: set"
            f" telegram.bot_username={real}."
        ]
    return []


def _about_delivery(info: WebhookInfo, settings: TelegramSettings) -> list[str]:
    if settings.delivery == "polling":
        return [_other_webhook(info)] if info.url else []
    if not info.url:
        return [f"Telegram does not know where to deliver: {CONNECT}."]
    if not info.url.endswith(_question(settings)):
        return [f"Telegram delivers to another address than ours: {CONNECT}."]
    missing = sorted(set(ALLOWED) - set(info.allowed_updates or ()))
    if missing:
        return [f"Telegram leaves out {', '.join(missing)}: {CONNECT} once more."]
    return []


def _other_webhook(info: WebhookInfo) -> str:
    return (
        "A webhook is set for this bot, so nothing is given to polling: set"
        f" telegram.delivery=webhook, or {CONNECT}, which takes the webhook away"
        f" ({info.pending_update_count} messages wait)."
    )


async def connect(api: Api, settings: TelegramSettings, address: str) -> str:
    """`address`: of our webhooks for this channel. Nothing that waits is thrown away."""
    if settings.delivery == "polling":
        async with api.calling(is_repeatable=True) as bot:
            await bot.delete_webhook(drop_pending_updates=False)
        return "Telegram is asked for messages; there is no webhook (any more)."
    if not address.startswith("https://"):
        raise Permanent(
            "Telegram delivers to https addresses only: set FRONTDESK_PUBLIC_URL, or"
            " telegram.delivery=polling, which needs none."
        )
    async with api.calling(is_repeatable=True) as bot:
        await bot.set_webhook(
            url=address + _question(settings),
            secret_token=settings.webhook_secret.get_secret_value(),
            allowed_updates=ALLOWED,
            drop_pending_updates=False,
        )
    return f"Telegram delivers to {address} from now on."


def _question(settings: TelegramSettings) -> str:
    """An update does not name the bot it is for: the address does."""
    return f"?bot={quote(settings.bot_id, safe='')}"


def _one_line(words: str) -> str:
    return " ".join(words.split())[:200].rstrip(".")
