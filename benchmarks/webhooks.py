"""Webhooks accepted durably over HTTP, against a bare route on the same database.

Rounds of ours and of the bare one alternate, so that both see the same neighbours.
"""

import asyncio
import json
import subprocess
import sys
from statistics import median

import psycopg

from benchmarks.bare import SECRET
from benchmarks.figures import Figure
from benchmarks.premises import ROOT, Premises, free_port, wait_for
from bot.desk import tenants as desk
from bot.foundation.installation import Installation
from bot.runtime import running

NUMBER = "106540352242922"
ROUNDS = 4
SECONDS = 2.0
CONNECTIONS = 24
OURS = "/api/v1/whatsapp/webhook"


class Round(dict[str, float]):
    """Webhooks a second, and the median, 99 % and share above a second of the latencies."""

    @classmethod
    def of(cls, told: dict[str, object]) -> "Round":
        assert not told["refused"], f"{told['refused']} webhooks were refused"
        latencies: list[float] = told["latencies"]  # type: ignore[assignment]
        return cls(
            rate=told["count"] / told["seconds"],  # type: ignore[operator]
            p50=median(latencies),
            p99=latencies[int(len(latencies) * 0.99)],
            late=sum(one > 1000 for one in latencies) / len(latencies),
        )


def measure(made: Premises) -> list[Figure]:
    asyncio.run(founded(made.installation))
    with psycopg.connect(made.installation.admin_url, autocommit=True) as connection:
        connection.execute(
            "create table bare_events (id bigint generated always as identity primary key, "
            "body bytea not null, at timestamptz not null default now())"
        )
        connection.execute("grant all on bare_events to public")
    ours, bare = _served(made)
    _round(made, ours, OURS, 1.0)
    _round(made, bare, "/webhook", 1.0)
    pairs = [
        (_round(made, ours, OURS, SECONDS), _round(made, bare, "/webhook", SECONDS))
        for _ in range(ROUNDS)
    ]
    return _figures(pairs)


def _figures(pairs: list[tuple[Round, Round]]) -> list[Figure]:
    ratio = median(ours["rate"] / bare["rate"] for ours, bare in pairs)

    def of(key: str) -> tuple[float, str]:
        bare = median(bare[key] for _, bare in pairs)
        return median(ours[key] for ours, _ in pairs), f"bare route {bare:,.1f}"

    rate, p50, p99 = of("rate"), of("p50"), of("p99")
    late = max(ours["late"] for ours, _ in pairs) * 100
    return [
        Figure("webhooks accepted durably", rate[0], "a second", rate[1]),
        Figure("  share of the bare route", ratio, "×", f"{ROUNDS} rounds in turn", "≥ 0.6"),
        Figure(f"  median at {CONNECTIONS} connections", p50[0], "ms", p50[1], "< 250"),
        Figure("  99 % within", p99[0], "ms", p99[1]),
        Figure("  above one second", late, "%", "", "< 1"),
    ]


async def founded(installation: Installation) -> None:
    """A company on WhatsApp, beside the demo."""
    async with running(installation) as runtime:
        tenant_id = await desk.add(runtime.database, "bench", "Bench Ltd")
        fields = {
            "phone_number_id": NUMBER,
            "access_token": "token",
            "verify_token": "verify",
            "app_secret": SECRET.decode(),
        }
        channel = runtime.channels["whatsapp"]
        await runtime.accounts.configure(tenant_id, channel, fields, None)


def _served(made: Premises) -> tuple[int, int]:
    """The ports of our web process and of the bare one."""
    ours, bare = free_port(), free_port()
    web = made.start("bot", "web", port=ours)
    reference = made.start("benchmarks.bare", str(bare))
    wait_for(f"http://127.0.0.1:{ours}/readyz", web)
    wait_for(f"http://127.0.0.1:{bare}/readyz", reference)
    return ours, bare


def _round(made: Premises, port: int, path: str, seconds: float) -> Round:
    command = [sys.executable, "-m", "benchmarks.load", str(port), path, NUMBER]
    done = subprocess.run(  # noqa: S603 - a list, no shell
        [*command, str(CONNECTIONS), str(seconds)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr + made.log())
    return Round.of(json.loads(done.stdout))
