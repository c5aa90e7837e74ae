"""The commands of the desk: how each is used, an example, and the right it needs."""

from bot.desk.asking.rights import Right
from bot.desk.asking.rule_verb import RULE
from bot.desk.asking.ticket_verbs import TICKET_VERBS
from bot.desk.asking.verb import Verb

_ALL = (
    Verb("help", "help [command]", "help reply", "what can be done, and how"),
    Verb(
        "inbox",
        "inbox [mine|unassigned|at-risk|FILTERS]",
        "inbox mine",
        "open tickets: all, yours, nobody's, those about to be late, or urgent, tag=…, customer=…",
    ),
    Verb("ticket", "ticket N", "ticket TKT-202611-00012", "one ticket with its history"),
    Verb("thread", "thread [N]", "thread 12", "the conversation of a ticket, word by word"),
    Verb("count", "count [words]", "count urgent open", "how many tickets: by status, priority …"),
    Verb("drafts", "drafts", "drafts", "answers of the bot that wait for approval"),
    Verb(
        "reply",
        "reply [N] [text]",
        "reply 12 The engineer comes tomorrow at 9.",
        "answer the customer: first shows to whom it goes, then ten seconds to undo",
        Right.ACT,
    ),
    Verb(
        "note",
        "note [N] text",
        "note 12 Spoke to the site manager.",
        "an internal note; it never leaves",
        Right.ACT,
    ),
    Verb("assign", "assign [N] PERSON|me|nobody", "assign 12 me", "whose ticket it is", Right.ACT),
    Verb("take", "take [N]", "take 12", "you answer the customer, the bot keeps out", Right.ACT),
    Verb("hand-back", "hand-back [N]", "hand-back 12", "the bot answers again", Right.ACT),
    Verb(
        "status",
        "status [N] open|in_progress|waiting_customer|resolved|closed|cancelled",
        "status 12 resolved",
        "moves a ticket",
        Right.ACT,
    ),
    Verb(
        "priority",
        "priority [N] low|medium|high|urgent",
        "priority 12 urgent",
        "how soon it must be done",
        Right.ACT,
    ),
    Verb(
        "tag", "tag [N] [+]TAG … -TAG …", "tag 12 warranty -spam", "adds and takes off", Right.ACT
    ),
    Verb(
        "close",
        "close N … | close thanks",
        "close 12 14 15",
        "closes; asks first if more",
        Right.ACT,
    ),
    *TICKET_VERBS,
    Verb("find", "find WORDS", "find recorder password", "tickets and messages with these words"),
    Verb(
        "kb",
        "kb search WORDS | kb draft [TITLE: TEXT] | kb publish ARTICLE",
        "kb search reset recorder",
        "the knowledge base",
    ),
    Verb(
        "quote",
        "quote new CUSTOMER: WORDS | quote show N | quote edit N [CHANGE] | quote approve N"
        " | quote refuse N WHY | quote revise N [CHANGE] | quote drop N | quote duplicate N"
        " | quote clone N for CUSTOMER | quote pdf N"
        " | quote link N [off]",
        "quote edit QT-20261123-0001 make it 30 and add 5 % discount",
        "drafts, shows, changes, approves, revises and copies quotes; their PDF and link",
    ),
    Verb(
        "contract",
        "contract [list|expiring [DAYS]|revenue] | contract new QUOTE [from DAY] [24 months] "
        "[automatic] | contract show|send|draft|renew|quote|suspend|resume|pdf N | "
        "contract link N [off] | contract signed N "
        "NAME, EMAIL [ROLE] | contract cancel N [DAY] [agreed] WHY | contract used N 1.5 SERVICE",
        "contract expiring 90",
        "made from accepted quotes, signed, renewed, used, ended",
    ),
    Verb(
        "prompt",
        "prompt list | show NAME [V] | try NAME [V] | publish NAME V | rollback NAME V",
        "prompt show support",
        "what the assistant is told (admins)",
        Right.PROMPTS,
    ),
    Verb(
        "live",
        "live [CHANNEL [TOPIC] [on|off]]",
        "live whatsapp on",
        "lets the bot answer by itself on a channel, or has a person approve",
    ),
    Verb(
        "sla",
        "sla [N|policies|at-risk|report [30d]]",
        "sla 12",
        "what was promised: a ticket's times, what is about to be late, what was kept",
    ),
    RULE,
    Verb("stop", "stop all", "stop all", "no automatic answer on any channel", Right.OPERATE),
    Verb(
        "pause",
        "pause [N|CHANNEL|all]",
        "pause whatsapp",
        "the bot stays out: of this conversation, a channel, or everywhere",
        Right.ACT,
    ),
    Verb("resume", "resume [N|CHANNEL|all]", "resume all", "ends a pause", Right.ACT),
    Verb(
        "here",
        "here [CHANNEL|TOPIC|off]",
        "here whatsapp",
        "shows conversations in this staff channel: all, or those of a channel or topic",
        Right.OPERATE,
    ),
    Verb(
        "staff",
        "staff | staff add EMAIL NAME | staff role|limit|margins EMAIL VALUE | staff remove EMAIL",
        "staff limit maria@example.com 2000",
        "who works here, their roles, what they may approve and see (admins)",
        Right.OPERATE,
    ),
    Verb(
        "mute",
        "mute [hand-offs|failures|approvals|mailboxes|sla|reminders|rules|contracts|quotes|all]",
        "mute approvals",
        "no more direct messages to you about these",
    ),
    Verb("unmute", "unmute [KIND|all]", "unmute all", "ends a mute"),
    Verb(
        "unmute-address",
        "unmute-address ADDRESS",
        "unmute-address anna@customer.example",
        "mail may go there again after it bounced",
        Right.ACT,
    ),
    Verb("stats", "stats", "stats", "today's figures"),
    Verb("lost", "lost", "lost", "what came in and was not answered"),
    Verb("doctor", "doctor", "doctor", "what is wrong with the channels, and what to do"),
)

VERBS: dict[str, Verb] = {verb.name: verb for verb in _ALL}
ALIASES = {
    "?": "help",
    "handback": "hand-back",
    "release": "hand-back",
    "search": "find",
    "tickets": "inbox",
    "answer": "reply",
    "prompts": "prompt",
    "quotes": "quote",
    "contracts": "contract",
    "articles": "article",
    "show": "ticket",
    "today": "stats",
    "rules": "rule",
    "macros": "macro",
    "views": "view",
    "teams": "team",
    "promises": "promise",
    "reminder": "remind",
}

__all__ = ["ALIASES", "VERBS", "Verb"]
