"""The page of /docs that says how another system follows along."""

from domain.workflows.announced import EVENTS
from domain.workflows.replaying import MOST_REPLAYED
from domain.workflows.webhooks import MOST

RECEIVER = '''\
import hashlib
import hmac
import json
import time


def received(secret, headers, body, known):
    """The event in a delivery's raw bytes; None: a copy. Raises ValueError for a forgery."""
    stamp, *signatures = headers["Frontdesk-Signature"].split(",")
    at = stamp.removeprefix("t=")
    signed = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    # During a rotation there are two signatures: one that fits is enough.
    if not any(hmac.compare_digest(f"v1={signed}".encode(), one.encode()) for one in signatures):
        raise ValueError("not signed with this secret")
    if abs(time.time() - int(at)) > 300:
        raise ValueError("signed too long ago")
    event = json.loads(body)
    if event["id"] in known:
        return None
    known.add(event["id"])
    return event
'''
FOLLOWER = '''\
from datetime import datetime, timedelta


async def follow(client, path, since, keep):
    """Hands each row that changed to `keep`; returns the time to ask with next."""
    asked, last = {"updated_since": since.isoformat(), "limit": 200}, None
    while True:
        answer = await client.get(path, params=asked)
        page = answer.raise_for_status().json()
        for row in page["items"]:
            keep(row)  # under its id: it may come again
            last = datetime.fromisoformat(row["updated_at"])
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]
    # What was being written meanwhile may carry an earlier time: look back a minute.
    return max(since, last - timedelta(minutes=1)) if last else since
'''


def _events() -> str:
    lines = ["| event | when | `data` |", "|---|---|---|"]
    for event in EVENTS:
        data = ", ".join(f"`{name}`: {meaning}" for name, meaning in event.data.items())
        lines.append(f"| `{event.kind}` | {event.when} | {data or 'nothing'} |")
    return "\n".join(lines)


GUIDE = f"""\
# Follow along from another system

Be told at once by **webhooks**, and ask the lists with **`updated_since`** for whatever you may
have missed. Each is enough; together they are prompt and complete.

## Webhooks

```sh
curl -X POST $FRONTDESK/api/v1/webhooks -H "Authorization: Bearer $KEY" \\
     -H "Content-Type: application/json" \\
     -d '{{"url": "https://crm.example/hooks/frontdesk", "kinds": ["ticket.*", "quote.approved"]}}'
```

The answer holds the `secret`, this once. A delivery is a POST with these headers and a JSON body:

| header | holds |
|---|---|
| `Frontdesk-Event` | the event's kind |
| `Frontdesk-Delivery` | the delivery's id, the same at every attempt |
| `Frontdesk-Signature` | `t=` seconds since 1970, `v1=` HMAC-SHA256 of `t`, full stop, body |

```json
{{"id": "the event's id", "kind": "ticket.opened", "at": "2026-11-23T09:00:00+00:00",
 "tenant": "your id", "subject": "the ticket's id", "data": {{"number": "TKT-202611-00014"}}}}
```

Answer with 2xx within ten seconds and do your work afterwards. Anything else is tried again,
twelve times in a day and more; 410, or three days of failures, switches the webhook off and tells
staff. A delivery may come twice and in another order than things happened: drop what you know by
the event's `id`, and read the thing itself when its present state matters. To verify one in
Python:

```python
{RECEIVER}```

- `POST /webhooks/{{id}}/ping` sends a signed test, kind `webhook.ping`, once; its outcome stands
  in `GET /webhooks/deliveries`.
- `PATCH /webhooks/{{id}}` changes address, events, description, on and off; `…/rotate` makes a
  new secret, and for a day both sign. There are at most {MOST} webhooks.
- `POST /webhooks/{{id}}/replay` with `{{"from": "2026-11-23T09:00:00Z", "to":
  "2026-11-24T09:00:00Z"}}` sends what happened then once more, also what happened while the
  webhook was off. The events keep their ids. At most {MOST_REPLAYED:,} at once: `next_from` says
  where to go on.

### Events

{_events()}

## `updated_since`

Every list takes it (lists of the moment aside, such as who is looking at a ticket). You get the
rows that changed at or after that time, **in the order of the changes**, and walk through the
pages with `next_cursor`. Then keep the `updated_at` of the last row and ask with it next time
(`created_at` where a row never changes: history, links, versions of articles, firings).

- **A row may come twice**: when it changes during the walk it moves to the end, and the row that
  you stopped at comes again. Store rows under their id and let the later one win.
- **Look back a minute**: what is being written while you ask may carry an earlier time than what
  you have already seen.

```python
{FOLLOWER}```

### What is gone

Tickets, people, companies, quotes and messages are never deleted by this API; what ends leaves a
row that says so, and that `updated_since` lists: a merged ticket or conversation has
`merged_into_id` (and its event `ticket.merged`), a product `retired_at`, a staff member
`deactivated_at`, a key `revoked_at`, a message `deleted_at` and no text, an article the status
archived. Drafts and quarantine list what waits: what was decided is no longer there, and a
message tells its state in its conversation. Links, teams, macros, views, rules, policies,
calendars, addresses and webhooks are really removed: read those short lists as a whole. A
ticket's links and articles tell it by `ticket.unlinked` and `ticket.article_unlinked`.
"""
