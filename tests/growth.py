"""How the time of a call grows with its input: a ratio in one run, as true on a busy machine."""

import time
from collections.abc import Callable

TIMES = 5


def grows(call: Callable[[str], object], piece: str, count: int) -> float:
    """How many times longer four times the input takes: 4 where it is read once, 16 where each
    part is compared with each."""
    return _best(call, piece * (4 * count)) / max(_best(call, piece * count), 1e-4)


def _best(call: Callable[[str], object], text: str) -> float:
    taken = []
    for _ in range(TIMES):
        started = time.process_time()
        call(text)
        taken.append(time.process_time() - started)
    return min(taken)
