"""Runs the reader of files in a process of its own: what a file does to it harms nobody."""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE

from bot.foundation.telemetry import log
from domain.conversations.readings import FileReading
from domain.files.content import Trouble, from_json

SECONDS = 30.0
AT_ONCE = 2
_ENVIRONMENT = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
"""Nothing of ours: no key or address is in the reach of what reads a stranger's file."""


class FileParser:
    """At most two files at a time, in this process' children."""

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._places = asyncio.Semaphore(AT_ONCE)

    async def read(self, content: bytes, name: str, content_type: str) -> FileReading:
        """Never raises for what the file holds."""
        async with self._places:
            told = await self._told(content, name, content_type)
        if told is None:
            reason = "it takes longer or more memory to read than it may"
            return FileReading(trouble=Trouble.TOO_LARGE, reason=reason)
        if "content" in told:
            return FileReading(content=from_json(told["content"]))
        return FileReading(trouble=Trouble(told["trouble"]), reason=str(told["reason"]))

    async def _told(self, content: bytes, name: str, content_type: str) -> dict | None:  # type: ignore[type-arg]
        arguments = [part.replace("\x00", "")[:300] for part in (name, content_type)]
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "domain.files", *arguments),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=_ENVIRONMENT,
        )
        try:
            async with asyncio.timeout(self._seconds):
                answer, _ = await child.communicate(content)
        except TimeoutError:
            return None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        try:
            told = json.loads(answer)
        except ValueError:
            log.warning("files.reader_died", status=child.returncode)
            return None
        return told if isinstance(told, dict) else None
