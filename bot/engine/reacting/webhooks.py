"""Delivers webhooks: claimed in one transaction, sent outside of any, recorded in another."""

import asyncio
from uuid import UUID

import httpx

from bot import queue
from bot.engine.reacting.notifying import TELL
from bot.foundation.addresses import AddressRefused, Resolve, destination, resolved
from bot.foundation.security import Vault
from bot.foundation.telemetry import webhooks_delivered
from domain.database import Database
from domain.staff.notices import NewNotice, Notices
from domain.types import utc_now
from domain.workflows.models import WebhookDelivery, WebhookSubscription
from domain.workflows.webhooks import Ended, Webhooks, signature

PATIENCE = 10.0
KEPT = 1000
"""Bytes of an answer that are read and kept."""


class WebhookSender:
    def __init__(
        self,
        database: Database,
        vault: Vault,
        client: httpx.AsyncClient,
        origins: frozenset[str],
        resolve: Resolve = resolved,
    ) -> None:
        self._database = database
        self._vault = vault
        self._client = client
        self._origins = origins
        self._resolve = resolve

    async def deliver(self, tenant_id: UUID, delivery_id: UUID) -> None:
        """Killed between sending and recording, it is sent again under the same delivery id."""
        async with self._database.transaction(tenant_id) as session:
            claimed = await Webhooks(session, tenant_id).claim(delivery_id, utc_now())
        if claimed is None:
            return
        ended = await self._send(*claimed)
        delivery, subscription = claimed
        async with self._database.transaction(tenant_id) as session:
            settled = await Webhooks(session, tenant_id).settle(delivery, ended, utc_now())
            if settled.why:
                about = f"webhook:{subscription.id}:{delivery.id}"
                text = f"The webhook to {subscription.url} was switched off: {settled.why}."
                await Notices(session, tenant_id).add(NewNotice("rules", about, text))
                await queue.put(session, TELL, lane=queue.STAFF_LANE, tenant_id=tenant_id)
        outcome = "retried" if settled.state == "pending" else settled.state
        webhooks_delivered.labels(outcome).inc()

    async def _send(self, delivery: WebhookDelivery, to: WebhookSubscription) -> Ended:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._post(delivery, to)
        except AddressRefused as refused:
            return Ended(None, f"Not called: {refused}.")
        except TimeoutError:
            return Ended(None, f"No answer within {PATIENCE:.0f} seconds.")
        except httpx.HTTPError as error:
            return Ended(None, f"{type(error).__name__}: {error}"[:KEPT])

    async def _post(self, delivery: WebhookDelivery, to: WebhookSubscription) -> Ended:
        found = await destination(to.url, self._origins, self._resolve)
        now = utc_now()
        secrets = [self._vault.open(to.secret)]
        if to.old_secret and to.old_until and now < to.old_until:
            secrets.append(self._vault.open(to.old_secret))
        headers = {
            "Host": found.host_header,
            # Another host at this address must not get a connection that was proved for this one.
            "Connection": "close",
            "Accept-Encoding": "identity",
            "Content-Type": "application/json",
            "Frontdesk-Signature": signature(delivery.body, now, secrets),
            "Frontdesk-Delivery": str(delivery.id),
            "Frontdesk-Event": delivery.kind,
        }
        async with self._client.stream(
            "POST",
            found.url,
            content=delivery.body.encode(),
            headers=headers,
            follow_redirects=False,
            extensions={"sni_hostname": found.host},
        ) as answer:
            return Ended(answer.status_code, await _beginning(answer))


async def _beginning(answer: httpx.Response) -> str:
    kept = b""
    async for piece in answer.aiter_raw():
        kept += piece
        if len(kept) >= KEPT:
            break
    return kept[:KEPT].decode(errors="replace").replace("\x00", "")
