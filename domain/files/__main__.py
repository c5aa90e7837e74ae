"""Reads one file in a process of its own: bytes on stdin, JSON on stdout; ends within limits."""

import json
import sys

from domain.files.content import Trouble, Unreadable, as_json
from domain.files.reading import read

MEMORY = 1536 * 1024 * 1024
SECONDS = 20


def limited() -> None:
    """What this process may use; where the system has no such limits the parent's clock holds."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):
        return


def answer(content: bytes, name: str, content_type: str) -> dict[str, object]:
    try:
        return {"content": as_json(read(content, name, content_type))}
    except Unreadable as error:
        return {"trouble": error.trouble.value, "reason": error.reason}
    except (MemoryError, RecursionError):
        return {
            "trouble": Trouble.TOO_LARGE.value,
            "reason": "it unpacks to more than can be read",
        }


if __name__ == "__main__":
    limited()
    told = answer(sys.stdin.buffer.read(), sys.argv[1], sys.argv[2])
    sys.stdout.write(json.dumps(told))
