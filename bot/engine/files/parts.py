"""The reading of files, put together once for a running process."""

from bot.agents.budget import Budget
from bot.engine.files.parsing import FileParser
from bot.engine.files.reader import FileReader
from bot.engine.media import MediaFetcher
from bot.engine.turn import ReadFiles
from bot.foundation.settings import Settings


def file_reader(settings: Settings, media: MediaFetcher, budget: Budget) -> ReadFiles:
    return FileReader(media.database, media, FileParser()).read
