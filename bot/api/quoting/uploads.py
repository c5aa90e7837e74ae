"""Quotes drafted from files that come with the request."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, HTTPException, UploadFile

from bot import queue
from bot.api.quotes import Generated, drafted
from bot.api.rest import PROBLEMS
from bot.dependencies import RuntimeOf, StaffCaller
from bot.desk.quotes import QuoteWish, Upload, consider
from channels.filenames import safe_filename

uploads = APIRouter(tags=["quotes"], max_body_size=26 * 1024 * 1024, responses=dict(PROBLEMS))
MOST_FILES = 10
LONGEST_REQUEST = 10_000


@uploads.post("/quotes/import", status_code=201, summary="Draft a quote from files")
async def generate(
    caller: StaffCaller,
    runtime: RuntimeOf,
    files: Annotated[
        list[UploadFile], File(description="xlsx, CSV, docx, PDF or text, 25 MB together.")
    ],
    customer_id: Annotated[UUID, Form(description="A company's or a person's.")],
    quote_title: Annotated[str, Form(min_length=1, max_length=200)],
    customer_request: Annotated[str, Form(max_length=LONGEST_REQUEST)] = "",
) -> Generated:
    """As `/quotes/generate`, from files sent along; sent again, it drafts again."""
    if len(files) > MOST_FILES:
        raise HTTPException(413, f"At most {MOST_FILES} files come with a request")
    wish = QuoteWish(
        customer_id=customer_id,
        request=customer_request.replace("\x00", ""),
        title=quote_title.replace("\x00", ""),
        uploads=tuple([await _upload(file) for file in files]),
    )
    thought = await consider(
        runtime.database, runtime.drafter, caller.tenant_id, wish, runtime.files
    )
    async with runtime.database.transaction(caller.tenant_id) as session:
        made = await drafted(session, caller, thought)
        await queue.put(session, "react", tenant_id=caller.tenant_id)
    return made


async def _upload(file: UploadFile) -> Upload:
    kind = file.content_type or ""
    return Upload(safe_filename(file.filename or "", content_type=kind), await file.read(), kind)
