"""Four quotes as PDF: one line, twelve with three rates in €, 120, and long names in German.

Each time with other words, so that nothing is remembered but what warmed up; all at once, as four
people would ask for them, and each by itself.
"""

import asyncio
import statistics
import time
from typing import Any

from benchmarks.figures import Figure
from bot.paper.typesetting import Typesetter
from tests.bot.paper.pages import LOGO, RATES, line, many, page

ROUNDS = 9
LONG = "Verlegekabel Kategorie 7A S/FTP 1200 MHz, halogenfrei, Trommel mit 1000 Metern – Übergröße "


def papers(mark: str) -> dict[str, dict[str, Any]]:
    names = (line(LONG * 3 + mark, "3", "1234.56", currency="EUR"),
             line("Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 2, "1", "999999",
                  currency="EUR", rate="0.07"))  # fmt: skip
    title = f"Office cabling {mark}"
    return {
        "1 line": page((line(f"Outlet {mark}"),), title=title),
        "12 lines, 3 rates, €": page(many(12, "EUR", RATES), "fr", country="FR", title=title),
        "120 lines": page(many(120), title=title, words=mark),
        "long names": page(names, "de", country="DE", title=title),
    }


def measure(_: object = None) -> list[Figure]:
    typesetter = Typesetter()
    together, busy = [], []
    took: dict[str, list[float]] = {}
    sizes: dict[str, int] = {}
    for number in range(ROUNDS + 1):
        is_warm = number > 0
        for name, made in papers(f"no. {number}").items():
            started, worked = time.perf_counter(), time.process_time()
            content = typesetter.set_now(made, LOGO)
            if is_warm:
                took.setdefault(name, []).append((time.perf_counter() - started) * 1000)
                busy.append((time.process_time() - worked) * 1000)
                sizes[name] = len(content)
        started = time.perf_counter()
        asyncio.run(_at_once(typesetter, papers(f"together {number}")))
        if is_warm:
            together.append((time.perf_counter() - started) * 1000)
    one_by_one = statistics.median(map(sum, zip(*took.values(), strict=True)))
    reference = f"one by one {one_by_one:.0f}, of the processor {sum(busy) / ROUNDS:.0f}"
    return [
        Figure(
            "four quotes as PDF together", statistics.median(together), "ms", reference, "< 100"
        ),
        *(
            Figure(f"  {name}", statistics.median(times), "ms", f"{sizes[name] // 1024} kB")
            for name, times in took.items()
        ),
    ]


async def _at_once(typesetter: Typesetter, made: dict[str, dict[str, Any]]) -> None:
    await asyncio.gather(*(typesetter.pdf(one, LOGO) for one in made.values()))


if __name__ == "__main__":
    from benchmarks.figures import load, table

    print(load())
    print(table(measure()))
