"""What bounces say that keep to no standard: exim, qmail, Exchange, Domino and many more. Pure."""

import re
from collections.abc import Collection
from itertools import islice

from channels.email.reading.people import normalised
from channels.email.reading.reports.causes import cause

MAX_RECIPIENTS = 20
MAX_REASON = 300
MAX_REPLIES = 50
MAX_LINES = 200
MIN_SENTENCE = 15

_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,100}@[\w-]{1,100}(?:\.[\w-]{1,63}){1,8}")
_SENDER_LINE = re.compile(
    r"(?i)mail from|envelope-from|^\s*from\s*:|^\s*sender\s*:|reply-to|message-id|contact"
    r"|please (?:e-?mail|write|send)"
)
_SERVANTS = re.compile(
    r"(?:postmaster|mailer-daemon|abuse|root|daemon|support|help|hostmaster|admin)@"
)
_SMTP = re.compile(
    r"(?<![\d.:/-])([45]\d\d)(?:[ \-]|:\s)\s*(?:#?(?:[45]\.\d{1,3}\.\d{1,3})\b)?[^\n]{0,400}"
)
_ENHANCED = re.compile(
    r"(?m)^[^\n]{0,300}?(?<![\d.])\(?#?[45]\.\d{1,2}\.\d{1,3}(?!\d|\.\d)[^\n]{0,300}"
)
_NAMED_REASON = re.compile(
    r"(?im)^[ \t]*(?:reason|error|because|remote host said|diagnostic(?:-code)?|the (?:error"
    r"|response|reason) (?:was|is)"
    r"|the response from the remote server was|explanation|error description"
    r"|technical details[^:\n]{0,60}"
    r"|failure reasons?|the reason for the problem"
    r"|the error that the other server returned was|original error"
    r")[ \t-]*[:：]?[ \t-]*(?:\n\s*)?(\S[^\n]{2,300})"
)
_FAILING = re.compile(
    r"""(?ix)undeliver|not\ (?:be(?:en)?\ )?(?:successfully\ )?(?:deliver|sent)|(?:deliver\w*
    |mail|message|send\w*)[^.\n]{0,40}fail
    |fail(?:ed|ure)?[^.\n]{0,40}(?:deliver|recipient|notice|notification|send)|return(?:ed
    |ing)\ (?:mail|message)
    |(?:user|recipient|address|mailbox|host|account|domain)[^.\n]{0,60}
      (?:unknown|not\ (?:found|exist|valid|recogni|known|listed|active|available)|full|disabled
    |reject|invalid|doesn'?t
        |does\ not|inactive|suspended|exceed|no\ longer|deactivated|over\ quota|unavailable)
    |unknown\ (?:user|recipient|address|host|local)|no\ such\ (?:user|person|host|mailbox|address
    |recipient)
    |unable\ to\ (?:deliver|send|relay|process)|(?:could|can|did|was
    |were)\ ?n[o']t\ (?:be\ )?(?:able\ to\ )?(?:deliver|sen[dt]|reach|accept|find)
    |did\ not\ (?:like|reach)|may\ not\ exist|permission|rejected|over\ ?quota|quota\ exceed
    |mailbox\ (?:is\ )?full|user\ (?:is\ )?over
    |permanent\ (?:fatal\ )?error|error[^.\n]{0,40}(?:deliver|send)|delivery\ problem
    |returned\ to\ sender
    |non[-\ ]?remis|n'a\ pas\ (?:pu|été)|unzustellbar|nicht\ (?:zugestellt|übermittelt|ausgeliefert)
    |no\ se\ (?:ha\ )?pud|no\ entregado|non\ (?:è\ stato\ )?(?:consegna|recapita)|não\ (?:foi
    |pôde)\ .{0,20}entreg
    |niet\ (?:worden\ )?(?:bezorgd|afgeleverd)|nie\ (?:została|można|mogła)|не\ (?:может|было
    |удалось|доставлен)
    |送信でき|配信でき|届け|宛先.{0,10}(?:不明|見つ)|エラー|戻され|無法(?:投|傳|寄)|无法投递|退信
    |退件|전송되지|전달되지|반송"""
)
_DELAYED = re.compile(
    r"(?i)delayed|still (?:being )?(?:trying|retr|queued|in the queue)|will (?:be retried|retry"
    r"|continue to try|keep trying)"
    r"|temporar(?:y|ily) (?:deferred|failure)|not yet been delivered|warning[^.\n]{0,60}(?:could"
    r"|still|has) not"
    r"|do not need to resend|you do not need|no action is required"
)
_DELIVERED = re.compile(
    r"(?i)(?:successfully|has been|was) (?:successfully )?(?:delivered|relayed)(?! .{0,20}fail)"
    r"|delivery (?:was )?success"
)


