"""Whether our own mail server found the sender's domain genuine (RFC 8601, RFC 7489). Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.email.reading.envelope import Envelope
from channels.email.reading.mime.headers import Headers
from channels.messages import Proof

_UNTRUSTED = re.compile(r'"(?:\\.|[^"\\])*"|=\?[^?\s]*\?[bBqQ]\?[^?]*\?=')
_COMMENT = re.compile(r"\([^()]*\)")
_ONE_SENDER = re.compile(
    r"(?:[^<>@,;:]*<\s*([^<>@,;:\s]+@[^<>@,;:\s]+)\s*>|([^<>@,;:\s]+@[^<>@,;:\s]+))"
)
_RESULT = re.compile(r"([a-z0-9-]+)(?:/\d+)?\s*=\s*([a-z]+)\b", re.I)
_PROPERTY = re.compile(r"\b((?:header|smtp|policy)\.[a-z]+)\s*=\s*([^\s;]+)", re.I)
MAX_COMMENTS = 5


@dataclass(frozen=True, slots=True)
class Result:
    """`dkim=pass header.d=example.com`."""

    method: str
    verdict: str
    properties: dict[str, str] = field(default_factory=dict)


def proof(headers: Headers, envelope: Envelope) -> Proof:
    """AUTHENTICATED only by the topmost Authentication-Results of the configured server."""
    domain = _domain(headers)
    told = _trusted(headers, envelope.authserv_id)
    if not domain or told is None:
        return Proof.NONE
    results = list(_results(told))
    if any(result.method == "dmarc" and result.verdict != "pass" for result in results):
        return Proof.NONE
    vouched = any(_vouches(result, domain) for result in results)
    return Proof.AUTHENTICATED if vouched else Proof.NONE


def _domain(headers: Headers) -> str:
    """The domain of the one and only From address; empty where there is any doubt."""
    fields = headers.all("from")
    if len(fields) != 1:
        return ""
    bare = _without_comments(_UNTRUSTED.sub("", fields[0]))
    found = _ONE_SENDER.fullmatch(bare.strip())
    return (found[1] or found[2]).rpartition("@")[2].lower().rstrip(".") if found else ""


def _trusted(headers: Headers, authserv_id: str) -> str | None:
    """The results of the topmost field of that server, None where there is none."""
    if not authserv_id:
        return None
    for value in headers.all("authentication-results"):
        said = _without_comments(_UNTRUSTED.sub(" ", value))
        server, _, results = said.partition(";")
        if server.split()[:1] == [authserv_id]:
            return results
    return None


def _without_comments(text: str) -> str:
    for _ in range(MAX_COMMENTS):
        shorter = _COMMENT.sub(" ", text)
        if shorter == text:
            break
        text = shorter
    return text if "(" not in text and ")" not in text else ""


def _results(told: str) -> Iterator[Result]:
    for part in told.split(";"):
        found = _RESULT.match(part.strip())
        if found:
            properties = {key.lower(): value.lower() for key, value in _PROPERTY.findall(part)}
            yield Result(found[1].lower(), found[2].lower(), properties)


def _vouches(result: Result, domain: str) -> bool:
    if result.verdict != "pass":
        return False
    told = result.properties
    if result.method == "dmarc":
        return _is_aligned(told.get("header.from", domain), domain)
    if result.method == "dkim":
        signer = told.get("header.d") or told.get("header.i", "")
        return _is_aligned(signer, domain)
    return result.method == "spf" and _is_aligned(told.get("smtp.mailfrom", ""), domain)


def _is_aligned(vouching: str, domain: str) -> bool:
    """The same domain, or one above it: who holds that one decides over the From domain too.

    One below it (relaxed alignment) is left to dmarc=pass: it may be let to somebody else.
    """
    above = vouching.rpartition("@")[2].strip("<>.")
    return "." in above and (domain == above or domain.endswith("." + above))
