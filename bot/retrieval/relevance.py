"""How much a passage that was found has to do with the question, as a number for people."""

from bot.model.turns import Evidence, Source


def relevance(evidence: Evidence, source: Source) -> int:
    """0 to 100: the best one's likelihood to answer, the others in proportion to their score."""
    best = max((one.score for one in evidence.sources), default=0.0)
    share = max(source.score, 0.0) / best if best > 0 else 0.0
    return round(100 * evidence.answerability * min(share, 1.0))