def is_failing(text: str) -> bool:
    """Whether words tell of a mail that was not delivered."""
    return bool(_FAILING.search(text))


def is_delayed(text: str) -> bool:
    return bool(_DELAYED.search(text))


def is_delivered(text: str) -> bool:
    return bool(_DELIVERED.search(text)) and not is_failing(text)


def recipients(prose: str, strangers_to: Collection[str]) -> tuple[str, ...]:
    """The addresses a failure is told of, without those of `strangers_to` and of servers."""
    found: dict[str, None] = {}
    for line in prose.split("\n"):
        if "@" not in line or _SENDER_LINE.search(line):
            continue
        for told in _ADDRESS.findall(line[:2000]):
            address = normalised(told.strip("'*`"))
            if address and address not in strangers_to and not _SERVANTS.match(address):
                found.setdefault(address)
    return tuple(found)[:MAX_RECIPIENTS]


def reason(prose: str, recipients: Collection[str]) -> str:
    """The sentence that tells why: the server's reply, a named reason, what stands by the
    address, the first words that tell of a failure, the first words at all."""
    replies = list(islice(_SMTP.finditer(prose), MAX_REPLIES))
    about = (r for r in replies if any(address in r[0].lower() for address in recipients))
    reply = next(about, None) or next(iter(replies), None)
    if reply:
        return _folded(reply[0], prose, reply.end())
    named = _NAMED_REASON.search(prose)
    if named:
        return _folded(named[1], prose, named.end())
    coded = _ENHANCED.search(prose)
    if coded:
        return _folded(coded[0], prose, coded.end())
    return _sentence([line.strip() for line in prose.split("\n") if line.strip()], recipients)


def _sentence(lines: list[str], recipients: Collection[str]) -> str:
    """The line that tells the most: one with a known cause, one by the address, any."""
    spoken = [line for line in lines[:MAX_LINES] if _is_sentence(line)]
    beside: list[str] = []
    for number, line in enumerate(lines[:MAX_LINES]):
        if any(address in line.lower() for address in recipients):
            beside += filter(_is_sentence, lines[max(0, number - 1) : number + 3])
    candidates = (
        next((line for line in (*beside, *spoken) if cause("", line).words), ""),
        next((line for line in (*beside, *spoken) if _FAILING.search(line)), ""),
        next((line for line in beside if "@" not in line), ""),
        next((line for line in spoken if len(line) > MIN_SENTENCE), ""),
    )
    return " ".join(next((one for one in candidates if one), "").split())[:MAX_REASON]


def _is_sentence(line: str) -> bool:
    return line[0].isalnum() and not line.endswith((",", ":"))


def _folded(words: str, prose: str, end: int) -> str:
    """A reply goes on in the next lines where they are indented, or begin with its code."""
    rest = prose[end : end + 600].split("\n")[1:4]
    told = [words]
    for line in rest:
        if not line.startswith((" ", "\t", words[:4])) or not line.strip() or "@" in line[:40]:
            break
        told.append(line.strip())
    return " ".join(" ".join(told).split())[:MAX_REASON]
