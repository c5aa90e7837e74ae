"""Plain words to the desk ("how many urgent tickets are open?") as a command, by rules."""

import re

from bot.desk.asking.parsing import Parsed, WrongUse, parse
from bot.desk.asking.plain_tickets import THIS, TICKET, TICKET_RULES
from domain.errors import Refused

LONGEST = 2_000
_MENTION = re.compile(
    r"^\s*(?:<@[A-Z0-9]+(?:\|[^>]*)?>|@?desk\b|hey|hi|hello|please|[,:])\s*", re.I
)
_POLITE = re.compile(
    r"^(?:(?:can|could|would|will) you|i(?:'d| would) like (?:you )?to|please|kindly)\s+", re.I
)
_PRIORITIES = "urgent|high|medium|low"

_RULES: tuple[tuple[str, str, str], ...] = (
    (r"(?:how many|number of|count(?: of)?)\s+(?P<rest>.*\btickets?\b.*)", "count", "{rest}"),
    (r"how many (?P<rest>.+?) (?:are there|do we have)", "count", "{rest}"),
    (
        r"(?:draft|make|write|prepare|create|do)(?: me)? a (?:new )?quote for "
        r"(?P<who>[^:,]+?)\s*[:,]\s*(?P<what>.+)",
        "quote",
        "new {who}: {what}",
    ),
    (r"quote (?P<who>[^:]+?)\s*:\s*(?P<what>.+)", "quote", "new {who}: {what}"),
    (
        r"(?:change|edit|update|revise) (?:the )?(?:quote )?(?P<q>QT-\d{8}-\d+)\s*[:,]?\s*"
        r"(?P<what>.+)",
        "quote",
        "edit {q} {what}",
    ),
    (r"(?:for |in |on )?(?:quote )?(?P<q>QT-\d{8}-\d+)\s*[:,]\s*(?P<what>.+)", "quote",
     "edit {q} {what}"),
    (r"approve (?:the )?(?:quote )?(?P<q>QT-\d{8}-\d+)", "quote", "approve {q}"),
    (r"show (?:me )?(?:the )?(?:quote )?(?P<q>QT-\d{8}-\d+)", "quote", "show {q}"),
    (
        r"close (?:everything|all|all tickets|every ticket|the ones|those|tickets)"
        r"(?: that| which| who)?(?: only| just)? (?:says?|said|are|is)(?: only| just)? "
        r"(?:thanks|thank you|a thank[- ]you)",
        "close",
        "thanks",
    ),
    (rf"merge (?:ticket )?(?P<a>{TICKET}) (?:into|with) (?:ticket )?(?P<b>{TICKET})", "merge",
     "{a} into {b}"),
    (rf"(?:snooze|sleep on|put off) {THIS} (?:until|till|for) (?P<when>.+)", "snooze",
     "{n} {when}"),
    (rf"remind me (?:of|about) {THIS} (?:on |in |at )?(?P<when>.+)", "remind", "{n} {when}"),
    (rf"(?:assign|give) {THIS} to (?P<who>.+)", "assign", "{n} {who}"),
    (rf"(?:set |make |mark |change )?(?:the )?priority (?:of {THIS} )?(?:to|is) "
     rf"(?P<p>{_PRIORITIES})", "priority", "{n} {p}"),
    (rf"(?:make|mark|set) {THIS} (?:as )?(?P<p>{_PRIORITIES})(?: priority)?", "priority",
     "{n} {p}"),
    (rf"(?:mark|set) {THIS} (?:as |to )?(?P<s>open|in progress|waiting|resolved|closed|cancelled)",
     "status", "{n} {s}"),
    (rf"(?P<s>resolve|close|reopen|cancel) {THIS}", "status", "{n} {s}"),
    (rf"(?:take|take over|i(?:'ll| will) take) {THIS}", "take", "{n}"),
    (rf"(?:hand|give) {THIS} back(?: to (?:the )?bot)?", "hand-back", "{n}"),
    (rf"(?:show|open|what about|what is) (?:me )?{THIS}", "ticket", "{n}"),
    (r"(?:what(?:'s| is)|show(?: me)?)(?: in| on)?(?: my| mine)(?: tickets| inbox| plate| queue)?",
     "inbox", "mine"),
    (r"(?:show(?: me)? )?my (?:tickets|inbox|queue|work)", "inbox", "mine"),
    (r"(?:what(?:'s| is| are)|show(?: me)?|list|which tickets are)(?: the)? (?:still )?unassigned"
     r"(?: tickets)?", "inbox", "unassigned"),
    (r"(?:what(?:'s| is| are)|show(?: me)?|list|which)(?: tickets)?(?: the)?(?: are| is)? "
     r"(?:at[- ]risk|(?:about to be |running )late|overdue)(?: tickets)?", "inbox", "at-risk"),
    (r"(?:what(?:'s| is)|show(?: me)?|list)(?: in)?(?: the| all)? (?:inbox|open tickets|open)",
     "inbox", ""),
    (r"(?:what (?:did we|have we) (?:miss(?:ed)?|lost?)|who (?:is|was) (?:not answered|still "
     r"waiting|waiting)|what is (?:lost|unanswered)|(?:show |list )?(?:the )?unanswered.*)", "lost",
     ""),
    (r"(?:how (?:are we doing|was|is) ?(?:today|it going)?|(?:show (?:me )?)?today'?s (?:figures|"
     r"numbers|stats)|what happened today)", "stats", ""),
    (r"(?:is (?:everything|it all) (?:ok|fine|working)|what(?:'s| is) (?:broken|wrong))", "doctor",
     ""),
    (r"(?:what|which|show (?:me )?)(?: drafts?)? ?(?:waits?|is waiting|are waiting|needs?|need) "
     r"(?:for )?(?:my )?approval", "drafts", ""),
    (r"(?:show (?:me )?)?(?:the |all )?drafts", "drafts", ""),
    (r"(?:stop|switch off|turn off) (?:the bot|all|everything|all automatic answers)"
     r"(?: everywhere| now)?", "stop", "all"),
    (r"pause the bot(?: on| for| in)? (?P<rest>\S+)", "pause", "{rest}"),
    (r"pause (?:the bot|it|this|here)(?: here)?", "pause", ""),
    (r"(?:resume|unpause|start)(?: the bot)?(?: on| for)? (?P<rest>all|everywhere|\w+)", "resume",
     "{rest}"),
    (r"(?:what (?:have|did) we promised?|which promises (?:are|were) (?:open|due|made)|what is "
     r"promised)(?: (?:to )?(?P<rest>(?!to\b).+))?", "promise", "list {rest}"),
    (r"(?:what have i promised|my promises)", "promise", "mine"),
    (r"(?:show|open|list)(?: me)?(?: the| my)? (?:(?:saved )?views?|lists?) (?P<rest>.+)", "view",
     "{rest}"),
    (r"(?:show|list|which|what)(?: me)?(?: the| my)?(?: are)?(?: saved)? views(?: do we have)?",
     "view", "list"),
    (rf"(?:which|what|show(?: me)?(?: the)?) articles (?:are suggested |fit |help )?(?:for|with|to|"
     rf"beside) {THIS}", "article", "{n}"),
    (rf"(?:link|add) (?:the article )?(?P<rest>.+?) to (?:ticket )?(?P<n>{TICKET})", "article",
     "link {n} {rest}"),
    (r"(?:which|what|show(?: me)?(?: the)?) rules(?: do we have| are there)?", "rule", "list"),
    (r"(?:which|what|show(?: me)?(?: the)?) contracts (?:end|expire|run out|are ending)(?: soon)?",
     "contract", "expiring"),
    (r"(?:how (?:well )?did we keep|how are) our (?:service levels|slas?|promises)(?: doing)?",
     "sla", "report"),
    (r"(?:find|search(?: for)?|look for|look up) (?P<rest>.+)", "find", "{rest}"),
    (r"(?:what do we (?:say|know|tell (?:people|customers)) about|what does the knowledge base say "
     r"(?:about|on)) (?P<rest>.+)", "kb", "search {rest}"),
    (r"(?:what can (?:you|i) do|help(?: me)?|how does this work)", "help", ""),
)  # fmt: skip
_COMPILED = tuple(
    (re.compile(rf"(?:{rule})\s*[.?!]*", re.I | re.S), verb, words)
    for rule, verb, words in (*TICKET_RULES, *_RULES)
)
_STATUS = {
    "resolve": "resolved", "close": "closed", "reopen": "open", "cancel": "cancelled",
    "in progress": "in_progress", "waiting": "waiting_customer",
}  # fmt: skip


