"""What a message is about, how urgent it is and in which language, without a model."""

from bot.agents.triage.language import language_of
from bot.agents.triage.sorter import Triage, Triaged
from bot.agents.triage.urgency import Urgency, urgency_of

__all__ = ["Triage", "Triaged", "Urgency", "language_of", "urgency_of"]
