"""All settings, read once from the environment and `.env`. Nothing else reads the environment."""

import sys
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.foundation.errors import Misconfigured


class Settings(BaseSettings):
    """Names without the FRONTDESK_ prefix are the ones other tools use as well."""

    model_config = SettingsConfigDict(
        env_prefix="FRONTDESK_", env_file=".env", extra="ignore", populate_by_name=True
    )

    database_url: Annotated[SecretStr | None, Field(validation_alias="DATABASE_URL")] = None
    database_admin_url: Annotated[
        SecretStr | None, Field(validation_alias="DATABASE_ADMIN_URL")
    ] = None
    openai_api_key: Annotated[SecretStr | None, Field(validation_alias="OPENAI_API_KEY")] = None
    openai_base_url: Annotated[str | None, Field(validation_alias="OPENAI_BASE_URL")] = None
    anthropic_api_key: Annotated[SecretStr | None, Field(validation_alias="ANTHROPIC_API_KEY")] = (
        None
    )
    anthropic_base_url: Annotated[str | None, Field(validation_alias="ANTHROPIC_BASE_URL")] = None
    xdg_data_home: Annotated[Path | None, Field(validation_alias="XDG_DATA_HOME")] = None

    data_dir: Path | None = None
    secret_key: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    public_url: str | None = None
    llm_model: str | None = None
    llm_second_model: str | None = None
    vision_model: str | None = None
    """Looks at pictures and scans; unset: the customer is asked in words."""
    transcription_model: str | None = None
    """Listens to voice notes; unset: a person does."""
    llm_prices: str = ""
    """US dollars per million tokens: `model=input/output,…`; known models have list prices."""
    llm_deadline: float = Field(default=25.0, gt=0)
    llm_daily_budget: float = Field(default=20.0, ge=0)
    """US dollars a tenant and day; past it the bot answers without a model."""
    whatsapp_api_url: str | None = None
    telegram_api_url: str | None = None
    slack_api_url: str | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    """`xapp-…`: Socket Mode, for machines that nothing outside can reach."""
    webhook_origins: str = ""
    """Origins (`http://host:port,…`) that webhooks may reach although their address is private."""
    worker_concurrency: int = Field(default=32, ge=1, le=500)
    quiet_time: float | None = Field(default=None, ge=0, le=30)
    """Overrides every channel's own quiet time, in seconds."""
    log_level: str = "info"
    pool_size: int = Field(default=10, ge=2, le=100)

    @cached_property
    def data_directory(self) -> Path:
        if self.data_dir:
            return self.data_dir.expanduser().absolute()
        if sys.platform != "win32" and Path("/proc/self").exists() and _is_root():
            return Path("/var/lib/frontdesk")
        return (self.xdg_data_home or Path.home() / ".local" / "share") / "frontdesk"

    @property
    def base_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def _is_root() -> bool:
    import os

    return os.geteuid() == 0


def load_settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        variable = name if name.isupper() else f"FRONTDESK_{name.upper()}"
        raise Misconfigured(f"The setting {variable} is wrong: {first['msg'].lower()}.") from error
