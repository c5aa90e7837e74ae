"""What routes are handed: the runtime."""

from typing import Annotated, cast

from fastapi import Depends, HTTPException, Request

from bot.runtime import Runtime


def get_runtime(request: Request) -> Runtime:
    return cast(Runtime, request.app.state.runtime)


async def capped_body(request: Request, limit: int) -> bytes:
    """The raw body; 413 as soon as it is longer than the limit (bytes)."""
    size = 0
    pieces: list[bytes] = []
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise HTTPException(413, f"The body is larger than {limit} bytes")
        pieces.append(piece)
    return b"".join(pieces)


RuntimeOf = Annotated[Runtime, Depends(get_runtime)]
