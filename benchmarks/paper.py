"""Four quotes as PDF: one line, twelve with three rates in €, 120, and long names in German.

Each time with other words, so that nothing is remembered but what warmed up; all at once, as four
people would ask for them, and each by itself. Whatever else the machine does only adds time, so
the calmest round counts, of at least nine and of as many more as the goal asks for; beside it, as
a share that noise does not change, what typst takes for the same cells in a table without any form.
"""

import asyncio
import json
import statistics
import time
from dataclasses import dataclass, field
from typing import Any

import typst

from benchmarks.figures import Figure
from bot.paper.typesetting import Typesetter
from tests.bot.paper.pages import LOGO, RATES, line, many, page

ROUNDS, MOST_ROUNDS = 9, 40
GOAL = 100
PLAIN = b"""#let rows = json(bytes(sys.inputs.at("rows")))
#set page(paper: "a4")
#table(columns: 7, ..rows.flatten())"""
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


@dataclass
class Rounds:
    """In milliseconds, an entry a round."""

    compiler: Any
    together: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    took: dict[str, list[float]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def is_enough(self) -> bool:
        count = len(self.together)
        return count >= MOST_ROUNDS or (count >= ROUNDS and min(self.together) < GOAL)


def measure(_: object = None) -> list[Figure]:
    typesetter, rounds = Typesetter(), Rounds(typst.Compiler())
    _round(typesetter, "warming up", Rounds(rounds.compiler))
    while not rounds.is_enough:
        _round(typesetter, f"no. {len(rounds.together)}", rounds)
    one_by_one = list(map(sum, zip(*rounds.took.values(), strict=True)))
    ratio = statistics.median(one / plain for one, plain in zip(one_by_one, rounds.plain,
                                                                strict=True))  # fmt: skip
    reference = (
        f"one by one {min(one_by_one):.0f}, of the processor {min(rounds.busy):.0f}; "
        f"best of {len(rounds.together)}"
    )
    return [
        Figure(
            "four quotes as PDF together", min(rounds.together), "ms", reference, f"< {GOAL}"
        ),
        Figure("  beside a plain table", ratio, "×", f"the 120 lines {min(rounds.plain):.0f} ms",
               "≤ 3.5"),
        *(
            Figure(f"  {name}", min(times), "ms", f"{rounds.sizes[name] // 1024} kB")
            for name, times in rounds.took.items()
        ),
    ]  # fmt: skip


def _round(typesetter: Typesetter, mark: str, into: Rounds) -> None:
    busy = 0.0
    for name, made in papers(mark).items():
        started, worked = time.perf_counter(), time.process_time()
        into.sizes[name] = len(typesetter.set_now(made, LOGO))
        into.took.setdefault(name, []).append((time.perf_counter() - started) * 1000)
        busy += (time.process_time() - worked) * 1000
    into.busy.append(busy)
    into.plain.append(_plain(into.compiler, mark))
    started = time.perf_counter()
    asyncio.run(_at_once(typesetter, papers(f"{mark}, together")))
    into.together.append((time.perf_counter() - started) * 1000)


def _plain(compiler: Any, mark: str) -> float:
    cells = [
        [f"{number}", f"{one.description} {mark}", f"{one.quantity}", one.unit,
         f"{one.unit_price}", f"{one.discount}", f"{one.total}"]
        for number, one in enumerate(many(120))
    ]  # fmt: skip
    started = time.perf_counter()
    compiler.compile(PLAIN, format="pdf", sys_inputs={"rows": json.dumps(cells)})
    return (time.perf_counter() - started) * 1000


async def _at_once(typesetter: Typesetter, made: dict[str, dict[str, Any]]) -> None:
    await asyncio.gather(*(typesetter.pdf(one, LOGO) for one in made.values()))


if __name__ == "__main__":
    from benchmarks.figures import load, table

    print(load())
    print(table(measure()))
