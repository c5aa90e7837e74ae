"""How well a tenant's knowledge base is searched, from questions and their gold articles."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from bot.evaluation.ranking import evaluate as measure
from bot.evaluation.ranking import read_qrels, read_queries
from bot.retrieval.library import Library
from domain.errors import Refused


async def evaluate(library: Library, tenant_id: UUID, queries: Path, qrels: Path) -> dict[str, Any]:
    """Raises Refused for files that are not of the described form."""
    try:
        asked = read_queries(await asyncio.to_thread(_lines, queries))
        wanted = read_qrels(await asyncio.to_thread(_lines, qrels))
    except (OSError, ValueError) as error:
        raise Refused(f"Cannot evaluate: {error}") from error
    held = await library.current(tenant_id)
    return asdict(measure(held.index.documents, asked, wanted))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
