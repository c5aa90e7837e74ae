"""Has a model listen to a recording and write down what is said."""

import asyncio
from decimal import Decimal
from typing import Any

from bot.foundation.errors import Misconfigured
from bot.model.failures import Unusable, model_failure
from bot.model.llm import ModelSettings, Provider
from bot.model.turns import ModelUse
from bot.model.usage import PER_MINUTE, cost_of

LARGEST = 25 * 1024 * 1024
_ENDINGS = (
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
    (b"\xff\xf3", "mp3"),
    (b"fLaC", "flac"),
    (b"RIFF", "wav"),
    (b"\x1aE\xdf\xa3", "webm"),
    (b"#!AMR", "amr"),
)


class TranscriptionModel:
    """The API `audio/transcriptions` of OpenAI or of a compatible server. Safe to share."""

    def __init__(self, settings: ModelSettings) -> None:
        if settings.provider is not Provider.OPENAI:
            raise Misconfigured(
                f"“{settings.name}” cannot listen: set FRONTDESK_TRANSCRIPTION_MODEL to a model of "
                "OpenAI or of a compatible server."
            )
        self.settings = settings
        self._client: Any = None
        self._building = asyncio.Lock()

    async def listen(self, content: bytes, seconds: float) -> tuple[str, ModelUse]:
        """One call, no second try. Raises ModelFailed with what it cost."""
        use = ModelUse(model=self.settings.name)
        file = (f"recording.{_ending(content)}", content)
        try:
            async with asyncio.timeout(seconds):
                client = await self._built()
                answer = await client.audio.transcriptions.create(
                    model=self.settings.name, file=file
                )
        except Exception as error:
            malformed = Unusable(f"its answer was malformed ({type(error).__name__})", use)
            raise model_failure(error, use) or malformed from error
        use = self._use(getattr(answer, "usage", None))
        text = getattr(answer, "text", None)
        if not isinstance(text, str) or not text.strip():
            raise Unusable("it heard no words", use)
        return text.strip(), use

    def _use(self, usage: Any) -> ModelUse:
        tokens_in = int(getattr(usage, "input_tokens", 0) or 0)
        tokens_out = int(getattr(usage, "output_tokens", 0) or 0)
        minutes = Decimal(str(getattr(usage, "seconds", 0) or 0)) / 60
        by_time = minutes * PER_MINUTE.get(self.settings.name, Decimal(0))
        return ModelUse(
            model=self.settings.name,
            calls=1,
            input_tokens=tokens_in,
            output_tokens=tokens_out,
            cost=cost_of(tokens_in, tokens_out, self.settings.prices) + by_time,
        )

    async def _built(self) -> Any:
        async with self._building:
            if self._client is None:
                self._client = await asyncio.to_thread(self._new_client)
            return self._client

    def _new_client(self) -> Any:
        from openai import AsyncOpenAI

        return AsyncOpenAI(
            api_key=self.settings.api_key.get_secret_value(),
            base_url=self.settings.base_url or "https://api.openai.com/v1",
            timeout=self.settings.timeout,
            max_retries=0,
        )


def _ending(content: bytes) -> str:
    """The server knows the format by the name's ending."""
    if content[4:8] == b"ftyp":
        return "m4a"
    return next((ending for sign, ending in _ENDINGS if content.startswith(sign)), "mp3")
