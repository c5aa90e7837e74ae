"""How badly a provider's news travel, as ordered: twice, overtaken, late. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from channels.channel import Delivery


class Mishap(StrEnum):
    """TWICE and OVERTAKEN are used up by the next news; LATE_STATUSES lasts until released."""

    TWICE = "twice"
    OVERTAKEN = "overtaken"
    LATE_STATUSES = "late-statuses"

    @property
    def is_of_statuses(self) -> bool:
        return self is Mishap.LATE_STATUSES


TITLES = {
    Mishap.TWICE: "What comes next comes twice",
    Mishap.OVERTAKEN: "What comes next is overtaken by what follows",
    Mishap.LATE_STATUSES: "Statuses are held back until all goes well again",
}


@dataclass(slots=True)
class Road:
    """From the provider to us."""

    ordered: Counter[Mishap] = field(default_factory=Counter)
    overtaken: list[Delivery] = field(default_factory=list)
    late: list[Delivery] = field(default_factory=list)

    def order(self, mishap: Mishap) -> None:
        self.ordered[mishap] += 1

    def forget(self) -> list[Delivery]:
        """Nothing goes wrong any more; what was held back arrives now."""
        self.ordered.clear()
        held = [*self.overtaken, *self.late]
        self.overtaken, self.late = [], []
        return held

    def news(self, deliveries: Iterable[Delivery]) -> list[Delivery]:
        """What arrives now, in this order, of what a customer did. Several at once change
        places among themselves; a lone one waits for the next."""
        coming = list(deliveries)
        if not coming:
            return []
        if self._take(Mishap.TWICE):
            coming = [one for one in coming for _ in range(2)]
        if self._take(Mishap.OVERTAKEN):
            if len(coming) == 1 and not self.overtaken:
                self.overtaken = coming
                return []
            coming.reverse()
        held, self.overtaken = self.overtaken, []
        return [*coming, *held]

    def statuses(self, deliveries: Iterable[Delivery]) -> list[Delivery]:
        """What arrives now of what became of our messages."""
        if self.ordered[Mishap.LATE_STATUSES]:
            self.late += deliveries
            return []
        return list(deliveries)

    def _take(self, mishap: Mishap) -> bool:
        if self.ordered[mishap] <= 0:
            return False
        self.ordered[mishap] -= 1
        return True