class NotUnderstood(Refused):
    def __init__(self) -> None:
        super().__init__(
            "I did not understand. Try “how many urgent tickets are open?”, “draft a quote for "
            "Acme: 24 doubles, certified”, “close everything that only says thanks”, or `help`."
        )


def understand(text: str) -> Parsed:
    """Raises NotUnderstood, or WrongUse for a command that is nearly right."""
    plain = _bare(text[:LONGEST])
    for rule, verb, words in _COMPILED:
        found = rule.fullmatch(plain)
        if found:
            groups = {name: value or "" for name, value in found.groupdict().items()}
            if "s" in groups:
                groups["s"] = _STATUS.get(groups["s"].lower(), groups["s"].lower())
            groups["n"] = _number(groups.get("n", ""))
            return Parsed(verb, words.format(**groups).strip())
    try:
        parsed = parse(plain)
    except WrongUse as error:
        raise NotUnderstood from error
    return parsed


def _number(word: str) -> str:
    """So that it is a ticket's in a thread too, where a bare number is text."""
    return f"#{word}" if word.isdecimal() else word


def _bare(text: str) -> str:
    """Without the mention, greetings and politeness around the wish."""
    plain = text.strip()
    for pattern in (_MENTION, _MENTION, _MENTION, _POLITE, _MENTION):
        plain = pattern.sub("", plain, count=1)
    plain = re.sub(r"[,\s]*\b(?:please|thanks|thank you)\s*([.?!]*)$", r"\1", plain, flags=re.I) \
        if not re.search(r"\bsays?\b", plain, re.I) else plain  # fmt: skip
    plain = plain.strip().rstrip(".?! ")
    return " ".join(plain.split()) if "\n" not in plain else plain
