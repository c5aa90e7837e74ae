"""One question to a model, one typed answer: for what needs neither tools nor a conversation."""

import asyncio
from typing import Any, TypeVar

from pydantic import BaseModel

from bot.model.failures import ModelFailed, Unusable, model_failure
from bot.model.llm import ModelSettings, chat_model
from bot.model.turns import ModelUse
from bot.model.usage import use_of

Typed = TypeVar("Typed", bound=BaseModel)


class StructuredModel:
    """A model that fills in a form. Safe to share."""

    def __init__(self, settings: ModelSettings) -> None:
        self.settings = settings
        self._model: Any = None
        self._building = asyncio.Lock()

    async def ask(
        self, instructions: str, words: str, form: type[Typed], seconds: float
    ) -> tuple[Typed, ModelUse]:
        """One call, no second try. Raises ModelFailed with what it cost."""
        use = ModelUse(model=self.settings.name)
        try:
            async with asyncio.timeout(seconds):
                filler = (await self._built()).with_structured_output(form, **self._manner())
                result = await filler.ainvoke([("system", instructions), ("user", words)])
        except Exception as error:
            malformed = Unusable(f"its answer was malformed ({type(error).__name__})", use)
            raise model_failure(error, use) or malformed from error
        use = use_of([result["raw"]], self.settings.name, self.settings.prices)
        if not isinstance(result["parsed"], form):
            raise _wrong(result["parsing_error"], use)
        return result["parsed"], use

    def _manner(self) -> dict[str, Any]:
        return {"include_raw": True, "method": "function_calling"}

    async def _built(self) -> Any:
        async with self._building:
            if self._model is None:
                self._model = await asyncio.to_thread(chat_model, self.settings)
            return self._model


def _wrong(error: BaseException | None, use: ModelUse) -> ModelFailed:
    what = type(error).__name__ if error else "empty"
    return Unusable(f"its answer was malformed ({what})", use)
