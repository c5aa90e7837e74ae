"""Whether others can trust a domain's mail: SPF, DKIM, DMARC, with the DNS line to add."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from channels.email.settings import EmailSettings

# Texts of the TXT records of a name; () where there are none. Anything raised: not known.
Lookup = Callable[[str], Awaitable[Sequence[str]]]

LOOKUP_SECONDS = 3.0
# What providers call their keys; nobody can list those of a domain.
_SELECTORS = (
    "google",
    "selector1",
    "selector2",
    "default",
    "dkim",
    "mail",
    "s1",
    "s2",
    "k1",
    "fm1",
    "sig1",
    "strato-dkim-0002",
    "s1-ionos",
)
_TAG = re.compile(r"\s*([a-z]+)\s*=\s*([^;]*)", re.I)
_ALL = re.compile(r"(?:^|\s)([+?~-]?)all(?:\s|$)", re.I)


@dataclass(frozen=True, slots=True)
class Finding:
    """`line`: the record to add or to have instead, `NAME TXT "VALUE"`; empty: none."""

    what: str
    is_good: bool
    text: str
    line: str = ""


async def check(settings: EmailSettings, lookup: Lookup | None = None) -> tuple[Finding, ...]:
    """Of the domain that the mailbox sends from. At most LOOKUP_SECONDS."""
    domain = _ascii(settings.domain)
    parent = domain.partition(".")[2]
    names = [domain, f"_dmarc.{domain}"]
    names += [f"_dmarc.{parent}"] if "." in parent else []
    selectors = (*settings.dkim_selectors, *_SELECTORS)
    names += [f"{selector}._domainkey.{domain}" for selector in selectors]
    found = await _all(names, lookup or texts)
    if found[domain] is None:
        text = f"The DNS records of {domain} could not be looked up; try again later."
        return (Finding("dns", False, text),)
    told = {name: records or () for name, records in found.items()}
    return (
        spf(domain, told[domain], settings),
        dkim(domain, {s: told[f"{s}._domainkey.{domain}"] for s in selectors}, settings),
        dmarc(domain, told[f"_dmarc.{domain}"], told.get(f"_dmarc.{parent}", ())),
    )


async def _all(names: Sequence[str], lookup: Lookup) -> Mapping[str, Sequence[str] | None]:
    async def one(name: str) -> Sequence[str] | None:
        try:
            async with asyncio.timeout(LOOKUP_SECONDS):
                return await lookup(name)
        except (OSError, ValueError):
            return None

    return dict(zip(names, await asyncio.gather(*map(one, names)), strict=True))


async def texts(name: str) -> Sequence[str]:
    """The TXT records of a name, from the machine's own resolver. OSError: not known."""
    from dns.asyncresolver import Resolver
    from dns.exception import DNSException
    from dns.resolver import NXDOMAIN, NoAnswer

    try:
        answer = await Resolver().resolve(name, "TXT", lifetime=LOOKUP_SECONDS)
    except (NXDOMAIN, NoAnswer):
        return ()
    except DNSException as error:
        raise OSError(f"{name} could not be looked up") from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


# --- what the records say; pure -------------------------------------------------------------


def spf(domain: str, records: Sequence[str], settings: EmailSettings) -> Finding:
    """RFC 7208: which servers may send mail of a domain."""
    own = [r for r in records if r.lower().split(" ")[0] == "v=spf1"]
    sender = settings.host.spf or f"a:{settings.smtp.server or domain}"
    if not own:
        text = f"{domain} does not say who may send its mail (SPF): answers may land in spam."
        return Finding("spf", False, text, _line(domain, f"v=spf1 {sender} ~all"))
    if len(own) > 1:
        text = f"{domain} has {len(own)} SPF records, so none counts (RFC 7208): keep one."
        return Finding("spf", False, text, _line(domain, _merged(own)))
    final = _ALL.search(own[0])
    if final and final[1] in {"", "+", "?"}:
        text = f"The SPF record of {domain} lets anybody send its mail: end it with ~all."
        better = _ALL.sub(" ~all", own[0])
        return Finding("spf", False, text, _line(domain, better))
    if settings.host.spf and not _mentions(own[0], settings.host.spf):
        text = f"The SPF record of {domain} does not name the provider that sends its mail."
        return Finding("spf", False, text, _line(domain, _with(own[0], settings.host.spf)))
    return Finding("spf", True, f"{domain} says who may send its mail (SPF).")


