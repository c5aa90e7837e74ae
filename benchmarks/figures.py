"""A measured figure beside its reference of the same run and its goal; the table of them."""

import os
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`reference`: what it is compared with, measured in the same run. `goal`: "≥ 0.6", "< 3"."""

    name: str
    value: float
    unit: str
    reference: str = ""
    goal: str = ""

    @property
    def is_met(self) -> bool | None:
        if not self.goal:
            return None
        sign, limit = self.goal.split()
        return {
            "≥": self.value >= float(limit),
            "≤": self.value <= float(limit),
            "<": self.value < float(limit),
        }[sign]


_MARKS = {True: "met", False: "MISSED", None: ""}


def table(figures: Iterable[Figure]) -> str:
    rows = [("figure", "measured", "reference in this run", "goal", "")]
    rows += [
        (f.name, f"{_shown(f.value)} {f.unit}".strip(), f.reference, f.goal, _MARKS[f.is_met])
        for f in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines.insert(1, "─" * max(map(len, lines)))
    return "\n".join(lines)


def _shown(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 10 else f"{value:,.1f}"


def load() -> str:
    """How busy the machine is besides: the figures mean little on a busy one."""
    one, five, _ = os.getloadavg()
    return f"{os.cpu_count()} cores, load {one:.1f} (1 min) {five:.1f} (5 min)"
