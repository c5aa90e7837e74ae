"""The original of a mail is kept, one click away, and harmless."""

from typing import Any
from uuid import UUID

import httpx

from bot.desk.tenants import create_key
from tests.bot.engine.mailing.conftest import ANNA, FIRM, Firm
from tests.launching import app_on

EVIL = (
    f"From: Anna <{ANNA}>\r\nTo: {FIRM}\r\nSubject: Gate\r\nMessage-ID: <e@x.example>\r\n"
    "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
    "<p>The camera at the gate is dead.</p><script>alert(1)</script>"
    '<img src="https://spy.example/x.png" onerror="alert(2)">'
    "<blockquote>On Monday we wrote: all is well.</blockquote>\r\n"
)


async def asked(firm: Firm, tenant_id: UUID, path: str) -> httpx.Response:
    runtime = firm.runtime
    _, key = await create_key(runtime.database, runtime.vault, tenant_id, "reader", "readonly")
    transport: Any = httpx.ASGITransport(app=app_on(runtime))
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        return await client.get(f"/api/v1{path}", headers=headers)


async def test_the_whole_mail_is_shown_harmless_and_handed_out_as_it_came(
    firm: Firm, rival: Firm
) -> None:
    firm.mail.arrive(ANNA, FIRM, EVIL.encode())
    await firm.work()
    [message] = await firm.messages(direction="in")
    path = f"/conversations/{message.conversation_id}/messages/{message.id}/original"
    shown = (await asked(firm, firm.tenant_id, path)).json()
    assert "all is well" in shown["text"]
    assert "all is well" in shown["html"]
    assert "script" not in shown["html"]
    assert "onerror" not in shown["html"]
    assert "spy.example" not in shown["html"]
    file = await asked(firm, firm.tenant_id, f"{path}/file")
    assert file.content.endswith(EVIL.encode())
    assert b"X-Frontdesk-Envelope" not in file.content
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"] == f'attachment; filename="{message.id}.eml"'
    assert "sandbox" in file.headers["content-security-policy"]
    assert file.headers["x-content-type-options"] == "nosniff"
    assert (await asked(firm, rival.tenant_id, path)).status_code == 404
