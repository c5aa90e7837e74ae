"""Which of the seven languages a message is in."""

from bot.agents.quoting.language.text import words
from bot.agents.quoting.vocabulary.sets import by_language


def language_of(folded: str) -> str:
    """The language whose small words are most frequent; English when nothing speaks."""
    found = [word.text for word in words(folded)]
    counts = {
        language: float(sum(word in small for word in found))
        for language, small in by_language("small").items()
    }
    counts["en"] += 0.6
    return max(counts, key=lambda language: counts[language])