def dkim(domain: str, by_selector: Mapping[str, Sequence[str]], settings: EmailSettings) -> Finding:
    """RFC 6376: keys with which a domain's servers sign. The key is the provider's to give."""
    keys = {s: _tags(r).get("p", "") for s, records in by_selector.items() for r in records}
    if good := sorted(selector for selector, key in keys.items() if key):
        return Finding("dkim", True, f"{domain} has a key to sign with (DKIM: {good[0]}).")
    where = {
        "google": "Google Admin, Apps, Gmail, Authenticate email",
        "microsoft": "Microsoft Defender, Email authentication settings, DKIM",
    }.get(settings.host.oauth, "the administration of your mail provider")
    text = (
        f"No key was found with which mail of {domain} is signed (DKIM). Switch signing on in"
        f" {where}, which shows the record to add. If there is one, tell its selector:"
        " email_settings.dkim_selectors=…"
    )
    selector = "google" if settings.host.oauth == "google" else "selector1"
    line = _line(f"{selector}._domainkey.{domain}", "v=DKIM1; k=rsa; p=… (from the provider)")
    return Finding("dkim", False, text, line)


def dmarc(domain: str, records: Sequence[str], parents: Sequence[str] = ()) -> Finding:
    """RFC 7489: what others shall do with mail that only claims to be of a domain."""
    own = [r for r in records if _is_dmarc(r)]
    inherited = [r for r in parents if _is_dmarc(r)]
    if len(own) > 1:
        text = f"{domain} has {len(own)} DMARC records, so none counts: keep one."
        return Finding("dmarc", False, text, _line(f"_dmarc.{domain}", own[0]))
    chosen = own or inherited[:1]
    wanted = f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}"
    if not chosen:
        text = (
            f"{domain} does not say what to do with forged mail (DMARC); Gmail and Microsoft"
            " ask for it. Begin with p=none, later p=quarantine."
        )
        return Finding("dmarc", False, text, _line(f"_dmarc.{domain}", wanted))
    policy = _tags(chosen[0]).get("p", "").lower()
    if policy not in {"none", "quarantine", "reject"}:
        text = f"The DMARC record of {domain} has no valid policy (p=)."
        return Finding("dmarc", False, text, _line(f"_dmarc.{domain}", wanted))
    return Finding("dmarc", True, f"{domain} has a policy for forged mail (DMARC: {policy}).")


def _is_dmarc(record: str) -> bool:
    return record.replace(" ", "").lower().startswith("v=dmarc1")


def _tags(record: str) -> dict[str, str]:
    pairs = (_TAG.fullmatch(part) for part in record.split(";"))
    return {pair[1].lower(): pair[2].strip() for pair in pairs if pair}


def _mentions(record: str, mechanism: str) -> bool:
    terms = {term.lstrip("+?~-").lower() for term in record.split()}
    return mechanism.lower() in terms or any(term.startswith("redirect=") for term in terms)


def _with(record: str, mechanism: str) -> str:
    """After the version: an `all` at the end would hide it."""
    version, _, rest = record.partition(" ")
    return f"{version} {mechanism} {rest or '~all'}".strip()


def _merged(records: Sequence[str]) -> str:
    terms = [t for record in records for t in record.split()[1:] if not _ALL.fullmatch(t)]
    return " ".join(["v=spf1", *dict.fromkeys(terms), "~all"])


def _line(name: str, value: str) -> str:
    return f'{name}. TXT "{value}"'


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
