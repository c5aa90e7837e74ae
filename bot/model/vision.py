"""Shows one picture or scan to a model, which writes down what stands in it."""

import asyncio
from base64 import b64encode
from typing import Any

from bot.model.failures import Unusable, model_failure
from bot.model.llm import ModelSettings, chat_model
from bot.model.turns import ModelUse
from bot.model.usage import use_of

LARGEST = 5 * 1024 * 1024
"""Bytes; more is refused by the providers."""
_SIGNS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


def shown_type(content: bytes) -> str:
    """The content type that models take; empty: none of those."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for sign, kind in _SIGNS if content.startswith(sign)), "")


class VisionModel:
    """Safe to share."""

    def __init__(self, settings: ModelSettings) -> None:
        self.settings = settings
        self._model: Any = None
        self._building = asyncio.Lock()

    async def describe(
        self, instructions: str, content: bytes, filename: str, seconds: float
    ) -> tuple[str, ModelUse]:
        """One call, no second try. Raises ModelFailed with what it cost."""
        use = ModelUse(model=self.settings.name)
        messages = [("system", instructions), ("user", [_block(content, filename)])]
        try:
            async with asyncio.timeout(seconds):
                answer = await (await self._built()).ainvoke(messages)
        except Exception as error:
            malformed = Unusable(f"its answer was malformed ({type(error).__name__})", use)
            raise model_failure(error, use) or malformed from error
        use = use_of([answer], self.settings.name, self.settings.prices)
        text = str(answer.text).strip()
        if not text:
            raise Unusable("it answered nothing", use)
        return text, use

    async def _built(self) -> Any:
        async with self._building:
            if self._model is None:
                self._model = await asyncio.to_thread(chat_model, self.settings)
            return self._model


def _block(content: bytes, filename: str) -> dict[str, str]:
    """The providers' packages make their own of it."""
    kind = shown_type(content)
    data = {"base64": b64encode(content).decode(), "mime_type": kind}
    if kind == "application/pdf":
        return {"type": "file", **data, "filename": filename or "scan.pdf"}
    return {"type": "image", **data}
