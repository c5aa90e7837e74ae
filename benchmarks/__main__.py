"""`make bench`: every part, and one table of what was measured beside what it is compared with.

python -m benchmarks [model] [mails] [turns] [startup] [desk] [tickets] [price_lists] [paper]
    [media] [webhooks]
"""

import sys
import time
from collections.abc import Callable

from benchmarks import figures
from benchmarks.figures import Figure
from benchmarks.premises import Premises, premises


def turns(made: Premises) -> list[Figure]:
    from benchmarks.turns import measure

    return measure(made)


def startup(made: Premises) -> list[Figure]:
    from benchmarks.startup import measure

    return measure(made)


def tickets(made: Premises) -> list[Figure]:
    from benchmarks.tickets import measure

    return measure(made)


def desk(made: Premises) -> list[Figure]:
    from benchmarks.desk import measure

    return measure(made)


def paper(_: Premises) -> list[Figure]:
    from benchmarks.paper import measure

    return measure()


def media(made: Premises) -> list[Figure]:
    from benchmarks.media import measure

    return measure(made)


def price_lists(made: Premises) -> list[Figure]:
    from benchmarks.price_lists import measure

    return measure(made)


def webhooks(made: Premises) -> list[Figure]:
    from benchmarks.webhooks import measure

    return measure(made)


def mails(made: Premises) -> list[Figure]:
    from benchmarks.mail_import import measure

    return measure(made)


def model(_: Premises) -> list[Figure]:
    from benchmarks.model_turn import made_up, measure

    told = measure(*made_up())
    bare = f"bare call {told.bare_ms:.1f}"
    naive = f"ten whole articles {told.naive_tokens_per_answer:,.0f}"
    return [
        Figure("turn with a model of zero latency", told.turn_ms, "ms", bare),
        Figure("  of which our overhead", told.overhead_ms, "ms"),
        Figure("tokens per answered question", told.tokens_per_answer, "", naive),
        Figure("  share of the naive prompt", 1 - told.saved, "×"),
    ]


# In this order on one database: the webhooks leave many thousands of messages unread behind.
PARTS: dict[str, Callable[[Premises], list[Figure]]] = {
    part.__name__: part
    for part in (
        *(model, mails, turns, startup, desk, tickets),
        *(price_lists, paper, media, webhooks),
    )
}


def main() -> None:
    chosen = sys.argv[1:] or list(PARTS)
    if unknown := [name for name in chosen if name not in PARTS]:
        sys.exit(f"There is no part {', '.join(unknown)}; there is {', '.join(PARTS)}.")
    print(figures.load(), flush=True)
    measured: list[Figure] = []
    with premises() as made:
        for name, measure in PARTS.items():
            if name in chosen:
                started = time.perf_counter()
                measured += measure(made)
                made.end_all()
                print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)
    print(f"{figures.load()}\n\n{figures.table(measured)}", flush=True)
    if any(figure.is_met is False for figure in measured):
        sys.exit("A goal was missed.")


if __name__ == "__main__":
    main()
