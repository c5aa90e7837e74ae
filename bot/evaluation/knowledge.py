"""How well a tenant's knowledge base is searched, from questions and their gold articles."""

import asyncio
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
    report = measure(held.index.documents, asked, wanted)
    return {
        "queries": report.queries,
        "unlabelled": report.unlabelled,
        "nDCG@10": round(report.ndcg_at_10, 4),
        "hit@1": round(report.hit_at_1, 4),
        "recall@5": round(report.recall_at_5, 4),
        "MRR@10": round(report.mrr_at_10, 4),
        "ms_per_query": round(report.milliseconds_median, 2),
        "ms_per_query_p95": round(report.milliseconds_p95, 2),
    }


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()
