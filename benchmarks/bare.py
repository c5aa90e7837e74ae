"""What the webhooks are measured against: checks the signature, commits one row, answers.

`python -m benchmarks.bare PORT`, on the database of BENCH_DATABASE_URL.
"""

import hmac
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256

import uvicorn
from fastapi import FastAPI, Request, Response
from psycopg_pool import AsyncConnectionPool

SECRET = b"simulator-secret"
pool = AsyncConnectionPool(os.environ.get("BENCH_DATABASE_URL", ""), open=False, max_size=10)


@asynccontextmanager
async def _open(_: FastAPI) -> AsyncIterator[None]:
    await pool.open()
    yield
    await pool.close()


app = FastAPI(lifespan=_open)


@app.post("/webhook")
async def webhook(request: Request) -> Response:
    body = await request.body()
    wanted = "sha256=" + hmac.new(SECRET, body, sha256).hexdigest()
    if not hmac.compare_digest(request.headers.get("x-hub-signature-256", ""), wanted):
        return Response(status_code=401)
    async with pool.connection() as connection:
        await connection.execute("insert into bare_events (body) values (%s)", (body,))
    return Response(status_code=200)


@app.get("/readyz")
async def readyz() -> dict[str, str]:
    return {"status": "ok"}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
