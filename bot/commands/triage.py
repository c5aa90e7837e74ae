"""`triage`: what a text wants, how urgent it is, in which language. Touches no database."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.commands.common import show
from domain.errors import Refused


def triage(
    text: Annotated[str | None, typer.Argument(help="What somebody wrote.")] = None,
    jsonl: Annotated[
        Path | None, typer.Option("--jsonl", help="Texts, a line each: {text}, or plain lines.")
    ] = None,
) -> None:
    """Prints {intent, urgency, language, confidence} per text."""
    from bot.agents.triage.sorter import Triage
    from bot.model.embeddings import WordLlama

    if (text is None) == (jsonl is None):
        raise Refused("Give a text, or --jsonl FILE.")
    rows = _rows(jsonl) if jsonl else [{"text": text or ""}]
    sorter = Triage(WordLlama())
    for row, found in zip(rows, sorter.triage_many([row["text"] for row in rows]), strict=True):
        known = {key: row[key] for key in ("id", "_id") if key in row}
        show(
            known
            | {
                "intent": found.intent.value,
                "urgency": str(found.urgency),
                "language": found.language,
                "confidence": round(found.confidence, 3),
            }
        )


def _rows(path: Path) -> list[dict[str, Any]]:
    """Lines of JSON objects with a `text`, JSON strings, or plain text."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"Cannot read {path}: {error}.") from error
    return [_row(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _row(number: int, line: str) -> dict[str, Any]:
    if not line.lstrip().startswith(("{", '"')):
        return {"text": line}
    try:
        value = json.loads(line)
    except ValueError as error:
        raise Refused(f"Line {number} is not JSON: {error}.") from error
    if isinstance(value, str):
        return {"text": value}
    if not isinstance(value.get("text"), str):
        raise Refused(f"Line {number} has no “text”.")
    return dict(value)
