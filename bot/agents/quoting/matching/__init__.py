"""Which product a piece of text means."""

from bot.agents.quoting.matching.index import Index

__all__ = ["Index"]
