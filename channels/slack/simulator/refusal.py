"""How Slack says no: a 200 with a code."""

from typing import Any


class Refused(Exception):
    def __init__(self, code: str, details: list[str] | None = None) -> None:
        super().__init__(code)
        self.answer: dict[str, Any] = {"ok": False, "error": code}
        if details:
            self.answer["response_metadata"] = {"messages": [f"[ERROR] {d}" for d in details]}
