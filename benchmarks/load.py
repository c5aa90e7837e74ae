"""Posts webhooks as fast as they are accepted, over kept-alive connections, from its own process.

`python -m benchmarks.load PORT PATH NUMBER CONNECTIONS SECONDS` prints one JSON line:
{count, seconds, refused, latencies}; latencies in milliseconds, sorted.
"""

import asyncio
import json
import sys
import time
from dataclasses import dataclass, field

from benchmarks.bare import SECRET
from channels.whatsapp.simulator import incoming_text, signed


@dataclass
class Tally:
    deadline: float
    refused: int = 0
    latencies: list[float] = field(default_factory=list)


def request(port: int, path: str, body: bytes) -> bytes:
    headers = signed(body, SECRET.decode())
    lines = [f"POST {path} HTTP/1.1", f"host: 127.0.0.1:{port}", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def line(port: int, requests: list[bytes], tally: Tally) -> None:
    """One connection: the next request when the last was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while requests and time.perf_counter() < tally.deadline:
        started = time.perf_counter()
        writer.write(requests.pop())
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        if int(length or 0):
            await reader.readexactly(int(length))
        tally.latencies.append((time.perf_counter() - started) * 1000)
        tally.refused += not head.startswith(b"HTTP/1.1 200")
    writer.close()


async def main(port: int, path: str, number: str, connections: int, seconds: float) -> None:
    bodies = (
        incoming_text(number, f"4477{n % 10_000_000:08d}", f"Are you open today? ({n})")
        for n in range(round(3000 * seconds))
    )
    requests = [request(port, path, body) for body in bodies]
    started = time.perf_counter()
    tally = Tally(started + seconds)
    await asyncio.gather(*(line(port, requests, tally) for _ in range(connections)))
    took = time.perf_counter() - started
    print(
        json.dumps(
            {
                "count": len(tally.latencies) - tally.refused,
                "seconds": took,
                "refused": tally.refused,
                "latencies": sorted(tally.latencies),
            }
        )
    )


if __name__ == "__main__":
    asyncio.run(
        main(int(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
    )
