"""The agent without a model: it answers with cited passages, opens tickets and notes requests."""

from bot.agents.extractive.agent import ExtractiveAgent
from bot.agents.extractive.answers import Thresholds

__all__ = ["ExtractiveAgent", "Thresholds"]
