"""Whether we live, whether we can work, and what we count."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from bot.dependencies import RuntimeOf

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(runtime: RuntimeOf) -> JSONResponse:
    """The database answers; also which step of the ladder answers customers now."""
    try:
        async with runtime.database.directory() as session:
            await session.execute(text("select 1"))
    except Exception:
        return JSONResponse({"status": "unavailable", "database": "does not answer"}, 503)
    return JSONResponse({"status": "ok", "database": "ok", "answers": runtime.step_in_force()})


@router.get("/metrics")
async def metrics() -> Response:
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
