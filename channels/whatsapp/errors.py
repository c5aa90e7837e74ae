"""What Meta's error codes mean for us: try again, tell staff, another way, or a new token. Pure.

Codes as in Meta's reference “Cloud API error codes”. Sentences are for staff: what is wrong and
what to do. An unknown code is judged by its HTTP status and by Meta's own word `is_transient`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum

from channels.messages import (
    AccessRefused,
    ChannelError,
    Permanent,
    Temporary,
    Unreachable,
    WindowClosed,
)
from channels.whatsapp.payload import Node, node, text


class Family(Enum):
    """RETRY: later. STOP: tell staff. WINDOW, ELSEWHERE: plan B. ACCESS: wait for a new token."""

    RETRY = "retry"
    STOP = "stop"
    WINDOW = "window"
    ELSEWHERE = "elsewhere"
    ACCESS = "access"


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer of the Graph API that is not a success."""

    status: int
    error: Node
    retry_after: str = ""

    @property
    def code(self) -> str:
        return text(self.error.get("code"))

    @property
    def words(self) -> str:
        details = text(node(self.error.get("error_data")).get("details"))
        return details or text(self.error.get("message")) or f"HTTP status {self.status}"


_EXPIRED = (
    "WhatsApp refuses the access token (expired or withdrawn). Create a new one for the system"
    " user in Meta Business settings and set it with"
    " `frontdesk tenant set TENANT whatsapp_config.access_token=…`."
)
_RIGHTS = (
    "The access token may not send for this number. Give its system user the permissions"
    " whatsapp_business_messaging and whatsapp_business_management, then create a new token."
)
_BLOCKED = (
    "Meta has restricted or locked this WhatsApp account. See Account quality in Meta Business"
    " settings; until then reach the customer on another channel."
)
_WINDOW = (
    "More than 24 hours have passed since the customer's last message: WhatsApp refuses free text."
    " Send an approved template or use another channel."
)
_BUSY = "WhatsApp takes no more messages from this number at the moment; it is tried again."
_DOWN = "WhatsApp has a disturbance of its own; it is tried again."
_UNREGISTERED = (
    "This phone number is not registered with the Cloud API. Register it in WhatsApp Manager."
)
_UNREACHABLE = (
    "WhatsApp cannot deliver to this person: the number has no WhatsApp, has not accepted its"
    " terms, or runs a version that is too old. Use another channel."
)
_PARAMETER = "WhatsApp refuses the message as malformed"
_HELD_BACK = "Meta holds this message back from this person; use another channel."
_TEMPLATE = "See it with `frontdesk templates list`, correct it in WhatsApp Manager, then sync."
_PIN = "The number's two-step PIN is wrong or locked: reset it in WhatsApp Manager, then try again."

