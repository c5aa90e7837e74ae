"""What a Telegram bot needs: the keys of `telegram` in the tenant settings."""

import re
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from channels.channel import ChannelSettings

_TOKEN = re.compile(r"(\d{3,20}):[A-Za-z0-9_-]{8,128}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")


def _token(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value().strip()
    if not _TOKEN.fullmatch(value):
        raise ValueError("copy the whole token as BotFather shows it, like 123456789:AAE…")
    return SecretStr(value)


def _secret(secret: SecretStr) -> SecretStr:
    """The Bot API takes no other characters in a secret token."""
    value = secret.get_secret_value().strip()
    if not _SECRET.fullmatch(value):
        raise ValueError("use only letters, digits, _ and -, at most 256 of them")
    return SecretStr(value)


def _username(value: str) -> str:
    name = value.strip().removeprefix("https://t.me/").lstrip("@")
    if name and not re.fullmatch(r"[A-Za-z0-9_]{3,64}", name):
        raise ValueError("write the bot's name as @AcmeServiceBot")
    return name


class TelegramSettings(ChannelSettings):
    """Where each value is found: README.md beside this file."""

    account_field: ClassVar[str] = "bot_id"

    bot_token: Annotated[SecretStr, AfterValidator(_token)] = Field(
        title="Bot token", description="from BotFather"
    )
    bot_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{0,64}$")] = Field(
        "", title="Bot ID", description="empty: read from the token"
    )
    bot_username: Annotated[str, AfterValidator(_username)] = Field(
        "", title="Bot's name", description="in groups only what mentions it is answered"
    )
    delivery: Literal["polling", "webhook"] = Field(
        "polling", title="How messages arrive", description="a webhook needs a public address"
    )
    webhook_secret: Annotated[SecretStr, AfterValidator(_secret)] = Field(
        SecretStr(""), title="Webhook secret", description="a word of your own choice"
    )
    poll_minutes: int = Field(1, ge=1, le=60, title="Minutes between polls")

    @model_validator(mode="after")
    def _is_enough(self) -> Self:
        # The number before the colon is the bot itself; an id that is no number is a simulator's.
        if not self.bot_id or self.bot_id.isdigit():
            self.bot_id = self.bot_token.get_secret_value().partition(":")[0]
        if self.delivery == "webhook" and not self.webhook_secret.get_secret_value():
            raise ValueError(
                "Set telegram.webhook_secret too (a word of your own choice): without it anybody"
                " could deliver messages."
            )
        return self
