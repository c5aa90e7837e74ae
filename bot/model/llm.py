"""Which models are configured, and the client of each: no hidden retries, no early import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from bot.foundation.errors import Misconfigured
from bot.foundation.settings import Settings
from bot.model.usage import Prices, prices_of

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

NO_KEY = "none"
"""What is sent to a compatible server of one's own, which asks for no key."""


class Provider(StrEnum):
    OPENAI = "openai"
    ANTHROPIC = "anthropic"


class ModelSettings(BaseModel):
    """One model and how it is reached. `timeout` in seconds, for each silence of the server.

    `max_output` in tokens; a model that reasons counts its reasoning in.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    provider: Provider
    name: str = Field(min_length=1, max_length=200)
    base_url: str | None = None
    api_key: SecretStr = SecretStr(NO_KEY)
    timeout: float = Field(default=20.0, gt=0)
    max_output: int = Field(default=4096, ge=64)
    prices: Prices | None = None

    @property
    def label(self) -> str:
        return f"{self.provider}:{self.name}"


@dataclass(frozen=True, slots=True)
class ProviderAccess:
    """The operator's key and address of each provider; an address alone means no key is asked."""

    keys: Mapping[Provider, SecretStr] = field(default_factory=dict)
    base_urls: Mapping[Provider, str] = field(default_factory=dict)

    def is_open(self, provider: Provider) -> bool:
        return provider in self.keys or provider in self.base_urls


def model_access(settings: Settings) -> ProviderAccess:
    """As the operator set it."""
    keys = {
        Provider.OPENAI: settings.openai_api_key,
        Provider.ANTHROPIC: settings.anthropic_api_key,
    }
    urls = {
        Provider.OPENAI: settings.openai_base_url,
        Provider.ANTHROPIC: settings.anthropic_base_url,
    }
    return ProviderAccess(
        keys={provider: key for provider, key in keys.items() if key},
        base_urls={provider: url for provider, url in urls.items() if url},
    )


def parse_model(text: str) -> tuple[Provider, str]:
    """`openai:gpt-5-mini`, `anthropic:claude-…`, or a bare name as a compatible server has it.

    A bare name may hold a colon (`llama3:8b`); one that starts with claude is Anthropic's.
    Raises Misconfigured for a text without a name.
    """
    prefix, colon, rest = text.strip().partition(":")
    is_prefixed = bool(colon) and prefix.lower() in set(Provider)
    name = (rest if is_prefixed else text).strip()
    if not name or any(c.isspace() for c in name):
        raise Misconfigured(
            f"“{text}” names no model: write openai:NAME, anthropic:NAME or the name alone."
        )
    if is_prefixed:
        return Provider(prefix.lower()), name
    return (Provider.ANTHROPIC if name.startswith("claude") else Provider.OPENAI), name


def configured_models(
    names: Sequence[str | None],
    access: ProviderAccess,
    prices: Mapping[str, Prices] | None = None,
    timeout: float = 20.0,
) -> tuple[ModelSettings, ...]:
    """The models of the ladder, best first, at most two; one without a key is left out."""
    wanted = [parse_model(name) for name in names if name and name.strip()]
    return tuple(
        ModelSettings(
            provider=provider,
            name=name,
            base_url=access.base_urls.get(provider),
            api_key=access.keys.get(provider, SecretStr(NO_KEY)),
            timeout=timeout,
            prices=prices_of(name, prices or {}),
        )
        for provider, name in wanted[:2]
        if access.is_open(provider)
    )


def chat_model(settings: ModelSettings) -> "BaseChatModel":
    """The client. The first call of a provider takes seconds: call it off the event loop.

    Raises Misconfigured where the provider's package is not installed.
    """
    if settings.provider is Provider.ANTHROPIC:
        return _anthropic(settings)
    return _openai(settings)


def _openai(settings: ModelSettings) -> "BaseChatModel":
    from langchain_openai import ChatOpenAI

    return ChatOpenAI(
        model=settings.name,
        api_key=settings.api_key,
        base_url=settings.base_url or "https://api.openai.com/v1",
        timeout=settings.timeout,
        max_retries=0,
        max_completion_tokens=settings.max_output,
        # Compatible servers offer chat completions, few the responses API.
        use_responses_api=False,
    )


def _anthropic(settings: ModelSettings) -> "BaseChatModel":
    try:
        from langchain_anthropic import ChatAnthropic
    except ImportError as error:
        raise Misconfigured(
            f"{settings.label} needs the extra “anthropic”: install frontdesk[anthropic]."
        ) from error

    return ChatAnthropic(
        model_name=settings.name,
        api_key=settings.api_key,
        base_url=settings.base_url or "https://api.anthropic.com",
        timeout=settings.timeout,
        max_retries=0,
        max_tokens_to_sample=settings.max_output,
        stop=None,
    )


@cache
def warm_up(provider: Provider) -> None:
    """Imports what the provider's first call would import; seconds, so off the event loop."""
    chat_model(ModelSettings(provider=provider, name="warm-up"))
    import langchain.agents
    import langchain.agents.middleware
    import langchain.tools  # noqa: F401 - imported for its effect
