"""The demo's providers: stand-ins inside this process, reached over their real protocols."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from bot.demo.slack import SLACK_URL, DemoSlack, demo_slack
from channels import registry
from channels.channel import Channel
from channels.standing.road import Road
from channels.standing.standin import StandIn


def _all() -> dict[str, StandIn]:
    return {name: registry.stand_in(name) for name in registry.stand_ins()}


@dataclass(frozen=True, slots=True)
class Demo:
    """What is simulated in this process and remembers something.

    `roads`: by channel, how badly news travel from its stand-in to us.
    """

    slack: DemoSlack = field(default_factory=demo_slack)
    stand_ins: Mapping[str, StandIn] = field(default_factory=_all)
    roads: dict[str, Road] = field(default_factory=dict)

    def channels(self) -> dict[str, Channel]:
        """Those that speak to the stand-ins: for demo tenants and simulated accounts."""
        return {name: one.adapter() for name, one in self.stand_ins.items()}

    def mounts(self) -> dict[str, httpx.AsyncBaseTransport]:
        """What an HTTP client mounts so that the stand-ins' hosts lead to them."""
        mounts: dict[str, httpx.AsyncBaseTransport] = {SLACK_URL: self.slack.transport()}
        for one in self.stand_ins.values():
            mounts |= one.mounts()
        return mounts

    def road(self, channel: str) -> Road:
        return self.roads.setdefault(channel, Road())

    async def close(self) -> None:
        for one in self.stand_ins.values():
            await one.close()


def simulated_settings(channel: str) -> Mapping[str, str]:
    """What an account at that channel's stand-in needs."""
    return registry.stand_in(channel).account()
