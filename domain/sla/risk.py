"""How likely a ticket is to be late: from the time used, its priority, and silence; pure."""

from datetime import timedelta

WEIGHTS = {"low": 0.7, "medium": 0.85, "high": 1.0, "urgent": 1.15}
AT_RISK = 0.75
"""Of the time that a target allows: from then on a ticket is at risk."""


def risk(share_used: float, priority: str, silence: timedelta, is_paused: bool = False) -> int:
    """0 to 100. `silence`: since anybody last did something about it; a day of it weighs full.

    Time used weighs most (70), silence is a sign that nobody is at it (30); the whole is scaled by
    priority. A breach is 100 whatever else; while the customer is waited for nothing runs out.
    """
    if share_used >= 1:
        return 100
    if is_paused:
        return 0
    quiet = min(max(silence / timedelta(days=1), 0.0), 1.0)
    score = (70 * max(share_used, 0.0) + 30 * quiet) * WEIGHTS.get(priority, 0.85)
    return min(99, round(score))
