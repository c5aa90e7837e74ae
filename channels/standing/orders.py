"""Faults that were ordered and have not happened yet. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Orders:
    """`moments`: when each may happen."""

    moments: Mapping[str, str]
    waiting: list[str] = field(default_factory=list)

    def place(self, key: str) -> None:
        """Raises KeyError for a fault that there is not."""
        if key not in self.moments:
            raise KeyError(key)
        self.waiting.append(key)

    def take(self, moment: str) -> str:
        """The first that is for this moment, which is used up; empty: all goes well."""
        found = next((key for key in self.waiting if self.moments[key] == moment), "")
        if found:
            self.waiting.remove(found)
        return found