_MEANINGS: dict[str, tuple[Family, str]] = {
    "0": (Family.ACCESS, _EXPIRED),
    "1": (Family.RETRY, _DOWN),
    "2": (Family.RETRY, _DOWN),
    "3": (Family.STOP, _RIGHTS),
    "4": (Family.RETRY, _BUSY),
    "10": (Family.STOP, _RIGHTS),
    "33": (Family.STOP, "The phone number ID is not known to Meta: compare it in the settings."),
    "100": (Family.STOP, _PARAMETER),
    "190": (Family.ACCESS, _EXPIRED),
    "200": (Family.STOP, _RIGHTS),
    "368": (Family.ELSEWHERE, _BLOCKED),
    "470": (Family.WINDOW, _WINDOW),
    "80007": (Family.RETRY, _BUSY),
    "130429": (Family.RETRY, _BUSY),
    "130472": (Family.ELSEWHERE, _HELD_BACK),
    "130497": (Family.ELSEWHERE, "Meta does not let this account write to that country."),
    "131000": (Family.RETRY, _DOWN),
    "131005": (Family.STOP, _RIGHTS),
    "131008": (Family.STOP, _PARAMETER),
    "131009": (Family.STOP, _PARAMETER),
    "131016": (Family.RETRY, _DOWN),
    "131021": (Family.STOP, "Sender and recipient are the same number."),
    "131026": (Family.ELSEWHERE, _UNREACHABLE),
    "131030": (
        Family.STOP,
        "This is a test number and the recipient is not on its list of allowed numbers.",
    ),
    "131031": (Family.ELSEWHERE, _BLOCKED),
    "131037": (Family.STOP, "The number's display name is not approved yet: WhatsApp Manager."),
    "131042": (
        Family.STOP,
        "Meta cannot charge for this message: check the payment method of the account.",
    ),
    "131045": (Family.STOP, _UNREGISTERED),
    "131047": (Family.WINDOW, _WINDOW),
    "131048": (
        Family.STOP,
        "Meta limits this number because people blocked it or reported spam. See its quality in"
        " WhatsApp Manager before sending more.",
    ),
    "131049": (Family.ELSEWHERE, _HELD_BACK),
    "131050": (Family.STOP, "This person wants no marketing messages from you."),
    "131051": (Family.STOP, "WhatsApp does not support this kind of message."),
    "131052": (Family.STOP, "The file the customer sent could not be downloaded: ask for it anew."),
    "131053": (Family.STOP, "WhatsApp could not take the file: its kind or size is not allowed."),
    "131056": (Family.RETRY, "Too many messages to this one person; it is tried again."),
    "131057": (Family.RETRY, "The account is in maintenance at Meta; it is tried again."),
    "132000": (Family.STOP, f"The template has another number of gaps than we filled. {_TEMPLATE}"),
    "132001": (
        Family.STOP,
        "WhatsApp knows no such template in that language, or it is not approved yet:"
        " `frontdesk templates sync`.",
    ),
    "132005": (Family.STOP, f"Filled in, the template is too long. {_TEMPLATE}"),
    "132007": (Family.STOP, f"The template's words break WhatsApp's rules. {_TEMPLATE}"),
    "132008": (Family.STOP, f"A gap of the template was filled wrongly. {_TEMPLATE}"),
    "132012": (Family.STOP, f"A gap of the template takes another kind of value. {_TEMPLATE}"),
    "132015": (
        Family.STOP,
        "WhatsApp has paused this template because customers disliked it: change its words in"
        " WhatsApp Manager; until then reach the customer on another channel.",
    ),
    "132016": (
        Family.STOP,
        "WhatsApp has switched this template off for good, after several pauses: submit a new one.",
    ),
    "132018": (Family.STOP, f"A gap of the template was filled wrongly. {_TEMPLATE}"),
    "132068": (Family.STOP, "A WhatsApp flow in this message is blocked."),
    "132069": (Family.RETRY, "A WhatsApp flow in this message is sent too often just now."),
    "133000": (Family.STOP, "The number was not fully removed before: remove it once more."),
    "133004": (Family.RETRY, _DOWN),
    "133005": (Family.STOP, _PIN),
    "133006": (Family.STOP, "The phone number must be verified first: WhatsApp Manager."),
    "133008": (Family.STOP, _PIN),
    "133009": (Family.STOP, _PIN),
    "133010": (Family.STOP, _UNREGISTERED),
    "133015": (Family.RETRY, "The number was removed a moment ago; it is tried again."),
    "133016": (Family.STOP, "The number was registered too often: try again in 72 hours."),
}
# Seconds before another try is worth it, where Meta tells none: one message to a person in six
# seconds (131056), hourly budgets (4, 80007).
_PAUSES = {"131056": 6.0, "130429": 5.0, "80007": 300.0, "4": 300.0, "133015": 300.0}
_RETRY_STATUSES = {408, 425, 429}
_LONGEST_PAUSE = 86_400.0


_REFUSED: dict[Family, type[Permanent]] = {
    Family.STOP: Permanent,
    Family.WINDOW: WindowClosed,
    Family.ELSEWHERE: Unreachable,
    Family.ACCESS: AccessRefused,
}


def error_for(refusal: Refusal) -> ChannelError:
    """The error to raise for an answer of the Graph API."""
    family, sentence = _MEANINGS.get(refusal.code, (_family(refusal), ""))
    if refusal.error.get("is_transient") is True and family is Family.STOP:
        family = Family.RETRY
    message = _sentence(refusal, sentence)
    refused = _REFUSED.get(family)
    if refused:
        return refused(message, code=refusal.code or str(refusal.status))
    return Temporary(
        message,
        code=refusal.code or str(refusal.status),
        retry_after=_pause(refusal),
        # A gateway's bare 502 or 504 does not say whether Meta had taken the message.
        may_have_been_sent=refusal.status >= 500 and not refusal.error,
    )


def _family(refusal: Refusal) -> Family:
    if refusal.status == 401 and not refusal.code:
        return Family.ACCESS
    is_passing = refusal.status >= 500 or refusal.status in _RETRY_STATUSES
    return Family.RETRY if is_passing else Family.STOP


def _sentence(refusal: Refusal, sentence: str) -> str:
    if sentence == _PARAMETER:
        return f"{sentence}: {refusal.words}"
    if sentence:
        return sentence
    if refusal.status in {401, 403}:
        return _EXPIRED
    return f"WhatsApp refused: {refusal.words}"


def _pause(refusal: Refusal) -> float | None:
    told = _told_pause(refusal.retry_after)
    return _PAUSES.get(refusal.code) if told is None else min(max(told, 0.0), _LONGEST_PAUSE)


def _told_pause(header: str) -> float | None:
    """RFC 9110: seconds or a date."""
    if not header:
        return None
    if header.strip().isascii() and header.strip().isdigit():
        return float(header[:9])
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return (at - datetime.now(UTC)).total_seconds()
