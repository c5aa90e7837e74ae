"""Whether a mail reports on another one, and what it says (RFC 3464, 5965 and the field). Pure."""

import re
from dataclasses import replace

from channels.email.reading import automatic
from channels.email.reading.letter import Letter
from channels.email.reading.mime.headers import Headers
from channels.email.reading.people import addresses, normalised, people
from channels.email.reading.reports import prose, returned, statuses
from channels.email.reading.reports.causes import FULL, cause
from channels.email.reading.reports.returned import Returned
from channels.email.reading.reports.statuses import Status
from channels.messages import DeliveryReport, ReportKind

MAX_WORDS = 300

_SUBJECT = re.compile(
    r"""(?ix)undeliver|delivery\ (?:status|failure|failed|report|notification|problem|error
    |has\ failed|incomplete)
    |(?:mail|message|e-?mail)\ (?:delivery|system|could\ not|not\ delivered|failure|status
    |undeliver|error)
    |returned\ (?:mail|to\ sender|e-?mail|message)|return(?:ing|ed)\ message\ to\ sender
    |failure\ (?:notice|delivery|report)
    |non[-\ ]?(?:delivery|deliverable|remis)|nondeliver|deliver\w*\ fail|failed\ (?:delivery
    |mail)|permanent\ delivery
    |rejected\ (?:mail|message)|\[bounce\]|bounced?\ (?:mail|message)|mail\ loop|loop\ alert
    |could\ not\ be\ delivered
    |error\ sending\ your\ mail|warning:.{0,40}(?:could\ not|delayed)|unzustellbar
    |nicht\ zugestellt|zustellungs?(?:fehl|bericht|status|problem)
    |échec\ de\ (?:la\ )?remise|non\ (?:remis|distribu|distribuable)|no\ se\ puede\ entregar
    |entrega\ fallida
    |mancato\ recapito|notifica\ di\ mancata|não\ entregue|falha\ na\ entrega|onbestelbaar
    |niet\ bezorgd
    |недоставлен|не\ доставлен|сообщение\ не|配信(?:不能|エラー|できません)|配達不能|エラーメール
    |無法投遞|退信|반송|전달\ 실패"""
)
_FORWARDED = re.compile(r"(?i)^\W*(?:re|aw|fwd?|wg|tr|rv|sv|vs|antw|odp|ynt|回复|转发)\s*[:：]")
_COMPLAINT = re.compile(
    r"(?i)(?:complaint about message from|e-?mail feedback report|abuse report|spam report)\b"
)
_ACTIONS = {
    "failed": ReportKind.FAILED,
    "failure": ReportKind.FAILED,
    "delayed": ReportKind.DELAYED,
    "delivered": ReportKind.DELIVERED,
    "relayed": ReportKind.DELIVERED,
    "expanded": ReportKind.DELIVERED,
}
_TOLD = {
    ReportKind.FAILED: "not delivered",
    ReportKind.DELAYED: "not delivered yet",
    ReportKind.DELIVERED: "delivered",
    ReportKind.COMPLAINT: "complaint",
}
_STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")


def report(mail: Letter) -> DeliveryReport | None:
    """None for a mail that is no report on another one."""
    kinds = {part.content_type for part in mail.mail.walk()}
    is_bare_complaint = _COMPLAINT.match(mail.subject) and "message/rfc822" in kinds
    if "message/feedback-report" in kinds or is_bare_complaint:
        return _complaint(mail)
    if not _is_suspect(mail, kinds):
        return None
    back = returned.read(mail.mail)
    status = statuses.read(back.status or _status_in(back.prose))
    is_standard = bool(status.outcomes) or bool(mail.headers.get("x-failed-recipients"))
    if not is_standard and not _tells_of_failure(mail, back):
        return None
    return _assembled(mail, back, status)


def _is_suspect(mail: Letter, kinds: set[str]) -> bool:
    """A cheap test, since every mail is asked: does a mail server speak?"""
    headers = mail.headers
    is_report = any(kind in kinds for kind in _STATUS_TYPES)
    subject = mail.subject
    if _FORWARDED.match(subject):
        return is_report and automatic.is_machine(mail.author.local)
    return (
        is_report
        or "x-failed-recipients" in headers
        or automatic.is_machine(mail.author.local)
        or automatic.has_null_return_path(headers)
        or "<>" in headers.get("from")
        or bool(_SUBJECT.search(subject))
    )


def _status_in(text: str) -> str:
    """Some servers write the fields of a delivery status into the text."""
    return text if "final-recipient:" in text.lower() else ""


