"""What a WhatsApp number needs: the keys of `whatsapp_config` in the tenant settings."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, SecretStr

from channels.channel import ChannelSettings


def _one_word(secret: SecretStr) -> SecretStr:
    """Secrets are pasted: white space around them is an accident, within them a mistake."""
    value = secret.get_secret_value().strip()
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("must be one word without spaces or line breaks")
    return SecretStr(value)


Secret = Annotated[SecretStr, AfterValidator(_one_word)]
MetaId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class WhatsAppSettings(ChannelSettings):
    """Where each value is found in Meta's dashboard: README.md beside this file."""

    account_field: ClassVar[str] = "phone_number_id"
    further_hints: ClassVar[tuple[str, ...]] = ("business_account_id",)

    phone_number_id: MetaId = Field(title="Phone number ID")
    access_token: Secret = Field(title="Access token", description="of a system user; permanent")
    verify_token: Secret = Field(title="Verify token", description="a word of your own choice")
    app_secret: Secret = Field(title="App secret", description="signs what Meta sends")
    business_account_id: MetaId | None = Field(None, title="WhatsApp Business account ID")
