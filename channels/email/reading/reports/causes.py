"""Why a mail was not delivered, in words that staff understand, from codes and replies. Pure."""

import re
from dataclasses import dataclass

# In this order: the words of a reply tell more than its code, which many servers choose badly.
_CAUSES: tuple[tuple[str, str, str], ...] = (
    (
        "the mailbox is full",
        "2.2",
        r"(?:mail ?box|quota|storage|account|inbox)[^.\n]{0,40}(?:full|exceed|over)"
        r"|over ?quota|quota exceeded|exceed\w* (?:allowed|storage|quota|mailbox)"
        r"|insufficient (?:disk|storage)|too many messages",
    ),
    (
        "the mail is too large",
        "3.4",
        r"too (?:large|big)|size (?:limit|exceeds)"
        r"|exceed\w*[^.\n]{0,30}(?:message )?size|maximum (?:message )?size",
    ),
    (
        "the mailbox is disabled",
        "2.1",
        r"disabled|suspended|inactive|deactivated|not active|expired account|is locked",
    ),
    (
        "there is no such mailbox",
        "1.1",
        r"(?:user|recipient|account|address|mail ?box)[^.\n]{0,60}"
        r"(?:unknown|not (?:found|exist|valid|known|listed|recogni)|does(?:n't| not) exist"
        r"|no longer|invalid|unavailable)"
        r"|unknown (?:user|recipient|address|local)|no such (?:user|person|mailbox|address"
        r"|recipient|local)"
        r"|invalid (?:recipient|address|mailbox|user)|no mailbox|unrouteable address|宛先|ユーザー",
    ),
    (
        "there is no such mail server",
        "1.2",
        r"host (?:unknown|not found|or domain name not found)|unknown host|no such (?:host|domain)"
        r"|domain[^.\n]{0,40}(?:not found|does not exist|invalid|unknown)|bad destination"
        r"|couldn't find any host|dns error|nxdomain"
        r"|no mx|mail exchanger|unrouteable mail domain|null mx|does not accept mail",
    ),
    (
        "it was taken for spam",
        "7.1",
        r"\bspam(?!haus)|unsolicited|bulk mail|junk|content (?:reject|filter)|score",
    ),
    (
        "it was taken for a virus",
        "7.1",
        r"virus|malware|infected|attachment (?:type|name)[^.\n]{0,20}not allowed",
    ),
    (
        "our mail server is blocked there",
        "7.1",
        r"block|black ?list|deny ?list|dnsbl|rbl|spamhaus"
        r"|reputation|poor|banned|listed (?:in|at|on)",
    ),
    (
        "our mail could not be shown to be genuine",
        "7.26",
        r"\bspf\b|\bdkim\b|\bdmarc\b"
        r"|authenticat|unauthenticated|sender (?:policy|id)",
    ),
    ("it may not be relayed", "7.1", r"relay"),
    (
        "too many mails at once",
        "7.0",
        r"rate limit|too many (?:connections|recipients|mails)"
        r"|throttl|try again later|greylist|grey-?listed|deferred",
    ),
    (
        "the mail went round in circles",
        "4.6",
        r"loop|too many hops|hop count|duplicated message-id",
    ),
    (
        "the mail server could not be reached",
        "4.1",
        r"timed? ?out|connection (?:refused|lost"
        r"|dropped|reset)|no route|unreachable|network|not responding|smtp connection"
        r"|could not connect",
    ),
    (
        "it waited too long",
        "4.7",
        r"expired|too long|retry time(?:out)?|given up|undeliverable for",
    ),
    (
        "the mail server refused it",
        "7.1",
        r"policy|prohibit|not (?:permitted|allowed|authorized)"
        r"|access denied|refus|reject|denied|restricted|blocked",
    ),
    (
        "the mail server failed",
        "3.0",
        r"system (?:error|full)|local error|internal error"
        r"|configuration|out of memory|disk full|service unavailable",
    ),
)
_BY_CODE = {
    "1.0": "the address is wrong",
    "1.1": "there is no such mailbox",
    "1.2": "there is no such mail server",
    "1.3": "the address is wrong",
    "1.6": "the mailbox has moved",
    "1.10": "there is no such mail server",
    "2.0": "the mailbox refused it",
    "2.1": "the mailbox is disabled",
    "2.2": "the mailbox is full",
    "2.3": "the mail is too large",
    "3.1": "the mail server is full",
    "3.4": "the mail is too large",
    "4.1": "the mail server could not be reached",
    "4.4": "there is no such mail server",
    "4.6": "the mail went round in circles",
    "4.7": "it waited too long",
    "7.1": "the mail server refused it",
}
_COMPILED = tuple((words, code, re.compile(pattern, re.I)) for words, code, pattern in _CAUSES)
_NAMES = re.compile(r"\S{1,100}@\S{1,200}|https?://\S{1,500}")
FULL = "the mailbox is full"


@dataclass(frozen=True, slots=True)
class Cause:
    """`status`: a code as RFC 3463 has it without its first digit, for replies without one."""

    words: str
    status: str = ""


def cause(status: str, told: str) -> Cause:
    """Empty words where neither the code nor the reply tells."""
    detail = status.partition(".")[2]
    said = _NAMES.sub(" ", told)
    for words, code, pattern in _COMPILED:
        if pattern.search(said):
            return Cause(words, code)
    return Cause(_BY_CODE.get(detail, ""), detail)