def _tells_of_failure(mail: Letter, back: Returned) -> bool:
    is_servant = automatic.is_machine(mail.author.local) or not mail.author.address
    is_said = prose.is_failing(back.prose) or prose.is_delayed(back.prose)
    if _SUBJECT.search(mail.subject):
        # A person may write "could not be delivered" too, but gets no mail back with it.
        is_marked = bool(automatic.reason(mail)) or back.headers is not None
        return is_servant or (is_said and is_marked)
    return (is_servant or automatic.has_null_return_path(mail.headers)) and is_said


def _assembled(mail: Letter, back: Returned, status: Status) -> DeliveryReport:
    outcome = next((o for o in status.outcomes if o.action == "failed"), None)
    outcome = outcome or next(iter(status.outcomes), statuses.Outcome())
    told = _recipients(mail, back, status)
    diagnostic = outcome.diagnostic or prose.reason(back.prose, told)
    words = " ".join((diagnostic, mail.subject if not diagnostic else ""))
    why = cause(outcome.status, f"{words} {'' if diagnostic else back.prose[:2000]}")
    kind = _kind(mail, outcome.action, back, outcome.status)
    code = outcome.status or statuses.code(diagnostic) or _derived(kind, diagnostic, why.status)
    if outcome.status.endswith(".0.0"):
        code = statuses.code(diagnostic) or code
    is_permanent = kind is ReportKind.FAILED and code.startswith("5") and why.words != FULL
    found = DeliveryReport(
        kind=kind,
        recipients=told,
        status=code,
        is_permanent=is_permanent,
        message_id=back.message_id or next(iter(mail.thread.references), ""),
    )
    return replace(found, reason=_worded(found, why.words, diagnostic))


def _worded(found: DeliveryReport, why: str, diagnostic: str) -> str:
    to = f" to {', '.join(found.recipients[:5])}" if found.recipients else ""
    if found.kind is ReportKind.DELIVERED:
        return f"delivered{to}"
    said = " ".join(diagnostic.split())[:MAX_WORDS]
    causes = why or ("" if said else f"status {found.status}" if found.status else "no reason told")
    return f"{_TOLD[found.kind]}{to}: {causes}{f' ({said})' if said and causes else said}"


def _kind(mail: Letter, action: str, back: Returned, status: str) -> ReportKind:
    if action in _ACTIONS:
        return _ACTIONS[action]
    said = f"{mail.subject}\n{back.prose[:4000]}"
    if status.startswith("2") or prose.is_delivered(said):
        return ReportKind.DELIVERED
    return ReportKind.DELAYED if prose.is_delayed(said) else ReportKind.FAILED


def _derived(kind: ReportKind, diagnostic: str, detail: str) -> str:
    """A status for servers that give none, from the reply's first digit and its words."""
    reply = re.search(r"(?<![\d.])([45])\d\d(?![\d.])", diagnostic)
    first = reply[1] if reply else {"failed": "5", "delayed": "4"}.get(kind.value, "2")
    return f"{first}.{detail or '0.0'}"


def _recipients(mail: Letter, back: Returned, status: Status) -> tuple[str, ...]:
    """What a standard field says, else the text, else to whom the returned mail was written."""
    failed = [o for o in status.outcomes if o.action in ("failed", "")] or status.outcomes
    named = [address for outcome in failed for address in outcome.recipients]
    if not named:
        listed = mail.headers.get("x-failed-recipients") or mail.headers.get("x-bounced-address")
        named = [normalised(one) for one in listed.split(",")] if listed else []
    if not any(named):
        ours = {person.address for person in mail.to} | {mail.author.address}
        if back.headers is not None:
            ours |= set(_senders(back.headers))
        named = list(prose.recipients(back.prose, ours)) or list(back.recipients)
    return tuple(dict.fromkeys(address for address in named if address))[:20]


def _senders(headers: Headers) -> tuple[str, ...]:
    return addresses(people(headers, "from", "sender", "reply-to", "return-path"))


def _complaint(mail: Letter) -> DeliveryReport:
    back = returned.read(mail.mail)
    fields = statuses.read(back.status).fields
    listed = (fields.get(name, "") for name in ("original-rcpt-to", "removal-recipient"))
    named = [normalised(one.rpartition(";")[2].strip(" <>")) for one in listed if one]
    recipients = tuple(dict.fromkeys(a for a in (*named, *back.recipients) if a))
    kind = fields.get("feedback-type") or "abuse"
    to = f" of {', '.join(recipients[:5])}" if recipients else ""
    return DeliveryReport(
        kind=ReportKind.COMPLAINT,
        recipients=recipients,
        reason=f"complaint{to}: our mail was reported as {kind}",
        message_id=back.message_id,
    )
