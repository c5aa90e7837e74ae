"""The reading of files, put together once for a running process."""

from bot.engine.files.parsing import FileParser
from bot.engine.files.reader import FileReader, Sense
from bot.engine.files.senses import SECONDS, Hearing, Sight
from bot.engine.media import MediaFetcher
from bot.engine.reading.ledger import Ledger
from bot.foundation.settings import Settings
from bot.model.llm import ModelSettings, configured_models, model_access
from bot.model.transcription import TranscriptionModel
from bot.model.usage import parse_prices
from bot.model.vision import VisionModel


def file_reader(settings: Settings, media: MediaFetcher, ledger: Ledger) -> FileReader:
    senses = _senses(settings, ledger)
    return FileReader(media.database, media, FileParser(), senses)


def _senses(settings: Settings, ledger: Ledger) -> tuple[Sense, ...]:
    seconds = min(SECONDS, settings.llm_deadline)
    senses: list[Sense] = []
    if model := _model(settings, settings.vision_model):
        senses.append(Sight(VisionModel(model), ledger, seconds=seconds))
    if model := _model(settings, settings.transcription_model):
        senses.append(Hearing(TranscriptionModel(model), ledger, seconds=seconds))
    return tuple(senses)


def _model(settings: Settings, name: str | None) -> ModelSettings | None:
    """None without a name, or without a key or an address for its provider."""
    prices = parse_prices(settings.llm_prices)
    return next(iter(configured_models((name,), model_access(settings), prices)), None)
